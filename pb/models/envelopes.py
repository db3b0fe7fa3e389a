"""The ballot box: sealed envelopes, those held, and what the opening writes. No row holds a time or a person."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Json, JsonList, Key, Moment, RoundId, one_of


class EnvelopeState(StrEnum):
    """Accepted into the box, or held for the duplicates desk."""

    ACCEPTED = "accepted"
    HELD = "held"
    REJECTED = "rejected"


class Envelope(Base):
    """One sealed ballot under a random id. `slot` is that of its code, absent for paper without one."""

    __tablename__ = "envelope"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    round_id: Mapped[RoundId]
    slot: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    retry_tag: Mapped[bytes] = mapped_column(LargeBinary(32))
    version: Mapped[int]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[EnvelopeState] = mapped_column(one_of(EnvelopeState, "state"))

    __table_args__ = (UniqueConstraint("round_id", "retry_tag"), {"sqlite_with_rowid": False})


class HeldEnvelope(Base):
    """The link between a held envelope and the claim behind it; removed when the desk settles it."""

    __tablename__ = "held_envelope"
    __table_args__ = {"sqlite_with_rowid": False}

    envelope_id: Mapped[str] = mapped_column(ForeignKey("envelope.id"), primary_key=True)
    roll_entry_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"), unique=True)


class DeskDecision(Base):
    """How the duplicates desk settled claims, mostly one: a number and a reason, no link to envelope or person."""

    __tablename__ = "desk_decision"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    accepted: Mapped[bool]
    claims: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(String(500))
    decided_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[Moment]


class CastHour(Base):
    """How many envelopes came in within an hour and channel; published only from twenty up.

    The number is the sum of a few rows, the `part`s, so that those who cast at one moment do not wait for one row;
    which of them a ballot is counted in is chance, and tells nothing of it.
    """

    __tablename__ = "cast_hour"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    hour: Mapped[Moment] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]


class OpenedBallot(Base):
    """One section of one opened paper under a fresh random key. A pot's ballots lie together, to be read in one go."""

    __tablename__ = "opened_ballot"
    __table_args__ = {"sqlite_with_rowid": False}

    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    choices: Mapped[Json]


class Receipt(Base):
    """A receipt whose envelope was opened and valid: it says that, never how."""

    __tablename__ = "receipt"
    __table_args__ = {"sqlite_with_rowid": False}

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    receipt: Mapped[str] = mapped_column(String(13), primary_key=True)


class Opening(Base):
    """What the opening of a box found, in counts."""

    __tablename__ = "opening"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    opened_at: Mapped[Moment]
    opened_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    envelopes: Mapped[int]
    valid: Mapped[int]
    invalid: Mapped[Json]
    receipts: Mapped[int]
    account: Mapped[Json]
    witnesses: Mapped[JsonList]


class Explanation(Base):
    """Why a line of the ballot account does not come out even: one person's reason, which a second confirms.

    It holds for exactly this `difference`; another one needs another explanation.
    """

    __tablename__ = "imbalance_explanation"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    equation: Mapped[str] = mapped_column(String(160))
    difference: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    explained_by: Mapped[AccountId]
    explained_at: Mapped[Moment]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    confirmed_at: Mapped[Moment | None]

    __table_args__ = (UniqueConstraint("round_id", "equation", "difference"),)
