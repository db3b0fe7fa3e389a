"""Stored counts, lots and offers."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Json, JsonList, Key, Moment, Money, RoundId, one_of


class Count(Base):
    """An outcome stored with its inputs' digests. Never changed: a correction is a new count.

    `disclosure` says for each pot, by its key, how much of it may be told; `shown_sha256` is the digest of the outcome
    as everybody may know it, since that of the whole outcome of a small pot could be guessed at.
    """

    __tablename__ = "count"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    number: Mapped[int]
    rule: Mapped[str] = mapped_column(String(40))
    rule_version: Mapped[str] = mapped_column(String(20))
    instance_sha256: Mapped[str] = mapped_column(String(64))
    profile_sha256: Mapped[str] = mapped_column(String(64))
    outcome_sha256: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[Json]
    disclosure: Mapped[Json]
    shown_sha256: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[Moment]
    recorded_by: Mapped[AccountId]
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (UniqueConstraint("round_id", "number"),)


class CountExplanation(Base):
    """What everybody may be told of a count besides its outcome, worked out once; by pot, from `disclosed.told`."""

    __tablename__ = "count_explanation"

    id: Mapped[Key]
    count_id: Mapped[int] = mapped_column(ForeignKey("count.id"), unique=True)
    pots: Mapped[Json]
    made_at: Mapped[Moment]


class Lot(Base):
    """A public draw that settles a tie: who saw it, how, and the order drawn."""

    __tablename__ = "lot"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id"))
    order: Mapped[JsonList]
    method: Mapped[str] = mapped_column(String(300))
    first_witness: Mapped[str] = mapped_column(String(120))
    second_witness: Mapped[str] = mapped_column(String(120))
    drawn_at: Mapped[Moment]
    recorded_by: Mapped[AccountId]


class OfferState(StrEnum):
    """What the group answered; a newer count with another amount overtakes an offer that is open."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OVERTAKEN = "overtaken"


class Offer(Base):
    """Part of the money offered to the bid next in line; another amount later is another offer."""

    __tablename__ = "offer"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    amount: Mapped[Money]
    state: Mapped[OfferState] = mapped_column(one_of(OfferState, "state"))
    made_at: Mapped[Moment]
    answer_by: Mapped[Moment | None]
    answered_at: Mapped[Moment | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
