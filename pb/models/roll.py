"""The roll: people who took part, never what they chose."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Moment, RoundId, one_of


class RollState(StrEnum):
    """Where a person stands on the roll. `pending` waits at the duplicates desk; `refused` was settled there.

    Somebody on the list of those invited is `eligible`, or `struck` off it; the roll does not say whether they voted.
    A steward gave a `card_given` person a card or a paper: whether it was used, the roll does not say either.
    """

    ELIGIBLE = "eligible"
    STRUCK = "struck"
    VOTED = "voted"
    CARD_GIVEN = "card_given"
    PENDING = "pending"
    REFUSED = "refused"


class RollEntry(Base):
    """One person who took part, or who is on the list of those invited.

    `tag` and `contact_tag` are unique in the round; a second claim lacks what was taken and points at the first.
    `domain_tag` is that of the mail domain of their contact, but for the large public services: where many came from
    one, the next wait at the desk, and point at no first claim. `sealed` holds name, postcode, year of birth and
    contact under the field key, and of somebody invited the slot of their code too. Only the day is kept, never the
    time. `batch_id` is the batch that the code of somebody invited was made in, none while they have no code, and of
    somebody whom a steward gave a card the batch it came from, as `paper_batch_id` is that of a paper; never which of
    them. `reason` says why somebody was struck off.
    """

    __tablename__ = "roll_entry"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    round_id: Mapped[RoundId]
    tag: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    contact_tag: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    domain_tag: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    same_as: Mapped[str | None] = mapped_column(ForeignKey("roll_entry.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    age_band: Mapped[str] = mapped_column(String(10), default="")
    link: Mapped[str] = mapped_column(String(20), default="")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[RollState] = mapped_column(one_of(RollState, "state"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("code_batch.id"))
    paper_batch_id: Mapped[int | None] = mapped_column(ForeignKey("paper_batch.id"))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"))
    reason: Mapped[str] = mapped_column(String(200), default="")
    day: Mapped[date]

    __table_args__ = (
        UniqueConstraint("round_id", "tag"),
        UniqueConstraint("round_id", "contact_tag"),
        Index(
            "ix_roll_entry_domain_tag",
            "round_id",
            "domain_tag",
            sqlite_where=text("domain_tag IS NOT NULL"),
            postgresql_where=text("domain_tag IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )


class ListDraft(Base):
    """A list of people that an officer looks at before it is kept: sealed, one a round, gone once it is kept."""

    __tablename__ = "list_draft"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    made_by: Mapped[AccountId]
    made_at: Mapped[Moment]
