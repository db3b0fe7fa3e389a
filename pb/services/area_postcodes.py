"""The postcodes of areas, read from a pasted or uploaded list; every faulty line is told before anything is kept."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from pb.core.actors import Actor
from pb.core.errors import Fault, Refusal, Refusals
from pb.core.postcodes import read_prefix, wider
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db
from pb.models.areas import Area, AreaPostcode
from pb.models.rounds import Round
from pb.services.areas import all_areas, find_area, must_keep_areas
from pb.services.ledger import record
from pb.services.round_states import round_phase
from pb.services.transactions import transaction

MOST_LINES = 50_000
#: How many faulty lines are told; more would help nobody.
MOST_TOLD = 50
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")
HEADINGS = frozenset({"POSTCODE", "POSTCODES", "PCD", "PCDS", "PREFIX"})


@dataclass
class PostcodeList:
    """What a list holds: postcodes, or beginnings of some, with the id of their area; and what is wrong, by line."""

    areas: dict[str, int] = field(default_factory=dict)
    faults: list[tuple[int, Fault]] = field(default_factory=list)

    def counts(self) -> dict[int, int]:
        """How many postcodes each area gets, by its id."""
        found: dict[int, int] = {}
        for area_id in self.areas.values():
            found[area_id] = found.get(area_id, 0) + 1
        return found


def read_postcodes(text: str, area_id: int | None = None) -> PostcodeList:
    """Read lines of `postcode` or `postcode,area`; without an area a line belongs to `area_id`.

    Raises Refusal, 422: `postcodes_missing` for an empty list, `too_many_lines`, `not_text`, `postcodes_broken`.
    Faults by line: `postcode_prefix`, `area_unknown`, `area_missing`, `postcode_twice`, `postcode_elsewhere`.
    """
    if _NOT_TEXT.search(text):
        sentence = N_("This is not a list in plain text. Save it as CSV and try again.")
        raise Refusal("not_text", sentence, field="postcodes", status=422)
    lines = text.lstrip("\ufeff").splitlines()
    if len(lines) > MOST_LINES:
        sentence = N_("A list may hold %(most)s lines. Cut it in parts.")
        raise Refusal("too_many_lines", sentence, field="postcodes", status=422, most=MOST_LINES)
    reader = _Reader({area.name.casefold(): area for area in all_areas()}, area_id, _kept())
    try:
        for number, cells in enumerate(csv.reader(lines), start=1):
            reader.take(number, [cell.strip() for cell in cells])
    except csv.Error as error:
        sentence = N_("The list cannot be read: one of its lines is far too long, or a quotation mark is never closed.")
        raise Refusal("postcodes_broken", sentence, field="postcodes", status=422) from error
    if not reader.found.areas and not reader.found.faults:
        sentence = N_("Paste a list of postcodes, or choose a file.")
        raise Refusal("postcodes_missing", sentence, field="postcodes", status=422)
    return reader.found


def load_postcodes(text: str, area_id: int | None = None, *, replace: bool = False, by: Actor) -> int:
    """Keep the postcodes of a list; with `replace` those areas lose what they had. Gives how many were added.

    All of the list is kept or nothing. While a round that uses an area is locked or voted on, its postcodes are only
    added to. Raises NotAllowed `not_your_areas`; Refusals with a fault for each wrong line; Refusal `area_voted_on`,
    `area_without_list`, `postcode_would_move`; what `read_postcodes` raises. Event `postcodes_loaded`.
    """
    must_keep_areas(by)
    with transaction() as session:
        found = read_postcodes(text, area_id)
        if found.faults:
            raise Refusals([fault for _line, fault in found.faults])
        touched = set(found.areas.values())
        _refuse_moves(found.areas, replace=replace)
        if replace:
            session.execute(delete(AreaPostcode).where(AreaPostcode.area_id.in_(touched)))
        there = set(session.scalars(select(AreaPostcode.prefix)))
        fresh = {prefix: area for prefix, area in found.areas.items() if prefix not in there}
        session.add_all(AreaPostcode(prefix=prefix, area_id=area) for prefix, area in fresh.items())
        record("postcodes_loaded", by, added=len(fresh), areas=len(touched))
    return len(fresh)


def _refuse_moves(wanted: Mapping[str, int], *, replace: bool) -> None:
    """Where people vote in is fixed with the ballot: no postcode comes into a locked or running round, or leaves it.

    One that no area had may be added, but not to a round in which every postcode will do: all others would be out.
    """
    kept, names = _kept(), {area.id: area.name for area in all_areas()}
    rounds, touched = _voted_on(), set(wanted.values())
    busy = set().union(*rounds)
    unlisted = set().union(*(areas for areas in rounds if areas.isdisjoint(kept.values())))
    if unlisted & touched:
        sentence = N_(
            "People vote in %(area)s now, and every postcode will do, since none is listed. A list would shut out all "
            "the others: wait until voting has closed."
        )
        raise Refusal("area_without_list", sentence, area=_named(unlisted & touched, names))
    if replace and busy & touched:
        sentence = N_(
            "People vote in %(area)s now, so its postcodes can be added to, but not replaced. Leave the list "
            "without “replace”, or wait until voting has closed."
        )
        raise Refusal("area_voted_on", sentence, area=_named(busy & touched, names))
    gone = {prefix for prefix, area_id in kept.items() if replace and area_id in touched} - wanted.keys()
    after = {prefix: area_id for prefix, area_id in kept.items() if prefix not in gone} | dict(wanted)
    for prefix in (*wanted, *gone):
        was, then = (_area_of(prefix, table) for table in (kept, after))
        if was not in (None, then) and busy & {was, then}:
            sentence = N_(
                "%(postcode)s lies in %(area)s now. While people vote, or are about to, it cannot move into their area "
                "or out of it: wait until voting has closed."
            )
            raise Refusal("postcode_would_move", sentence, postcode=prefix, area=names[was or 0])


def _area_of(prefix: str, table: Mapping[str, int]) -> int | None:
    return next((table[each] for each in (prefix, *wider(prefix)) if each in table), None)


def _named(areas: set[int], names: Mapping[int, str]) -> str:
    return ", ".join(sorted(names[each] for each in areas))


def _voted_on() -> list[set[int]]:
    """The areas of each round that is locked or voted on, by the clock."""
    rounds = db.session.scalars(select(Round).where(Round.state.in_((RoundState.LOCKED, RoundState.VOTING))))
    running = [each for each in rounds if round_phase(each) in (RoundState.LOCKED, RoundState.VOTING)]
    return [{area.id for area in each.areas} for each in running]


def postcodes_of(area_id: int) -> list[str]:
    """The postcodes, or beginnings of some, of an area, in the order of their letters."""
    find_area(area_id)
    query = select(AreaPostcode.prefix).where(AreaPostcode.area_id == area_id).order_by(AreaPostcode.prefix)
    return list(db.session.scalars(query))


def _kept() -> dict[str, int]:
    return {row[0]: row[1] for row in db.session.execute(select(AreaPostcode.prefix, AreaPostcode.area_id))}


class _Reader:
    """Takes one line after another and sorts it into postcodes and faults."""

    def __init__(self, areas: Mapping[str, Area], area_id: int | None, kept: Mapping[str, int]) -> None:
        self.areas, self.area_id, self.kept = areas, area_id, kept
        self.names = {area.id: area.name for area in areas.values()}
        self.found = PostcodeList()

    def take(self, number: int, cells: list[str]) -> None:
        """One line; blank lines and a heading are passed over."""
        if not any(cells) or (number == 1 and cells[0].upper() in HEADINGS):
            return
        try:
            prefix, area_id = read_prefix(cells[0]), self._area(cells)
        except Refusal as refusal:
            self.found.faults.append((number, refusal.fault))
            return
        faults = list(self._doubts(prefix, area_id))
        self.found.faults += [(number, fault) for fault in faults]
        if not faults:
            self.found.areas[prefix] = area_id

    def _area(self, cells: list[str]) -> int:
        name = cells[1] if len(cells) > 1 else ""
        if name:
            area = self.areas.get(" ".join(name.split()).casefold())
            if area is None:
                raise Refusal("area_unknown", N_("There is no area called “%(area)s”."), area=name[:60])
            return area.id
        if self.area_id is None:
            raise Refusal("area_missing", N_("The line names no area."))
        return self.area_id

    def _doubts(self, prefix: str, area_id: int) -> Iterator[Fault]:
        before = self.found.areas.get(prefix)
        if before is not None and before != area_id:
            sentence = N_("%(postcode)s is in the list twice, in two areas.")
            yield Fault("postcode_twice", sentence, {"postcode": prefix})
        elsewhere = self.kept.get(prefix)
        if elsewhere is not None and elsewhere != area_id:
            sentence = N_("%(postcode)s is kept for %(area)s already.")
            yield Fault("postcode_elsewhere", sentence, {"postcode": prefix, "area": self.names[elsewhere]})
