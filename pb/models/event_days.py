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


class AbsentRule(StrEnum):
    """What becomes of a bid that nobody presents: its statement is read, or it is taken off the ballot."""

    STATEMENT = "statement"
    REMOVED = "removed"


class EventDay(Base):
    """The day of an event station: what is on, since when, and how long each part takes, in seconds.

    `pitch_id` is the presentation that is on; `step_ends_at` the end of its countdown, and `seconds_left` what is left
    of it while it is paused. `seed` is what the running order was drawn from; empty where it is the ballot's own.
    With `score_when_heard`, phones and tablets open a project for scoring when it has been presented. `turn` counts the
    deeds of the day, so that a screen knows which of two answers is the newer one. `windows` keeps, while the hand-in
    is closed, until when each batch of cards worked before that (None: until the vote closes), by its id.
    """

    __tablename__ = "event_day"

    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), primary_key=True)
    round_id: Mapped[RoundId]
    seed: Mapped[str] = mapped_column(String(200), default="")
    pitch_seconds: Mapped[int] = mapped_column(default=180)
    question_seconds: Mapped[int] = mapped_column(default=120)
    scoring_seconds: Mapped[int] = mapped_column(default=60)
    late_comers_may_score: Mapped[bool] = mapped_column(default=True)
    absent_rule: Mapped[AbsentRule] = mapped_column(one_of(AbsentRule, "absent_rule"), default=AbsentRule.STATEMENT)
    score_when_heard: Mapped[bool] = mapped_column(default=True)
    step: Mapped[DayStep] = mapped_column(one_of(DayStep, "step"), default=DayStep.CHECK_IN)
    pitch_id: Mapped[int | None] = mapped_column(ForeignKey("pitch.id", use_alter=True, name="fk_event_day_pitch"))
    step_began_at: Mapped[Moment | None]
    step_ends_at: Mapped[Moment | None]
    seconds_left: Mapped[int | None]
    handed_in_at: Mapped[Moment | None]
    windows: Mapped[Json] = mapped_column(default=dict)
    turn: Mapped[int] = mapped_column(default=0)


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
    """How many came through the door, by what they were given or need: numbers alone, no person.

    `kind` is what was given (`card`, `slip`, `observer`) or, with `need:` before it, an access need.
    """

    __tablename__ = "attendance"

    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int]
