"""Paper: batches of printed ballots, where they lie, what two people keyed of each, and who asked for one by post."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Json, JsonList, Key, Moment, RoundId, one_of


class PaperFormat(StrEnum):
    """How a paper is laid out; every format of a ballot has its version."""

    STANDARD = "standard"
    LARGE = "large"
    EASY = "easy"


class PaperBatch(Base):
    """Ballot papers, or scoring slips, that were printed together, with serials from `first` on.

    `channel` is paper, post or event. The counts are empty until somebody types them; in box = valid + void. `missing`
    papers were given to nobody and are not there. `coded`
    counts the papers in the box that carried a card's code, `by_sheet` those of them whose card leaves the declaration
    to its voter; `void_parts` the sections that were void on papers that count elsewhere, by reason. Papers that
    `declares` is true of come with a sheet on which their voter declares: so many were `admitted` by it, and others
    `set_aside` unread, by reason. `serial_on_slip` prints the serial on the paper
    itself, not on its stub alone. Papers come back until `returns_by`, or the close of voting. `parts` are the
    names of the files that were printed.
    """

    __tablename__ = "paper_batch"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    name: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(20), default="paper")
    format: Mapped[PaperFormat] = mapped_column(one_of(PaperFormat, "format"), default=PaperFormat.STANDARD)
    language: Mapped[str] = mapped_column(String(5), default="en")
    with_code: Mapped[bool] = mapped_column(default=False)
    declares: Mapped[bool] = mapped_column(default=False)
    serial_on_slip: Mapped[bool] = mapped_column(default=False)
    returns_by: Mapped[Moment | None]
    version: Mapped[int]
    first: Mapped[int]
    printed: Mapped[int]
    issued: Mapped[int | None]
    unused: Mapped[int | None]
    missing: Mapped[int] = mapped_column(default=0)
    spoilt: Mapped[int] = mapped_column(default=0)
    not_returned: Mapped[int | None]
    in_box: Mapped[int | None]
    coded: Mapped[int] = mapped_column(default=0)
    by_sheet: Mapped[int] = mapped_column(default=0)
    admitted: Mapped[int] = mapped_column(default=0)
    set_aside: Mapped[Json] = mapped_column(default=dict)
    void_parts: Mapped[Json] = mapped_column(default=dict)
    parts: Mapped[JsonList] = mapped_column(default=list)
    made_by: Mapped[AccountId]
    made_at: Mapped[Moment]

    __table_args__ = (UniqueConstraint("round_id", "name"),)


class PaperState(StrEnum):
    """Where a paper stands: keyed once, keyed twice and not alike, settled as a ballot or as void.

    `held` papers were keyed alike, but their code opens no right to vote: an officer looks at them.
    """

    ONCE = "once"
    MISMATCH = "mismatch"
    HELD = "held"
    VALID = "valid"
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


class PaperVisit(Base):
    """A visit to a drop point: how many papers of a batch were left there, and how many were brought from its box."""

    __tablename__ = "paper_visit"

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"), index=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    left: Mapped[int]
    collected: Mapped[int]
    noted_by: Mapped[AccountId]
    noted_at: Mapped[Moment]


class PostalRequest(Base):
    """Somebody asked for a paper by post: one request, one paper, name and address sealed."""

    __tablename__ = "postal_request"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    roll_entry_id: Mapped[str | None] = mapped_column(ForeignKey("roll_entry.id"), unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    format: Mapped[PaperFormat] = mapped_column(one_of(PaperFormat, "format"), default=PaperFormat.STANDARD)
    language: Mapped[str] = mapped_column(String(5), default="en")
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("paper_batch.id"))
    asked_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
