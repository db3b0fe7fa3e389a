"""Codes: rights to vote. Only keyed hashes are kept."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Key, Moment, RoundId, one_of


class Declarer(StrEnum):
    """Who declares for a batch of codes. `nobody` in a round whose policy asks the code alone."""

    NOBODY = "nobody"
    VOTER = "voter"


class CodeState(StrEnum):
    """What has become of a code."""

    UNUSED = "unused"
    USED = "used"
    VOID = "void"


class CodeBatch(Base):
    """Codes made together. They work inside the window, in the area where one is named."""

    __tablename__ = "code_batch"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    name: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(20), default="online")
    declarer: Mapped[Declarer] = mapped_column(one_of(Declarer, "declarer"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    made: Mapped[int]
    window_from: Mapped[Moment | None]
    window_to: Mapped[Moment | None]
    made_by: Mapped[AccountId | None]
    made_at: Mapped[Moment]


class Code(Base):
    """One right to vote, under the keyed hash of its code; no batch where it was made at the casting itself.

    `area_id` is the ward that its ballot was cast in, so that a change of it cannot move to another.
    """

    __tablename__ = "code"
    __table_args__ = {"sqlite_with_rowid": False}

    slot: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    round_id: Mapped[RoundId]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("code_batch.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    state: Mapped[CodeState] = mapped_column(one_of(CodeState, "state"))
