"""What `pb demo` prints: addresses, log-ins, codes and a declaration that work."""

from __future__ import annotations

from collections.abc import Iterator

from pb.cli.demo.people import PASSPHRASES, PASSWORD, STAFF, WARDS, Person
from pb.cli.demo.town import Town
from pb.core.codes import print_form
from pb.core.states import RoundState
from pb.extensions import present
from pb.models.rounds import Round
from pb.models.stations import StationKind, StationState
from pb.services.reveals import reveal_of
from pb.services.round_states import round_phase
from pb.services.rounds import rounds_page
from pb.services.stations import stations_of

SAMPLES = 3
STEWARD, LEAD = (next(each.email for each in STAFF if each.key == key) for key in ("steward", "count"))
SHOWN_GROUPS = ("Harbour Community Kitchen", "Northfield Youth Forum", "St Mary's Repair Café")


def card(town: Town) -> str:
    """Everything that a visitor needs to look around, as lines of text."""
    return "\n".join([*_addresses(), *_places(), *_reveals(), "", *_log_ins(town), "", *_voting(town)])


def _addresses() -> Iterator[str]:
    base = present.settings.public_url
    yield f"  {base}/"
    for the_round in rounds_page().rows:
        yield f"  {base}/rounds/{the_round.slug}   ({_stage(the_round)})"
    yield f"  {base}/account/sign-in"


def _places() -> Iterator[str]:
    """Where stewards, and in a hall everybody, look on the day."""
    base = present.settings.public_url
    for the_round in rounds_page().rows:
        if _stage(the_round) != RoundState.VOTING:
            continue
        for station in stations_of(the_round.id):
            if station.kind == StationKind.DROP_POINT or station.state == StationState.CLOSED:
                continue
            at = f"{base}/stations/{the_round.slug}/{station.id}"
            stands = "open" if station.state == StationState.OPEN else "not open yet"
            yield f"{station.name} ({stands}), for {STEWARD}:"
            yield f"  {at}   the steward’s tablet"
            if station.kind == StationKind.EVENT:
                yield f"  {at}/check-in   the check-in desk"
                yield f"  {at}/hall   whoever runs the day"
                yield f"  {base}/rounds/{the_round.slug}/hall?station={station.id}   the projector"


def _reveals() -> Iterator[str]:
    base = present.settings.public_url
    for the_round in rounds_page().rows:
        reveal = reveal_of(the_round.id)
        if reveal is not None and reveal.ended_at is None:
            yield f"The reveal, for {LEAD}:"
            yield f"  {base}/officers/rounds/{the_round.slug}/reveal   the buttons"
            yield f"  {base}/rounds/{the_round.slug}/reveal   the projector"
            yield f"  {base}/rounds/{the_round.slug}/live   phones"


def _stage(the_round: Round) -> str:
    return round_phase(the_round).value


def _log_ins(town: Town) -> Iterator[str]:
    yield f"Everybody's password: {PASSWORD}"
    people: list[Person] = [*STAFF, *(group for group in town.groups if group.key in SHOWN_GROUPS)]
    wide = max(len(person.name) for person in people)
    for person in people:
        yield f"  {person.email:<46} {person.name:<{wide}}  {person.does}"
    yield "Key holders' passphrases (two of them open the box):"
    for person in people:
        if person.key in PASSPHRASES:
            yield f"  {person.name:<{wide}}  {PASSPHRASES[person.key]}"


def _voting(town: Town) -> Iterator[str]:
    if not any(_stage(the_round) == RoundState.VOTING for the_round in rounds_page().rows):
        return
    yield "To vote, declare a name, the year 1984 and a postcode of a ward:"
    yield "  " + ", ".join(f"{begins} 2AB ({ward})" for ward, (_people, begins) in WARDS.items())
    if town.codes:
        yield "Codes from the library's stall that nobody has used:"
        yield from (f"  {print_form(code)}" for code in town.codes[-SAMPLES:])
    if town.stall_codes:
        stands = ", open now at /stations" if _is_open("Tesco") else ""
        yield f"Cards of the stall in Tesco's car park{stands} (Harbour; they ask nothing more):"
        yield from (f"  {print_form(code)}" for code in town.stall_codes[-SAMPLES:])
    if town.hall_codes:
        works = "it is open, so they work now" if _is_open("Harbour Hall") else "they work once two stewards open it"
        yield f"Cards of the event in Harbour Hall ({works}):"
        yield from (f"  {print_form(code)}" for code in town.hall_codes[-SAMPLES:])
    yield "Scanning a card and tablets at stalls need https, or a browser on the machine that this runs on."


def _is_open(place: str) -> bool:
    """Whether the station whose name begins so stands open."""
    stations = (each for row in rounds_page().rows for each in stations_of(row.id))
    return any(each.state == StationState.OPEN for each in stations if each.name.startswith(place))
