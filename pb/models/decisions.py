"""Members' decisions, their interests, the help they add, and help that residents offer."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb.extensions import Base
from pb.models.accounts import Account
from pb.models.ballots import Project
from pb.models.types import AccountId, Key, Moment, Money, RoundId

_STANDS = text("NOT superseded")


class Interest(Base):
    """An interest that a member declared in a project: they cannot decide it."""

    __tablename__ = "interest"

    id: Mapped[Key]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    account_id: Mapped[AccountId]
    nature: Mapped[str] = mapped_column(Text)
    declared_at: Mapped[Moment]

    account: Mapped[Account] = relationship()

    __table_args__ = (UniqueConstraint("project_id", "account_id"),)


class Decision(Base):
    """What a member resolved about one project, on one stored count. A change of mind is a new decision.

    `power` names one in `core/decisions.py`, `citation` the decision or scheme that gives it. `referred` says that it
    was for the cabinet because of a declared interest.
    """

    __tablename__ = "decision"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    count_id: Mapped[int] = mapped_column(ForeignKey("count.id"))
    decided_by: Mapped[AccountId]
    power: Mapped[str] = mapped_column(String(20))
    citation: Mapped[str] = mapped_column(String(200), default="")
    recommended: Mapped[Money]
    amount: Mapped[Money]
    reason: Mapped[str] = mapped_column(Text, default="")
    alternatives: Mapped[str] = mapped_column(Text, default="")
    interests: Mapped[str] = mapped_column(Text, default="")
    referred: Mapped[bool] = mapped_column(default=False)
    decided_at: Mapped[Moment]
    published_at: Mapped[Moment | None]
    superseded: Mapped[bool] = mapped_column(default=False)

    project: Mapped[Project] = relationship()
    decider: Mapped[Account] = relationship()

    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        # One decision stands for each project; the earlier ones are kept.
        Index(
            "uq_decision_one_stands",
            "project_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )


class Support(Base):
    """What a winning group still needs (volunteers, materials, a venue), added by a member, agreed by the group."""

    __tablename__ = "support"

    id: Mapped[Key]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(300))
    added_by: Mapped[AccountId]
    added_at: Mapped[Moment]
    agreed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    agreed_at: Mapped[Moment | None]

    project: Mapped[Project] = relationship()


class HelpOffer(Base):
    """A resident's offer to help a winning group; name, contact and words are sealed under the field key."""

    __tablename__ = "help_offer"

    id: Mapped[Key]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    offered_at: Mapped[Moment]
