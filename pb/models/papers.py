"""Paper: batches of printed ballots, and what two people keyed of each."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Key, Moment, RoundId, one_of


class PaperBatch(Base):
    """Ballot papers, or scoring slips, that were printed together, with serials from `first` on.

    `channel` is paper, post or event. The counts are empty until somebody types them; in box = valid + void.
    """

    __tablename__ = "paper_batch"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    name: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(20), default="paper")
    version: Mapped[int]
    first: Mapped[int]
    printed: Mapped[int]
    issued: Mapped[int | None]
    unused: Mapped[int | None]
    spoilt: Mapped[int] = mapped_column(default=0)
    not_returned: Mapped[int | None]
    in_box: Mapped[int | None]
    made_by: Mapped[AccountId]
    made_at: Mapped[Moment]

    __table_args__ = (UniqueConstraint("round_id", "name"),)


class PaperState(StrEnum):
    """Where a paper stands: keyed by one person, keyed by two who differ, or settled as a ballot or as void."""

    ONCE = "once"
    MISMATCH = "mismatch"
    AGREED = "agreed"
    VOID = "void"


class PaperBallot(Base):
    """One paper under the number that was stamped on it when the box was mixed; never the serial on its stub.

    Each keying is sealed under the field key until both agree; then the ballot goes into the box and both are gone.
    """

    __tablename__ = "paper_ballot"

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"), index=True)
    number: Mapped[int]
    state: Mapped[PaperState] = mapped_column(one_of(PaperState, "state"))
    keyed_by_1: Mapped[AccountId]
    keyed_by_2: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    sealed_1: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_2: Mapped[bytes | None] = mapped_column(LargeBinary)
    void_reason: Mapped[str] = mapped_column(String(40), default="")

    __table_args__ = (UniqueConstraint("batch_id", "number"),)


class PostalRequest(Base):
    """Somebody asked for a paper by post: one request, one paper, name and address sealed."""

    __tablename__ = "postal_request"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    roll_entry_id: Mapped[str | None] = mapped_column(ForeignKey("roll_entry.id"), unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    format: Mapped[str] = mapped_column(String(20), default="standard")
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("paper_batch.id"))
    asked_on: Mapped[Moment]
    sent_at: Mapped[Moment | None]
