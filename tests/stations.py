"""Stations, their stewards and their days: helpers of the tests about places."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pb.core.actors import Actor, Role
from pb.core.clock import to_london
from pb.extensions import present
from pb.models.codes import CodeBatch
from pb.models.papers import PaperBatch
from pb.models.rounds import Round
from pb.models.stations import Station, StationKind
from pb.services.allocations import allocate_cards
from pb.services.codes import MadeCodes, make_codes
from pb.services.handing_out import left_of
from pb.services.station_days import Counted, close_station, open_station, stacks_to_count
from pb.services.stations import Span, StationWanted, add_station
from pb.services.stewards import brief, put_on_rota
from tests import factories


def a_station(the_round: Round, name: str = "Tesco car park", **wanted: Any) -> Station:
    """A station of a round, a stall unless told."""
    asked = StationWanted(name, **({"kind": StationKind.STALL, "place": "Kingsway, by the doors"} | wanted))
    return add_station(the_round.id, asked, by=factories.owner_of(the_round))


def on_rota(the_round: Round, station: Station, steward: Actor | None = None) -> Actor:
    """A steward, briefed, on the rota of a station for the next three days."""
    steward = steward or factories.someone(Role.STEWARD)
    owner, now = factories.owner_of(the_round), present.now()
    assert steward.account_id is not None
    brief(the_round.id, steward.account_id, to_london(now).date(), by=owner)
    put_on_rota(the_round.id, station.id, steward.account_id, Span(now, now + timedelta(days=3)), by=owner)
    return steward


def cards_at(the_round: Round, station: Station, count: int = 3, name: str = "", **wanted: Any) -> MadeCodes:
    """Fresh codes of a batch that is sent to a station."""
    owner = factories.owner_of(the_round)
    made = make_codes(the_round.id, by=owner, count=count, name=name or f"Cards for {station.name}", **wanted)
    allocate_cards(the_round.id, made.batch_id, station.id, by=owner)
    return made


def counted(station: Station, **changes: Any) -> Counted:
    """Counts that add up: what the records say is left, or all of a batch that nobody counted yet."""
    cards, papers = {}, {}
    for _, stack in stacks_to_count(station.id):
        left = left_of(stack)
        if isinstance(stack, PaperBatch):
            papers[stack.id] = left
        elif isinstance(stack, CodeBatch):
            cards[stack.id] = stack.made if left is None else left
    wanted = {"cards": cards, "papers": papers, "box_empty": True, "in_box": 0, "spoilt_papers": 0}
    return Counted(**(wanted | changes))


def opened(station: Station, one: Actor, other: Actor, **changes: Any) -> Station:
    """The station, opened by two stewards."""
    return open_station(station.id, counted(station, **changes), by=one, second=other)


def closed(station: Station, one: Actor, other: Actor, **changes: Any) -> Station:
    """The station, closed by two stewards."""
    return close_station(station.id, counted(station, **changes), by=one, second=other)


def an_open_station(the_round: Round, name: str = "Tesco car park", **wanted: Any) -> tuple[Station, Actor, Actor]:
    """A station that two stewards have opened, and the two. Send it cards before with `a_station`, or after."""
    station = a_station(the_round, name, **wanted)
    one, other = on_rota(the_round, station), on_rota(the_round, station)
    return opened(station, one, other), one, other
