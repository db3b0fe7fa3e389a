"""Questions about a decision, and the route each takes."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import Key, Moment, RoundId


class Question(Base):
    """A question, appeal or complaint about a decision; name, contact and words are sealed under the field key."""

    __tablename__ = "question"

    id: Mapped[Key]
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    round_id: Mapped[RoundId]
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    route: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[Moment]
    answered_at: Mapped[Moment | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
