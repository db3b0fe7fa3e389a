"""A station's day: opened by two stewards with a zero report, closed by two with what was counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.errors import Fault, Refusal, Refusals
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.codes import CodeBatch, Declarer
from pb.models.kiosks import Kiosk
from pb.models.papers import PaperBatch
from pb.models.rounds import Round
from pb.models.stations import Station, StationState
from pb.services.event_days import hand_in_closed
from pb.services.handing_out import HANDING, Stack, left_of, stacks_at
from pb.services.kiosks import kiosks_in_use, note_number
from pb.services.ledger import record
from pb.services.papers import least_in_box
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import locked_round
from pb.services.stations import boxes_of, refuse_pair, station_to_change
from pb.services.transactions import transaction

MOST_COUNTED = 20_000
LONGEST_REASON = 500
#: A station is closed after the vote too: its stewards carry their counts home.
CLOSING = (*HANDING, RoundState.CLOSED, RoundState.OPENED)


@dataclass(frozen=True)
class Counted:
    """What two stewards counted: cards and papers that are there, by the batch's id.

    `box_empty` is asked at the opening, `in_box` and `spoilt_papers` at the closing, and of each tablet by its id the
    number that it shows, None for one that is dead. `explanation` says why something does not add up.
    """

    cards: Mapping[int, int | None] = field(default_factory=dict)
    papers: Mapping[int, int | None] = field(default_factory=dict)
    kiosks: Mapping[int, int | None] = field(default_factory=dict)
    box_empty: bool = False
    in_box: int | None = None
    spoilt_papers: int | None = None
    explanation: str = ""


@dataclass(frozen=True)
class Difference:
    """A stack whose count is not what the records say should be there. `name` is the field of its form."""

    name: str
    batch: str
    expected: int
    counted: int


def open_station(station_id: int, counted: Counted, *, by: Actor, second: Actor) -> Station:
    """Open a station for the day: nothing in the box, every card and paper counted, two people.

    Side effects: the codes of its batches work from the first opening on; the number printed of a batch is what is
    counted then, where nobody typed it; cards and papers that are not there are missing. A day that is not the first
    goes on from what was left and in the box at the closing before. Raises NotFound `no_station`;
    NotAllowed `not_at_station`; Refusal `not_now`, `open_already`, `same_person`, `second_not_here`; Refusals
    (`box_not_empty`, `count_missing`, `count_wrong`, `differs` with `explanation_missing`). Event `station_opened`.
    """
    with transaction() as session:
        station = _taken(session, station_id, by, second, HANDING)
        if station.state == StationState.OPEN:
            raise Refusal("open_already", N_("This station is open already."))
        faults = list(_count_faults(station_id, counted))
        if not counted.box_empty:
            sentence = N_("Look into the box together, then tick that it is empty.")
            faults.append(Fault("box_not_empty", sentence, field="box_empty"))
        found = _settled(station_id, counted, faults)
        for stack, number in _stacks(station_id, counted):
            _begin(stack, number or 0)
        for kiosk in kiosks_in_use(station_id):
            note_number(kiosk, None, by)
        station.state, station.opened_at = StationState.OPEN, present.now()
        station.opened_by, station.opened_with = by.account_id, second.account_id
        held = _in_box_before(station_id)
        station.opening = _kept(counted, found) | {"given": _given(station_id), "held": held}
        _tell("station_opened", station, by, second, counted, found)
        return station


def close_station(station_id: int, counted: Counted, *, by: Actor, second: Actor) -> Station:
    """Close a station for the day, with what two people counted.

    Side effects: what is left of each batch is noted as unused, and what is in the box added to the days before; cards
    whose voters declare count as handed out when they are gone, those for which stewards declare as missing where the
    roll knows nobody for them. Cards that people took home go on working, but at an event whose hand-in is closed.
    Raises as `open_station`; Refusal `not_open`. Event `station_closed`.
    """
    with transaction() as session:
        station = _taken(session, station_id, by, second, CLOSING)
        if station.state != StationState.OPEN:
            raise Refusal("not_open", N_("This station is not open."))
        faults = list(_count_faults(station_id, counted))
        for name in ("in_box", "spoilt_papers"):
            faults += _number_faults(name, getattr(counted, name))
        for kiosk_id, number in counted.kiosks.items():
            faults += _number_faults(f"kiosk_{kiosk_id}", number or 0)
        found = _settled(station_id, counted, faults)
        for stack, number in _stacks(station_id, counted):
            _end(stack, number or 0)
        _note_papers(station, counted)
        for kiosk in kiosks_to_close(station_id):
            note_number(kiosk, counted.kiosks.get(kiosk.id), by)
        station.state, station.closed_at = StationState.CLOSED, present.now()
        station.closed_by, station.closed_with = by.account_id, second.account_id
        numbers = {"in_box": counted.in_box, "spoilt_papers": counted.spoilt_papers}
        boxes = boxes_of(station) + (counted.in_box or 0)
        station.closing = _kept(counted, found) | numbers | {"given": _given(station_id), "boxes": boxes}
        _tell("station_closed", station, by, second, counted, found, **numbers)
        return station


def differences(station_id: int, counted: Counted) -> list[Difference]:
    """The stacks of a station that were counted and are not what the records say."""
    found = []
    for stack, number in _stacks(station_id, counted):
        expected = left_of(stack)
        if expected is None and isinstance(stack, CodeBatch) and (number or 0) > stack.made:
            expected = stack.made  # nobody counted them before, but there are no more cards than codes
        if number is not None and expected is not None and number != expected:
            found.append(Difference(_name(stack), stack.name, expected, number))
    return found


def stacks_to_count(station_id: int) -> list[tuple[str, Stack]]:
    """The batches of cards and papers of a station, each with the name of its field."""
    both: list[Stack] = [*stacks_at(station_id, any_time=True), *stacks_at(station_id, what="slip")]
    return [(_name(each), each) for each in both]


def kiosks_to_close(station_id: int) -> list[Kiosk]:
    """The tablets that take ballots at a station, by name, whose numbers are noted as it closes.

    What was noted at the end of a hand-in stands: what a tablet made since then waits for two officers.
    """
    over = hand_in_closed(station_id)
    return [each for each in kiosks_in_use(station_id) if not over or each.closing_seq is None]


def _taken(session: Session, station_id: int, by: Actor, second: Actor, states: tuple[RoundState, ...]) -> Station:
    station = station_to_change(session, station_id, by)
    the_round = locked_round(session, station.round_id)
    record_due_arrows(the_round)
    must_be(the_round, *states)
    refuse_pair(station, by, second)
    return station


def _stacks(station_id: int, counted: Counted) -> Iterator[tuple[Stack, int | None]]:
    for _name_of, stack in stacks_to_count(station_id):
        numbers = counted.papers if isinstance(stack, PaperBatch) else counted.cards
        yield stack, numbers.get(stack.id)


def _name(stack: Stack) -> str:
    return f"{'papers' if isinstance(stack, PaperBatch) else 'cards'}_{stack.id}"


def _count_faults(station_id: int, counted: Counted) -> Iterator[Fault]:
    for stack, number in _stacks(station_id, counted):
        yield from _number_faults(_name(stack), number)


def _number_faults(name: str, number: int | None) -> list[Fault]:
    if number is None:
        return [Fault("count_missing", N_("Enter a number, 0 if there is nothing."), field=name)]
    if not 0 <= number <= MOST_COUNTED:
        return [Fault("count_wrong", N_("Enter a number from 0 to %(most)s."), {"most": MOST_COUNTED}, name)]
    return []


def _settled(station_id: int, counted: Counted, faults: list[Fault]) -> list[Difference]:
    """What does not add up and is explained. Raises Refusals with everything that is wrong with the counts."""
    found = differences(station_id, counted)
    explanation = counted.explanation.strip()
    if found and not explanation:
        sentence = N_("By the records there should be %(expected)s; you counted %(counted)s. Count once more.")
        for each in found:
            numbers = {"expected": each.expected, "counted": each.counted}
            faults.append(Fault("differs", sentence, numbers, each.name))
        ask = N_("If the counts stay so, say what may have happened. Write no name.")
        faults.append(Fault("explanation_missing", ask, field="explanation"))
    if len(explanation) > LONGEST_REASON:
        sentence = N_("The explanation must be %(most)s characters or fewer.")
        faults.append(Fault("explanation_long", sentence, {"most": LONGEST_REASON}, "explanation"))
    if faults:
        raise Refusals(faults)
    return found


def _begin(stack: Stack, counted: int) -> None:
    if isinstance(stack, PaperBatch):
        gone = (left_of(stack) or 0) - counted
        stack.missing = max(0, stack.missing + gone)
        stack.issued, stack.unused = stack.printed - stack.missing - counted, None
        return
    stack.activated_at = stack.activated_at or present.now()
    stack.returned_unused = None
    if stack.printed is None:
        stack.printed = stack.made if stack.as_cards else counted
    _missing(stack, counted)


def _end(stack: Stack, counted: int) -> None:
    if isinstance(stack, PaperBatch):
        stack.unused, stack.issued = counted, stack.printed - stack.missing - counted
        return
    gone = (left_of(stack) or 0) - counted
    if stack.declarer == Declarer.STEWARD:
        _missing(stack, counted)
    else:
        stack.handed_out = max(0, (stack.handed_out or 0) + gone)
    stack.returned_unused = counted


def _only_papers(station_id: int) -> PaperBatch | None:
    """The batch of papers of a station that has one alone: all in its box, and all that were swapped, are of it."""
    papers = [stack for _, stack in stacks_to_count(station_id) if isinstance(stack, PaperBatch)]
    return papers[0] if len(papers) == 1 else None


def _in_box_before(station_id: int) -> list[int | None]:
    """What the account of the only batch has as in the box, and as spoilt."""
    papers = _only_papers(station_id)
    return [papers.in_box, papers.spoilt] if papers else []


def _note_papers(station: Station, counted: Counted) -> None:
    """Add the papers of this day to those of the days before, where one batch of papers is here.

    A box that cannot hold so many or so few papers of it, is frozen, or was counted by somebody since the opening, is
    for whoever counts the papers: the day's report keeps what was counted here.
    """
    papers, held = _only_papers(station.id), station.opening.get("held") or [None, 0]
    if papers is None or db.session.get_one(Round, station.round_id).sealed_root is not None:
        return
    if [papers.in_box, papers.spoilt] != held or (papers.in_box is None and boxes_of(station)):
        return
    in_box, spoilt = (papers.in_box or 0) + (counted.in_box or 0), papers.spoilt + (counted.spoilt_papers or 0)
    if least_in_box(papers) <= in_box <= papers.printed:
        papers.in_box, papers.spoilt = in_box, spoilt


def _missing(stack: CodeBatch, counted: int) -> None:
    """Cards that should be there and are not; or that turned up again."""
    expected = left_of(stack)
    if expected is not None and expected != counted:
        stack.missing = max(0, (stack.missing or 0) + expected - counted)


def _given(station_id: int) -> dict[str, int]:
    """How many of each batch were handed out so far, by the name of its field."""
    return {
        name: (each.issued if isinstance(each, PaperBatch) else each.handed_out) or 0
        for name, each in stacks_to_count(station_id)
    }


def _kept(counted: Counted, found: list[Difference]) -> dict[str, Any]:
    """The numbers as the station keeps them."""
    return {
        "cards": {str(key): value for key, value in counted.cards.items()},
        "papers": {str(key): value for key, value in counted.papers.items()},
        "differences": {each.name: each.counted - each.expected for each in found},
        "explanation": counted.explanation.strip() if found else "",
    }


def _tell(
    kind: str, station: Station, by: Actor, second: Actor, counted: Counted, found: list[Difference], **numbers: Any
) -> None:
    kept = _kept(counted, found)
    facts = {"cards": kept["cards"], "papers": kept["papers"], "differences": kept["differences"]}
    facts |= {"second": second.account_id, "reason": kept["explanation"]}
    record(kind, by, round_id=station.round_id, subject=f"station:{station.id}", **facts, **numbers)
