"""Bids, their cost lines and the checks on them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb.core.checks import CheckResult
from pb.core.states import BidState
from pb.extensions import Base
from pb.models.organisations import Organisation
from pb.models.rounds import Pot, Round
from pb.models.types import AccountId, JsonList, Key, Moment, Money, RoundId, one_of

_LIVE = text("state != 'withdrawn'")


class Bid(Base):
    """What a group submits. Text is empty and money absent until the group writes it.

    `refusal_asked_by` found it ineligible and waits for a second person to confirm.
    """

    __tablename__ = "bid"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    pot_id: Mapped[int | None] = mapped_column(ForeignKey("pot.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[BidState] = mapped_column(one_of(BidState, "state"), index=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    created_by: Mapped[AccountId]
    created_at: Mapped[Moment]
    saved_at: Mapped[Moment]
    submitted_at: Mapped[Moment | None]

    title: Mapped[str] = mapped_column(String(60), default="")
    summary: Mapped[str] = mapped_column(String(140), default="")
    what: Mapped[str] = mapped_column(Text, default="")
    why: Mapped[str] = mapped_column(Text, default="")
    who: Mapped[str] = mapped_column(Text, default="")
    people: Mapped[int | None]
    where: Mapped[str] = mapped_column(String(200), default="")
    themes: Mapped[JsonList] = mapped_column(default=list)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    outcome: Mapped[str] = mapped_column(Text, default="")

    total_cost: Mapped[Money | None]
    asked: Mapped[Money | None]
    workable_minimum: Mapped[Money | None]
    other_funding: Mapped[Money | None]
    own_money: Mapped[Money | None]
    nothing_started: Mapped[bool | None]
    bank_account: Mapped[str] = mapped_column(String(20), default="")
    governing_document: Mapped[str] = mapped_column(String(20), default="")
    has_interest: Mapped[bool | None]
    interests: Mapped[str] = mapped_column(Text, default="")

    declarations: Mapped[JsonList] = mapped_column(default=list)
    declared_name: Mapped[str] = mapped_column(String(120), default="")
    declared_role: Mapped[str] = mapped_column(String(80), default="")
    boost: Mapped[bool] = mapped_column(default=False)

    refusal_reason: Mapped[str] = mapped_column(Text, default="")
    refusal_asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    refusal_asked_at: Mapped[Moment | None]

    round: Mapped[Round] = relationship()
    organisation: Mapped[Organisation] = relationship()
    pot: Mapped[Pot | None] = relationship()
    cost_lines: Mapped[list[CostLine]] = relationship(order_by="CostLine.position", cascade="all, delete-orphan")
    checks: Mapped[list[Check]] = relationship(order_by="Check.id", cascade="all, delete-orphan")

    __table_args__ = (
        CheckConstraint("asked > 0", name="asked_positive"),
        CheckConstraint("workable_minimum <= asked", name="workable_minimum_not_above_asked"),
        # One bid for each group in each round; a withdrawn one leaves room for another.
        Index(
            "uq_bid_one_for_each_group",
            "round_id",
            "organisation_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )


class CostLine(Base):
    """One thing that the money is for."""

    __tablename__ = "cost_line"

    id: Mapped[Key]
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), index=True)
    position: Mapped[int]
    item: Mapped[str] = mapped_column(String(120))
    amount: Mapped[Money]


class Check(Base):
    """One eligibility question answered about a bid; `rule` names it in `core/checks.py`."""

    __tablename__ = "bid_check"

    id: Mapped[Key]
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    automatic: Mapped[bool]
    result: Mapped[CheckResult] = mapped_column(one_of(CheckResult, "result"))
    reason: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[Moment]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (UniqueConstraint("bid_id", "rule"),)
