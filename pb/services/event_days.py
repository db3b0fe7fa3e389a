"""Event days: setting one up, its running order, and what is on in the hall now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.draw import drawn_order
from pb.core.errors import Fault, NotFound, Refusal, Refusals
from pb.core.event_days import LONGEST, SHORTEST, Countdown
from pb.core.words import N_
from pb.extensions import db
from pb.models.ballots import Project
from pb.models.event_days import AbsentRule, DayStep, EventDay, Pitch
from pb.models.rounds import Pot, Round
from pb.models.stations import Station, StationKind, StationState
from pb.services.ledger import record
from pb.services.rounds import round_to_change
from pb.services.transactions import transaction

LONGEST_SEED = 200
#: What screens tell in place of a step before the stewards have opened the station.
SHUT = "shut"


@dataclass(frozen=True)
class DayWanted:
    """How an event day goes: the seconds of each part of a presentation, and its rules."""

    pitch_seconds: int = 180
    question_seconds: int = 120
    scoring_seconds: int = 60
    late_comers_may_score: bool = True
    absent_rule: AbsentRule = AbsentRule.STATEMENT
    score_when_heard: bool = True


@dataclass(frozen=True)
class Place:
    """A place of the running order with its project. `of` is how many places there are."""

    pitch: Pitch
    project: Project
    of: int


def set_up_day(station_id: int, wanted: DayWanted, *, by: Actor) -> EventDay:
    """Say how the event day of a station goes. The order is that of the ballot until another one is drawn.

    Raises NotFound `no_station`; NotAllowed `not_your_round`; Refusal `not_an_event`; Refusals `seconds_wrong`
    beside each part that is too short or too long. Event `event_day_set`.
    """
    faults = list(_second_faults(wanted))
    if faults:
        raise Refusals(faults)
    with transaction() as session:
        station = _event_station(session, station_id)
        day = session.get(EventDay, station_id, with_for_update=True, populate_existing=True)
        round_to_change(session, station.round_id, by)
        if day is None:
            day = EventDay(station_id=station_id, round_id=station.round_id)
            session.add(day)
        changed = sorted(name for name, value in asdict(wanted).items() if getattr(day, name) != value)
        for name in changed:
            setattr(day, name, getattr(wanted, name))
        session.flush()
        _put_in_order(session, station, day)
        subject = f"station:{station_id}"
        record("event_day_set", by, round_id=station.round_id, subject=subject, station=station_id, fields=changed)
    return day


def _second_faults(wanted: DayWanted) -> Iterator[Fault]:
    for name in ("pitch_seconds", "question_seconds", "scoring_seconds"):
        if not SHORTEST <= getattr(wanted, name) <= LONGEST:
            sentence = N_("Enter from %(least)s to %(most)s seconds.")
            yield Fault("seconds_wrong", sentence, {"least": SHORTEST, "most": LONGEST}, name)


def _event_station(session: Session, station_id: int) -> Station:
    station = session.get(Station, station_id)
    if station is None:
        raise NotFound("no_station", N_("There is no such station."))
    if station.kind != StationKind.EVENT:
        raise Refusal("not_an_event", N_("This station is not an event. Only an event has presentations."))
    return station


def draw_order(station_id: int, *, seed: str = "", by: Actor) -> list[Place]:
    """Draw the running order anew from `seed`, words or figures made in public; without one it is the ballot's.

    Anybody can repeat the draw (`core/draw.py`). Raises NotFound `no_station`, `no_event_day`; NotAllowed
    `not_your_round`; Refusal `seed_long`, `not_locked`, `pitches_begun`. Event `running_order_drawn`.
    """
    seed = " ".join(seed.split())
    if len(seed) > LONGEST_SEED:
        sentence = N_("The words of the draw must be %(most)s characters or fewer.")
        raise Refusal("seed_long", sentence, field="seed", status=422, most=LONGEST_SEED)
    with transaction() as session:
        station = _event_station(session, station_id)
        day = day_to_change(session, station_id)
        the_round = round_to_change(session, station.round_id, by)
        if the_round.frozen is None:
            raise Refusal("not_locked", N_("The order is drawn once the ballot is locked."), field="seed")
        if day.pitch_id is not None:
            raise Refusal("pitches_begun", N_("The presentations have begun, so their order stands."), field="seed")
        day.seed = seed
        count = _put_in_order(session, station, day)
        record(
            "running_order_drawn", by, round_id=station.round_id, subject=f"station:{station_id}",
            station=station_id, seed=seed or the_round.order_seed, projects=count,
        )  # fmt: skip
    return running_order(station_id)


def order_days(session: Session, round_id: int) -> None:
    """Give the event days that were set up before the lock their running order, inside the transaction that locks."""
    rows = select(Station, EventDay).join(EventDay, EventDay.station_id == Station.id)
    for station, day in session.execute(rows.where(EventDay.round_id == round_id).order_by(Station.id)).all():
        _put_in_order(session, station, day)


def _put_in_order(session: Session, station: Station, day: EventDay) -> int:
    """Give every project that this station hears its place, while none was called; gives how many there are."""
    if day.pitch_id is not None:
        return 0
    projects = {each.key: each for each in _heard_here(session, station)}
    keys = drawn_order(day.seed, projects) if day.seed else list(projects)
    kept = {each.project_id: each for each in session.scalars(_pitches(station.id))}
    for at, each in enumerate(kept.values(), 1):
        each.place = -at  # no two may stand at one place, not even for a moment
    session.flush()
    for place, key in enumerate(keys, 1):
        pitch = kept.pop(projects[key].id, None)
        if pitch is None:
            session.add(Pitch(station_id=station.id, project_id=projects[key].id, place=place))
        else:
            pitch.place = place
    for each in kept.values():
        session.delete(each)
    session.flush()
    return len(keys)


def _heard_here(session: Session, station: Station) -> list[Project]:
    """The projects that are presented at a station, in the ballot's order: those of its ward and of everybody."""
    query = select(Project).join(Pot, Project.pot_id == Pot.id).order_by(Project.number)
    query = query.where(Project.round_id == station.round_id, Project.withdrawn_at.is_(None))
    if station.area_id is not None:
        query = query.where(Pot.area_id.is_(None) | (Pot.area_id == station.area_id))
    return list(session.scalars(query))


def _pitches(station_id: int) -> Any:
    return select(Pitch).where(Pitch.station_id == station_id).order_by(Pitch.place)


def day_to_change(session: Session, station_id: int) -> EventDay:
    """An event day inside the caller's transaction, locked against others. Raises NotFound `no_event_day`."""
    day = session.get(EventDay, station_id, with_for_update=True, populate_existing=True)
    if day is None:
        raise _no_day()
    return day


def find_day(round_id: int, station_id: int) -> EventDay:
    """The event day of a station of a round. Raises NotFound `no_event_day`."""
    day = db.session.get(EventDay, station_id)
    if day is None or day.round_id != round_id:
        raise _no_day()
    return day


def _no_day() -> NotFound:
    return NotFound("no_event_day", N_("This station has no event day yet."))


def running_order(station_id: int) -> list[Place]:
    """The presentations of a station in their order. Projects that have left the ballot are left out."""
    query = select(Pitch, Project).join(Project, Pitch.project_id == Project.id)
    query = query.where(Pitch.station_id == station_id, Project.withdrawn_at.is_(None)).order_by(Pitch.place)
    rows = db.session.execute(query).all()
    return [Place(pitch, project, len(rows)) for pitch, project in rows]


def days_of(round_id: int) -> list[tuple[EventDay, Station]]:
    """The event days of a round with their stations: the one where something was done last first."""
    query = select(EventDay, Station).join(Station, EventDay.station_id == Station.id)
    rows = db.session.execute(query.where(EventDay.round_id == round_id).order_by(Station.id)).all()
    found = [(day, station) for day, station in rows]
    return sorted(found, key=lambda each: each[0].step_began_at.timestamp() if each[0].step_began_at else 0.0)[::-1]


def hand_in_closed(station_id: int) -> bool:
    """Whether the hand-in of an event day at a station is over; never so where there is no event day."""
    step = db.session.scalar(select(EventDay.step).where(EventDay.station_id == station_id))
    return step == DayStep.HANDED_IN


def has_day(round_id: int) -> bool:
    """Whether a round has an event day."""
    query = select(func.count()).select_from(EventDay).where(EventDay.round_id == round_id)
    return bool(db.session.scalar(query))


def countdown_of(day: EventDay) -> Countdown:
    """The countdown of an event day."""
    return Countdown(day.step_ends_at, day.seconds_left)


def current(day: EventDay, order: list[Place]) -> Place | None:
    """The presentation that is on; None before the first."""
    return next((each for each in order if each.pitch.id == day.pitch_id), None)


def following(day: EventDay, order: list[Place]) -> Place | None:
    """The presentation that comes next: whoever is absent is passed over. None at the end."""
    on = current(day, order)
    after = on.pitch.place if on else 0
    return next((each for each in order if each.pitch.place > after and each.pitch.presence != "absent"), None)


def now_on(round_id: int, station_id: int | None = None) -> dict[str, Any] | None:
    """What is on in the hall of a round, for screens and phones, as JSON data; None where there is no event day.

    Of several event days it is the one where something was done last, unless `station_id` names one; the others stand
    under `elsewhere`, by the number of their station. Nothing in it says what anybody chose. `ends_at` is by the
    server's clock; `told` is the step as people read it (`SHUT` before the doors open); `order` are the ballot's
    numbers of the projects that are heard here, `heard` of those that may be scored; `title` and `group` are those of
    the presentation that is on.
    """
    days = days_of(round_id)
    first = next((each for each in days if station_id in (None, each[1].id)), None)
    if first is None:
        return None
    others = {str(station.id): _on_at(day, station) for day, station in days if day is not first[0]}
    return _on_at(*first) | {"elsewhere": others}


def _on_at(day: EventDay, station: Station) -> dict[str, Any]:
    order = running_order(day.station_id)
    stands = countdown_of(day).stands
    on = current(day, order)
    return {
        "station": station.id,
        "name": station.name,
        "turn": day.turn,
        "step": day.step.value,
        "told": _told_step(day, station),
        "paused": stands,
        "ends_at": day.step_ends_at.isoformat() if day.step_ends_at and not stands else None,
        "left": day.seconds_left,
        "pitch": _told(on),
        "title": on.project.title if on else "",
        "group": on.project.organisation if on else "",
        "next": _told(following(day, order)) if day.step != DayStep.HANDED_IN else None,
        "order": [each.project.number for each in order],
        "heard": [each.project.number for each in order if each.pitch.opened_at is not None],
        "heard_first": day.score_when_heard,
        "hand_in_closed": day.step == DayStep.HANDED_IN,
    }


def _told_step(day: EventDay, station: Station) -> str:
    """The step as people read it: nobody is told that doors are open while the station is not."""
    shut = day.step == DayStep.CHECK_IN and station.state != StationState.OPEN
    return SHUT if shut else day.step.value


def _told(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    project, pitch = place.project, place.pitch
    return {
        "key": project.key,
        "number": project.number,
        "title": project.title,
        "organisation": project.organisation,
        "presence": pitch.presence.value,
        "place": pitch.place,
        "of": place.of,
    }


def day_at(the_round: Round, station_id: int) -> tuple[EventDay, Station]:
    """An event day of a round and its station. Raises NotFound `no_event_day`."""
    day = find_day(the_round.id, station_id)
    station = db.session.get(Station, station_id)
    if station is None:
        raise _no_day()
    return day, station
