"""The two stalls of the demonstration: the library's, and one in a supermarket's car park that is open today."""

from __future__ import annotations

import random
import secrets

from pb.cli.demo.ballots import Voters
from pb.cli.demo.diary import Diary
from pb.cli.demo.people import residents
from pb.cli.demo.town import Town, round_at
from pb.core.clock import to_london
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.extensions import present
from pb.models.codes import CodeBatch
from pb.models.stations import Station
from pb.services.allocations import allocate_cards, cards_to_allocate
from pb.services.batches import note_card_counts, numbers_of_batch
from pb.services.casting import Marked, cast
from pb.services.codes import make_codes
from pb.services.handing_out import hand_over, left_of
from pb.services.rights import Claim
from pb.services.station_days import Counted, close_station, open_station, stacks_to_count
from pb.services.stations import Span, StationWanted, add_station, stations_of
from pb.services.stewards import brief, put_on_rota

LIBRARY, TESCO = "Quay Lane Library", "Tesco car park"
#: The ward of the supermarket's cards; whoever hands one out asks who it is for.
WARD = "Harbour"
CARDS = 40
GIVEN = 6
STEWARDS = ("steward", "steward2")


def plan(town: Town, slug: str, diary: Diary) -> None:
    """The officer adds both stalls, sends their cards, briefs two stewards and puts them on the rota."""
    the_round, by = round_at(slug), town.actor("officer")
    library = StationWanted(
        LIBRARY, place="Quay Lane, EP1 4LB, by the desk", notes="Step-free from Quay Lane; buses 4 and 11.",
        area_id=town.areas[WARD], offers=("step_free", "seating", "large_print", "hearing_loop", "toilet"),
        times=_days(diary, range(6)),
    )  # fmt: skip
    tesco = StationWanted(
        TESCO, place="Kingsway, EP1 7TE, by the trolleys", notes="A blue gazebo between the doors and the trolleys.",
        area_id=town.areas[WARD], offers=("step_free", "parking", "children"), languages="English, Polish, Urdu",
        times=_days(diary, range(6, 10)),
    )  # fmt: skip
    (cards,) = cards_to_allocate(the_round.id)
    made = make_codes(
        the_round.id, by=by, count=CARDS, name=TESCO, area_id=town.areas[WARD], channel="stall", by_steward=True
    )
    town.stall_codes.extend(made.codes)
    for wanted, batch_id in ((library, cards.id), (tesco, made.batch_id)):
        station = add_station(the_round.id, wanted, by=by)
        allocate_cards(the_round.id, batch_id, station.id, by=by)
        for key in STEWARDS:
            brief(the_round.id, town.accounts[key], to_london(present.now()).date(), by=by)
            for span in filter(None, wanted.times):
                put_on_rota(the_round.id, station.id, town.accounts[key], span, by=by)


def begin(town: Town, slug: str, name: str) -> None:
    """Two stewards look into the box, count and open."""
    station = _station(slug, name)
    stacks = [stack for _field, stack in stacks_to_count(station.id) if isinstance(stack, CodeBatch)]
    cards = {each.id: each.made if each.printed is None else left_of(each) for each in stacks}
    one, other = (town.actor(key) for key in STEWARDS)
    open_station(station.id, Counted(cards=cards, box_empty=True), by=one, second=other)


def hand_out(town: Town, slug: str, people: Voters) -> None:
    """Shoppers get a card each; most of them use it at once."""
    station, chance = _station(slug, TESCO), random.Random(people.seed)
    shoppers = residents(chance, WARD, people.diary.day_nought.year - 2)
    for number in range(GIVEN):
        hand_over(station.id, next(shoppers), by=town.actor("steward"))
        code = town.stall_codes.pop()
        if number:
            nonce = make_nonce(secrets.token_bytes(NONCE_BYTES))
            marks = people.marks(station.round_id, WARD)
            cast(Marked(station.round_id, 1, marks, nonce, formed_at=present.now()), Claim(code))


def end(town: Town, slug: str, name: str, *, left: int | None = None) -> None:
    """Two stewards count what is left, of the library's cards a third, and close."""
    station = _station(slug, name)
    stacks = [stack for _field, stack in stacks_to_count(station.id) if isinstance(stack, CodeBatch)]
    cards = {each.id: each.made // 3 if left is None else left for each in stacks}
    gone = "" if left is not None else "The tablet was charging most of the time, so we gave cards without pressing."
    one, other = (town.actor(key) for key in STEWARDS)
    counted = Counted(cards=cards, in_box=0, spoilt_papers=0, explanation=gone)
    close_station(station.id, counted, by=one, second=other)


def settle_cards(town: Town, slug: str) -> None:
    """After the close the officer notes how many cards were taken home and not used."""
    round_id, by = round_at(slug).id, town.actor("officer")
    for batch in cards_to_allocate(round_id):
        numbers = numbers_of_batch(round_id, batch.id)
        counts = {name: getattr(batch, name) for name in ("printed", "handed_out", "returned_unused", "missing")}
        counts["not_returned"] = numbers.handed_out - numbers.used - numbers.spoilt - numbers.lost_replaced
        note_card_counts(round_id, batch.id, counts, by=by)


def _station(slug: str, name: str) -> Station:
    return next(each for each in stations_of(round_at(slug).id) if each.name == name)


def _days(diary: Diary, days: range) -> list[Span]:
    return [Span(diary.moment(day, "09:00"), diary.moment(day, "17:30")) for day in days]
