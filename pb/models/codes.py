"""Codes: rights to vote. Only keyed hashes are kept."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Json, JsonList, Key, Moment, RoundId, one_of


class Declarer(StrEnum):
    """Who declares for a batch of codes. `nobody` in a round whose policy asks the code alone.

    `steward`: whoever hands the card out puts its holder on the roll, and the code then asks nothing more.
    `list`: each code was made for one person on the list of those invited, so there is nothing to declare.
    """

    NOBODY = "nobody"
    VOTER = "voter"
    STEWARD = "steward"
    LIST = "list"


class CodeState(StrEnum):
    """What has become of a code."""

    UNUSED = "unused"
    USED = "used"
    VOID = "void"


class CodeBatch(Base):
    """Codes made together. They work inside the window, in the area where one is named.

    The counts of its cards are empty until somebody types them; `spoilt`, of which `spoilt_used` had a ballot in
    the box, and `lost_replaced` are counted by the deeds themselves, as are the cards handed out of a batch that
    stewards declare for, `in_place` of them for spoilt or lost ones. `revoked` is how many codes the cancelling of
    the batch made void. Codes of a batch at a station work from `activated_at` on, when the station first opened.
    """

    __tablename__ = "code_batch"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    name: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(20), default="online")
    declarer: Mapped[Declarer] = mapped_column(one_of(Declarer, "declarer"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"), index=True)
    activated_at: Mapped[Moment | None]
    made: Mapped[int]
    window_from: Mapped[Moment | None]
    window_to: Mapped[Moment | None]
    made_by: Mapped[AccountId | None]
    made_at: Mapped[Moment]
    as_cards: Mapped[bool] = mapped_column(default=False)
    printed: Mapped[int | None]
    handed_out: Mapped[int | None]
    returned_unused: Mapped[int | None]
    missing: Mapped[int | None]
    not_returned: Mapped[int | None]
    spoilt: Mapped[int] = mapped_column(default=0)
    spoilt_used: Mapped[int] = mapped_column(default=0)
    lost_replaced: Mapped[int] = mapped_column(default=0)
    in_place: Mapped[int] = mapped_column(default=0)
    revoked: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[Moment | None]
    revoked_reason: Mapped[str] = mapped_column(String(500), default="")


class Code(Base):
    """One right to vote, under the keyed hash of its code; no batch where it was made at the casting itself.

    `area_id` is the ward that its ballot was cast in, so that a change of it cannot move to another. `declared`
    says that it was given for a spoilt card whose holder is on the roll already, so it asks for no declaration.
    """

    __tablename__ = "code"
    __table_args__ = {"sqlite_with_rowid": False}

    slot: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    round_id: Mapped[RoundId]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("code_batch.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    state: Mapped[CodeState] = mapped_column(one_of(CodeState, "state"))
    declared: Mapped[bool] = mapped_column(default=False)


class PrintRun(Base):
    """The finished file of a batch's cards: sealed parts beside the database, under a key that a passphrase opens.

    `holder_key` holds a public key and the private one wrapped under the passphrase; `parts` are file names.
    """

    __tablename__ = "print_run"

    batch_id: Mapped[int] = mapped_column(ForeignKey("code_batch.id"), primary_key=True)
    holder_key: Mapped[Json]
    parts: Mapped[JsonList] = mapped_column(default=list)
    ready_at: Mapped[Moment | None]
    fetched_at: Mapped[Moment | None]
    deleted_at: Mapped[Moment | None]
