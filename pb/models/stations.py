"""Stations: places that collect ballots, with their times, their stewards and what was counted there."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Json, JsonList, Key, Moment, RoundId, one_of


class StationKind(StrEnum):
    """What a station is. A drop point keeps papers and a box; nobody has to stand there."""

    STALL = "stall"
    EVENT = "event"
    DROP_POINT = "drop_point"


class StationState(StrEnum):
    """Where a station is in its day: two stewards open it, and two close it. Several days open it again."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class Station(Base):
    """One place of a round. `area_id` is the ward that it stands in, where it has one.

    `opening` and `closing` hold the numbers that stewards typed last; the ledger has all of them. `offers` are the
    keys of what there is for people's access needs. `mark` stands in the address on its poster, so that looks at the
    round that came from it can be counted.
    """

    __tablename__ = "station"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[StationKind] = mapped_column(one_of(StationKind, "kind"))
    place: Mapped[str] = mapped_column(String(200), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    offers: Mapped[JsonList] = mapped_column(default=list)
    languages: Mapped[str] = mapped_column(String(200), default="")
    mark: Mapped[str] = mapped_column(String(12), unique=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    state: Mapped[StationState] = mapped_column(one_of(StationState, "state"), default=StationState.PLANNED)
    opened_at: Mapped[Moment | None]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    opened_with: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    opening: Mapped[Json] = mapped_column(default=dict)
    closed_at: Mapped[Moment | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    closed_with: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    closing: Mapped[Json] = mapped_column(default=dict)

    __table_args__ = (UniqueConstraint("round_id", "name"),)


class StationTime(Base):
    """When a station is there; a stall may come on several days."""

    __tablename__ = "station_time"

    id: Mapped[Key]
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]


class Briefing(Base):
    """That somebody was briefed as a steward of a round, on a day, by whom; nobody without one is put on."""

    __tablename__ = "briefing"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    account_id: Mapped[AccountId]
    given_on: Mapped[date]
    given_by: Mapped[int] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (UniqueConstraint("round_id", "account_id"),)


class Duty(Base):
    """A line of the rota: a steward at a station, from when until when."""

    __tablename__ = "duty"

    id: Mapped[Key]
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    account_id: Mapped[AccountId]
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]

    __table_args__ = (UniqueConstraint("station_id", "account_id", "starts_at"),)


class StationLooks(Base):
    """How often the round was looked at from a station's poster on a day: a number, and nobody behind it."""

    __tablename__ = "station_looks"

    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]
