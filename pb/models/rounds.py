"""Rounds, their early assessment, areas and pots."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb.core.states import RoundState
from pb.extensions import Base
from pb.models.areas import Area
from pb.models.types import AccountId, Json, JsonList, Key, Moment, Money, RoundId, one_of


class Level(StrEnum):
    """How much say people are given."""

    INFORM = "inform"
    CONSULT = "consult"
    INVOLVE = "involve"
    DECIDE = "decide"


class RoundKind(StrEnum):
    """What kind of money a round gives out."""

    MEMBER_GRANT = "member_grant"
    OPEN_GRANT = "open_grant"
    SERVICE_OPTION = "service_option"


class Policy(StrEnum):
    """How sure we must be who someone is."""

    CODE = "code"
    DECLARED = "declared"
    CONTACT = "contact"
    INVITED = "invited"


class KeyMode(StrEnum):
    """Who can open the box: any two of three key holders, or the server once two officers approve."""

    HOLDERS = "holders"
    SIMPLE = "simple"


class Round(Base):
    """One "You Decide" with money, areas and a calendar.

    `box_purged_at` says when envelopes, codes and keys were destroyed, `roll_purged_at` when names and contacts were,
    `mailing_purged_at` when the list of people who asked for news was.
    What fixes the vote (pots, policy, ballot, rule, allocation, thresholds, tie steps, projects) is frozen into
    `frozen` and hashed at the lock.
    """

    __tablename__ = "round"

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(100))
    state: Mapped[RoundState] = mapped_column(one_of(RoundState, "state"), index=True)
    state_since: Mapped[Moment]
    owner_id: Mapped[AccountId]
    kind: Mapped[RoundKind] = mapped_column(one_of(RoundKind, "kind"), default=RoundKind.OPEN_GRANT)
    level: Mapped[Level] = mapped_column(one_of(Level, "level"), default=Level.INVOLVE)
    audience: Mapped[str] = mapped_column(String(120), default="everyone")
    summary: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[Moment]

    purpose: Mapped[str] = mapped_column(Text, default="")
    decision_informed: Mapped[str] = mapped_column(Text, default="")
    result_use: Mapped[str] = mapped_column(Text, default="")
    promise_up: Mapped[str] = mapped_column(Text, default="")
    promise_not: Mapped[str] = mapped_column(Text, default="")
    promise_last_word: Mapped[str] = mapped_column(Text, default="")
    themes: Mapped[JsonList] = mapped_column(default=list)

    currency: Mapped[str] = mapped_column(String(3), default="GBP")
    total: Mapped[Money] = mapped_column(default=0)
    running_cost: Mapped[Money] = mapped_column(default=0)
    least_grant: Mapped[Money | None]
    most_grant: Mapped[Money | None]

    bids_open_at: Mapped[Moment | None]
    bids_close_at: Mapped[Moment | None]
    voting_opens_at: Mapped[Moment | None]
    voting_closes_at: Mapped[Moment | None]
    decision_by: Mapped[Moment | None]
    few_days_reason: Mapped[str] = mapped_column(String(300), default="")

    policy: Mapped[Policy] = mapped_column(one_of(Policy, "policy"), default=Policy.DECLARED)
    least_age: Mapped[int] = mapped_column(default=11)
    links: Mapped[JsonList] = mapped_column(default=lambda: ["live"])
    allow_change: Mapped[bool] = mapped_column(default=False)
    grace_minutes: Mapped[int] = mapped_column(default=2)

    preset: Mapped[str] = mapped_column(String(40), default="")
    ballot_type: Mapped[str] = mapped_column(String(20), default="approval")
    ballot_settings: Mapped[Json] = mapped_column(default=dict)
    rule: Mapped[str] = mapped_column(String(40), default="greedy")
    rule_options: Mapped[Json] = mapped_column(default=dict)
    allocation: Mapped[str] = mapped_column(String(20), default="offer")
    allocation_options: Mapped[Json] = mapped_column(default=dict)
    threshold: Mapped[Json] = mapped_column(default=dict)
    tie_steps: Mapped[JsonList] = mapped_column(default=list)
    surplus: Mapped[str] = mapped_column(String(20), default="return")

    key_mode: Mapped[KeyMode] = mapped_column(one_of(KeyMode, "key_mode"), default=KeyMode.HOLDERS)
    round_public_key: Mapped[str | None] = mapped_column(String(64))
    envelope_size: Mapped[int | None]
    ballot_version: Mapped[int | None]
    frozen: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    frozen_sha256: Mapped[str | None] = mapped_column(String(64))
    order_seed: Mapped[str | None] = mapped_column(String(64))
    sealed_root: Mapped[str | None] = mapped_column(String(64))
    ballot_root: Mapped[str | None] = mapped_column(String(64))

    paused_reason: Mapped[str | None] = mapped_column(Text)
    paused_until: Mapped[Moment | None]
    cancelled_reason: Mapped[str | None] = mapped_column(Text)
    practice: Mapped[bool] = mapped_column(default=False)
    rehearsed_at: Mapped[Moment | None]
    box_purged_at: Mapped[Moment | None]
    roll_purged_at: Mapped[Moment | None]
    mailing_purged_at: Mapped[Moment | None]
    imported_from: Mapped[str | None] = mapped_column(String(200))

    lock_asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    lock_asked_sha256: Mapped[str | None] = mapped_column(String(64))
    release_asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    release_asked_sha256: Mapped[str | None] = mapped_column(String(64))
    release_asked_reason: Mapped[str] = mapped_column(Text, default="")
    cancel_asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    cancel_asked_reason: Mapped[str] = mapped_column(Text, default="")

    pots: Mapped[list[Pot]] = relationship(order_by="Pot.position", cascade="all, delete-orphan")
    areas: Mapped[list[Area]] = relationship(secondary="round_area", order_by=Area.name)
    assessment: Mapped[Assessment | None] = relationship(back_populates="round")

    __table_args__ = (
        CheckConstraint("total >= 0", name="total_not_negative"),
        CheckConstraint("bids_open_at < bids_close_at", name="bids_open_before_they_close"),
        CheckConstraint("voting_opens_at < voting_closes_at", name="voting_opens_before_it_closes"),
    )


class RoundArea(Base):
    """An area in which a round takes place."""

    __tablename__ = "round_area"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True)


class Pot(Base):
    """The money of a round or of one ward, theme or size band. `key` names it inside ballots and files."""

    __tablename__ = "pot"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    key: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    theme: Mapped[str] = mapped_column(String(60), default="")
    least_bid: Mapped[Money | None]
    most_bid: Mapped[Money | None]
    amount: Mapped[Money]
    position: Mapped[int]

    area: Mapped[Area | None] = relationship()

    __table_args__ = (
        UniqueConstraint("round_id", "key"),
        UniqueConstraint("round_id", "name"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
    )


class AssessmentOutcome(StrEnum):
    """What the approver answers."""

    PURSUE = "pursue"
    EXEMPLAR = "exemplar"
    MERGE = "merge"
    DEFER = "defer"
    NOT_PURSUED = "not_pursued"


class Assessment(Base):
    """The early decision whether a round should happen at all."""

    __tablename__ = "assessment"

    id: Mapped[Key]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), unique=True)
    why: Mapped[str] = mapped_column(Text, default="")
    which_decision: Mapped[str] = mapped_column(Text, default="")
    known_already: Mapped[str] = mapped_column(Text, default="")
    do_differently: Mapped[str] = mapped_column(Text, default="")
    formative: Mapped[str] = mapped_column(Text, default="")
    information: Mapped[str] = mapped_column(Text, default="")
    time: Mapped[str] = mapped_column(Text, default="")
    consideration: Mapped[str] = mapped_column(Text, default="")
    priority: Mapped[str] = mapped_column(String(20), default="")
    cost: Mapped[Money] = mapped_column(default=0)
    equality_impact_needed: Mapped[bool | None]
    equality_impact_reason: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[Moment | None]
    outcome: Mapped[AssessmentOutcome | None] = mapped_column(one_of(AssessmentOutcome, "outcome"))
    reason: Mapped[str] = mapped_column(Text, default="")
    clash_reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[Moment | None]

    round: Mapped[Round] = relationship(back_populates="assessment")
