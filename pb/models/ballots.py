"""What stands on the ballot: versions and projects."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb.extensions import Base
from pb.models.bids import Bid
from pb.models.rounds import Pot
from pb.models.types import Json, JsonList, Key, Moment, Money, RoundId


class BallotVersion(Base):
    """The frozen ballot of a round, with the digest that voters and papers name."""

    __tablename__ = "ballot_version"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    version: Mapped[int]
    content: Mapped[Json]
    sha256: Mapped[str] = mapped_column(String(64))
    locked_at: Mapped[Moment]

    __table_args__ = (UniqueConstraint("round_id", "version"),)


class Project(Base):
    """A bid as it stands on the ballot; an imported round has projects with no bid behind them.

    `key` is the project's id in ballots and files, `number` its drawn place. Once `withdrawal_asked_by` asked for it,
    with the reason that everybody will read, it is withdrawn when a second person confirms.
    """

    __tablename__ = "project"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id"), index=True)
    bid_id: Mapped[int | None] = mapped_column(ForeignKey("bid.id"), unique=True)
    key: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(Text, default="")
    organisation: Mapped[str] = mapped_column(String(150), default="")
    cost: Mapped[Money]
    workable_minimum: Mapped[Money | None]
    category: Mapped[str] = mapped_column(String(100), default="")
    themes: Mapped[JsonList] = mapped_column(default=list)
    boost: Mapped[bool] = mapped_column(default=False)
    withdrawn_at: Mapped[Moment | None]
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    withdrawal_asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    pot: Mapped[Pot] = relationship()
    bid: Mapped[Bid | None] = relationship()

    __table_args__ = (
        UniqueConstraint("round_id", "key"),
        UniqueConstraint("round_id", "number"),
        CheckConstraint("cost >= 0", name="cost_not_negative"),
    )
