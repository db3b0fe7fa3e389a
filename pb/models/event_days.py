"""Event days: a hall where bids are presented in a drawn order and scored one after the other."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import Json, Key, Moment, RoundId, one_of


class DayStep(StrEnum):
    """What is on in the hall."""

    CHECK_IN = "check_in"
    PRACTICE = "practice"
    PITCH = "pitch"
    QUESTIONS = "questions"
    SCORING = "scoring"
    BREAK = "break"
    HANDED_IN = "handed_in"


class EventDay(Base):
    """The day of an event station: what is on, since when, and how long each part takes, in seconds.

    `pitch_id` is the presentation that is on; `step_ends_at` the end of its countdown.
    """

    __tablename__ = "event_day"

    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), primary_key=True)
    round_id: Mapped[RoundId]
    seed: Mapped[str] = mapped_column(String(64), default="")
    pitch_seconds: Mapped[int] = mapped_column(default=180)
    question_seconds: Mapped[int] = mapped_column(default=120)
    scoring_seconds: Mapped[int] = mapped_column(default=60)
    late_comers_may_score: Mapped[bool] = mapped_column(default=True)
    step: Mapped[DayStep] = mapped_column(one_of(DayStep, "step"), default=DayStep.CHECK_IN)
    pitch_id: Mapped[int | None] = mapped_column(ForeignKey("pitch.id", use_alter=True, name="fk_event_day_pitch"))
    step_began_at: Mapped[Moment | None]
    step_ends_at: Mapped[Moment | None]


class Presence(StrEnum):
    """Whether a group is there to present its bid."""

    EXPECTED = "expected"
    PRESENT = "present"
    STATEMENT = "statement"
    ABSENT = "absent"


class Pitch(Base):
    """A project's place in the running order. `opened_at` is when its scores could first be given."""

    __tablename__ = "pitch"

    id: Mapped[Key]
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    place: Mapped[int]
    presence: Mapped[Presence] = mapped_column(one_of(Presence, "presence"), default=Presence.EXPECTED)
    opened_at: Mapped[Moment | None]

    __table_args__ = (UniqueConstraint("station_id", "project_id"), UniqueConstraint("station_id", "place"))


class Attendance(Base):
    """How many came through the door, by what they were given: numbers alone, no person."""

    __tablename__ = "attendance"

    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int]
    needs: Mapped[Json] = mapped_column(default=dict)
