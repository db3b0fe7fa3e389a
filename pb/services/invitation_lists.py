"""Lists of people to invite: uploaded, mapped, looked at, and only then kept on the roll."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cached_property
from hashlib import sha256 as hash_of
from typing import Any
from uuid import uuid4

from sqlalchemy import Table as SqlTable
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.clock import to_london
from pb.core.errors import Fault, NotFound, Refusal, Refusals
from pb.core.people_lists import Invited, LineFault, Mapped, guess_columns, mapping_faults, read_person
from pb.core.postcodes import area_for
from pb.core.roll import dedupe_tag
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.areas import Area, AreaPostcode
from pb.models.roll import ListDraft, RollEntry, RollState
from pb.models.rounds import Policy, Round, RoundArea
from pb.services.codes import MAKING
from pb.services.ledger import record
from pb.services.roll import age_band
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import round_to_change
from pb.services.sealed_fields import open_field, seal_field
from pb.services.spreadsheets import Table
from pb.services.transactions import transaction

#: A draft that nobody kept is thrown away by the next that is made, in whichever round.
DRAFT_LASTS = timedelta(days=1)
ROLL: SqlTable = RollEntry.__table__  # type: ignore[assignment]
#: People written in one statement.
CHUNK = 500


@dataclass(frozen=True)
class Draft:
    """An uploaded list: headings, rows with their lines, and which column holds what, once that is said.

    `sha256` is that of the list as it is kept, another one each time it is uploaded or its columns are chosen.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    mapping: Mapped
    sha256: str


@dataclass(frozen=True)
class Person:
    """One person who can be put on the roll: their tag and ward, and what the list says."""

    invited: Invited
    tag: bytes
    area_id: int | None


@dataclass(frozen=True)
class Checked:
    """What keeping a draft would do: the people who are new, how many are there already, and what is wrong."""

    new: tuple[Person, ...]
    there: int
    faults: tuple[LineFault, ...]


def keep_draft(round_id: int, table: Table, *, by: Actor) -> None:
    """Hold an uploaded table for the pages that look at it, in place of the one before; columns are guessed.

    Raises NotAllowed `not_your_round`; Refusal `not_now`, `not_invited`. Side effect: drafts older than a day go.
    """
    rows = [[row.line, list(row.cells)] for row in table.rows]
    content = {"headings": list(table.headings), "rows": rows, "mapping": guess_columns(table.headings)}
    _store(round_id, content, by)


def map_columns(round_id: int, mapping: Mapped, *, by: Actor) -> None:
    """Say which column of the draft holds what. Raises Refusals with the faults of `mapping_faults`, and as above."""
    draft = draft_of(round_id)
    faults = mapping_faults(mapping)
    faults += [_no_column(key) for key, at in mapping.items() if not 0 <= at < _width(draft)]
    if faults:
        raise Refusals(faults)
    rows = [[line, list(cells)] for line, cells in draft.rows]
    _store(round_id, {"headings": list(draft.headings), "rows": rows, "mapping": dict(mapping)}, by)


def _width(draft: Draft) -> int:
    return max(len(draft.headings), *(len(cells) for _, cells in draft.rows))


def _no_column(key: str) -> Fault:
    return Fault("no_column", N_("Choose one of the columns of the list."), field=key)


def _store(round_id: int, content: dict[str, Any], by: Actor) -> None:
    sealed = seal_field(f"list:{round_id}", content)
    with transaction() as session:
        round_with_list(session, round_id, by)
        session.execute(delete(ListDraft).where(ListDraft.made_at < present.now() - DRAFT_LASTS))
        session.execute(delete(ListDraft).where(ListDraft.round_id == round_id))
        session.add(ListDraft(round_id=round_id, sealed=sealed, made_by=by.account_id or 0, made_at=present.now()))


def round_with_list(session: Session, round_id: int, by: Actor) -> Round:
    """A round that invites people by a list, locked against others, for those who may run it until the close.

    Raises NotFound `no_round`, NotAllowed `not_your_round`; Refusal `not_now`, `not_invited`.
    """
    the_round = round_to_change(session, round_id, by)
    record_due_arrows(the_round)
    must_be(the_round, *MAKING)
    if the_round.policy != Policy.INVITED:
        raise Refusal("not_invited", N_("This round invites nobody by a list. “Who may vote” says how people show it."))
    return the_round


def draft_of(round_id: int) -> Draft:
    """The draft of a round. Raises NotFound `no_draft`."""
    found = db.session.get(ListDraft, round_id)
    if found is None:
        raise NotFound("no_draft", N_("There is no list to look at. Upload it again."))
    content = open_field(f"list:{round_id}", found.sealed)
    rows = tuple((line, tuple(cells)) for line, cells in content["rows"])
    return Draft(tuple(content["headings"]), rows, content["mapping"], _digest(found))


def _digest(draft: ListDraft) -> str:
    return hash_of(draft.sealed).hexdigest()


def drop_draft(round_id: int, *, by: Actor) -> None:
    """Throw a draft away. Raises NotAllowed `not_your_round`."""
    with transaction() as session:
        round_to_change(session, round_id, by)
        session.execute(delete(ListDraft).where(ListDraft.round_id == round_id))


def check_draft(the_round: Round, draft: Draft) -> Checked:
    """Look at every line of a draft. Changes nothing."""
    taken = set(db.session.scalars(select(RollEntry.tag).where(RollEntry.round_id == the_round.id)))
    listed = _Listed(the_round.id)
    ward_of = _wards(the_round)
    on_day = to_london(present.now()).date()
    new: list[Person] = []
    first: dict[bytes, dict[int, int]] = {}
    faults, there = [], 0
    for line, cells in draft.rows:
        try:
            invited = read_person(line, cells, draft.mapping, least_age=the_round.least_age, on_day=on_day)
            person = Person(invited, _tag(the_round.id, invited), ward_of(invited))
            _refuse_twice(the_round.id, person, first)
            if person.tag not in taken:
                listed.refuse(invited)
        except Refusal as refusal:
            faults.append(LineFault(line, refusal.fault))
            continue
        if person.tag in taken:
            there += 1
        else:
            new.append(person)
    return Checked(tuple(new), there, tuple(faults))


def _tag(round_id: int, invited: Invited) -> bytes:
    """The tag of somebody on a list; a list that gives no year takes two of one name at one postcode for one."""
    return dedupe_tag(present.secrets.roll_key, round_id, invited.name, invited.postcode, invited.year or 0)


def _tag_without_year(round_id: int, name: str, postcode: str) -> bytes:
    return dedupe_tag(present.secrets.roll_key, round_id, name, postcode, 0)


class _Listed:
    """People on the list who may be those of a line, though one of the two says no year of birth."""

    def __init__(self, round_id: int) -> None:
        self.round_id = round_id

    @cached_property
    def _without(self) -> frozenset[bytes]:
        return frozenset(self._tag_of(each) for each in self._people if not each["year"])

    @cached_property
    def _with(self) -> frozenset[bytes]:
        return frozenset(self._tag_of(each) for each in self._people if each["year"])

    @cached_property
    def _people(self) -> list[dict[str, Any]]:
        mine = select(RollEntry).where(RollEntry.round_id == self.round_id, RollEntry.state == RollState.ELIGIBLE)
        return [open_field(f"roll:{each.id}", each.sealed) for each in db.session.scalars(mine) if each.sealed]

    def _tag_of(self, person: Mapping[str, Any]) -> bytes:
        return _tag_without_year(self.round_id, person["name"], person["postcode"])

    def refuse(self, invited: Invited) -> None:
        """Refuse (`perhaps_there`) a line that would give somebody who is on the list a second code."""
        tag = _tag_without_year(self.round_id, invited.name, invited.postcode)
        if tag in (self._without if invited.year else self._with):
            sentence = N_(
                "Somebody of this name and postcode is on the list, and only one of the two has a year of birth. Leave "
                "this line out, or if they are two people, strike the other off first and give both years."
            )
            raise Refusal("perhaps_there", sentence)


def _refuse_twice(round_id: int, person: Person, first: dict[bytes, dict[int, int]]) -> None:
    """Two lines are two people only where both give a year of birth, and another one."""
    invited = person.invited
    lines = first.setdefault(_tag_without_year(round_id, invited.name, invited.postcode), {})
    year = invited.year or 0
    alike = [line for other, line in lines.items() if not year or not other or year == other]
    lines.setdefault(year, invited.line)
    if alike:
        sentence = N_("The same name and postcode as line %(line)s. If they are two people, give both years of birth.")
        raise Refusal("twice", sentence, line=min(alike))


def _wards(the_round: Round) -> Callable[[Invited], int | None]:
    """Finds somebody's ward: the one that the list names, else that of the postcode where the round knows postcodes.

    The finder raises Refusal `area_unknown`, `postcode_outside`.
    """
    own = {area.id: area.name for area in the_round.areas}
    names = {name.casefold(): area_id for area_id, name in own.items()}
    rows = db.session.execute(select(AreaPostcode.prefix, AreaPostcode.area_id))
    lines = {row.prefix: row.area_id for row in rows}
    known = any(area_id in own for area_id in lines.values())

    def find(invited: Invited) -> int | None:
        if invited.area:
            if invited.area.casefold() not in names:
                raise Refusal("area_unknown", N_("“%(area)s” is no area of this round."), area=invited.area[:60])
            return names[invited.area.casefold()]
        found = area_for(invited.postcode, lines) if known else None
        if known and found not in own:
            raise Refusal(
                "postcode_outside", N_("%(postcode)s is in none of the round’s areas."), postcode=invited.postcode
            )
        return found

    return find


def keep_list(round_id: int, *, sha256: str, leave_out: bool, by: Actor) -> int:
    """Put the new people of the draft on the roll; gives how many. Those who are there already stay as they are.

    `sha256` is that of the draft that was looked at; with `leave_out` the lines with faults are left out. Raises
    NotAllowed `not_your_round`; NotFound `no_draft`; Refusal `not_now`, `not_invited`, `list_changed`, `list_faulty`.
    Event `people_invited`. The draft goes.
    """
    with transaction() as session:
        the_round = round_with_list(session, round_id, by)
    # Looked at and sealed before the transaction that keeps it: voters wait for the writing alone.
    draft = draft_of(round_id)
    _refuse_changed(draft.sha256, sha256)
    checked = check_draft(the_round, draft)
    if checked.faults and not leave_out:
        sentence = N_("Mend the lines with errors, or tick that they are left out.")
        raise Refusal("list_faulty", sentence, field="leave_out", status=422)
    people = [_row(round_id, person) for person in checked.new]
    with transaction() as session:
        round_with_list(session, round_id, by)
        kept = session.get(ListDraft, round_id)
        _refuse_changed(_digest(kept) if kept else "", sha256)
        before = _on_roll(session, round_id)
        for rows in _chunks(people):
            session.execute(_unless_there(session), rows)
        session.execute(delete(ListDraft).where(ListDraft.round_id == round_id))
        added = _on_roll(session, round_id) - before
        record("people_invited", by, round_id=round_id, subject=f"round:{round_id}", count=added)
    return added


def _refuse_changed(now: str, looked_at: str) -> None:
    if now != looked_at:
        sentence = N_(
            "The list was uploaded again, or its columns chosen anew, since you opened this page. Look again."
        )
        raise Refusal("list_changed", sentence)


def _on_roll(session: Session, round_id: int) -> int:
    return session.scalar(select(func.count()).where(RollEntry.round_id == round_id)) or 0


def _row(round_id: int, person: Person) -> dict[str, Any]:
    entry_id, invited, today = str(uuid4()), person.invited, to_london(present.now()).date()
    details = {name: value for name, value in asdict(invited).items() if name in ("name", "postcode", "email")}
    details |= {"year": invited.year or 0, "address": list(invited.address)}
    return {
        "id": entry_id,
        "round_id": round_id,
        "tag": person.tag,
        "contact_tag": None,
        "same_as": None,
        "area_id": person.area_id,
        "age_band": age_band(today.year - invited.year) if invited.year else "",
        "link": "",
        "sealed": seal_field(f"roll:{entry_id}", details),
        "state": RollState.ELIGIBLE,
        "channel": "list",
        "batch_id": None,
        "reason": "",
        "day": today,
    }


def _chunks(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for at in range(0, len(rows), CHUNK):
        yield rows[at : at + CHUNK]


def _unless_there(session: Session) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(ROLL).on_conflict_do_nothing()


def area_names(round_id: int) -> Mapping[int, str]:
    """The names of a round's areas, by id."""
    query = select(Area.id, Area.name).join(RoundArea, RoundArea.area_id == Area.id)
    return {row.id: row.name for row in db.session.execute(query.where(RoundArea.round_id == round_id))}
