"""The event of the demonstration: some hours in a hall while the large round votes."""

from __future__ import annotations

import random
import secrets

from pb.cli.demo.ballots import Voters
from pb.cli.demo.people import residents
from pb.cli.demo.stalls import STEWARDS, begin, end
from pb.cli.demo.town import Town, round_at
from pb.core.clock import to_london
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.extensions import present
from pb.models.event_days import Presence
from pb.models.stations import Station, StationKind
from pb.services.allocations import allocate_cards
from pb.services.casting import Marked, cast
from pb.services.check_in import check_in, let_observe
from pb.services.codes import make_codes
from pb.services.event_days import DayWanted, running_order, set_up_day
from pb.services.hall import call, close_hand_in, mark_presence
from pb.services.rights import Claim
from pb.services.stations import Span, StationWanted, add_station, stations_of
from pb.services.stewards import brief, put_on_rota

HALL = "Harbour Hall"
WARD = "Harbour"
CARDS = 30
CAME = 5
DAY = 8


def plan(town: Town, slug: str, time: Span) -> None:
    """The officer adds the event, says how it goes, sends cards and puts two stewards on the rota."""
    the_round, by = round_at(slug), town.actor("officer")
    wanted = StationWanted(
        HALL, kind=StationKind.EVENT, place="Ropewalk, EP1 3NH", notes="Tea, and a quiet room.",
        area_id=town.areas[WARD], offers=("step_free", "seating", "quiet", "hearing_loop"), times=[time],
    )  # fmt: skip
    station = add_station(the_round.id, wanted, by=by)
    set_up_day(station.id, DayWanted(pitch_seconds=120, question_seconds=60, scoring_seconds=30), by=by)
    made = make_codes(
        the_round.id, by=by, count=CARDS, name=HALL, area_id=town.areas[WARD], channel="event", by_steward=True
    )
    town.hall_codes.extend(made.codes)
    allocate_cards(the_round.id, made.batch_id, station.id, by=by)
    for key in STEWARDS:
        brief(the_round.id, town.accounts[key], to_london(present.now()).date(), by=by)
        put_on_rota(the_round.id, station.id, town.accounts[key], time, by=by)


def hold(town: Town, slug: str, people: Voters) -> None:
    """The evening: neighbours come in, every bid is presented, they vote, and two stewards close."""
    open_doors(town, slug, people)
    station, steward = _station(slug), town.actor("steward")
    for place in running_order(station.id):
        mark_presence(station.id, place.pitch.id, Presence.PRESENT, by=steward)
        call(station.id, place.pitch.id, by=steward)
    for _ in range(CAME):
        marked = people.marks(station.round_id, WARD)
        nonce = make_nonce(secrets.token_bytes(NONCE_BYTES))
        code = town.hall_codes.pop()
        cast(Marked(station.round_id, 1, marked, nonce, formed_at=present.now()), Claim(code))
    close_hand_in(station.id, by=steward)
    end(town, slug, HALL, left=CARDS - CAME)


def open_doors(town: Town, slug: str, people: Voters) -> None:
    """Two stewards open the hall, and neighbours come in."""
    begin(town, slug, HALL)
    station, steward = _station(slug), town.actor("steward")
    neighbours = residents(random.Random(f"{people.seed} hall"), WARD, people.diary.day_nought.year - 3)
    for _ in range(CAME):
        check_in(station.id, next(neighbours), what="card", by=steward)
    let_observe(station.id, needs=("seating",), by=steward)


def go_half_way(town: Town, slug: str) -> None:
    """Half of the bids are presented, one by nobody; the next is called, and its clock waits to be started."""
    station, steward = _station(slug), town.actor("steward")
    order = running_order(station.id)
    half = len(order) // 2
    for number, place in enumerate(order[: half + 1], 1):
        presence = Presence.STATEMENT if number == half else Presence.PRESENT
        mark_presence(station.id, place.pitch.id, presence, by=steward)
        call(station.id, place.pitch.id, by=steward)


def _station(slug: str) -> Station:
    return next(each for each in stations_of(round_at(slug).id) if each.name == HALL)
