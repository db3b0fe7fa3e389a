"""Handing out: a steward puts somebody on the roll and gives them a card or a paper, which then asks nothing more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.eligibility import Declaration
from pb.core.errors import NotFound, Refusal
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.areas import Area
from pb.models.codes import CodeBatch, Declarer
from pb.models.papers import PaperBatch
from pb.models.roll import RollEntry, RollState
from pb.models.rounds import Policy
from pb.models.stations import Station, StationKind, StationState
from pb.services.event_days import hand_in_closed
from pb.services.rights import DECLARING, Claim, ward_of
from pb.services.roll import Person, person_of, place_of
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import locked_round
from pb.services.stations import refuse_stranger, station_to_change
from pb.services.transactions import transaction
from pb.services.voting import Paper, VotingRound, paper_of, voting_round_of

What = Literal["card", "slip"]
#: From the lock on: at an event people come in before voting opens.
HANDING = (RoundState.LOCKED, RoundState.VOTING)
Stack = CodeBatch | PaperBatch
#: Stands in for a name where none is asked.
_NOBODY = "A resident"


@dataclass(frozen=True)
class Eligible:
    """Somebody who may vote in the round, as a steward is told: their ward, and whether the roll has them already."""

    ward: str
    area_id: int | None
    known: bool


@dataclass(frozen=True)
class Handed:
    """What was handed over: from which batch, in which ward; `entry_id` on the roll where somebody was put on it.

    `left` is what the counts say is left of the batch; None where nobody counted it.
    """

    what: What
    batch: str
    ward: str
    entry_id: str | None
    left: int | None


def look_up(
    station_id: int, declaration: Declaration, *, by: Actor, area_id: int | None = None, named: bool = True
) -> Eligible:
    """Whether somebody may vote, and in which ward. Changes nothing.

    Where nobody comes onto the roll here, no name is asked: not `named`, only link, postcode and age are looked at.
    Raises NotFound `no_station`, NotAllowed `not_at_station`, the faults of `person_of`, WardWanted.
    """
    station = refuse_stranger(station_id, by)
    if not named:
        declaration = replace(declaration, name=_NOBODY, declared=True)
    the_round, paper, person = _found(station.round_id, declaration, area_id)
    mine = select(RollEntry.id).where(RollEntry.round_id == the_round.id, RollEntry.tag == person.tag)
    return Eligible(_ward(paper, person), person.area_id, db.session.scalar(mine) is not None)


def hand_over(
    station_id: int,
    declaration: Declaration | None,
    *,
    what: What = "card",
    by: Actor,
    area_id: int | None = None,
    batch_id: int | None = None,
) -> Handed:
    """Put a person on the roll and count one card, or one paper (`slip`), as handed to them by a steward.

    Where the batch is one whose voters declare (or the round asks for a code alone), nobody comes onto the roll and
    `declaration` is not looked at. `area_id` is the ward that somebody chose for whom two fit; `batch_id` the batch,
    found from the person's ward where left out. The roll keeps the day, the station and the batch, never the card;
    no event of the ledger, since a chain of them would be an order of voters.
    Raises NotFound `no_station`, `no_stack`; NotAllowed `not_at_station`; Refusal `station_not_open`, `not_now`,
    `hand_in_over`, `already_on_roll`, `none_left`, `stack_other_ward`; the faults of `person_of`; WardWanted
    (`ward_needed`).
    """
    station = refuse_stranger(station_id, by)
    the_round = voting_round_of(station.round_id)
    if not steward_declares(station, what=what, batch_id=batch_id):
        return _count_one(station_id, what, batch_id, by)
    the_round, paper, person = _found(station.round_id, declaration or Declaration("", "", None, "", False), area_id)
    with transaction() as session:
        station = _open_station(session, station_id, by)
        stack = _stack(station, what, batch_id, person.area_id, declared=True)
        _refuse_known(session, the_round, person)
        place = place_of(the_round.id, person, "paper" if what == "slip" else _channel(station))
        place |= {"state": RollState.CARD_GIVEN, "station_id": station_id}
        place |= {"batch_id": stack.id} if isinstance(stack, CodeBatch) else {"paper_batch_id": stack.id}
        session.add(RollEntry(**place))
        _take_one(stack)
        return Handed(what, stack.name, _ward(paper, person), place["id"], left_of(stack))


def steward_declares(station: Station, *, what: What = "card", batch_id: int | None = None) -> bool:
    """Whether handing over here puts somebody on the roll, as the batch says, or any that is there."""
    if voting_round_of(station.round_id).policy not in DECLARING:
        return False
    return any(_by_steward(each) for each in stacks_at(station.id, what=what) if batch_id in (None, each.id))


def _by_steward(stack: Stack) -> bool:
    """Whether a steward declares for what is in a stack; a paper that needs a card's code asks nothing itself."""
    if isinstance(stack, PaperBatch):
        return not stack.with_code and not stack.declares
    return stack.declarer == Declarer.STEWARD


def _count_one(station_id: int, what: What, batch_id: int | None, by: Actor) -> Handed:
    with transaction() as session:
        station = _open_station(session, station_id, by)
        stack = _stack(station, what, batch_id, None, declared=False)
        _take_one(stack)
        return Handed(what, stack.name, "", None, left_of(stack))


def _open_station(session: Session, station_id: int, by: Actor) -> Station:
    station = station_to_change(session, station_id, by)
    the_round = locked_round(session, station.round_id)
    record_due_arrows(the_round)
    must_be(the_round, *HANDING)
    if station.state != StationState.OPEN:
        raise Refusal("station_not_open", N_("Two stewards open the station first, with an empty box and all counted."))
    if hand_in_closed(station_id):
        raise Refusal("hand_in_over", N_("The hand-in is closed. Nobody is given a ballot here any more."))
    return station


def _found(round_id: int, declaration: Declaration, area_id: int | None) -> tuple[VotingRound, Paper, Person]:
    """Who declared to a steward, in their ward. The steward vouches for them, so no contact is asked."""
    the_round = voting_round_of(round_id)
    paper = paper_of(the_round)
    person = person_of(replace(the_round, policy=Policy.DECLARED), declaration)
    ward = ward_of(paper, Claim(area_id=area_id), None, person)
    return the_round, paper, replace(person, area_id=ward if ward is not None else person.area_id)


def _ward(paper: Paper, person: Person) -> str:
    return paper.wards.get(person.area_id or 0, "")


def _refuse_known(session: Session, the_round: VotingRound, person: Person) -> None:
    """Writers are one after the other here, so whoever is not on the roll now is put on it by nobody else."""
    mine = select(RollEntry.state).where(RollEntry.round_id == the_round.id, RollEntry.tag == person.tag)
    state = session.scalar(mine)
    if state is None:
        return
    had = N_(
        "Somebody of this name, postcode and year of birth has been given a card or a paper already. Give no other. "
        "Say: “Our list says that you have had yours. If that is a mistake, you can vote online or on the tablet and "
        "ask for a check; the council then looks into it.”"
    )
    voted = N_(
        "Somebody of this name, postcode and year of birth has voted already. Give no card. Say: “Our list says that "
        "a ballot was cast in your name. If that is a mistake, you can vote online or on the tablet and ask for a "
        "check; the council then looks into it.”"
    )
    raise Refusal("already_on_roll", had if state == RollState.CARD_GIVEN else voted)


def stacks_at(station_id: int, *, what: What = "card", any_time: bool = False) -> list[CodeBatch] | list[PaperBatch]:
    """The batches of cards, or of papers, that are at a station and work now, in the order in which they were made.

    With `any_time`, those whose window is over too: they are still to be counted.
    """
    if what == "slip":
        papers = select(PaperBatch).where(PaperBatch.station_id == station_id)
        return list(db.session.scalars(papers.order_by(PaperBatch.id)))
    now = present.now()
    cards = select(CodeBatch).where(CodeBatch.station_id == station_id, CodeBatch.revoked_at.is_(None))
    if not any_time:
        cards = cards.where(or_(CodeBatch.window_to.is_(None), CodeBatch.window_to > now))
    return list(db.session.scalars(cards.order_by(CodeBatch.id)))


def _stack(station: Station, what: What, batch_id: int | None, area_id: int | None, *, declared: bool) -> Any:
    """The batch to take from: the one that is named, else the first of the person's ward that is not used up."""
    there: list[Any] = list(stacks_at(station.id, what=what))
    if batch_id is not None:
        there = [each for each in there if each.id == batch_id]
    else:
        there = [each for each in there if _by_steward(each) == declared]
    if not there:
        sentence = N_("There is no such stack at this station. Ask the officer who runs the round to send one.")
        raise NotFound("no_stack", sentence)
    fitting = [each for each in there if each.area_id in (None, area_id) or area_id is None]
    if not fitting:
        raise _other_ward(station, area_id)
    fitting.sort(key=lambda each: (each.area_id is None, each.id))
    left = [each for each in fitting if left_of(each) != 0]
    if not left:
        raise Refusal("none_left", N_("By the counts nothing is left of this stack. Count it, and tell the officer."))
    return left[0]


def _other_ward(station: Station, area_id: int | None) -> Refusal:
    """Nothing here is for the ward of somebody; says where something is, or what else they can do."""
    ward = db.session.get_one(Area, area_id).name
    elsewhere = places_for(station, area_id)
    if elsewhere:
        sentence = N_(
            "They vote in %(ward)s, and nothing here is for %(ward)s. Send them to “%(place)s”, or to vote online."
        )
    elif station.kind == StationKind.EVENT:
        sentence = N_(
            "They vote in %(ward)s, and nothing at this table is for %(ward)s. Press “Observer badge”: they may watch, "
            "and can vote online."
        )
    else:
        sentence = N_(
            "They vote in %(ward)s, and nothing here is for %(ward)s. They can vote online, or on the tablet if you "
            "help them."
        )
    return Refusal("stack_other_ward", sentence, ward=ward, place=elsewhere[0] if elsewhere else "")


def places_for(station: Station, area_id: int | None) -> list[str]:
    """The other places of the round that are open now and have something left for a ward, by name."""
    others = select(Station).where(Station.round_id == station.round_id, Station.id != station.id)
    found = db.session.scalars(others.where(Station.state == StationState.OPEN).order_by(Station.name, Station.id))
    return [each.name for each in found if _has_for(each.id, area_id)]


def _has_for(station_id: int, area_id: int | None) -> bool:
    there = [*stacks_at(station_id), *stacks_at(station_id, what="slip")]
    return any(each.area_id in (None, area_id) and left_of(each) != 0 for each in there)


def left_of(stack: Stack) -> int | None:
    """What the counts say is left of a batch of cards or papers; None where nobody has said how many there are."""
    if isinstance(stack, PaperBatch):
        return stack.printed - (stack.issued or 0) - stack.missing
    printed = stack.printed if stack.printed is not None else (stack.made if stack.as_cards else None)
    if printed is None:
        return None
    return max(0, printed - (stack.handed_out or 0) - (stack.missing or 0))


def _take_one(stack: Any) -> None:
    if isinstance(stack, PaperBatch):
        stack.issued = (stack.issued or 0) + 1
    else:
        stack.handed_out = (stack.handed_out or 0) + 1


def _channel(station: Station) -> str:
    return "event" if station.kind == StationKind.EVENT else "stall"
