"""Stewards: briefed on a day, and put on the rota of a station; nobody without a briefing is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from pb.core.actors import Actor, Role
from pb.core.clock import to_london
from pb.core.errors import NotFound, Refusal
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.accounts import Account, AccountRole
from pb.models.stations import Briefing, Duty, Station
from pb.services.ledger import record
from pb.services.pages import Page, page_of
from pb.services.rounds import round_to_change
from pb.services.stations import Span, find_station
from pb.services.transactions import transaction

#: Who may stand at a station.
STANDING = (Role.STEWARD, Role.OFFICER)


@dataclass(frozen=True)
class Steward:
    """Somebody who may stand at a station, and the day of their briefing for the round; None without one."""

    id: int
    name: str
    email: str
    briefed_on: date | None


@dataclass(frozen=True)
class Shift:
    """A line of the rota: who stands where, from when until when."""

    id: int
    account_id: int
    steward: str
    station_id: int
    station: str
    starts_at: datetime
    ends_at: datetime


def stewards_page(round_id: int, number: int, size: int | None = None) -> Page[Steward]:
    """A page of everybody who may stand at a station, by name, with their briefing for the round."""
    page = page_of(_may_stand(), number, size)
    return page.of(_with_briefings(round_id, page.rows))


def stewards_for(round_id: int) -> list[Steward]:
    """Everybody who may stand at a station, by name."""
    return _with_briefings(round_id, list(db.session.scalars(_may_stand())))


def _may_stand() -> Select[Any]:
    roles = select(AccountRole.account_id).where(AccountRole.role.in_(STANDING))
    return select(Account).where(Account.id.in_(roles), Account.active).order_by(Account.name, Account.id)


def _with_briefings(round_id: int, accounts: list[Account]) -> list[Steward]:
    query = select(Briefing.account_id, Briefing.given_on).where(Briefing.round_id == round_id)
    days = {row[0]: row[1] for row in db.session.execute(query)}
    return [Steward(each.id, each.name, each.email, days.get(each.id)) for each in accounts]


def brief(round_id: int, account_id: int, given_on: date | None, *, by: Actor) -> None:
    """Note that somebody was briefed as a steward of a round on a day; another day takes the place of the first.

    Raises NotFound `no_round`; NotAllowed `not_your_round`; Refusal `not_a_steward`, `day_missing`, `day_ahead`.
    Event `steward_briefed`.
    """
    with transaction() as session:
        round_to_change(session, round_id, by)
        _refuse_no_steward(session, account_id)
        if given_on is None:
            raise _beside("given_on", "day_missing", N_("Enter the day of the briefing."))
        if given_on > to_london(present.now()).date():
            raise _beside("given_on", "day_ahead", N_("Enter the briefing when it has been given."))
        mine = select(Briefing).where(Briefing.round_id == round_id, Briefing.account_id == account_id)
        briefing = session.scalar(mine)
        if briefing is None:
            briefing = Briefing(round_id=round_id, account_id=account_id)
            session.add(briefing)
        briefing.given_on, briefing.given_by = given_on, by.account_id or 0
        facts = {"account": account_id, "on": given_on.isoformat()}
        record("steward_briefed", by, round_id=round_id, subject=f"account:{account_id}", **facts)


def put_on_rota(round_id: int, station_id: int, account_id: int, span: Span, *, by: Actor) -> Duty:
    """Put a briefed steward on the rota of a station.

    Raises NotFound `no_round`, `no_station`; NotAllowed `not_your_round`; Refusal beside `steward` `not_a_steward`,
    `not_briefed`, `elsewhere`, beside `ends_at` `times_wrong`. Event `duty_added`.
    """
    with transaction() as session:
        round_to_change(session, round_id, by)
        station = find_station(round_id, station_id)
        _refuse_no_steward(session, account_id)
        if span.ends_at <= span.starts_at:
            raise _beside("ends_at", "times_wrong", N_("The duty must end after it begins."))
        _refuse_unbriefed(round_id, account_id)
        _refuse_elsewhere(account_id, span)
        duty = Duty(station_id=station.id, account_id=account_id, starts_at=span.starts_at, ends_at=span.ends_at)
        session.add(duty)
        session.flush()
        record("duty_added", by, round_id=round_id, subject=f"station:{station_id}", account=account_id)
        return duty


def take_off_rota(round_id: int, duty_id: int, *, by: Actor) -> None:
    """Take a line off the rota. Raises NotFound `no_round`, `no_duty`; NotAllowed `not_your_round`. `duty_removed`."""
    with transaction() as session:
        round_to_change(session, round_id, by)
        duty = session.get(Duty, duty_id)
        station = session.get(Station, duty.station_id) if duty else None
        if duty is None or station is None or station.round_id != round_id:
            raise NotFound("no_duty", N_("This line is not on the rota any more."))
        session.execute(delete(Duty).where(Duty.id == duty_id))
        record("duty_removed", by, round_id=round_id, subject=f"station:{station.id}", account=duty.account_id)


def rota_page(round_id: int, number: int, size: int | None = None) -> Page[Shift]:
    """A page of the rota of a round, in the order of the calendar."""
    query = select(Duty).join(Station, Station.id == Duty.station_id).where(Station.round_id == round_id)
    page = page_of(query.order_by(Duty.starts_at, Station.name, Duty.id), number, size)
    return page.of(_shifts(page.rows))


def rota_of(station_id: int) -> list[Shift]:
    """The rota of a station, in the order of the calendar."""
    query = select(Duty).where(Duty.station_id == station_id).order_by(Duty.starts_at, Duty.id)
    return _shifts(list(db.session.scalars(query)))


def shifts_of(account_id: int) -> list[Shift]:
    """When and where somebody is on a rota and has not gone home yet."""
    mine = select(Duty).where(Duty.account_id == account_id).order_by(Duty.starts_at, Duty.id)
    return _shifts(list(db.session.scalars(mine)))


def _shifts(duties: list[Duty]) -> list[Shift]:
    names = select(Account.id, Account.name).where(Account.id.in_([each.account_id for each in duties]))
    people = {row[0]: row[1] for row in db.session.execute(names)}
    places = select(Station.id, Station.name).where(Station.id.in_([each.station_id for each in duties]))
    stations = {row[0]: row[1] for row in db.session.execute(places)}
    return [
        Shift(
            each.id, each.account_id, people[each.account_id], each.station_id, stations[each.station_id],
            each.starts_at, each.ends_at,
        )
        for each in duties
    ]  # fmt: skip


def _refuse_no_steward(session: Session, account_id: int) -> None:
    """Their row is locked: no officer of another round puts them elsewhere at the same moment."""
    if session.scalar(_may_stand().where(Account.id == account_id).with_for_update()) is None:
        raise _beside("steward", "not_a_steward", N_("Choose somebody who has the role of a steward or an officer."))


def _refuse_unbriefed(round_id: int, account_id: int) -> None:
    briefed = select(Briefing.id).where(Briefing.round_id == round_id, Briefing.account_id == account_id)
    if db.session.scalar(briefed) is None:
        sentence = N_("Nobody has noted a briefing of this person for this round. Brief them first.")
        raise _beside("steward", "not_briefed", sentence)


def _refuse_elsewhere(account_id: int, span: Span) -> None:
    meanwhile = select(Station.name).join(Duty, Duty.station_id == Station.id).where(Duty.account_id == account_id)
    name = db.session.scalar(meanwhile.where(Duty.starts_at < span.ends_at, Duty.ends_at > span.starts_at).limit(1))
    if name is not None:
        sentence = N_("They are on the rota of %(station)s at that time.")
        raise Refusal("elsewhere", sentence, field="steward", status=422, station=name)


def _beside(field: str, code: str, sentence: str) -> Refusal:
    return Refusal(code, sentence, field=field, status=422)
