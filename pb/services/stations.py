"""Stations: places that collect ballots; adding them, who works there, and finding them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from pb.core.access import OFFERS
from pb.core.actors import Actor
from pb.core.errors import Fault, NotAllowed, NotFound, Refusal, Refusals
from pb.core.permissions import may_work_at
from pb.core.plain_text import is_among
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db
from pb.models.event_days import EventDay, Pitch
from pb.models.rounds import RoundArea
from pb.models.stations import Duty, Station, StationKind, StationState, StationTime
from pb.services.ledger import record
from pb.services.pages import Page, page_of
from pb.services.round_states import must_be
from pb.services.rounds import locked_round, round_to_change
from pb.services.transactions import transaction

LONGEST_NAME = 80
LONGEST_PLACE = 200
LONGEST_NOTES = 1_000
#: Seven days of a tour, and as many again.
MOST_TIMES = 14
#: Letters of a mark that nobody mistakes for another.
MARK_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"
MARK_LENGTH = 6
#: From set-up until the close: stalls are planned long before, and added in mid-vote.
PLANNING = (RoundState.SETTING_UP, RoundState.BIDDING, RoundState.CHECKING, RoundState.LOCKED, RoundState.VOTING)


@dataclass(frozen=True)
class Span:
    """From when until when; aware UTC."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class StationWanted:
    """What is asked for a station; `offers` are keys of `OFFERS`, a row of `times` that was left empty is None."""

    name: str
    kind: StationKind = StationKind.STALL
    place: str = ""
    notes: str = ""
    area_id: int | None = None
    offers: Sequence[str] = ()
    languages: str = ""
    times: Sequence[Span | None] = ()


def add_station(round_id: int, wanted: StationWanted, *, by: Actor) -> Station:
    """Add a place that collects ballots.

    Raises NotFound `no_round`; NotAllowed `not_your_round`; Refusal `not_now`; Refusals (`name_missing`,
    `name_long`, `name_taken`, `place_long`, `notes_long`, `area_wrong`, `times_wrong`). Event `station_added`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        must_be(the_round, *PLANNING)
        _refuse(round_id, wanted, None)
        station = Station(round_id=round_id, mark=_fresh_mark(), state=StationState.PLANNED)
        _fill(station, wanted)
        session.add(station)
        session.flush()
        _keep_times(session, station, wanted.times)
        record("station_added", by, round_id=round_id, subject=f"station:{station.id}", station_kind=wanted.kind.value)
        return station


def change_station(round_id: int, station_id: int, wanted: StationWanted, *, by: Actor) -> Station:
    """Change a place. Raises what `add_station` does, NotFound `no_station`, Refusal `event_set_up`, `order_drawn`.

    Event `station_changed`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        must_be(the_round, *PLANNING)
        station = find_station(round_id, station_id)
        _refuse(round_id, wanted, station_id)
        _refuse_drawn(session, station, wanted)
        _fill(station, wanted)
        _keep_times(session, station, wanted.times)
        record("station_changed", by, round_id=round_id, subject=f"station:{station_id}")
        return station


def find_station(round_id: int, station_id: int) -> Station:
    """A station of a round. Raises NotFound `no_station`."""
    station = db.session.get(Station, station_id)
    if station is None or station.round_id != round_id:
        raise _no_station()
    return station


def stations_of(round_id: int) -> list[Station]:
    """The stations of a round, by name."""
    return list(db.session.scalars(_by_name(round_id)))


def stations_page(round_id: int, number: int, size: int | None = None) -> Page[Station]:
    """A page of `stations_of`."""
    return page_of(_by_name(round_id), number, size)


def _by_name(round_id: int) -> Select[Any]:
    return select(Station).where(Station.round_id == round_id).order_by(func.lower(Station.name), Station.id)


def times_of(station_ids: Sequence[int]) -> dict[int, list[Span]]:
    """When stations are there, by the station's id, in the order of the calendar."""
    found: dict[int, list[Span]] = {station_id: [] for station_id in station_ids}
    query = select(StationTime).where(StationTime.station_id.in_(station_ids)).order_by(StationTime.starts_at)
    for row in db.session.scalars(query):
        found[row.station_id].append(Span(row.starts_at, row.ends_at))
    return found


def stewards_of(station_id: int) -> frozenset[int]:
    """The accounts on the rota of a station."""
    return frozenset(db.session.scalars(select(Duty.account_id).where(Duty.station_id == station_id)))


def works_at(by: Actor, station: Station) -> bool:
    """Whether somebody may work at a station: they are on its rota, or an officer."""
    return may_work_at(by, stewards_of(station.id))


def refuse_stranger(station_id: int, by: Actor) -> Station:
    """The station, for somebody who works there. Raises NotFound `no_station`, NotAllowed `not_at_station`."""
    station = db.session.get(Station, station_id)
    if station is None:
        raise _no_station()
    if not works_at(by, station):
        sentence = N_("You are not on the rota of this station. Ask the officer who runs the round.")
        raise NotAllowed("not_at_station", sentence)
    return station


def refuse_pair(station: Station, by: Actor, second: Actor) -> None:
    """Refuse a deed that takes two people who work at a station. Raises `same_person`; NotAllowed `second_not_here`."""
    if by.account_id is None or second.account_id == by.account_id:
        sentence = N_("The second person must be somebody else. Two people look and count.")
        raise Refusal("same_person", sentence, field="email", status=422)
    if not works_at(second, station):
        sentence = N_("That person is not on the rota of this station. Ask the officer who runs the round.")
        raise NotAllowed("second_not_here", sentence, field="email")


def station_to_change(session: Session, station_id: int, by: Actor) -> Station:
    """`refuse_stranger` inside the caller's transaction, the round and then the station locked against others.

    Whoever locks several does so in one order, so that no two wait for each other: the event day, the round, the
    station, the kiosk.
    """
    locked_round(session, refuse_stranger(station_id, by).round_id)
    return session.get_one(Station, station_id, with_for_update=True, populate_existing=True)


def boxes_of(station: Station) -> int:
    """How many papers stewards counted in the box of a station, at all its closings together."""
    counted: int = station.closing.get("boxes", station.closing.get("in_box")) or 0
    return counted


def my_stations(by: Actor) -> list[Station]:
    """The stations on whose rota somebody is, by name."""
    mine = select(Duty.station_id).where(Duty.account_id == by.account_id)
    return list(db.session.scalars(select(Station).where(Station.id.in_(mine)).order_by(Station.name, Station.id)))


def _fill(station: Station, wanted: StationWanted) -> None:
    station.name = " ".join(wanted.name.split())
    station.kind, station.area_id = wanted.kind, wanted.area_id
    station.place, station.notes = wanted.place.strip(), wanted.notes.strip()
    station.offers = [key for key in OFFERS if key in wanted.offers]
    station.languages = wanted.languages.strip()


def _keep_times(session: Session, station: Station, times: Sequence[Span | None]) -> None:
    session.execute(delete(StationTime).where(StationTime.station_id == station.id))
    for each in sorted((span for span in times if span), key=lambda span: span.starts_at):
        session.add(StationTime(station_id=station.id, starts_at=each.starts_at, ends_at=each.ends_at))


def _refuse(round_id: int, wanted: StationWanted, station_id: int | None) -> None:
    name = " ".join(wanted.name.split())
    others = db.session.scalars(
        select(Station.name).where(Station.round_id == round_id, Station.id.is_distinct_from(station_id))
    )
    faults = []
    if not name:
        faults.append(Fault("name_missing", N_("Give the station a name, such as the place it is at."), field="name"))
    if len(name) > LONGEST_NAME:
        faults.append(Fault("name_long", N_("The name must be 80 characters or fewer."), field="name"))
    if is_among(name, others):
        faults.append(Fault("name_taken", N_("This round has a station of that name already."), field="name"))
    if len(wanted.place) > LONGEST_PLACE:
        faults.append(Fault("place_long", N_("The place must be 200 characters or fewer."), field="place"))
    if len(wanted.notes) > LONGEST_NOTES:
        faults.append(Fault("notes_long", N_("The notes must be 1,000 characters or fewer."), field="notes"))
    if wanted.area_id is not None and not db.session.get(RoundArea, (round_id, wanted.area_id)):
        faults.append(Fault("area_wrong", N_("Choose an area of this round."), field="area"))
    for number, span in enumerate(wanted.times):
        if span and span.ends_at <= span.starts_at:
            faults.append(
                Fault("times_wrong", N_("The station must close after it opens."), field=f"times-{number}-ends_at")
            )
    if faults:
        raise Refusals(faults)


def _refuse_drawn(session: Session, station: Station, wanted: StationWanted) -> None:
    """Refuse what would leave an event with the running order of another: its presentations are those of its ward."""
    if wanted.kind != station.kind and session.get(EventDay, station.id) is not None:
        sentence = N_("An event day is set up here, so this station stays an event. Add another station instead.")
        raise Refusal("event_set_up", sentence, field="kind")
    drawn = select(Pitch.id).where(Pitch.station_id == station.id).limit(1)
    if wanted.area_id != station.area_id and session.scalar(drawn) is not None:
        sentence = N_(
            "The running order of this event is drawn, from the projects of its area. Leave the area, or add another "
            "station instead."
        )
        raise Refusal("order_drawn", sentence, field="area")


def _fresh_mark() -> str:
    while True:
        mark = "".join(secrets.choice(MARK_LETTERS) for _ in range(MARK_LENGTH))
        if db.session.scalar(select(Station.id).where(Station.mark == mark)) is None:
            return mark


def _no_station() -> NotFound:
    return NotFound("no_station", N_("There is no such station. Look at the list of your stations."))
