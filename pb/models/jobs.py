"""Jobs: long work that the worker does beside the pages, with how far it has come. A job holds no secret."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Key, Moment, RoundId, one_of


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of long work about one thing, named by its id. Nobody else takes it until `held_until`."""

    __tablename__ = "job"

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(40))
    round_id: Mapped[RoundId]
    subject: Mapped[int]
    state: Mapped[JobState] = mapped_column(one_of(JobState, "state"), index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    asked_by: Mapped[AccountId | None]
    asked_at: Mapped[Moment]
    held_until: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    fault: Mapped[str] = mapped_column(String(80), default="")
