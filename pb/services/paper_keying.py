"""Keying: two different people type what stands on each paper; alike, it goes into the box or is void."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.codes import read_code
from pb.core.errors import Fault, NotAllowed, NotFound, Refusal, Refusals
from pb.core.paper_marks import PART_REASONS, VOID_REASONS, Keyed, read_marks
from pb.core.permissions import may_count_papers
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db
from pb.models.papers import PaperBallot, PaperBatch, PaperState
from pb.models.rounds import Round
from pb.services.ledger import record
from pb.services.paper_box import open_keyed, room_for, seal_keyed, settle, settle_held
from pb.services.papers import find_papers, keyable, keying_of, paper_in
from pb.services.round_states import must_be
from pb.services.transactions import transaction
from pb.services.voting import Paper, Section

#: Papers are keyed while voting goes on and until the box is frozen.
KEYING = (RoundState.VOTING, RoundState.CLOSED)
MOST_AT_ONCE = 2_000


@dataclass(frozen=True)
class Typed:
    """One line of keying: the paper's number, its marks by the project's key, and what else stands on it.

    `void` is the reason why the whole paper is void; `void_parts` are reasons by the pot's key.
    """

    number: int | None
    marks: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    void: str = ""
    void_parts: Mapping[str, str] = field(default_factory=dict)


class LineFaults(Refusals):
    """What is wrong with lines of keying; `lines` holds the faults by the line's place, from 0."""

    def __init__(self, lines: Mapping[int, list[Fault]]) -> None:
        super().__init__([fault for faults in lines.values() for fault in faults])
        self.lines = lines


@dataclass(frozen=True)
class Kept:
    """What came of keying: how many papers were keyed first, agreed, and found unlike the first keying."""

    first: int
    agreed: int
    unlike: int


def key_papers(round_id: int, batch_id: int, typed: Sequence[Typed], *, by: Actor) -> Kept:
    """Keep what one person read on papers, all of it or nothing; papers that a second person read alike are settled.

    The first keying of a paper is sealed and shown to nobody. A second one by somebody else that is the same puts
    the ballot into the box, or makes the paper void; one that is not makes a mismatch. Raises NotFound `no_papers`;
    NotAllowed `not_a_counter`; Refusal `not_now`, `not_counted`, `box_frozen`; LineFaults with those of
    `read_entry`, `number_wrong`, `number_twice`, `keyed_by_you`, `settled_already`. Event `papers_keyed`.
    """
    _refuse_stranger(by)
    batch = find_papers(round_id, batch_id)
    paper = paper_in(batch)
    entries, room = _read_all(paper, batch, typed), room_for(paper)
    found = {PaperState.ONCE: 0, PaperState.MISMATCH: 0}
    with transaction() as session:
        batch = batch_to_key(session, round_id, batch_id)
        rows = rows_by_number(batch_id, [number for number, _ in entries])
        _refuse_lines(batch, rows, entries, by)
        for number, keyed in entries:
            row = rows.get(number)
            if row is None:
                row = PaperBallot(batch_id=batch_id, number=number, state=PaperState.ONCE, keyed_by_1=by.account_id)
                row.sealed_1 = seal_keyed(row, 1, keyed, room)
                session.add(row)
                state = PaperState.ONCE
            else:
                state = _second(session, batch, row, keyed, room, by)
            found[state] = found.get(state, 0) + 1
        _record(batch, len(entries), by)
    first, unlike = found[PaperState.ONCE], found[PaperState.MISMATCH]
    return Kept(first, len(entries) - first - unlike, unlike)


def key_again(round_id: int, batch_id: int, typed: Typed, *, by: Actor) -> bool:
    """Key a paper of the mismatch list once more, with the paper in hand; True where two people now agree.

    One of the two who keyed it takes their entry back for this one; a third person's entry stands where it is the
    same as either. Raises as `key_papers`, and Refusal `no_mismatch`, `agrees_with_neither`. Event `papers_keyed`.
    """
    _refuse_stranger(by)
    batch = find_papers(round_id, batch_id)
    paper = paper_in(batch)
    [(number, keyed)] = _read_all(paper, batch, [typed])
    with transaction() as session:
        batch = batch_to_key(session, round_id, batch_id)
        row = rows_by_number(batch_id, [number]).get(number)
        if row is None or row.state not in (PaperState.MISMATCH, PaperState.HELD):
            raise Refusal("no_mismatch", N_("This paper is not on the list any more."))
        agreed = _third_look(row, keyed, room_for(paper), by)
        _record(batch, 1, by)
        if not agreed:
            row.state = PaperState.MISMATCH
            return False
        settle(session, batch, row, keyed)
    return True


def _third_look(row: PaperBallot, keyed: Keyed, room: int, by: Actor) -> bool:
    """Put an entry in the place of the person's own; whether it is the same as the other's."""
    first, second = open_keyed(row, 1), open_keyed(row, 2)
    if by.account_id == row.keyed_by_1:
        row.sealed_1 = seal_keyed(row, 1, keyed, room)
        return not keyed.differences(second)
    if by.account_id == row.keyed_by_2:
        row.sealed_2 = seal_keyed(row, 2, keyed, room)
        return not keyed.differences(first)
    if keyed.differences(first) and keyed.differences(second):
        sentence = N_("This is like neither of the two entries. Look at the paper again, together with one of the two.")
        raise Refusal("agrees_with_neither", sentence)
    return True


def settle_code(round_id: int, batch_id: int, number: int, reason: str, *, by: Actor) -> None:
    """Settle a paper that waits because of its code: void by `reason`, or with none looked at once more.

    Raises as `batch_to_key` and `settle_held`. Event `paper_settled`.
    """
    with transaction() as session:
        batch = batch_to_key(session, round_id, batch_id)
        settle_held(session, batch, rows_by_number(batch_id, [number]).get(number), reason, by=by)


def take_back(round_id: int, batch_id: int, number: int, *, by: Actor) -> None:
    """Take one's own entry of a paper back that nobody else has keyed. Raises as `key_papers`; `not_yours`."""
    _refuse_stranger(by)
    with transaction() as session:
        batch = batch_to_key(session, round_id, batch_id)
        row = rows_by_number(batch_id, [number]).get(number)
        if row is None or row.state != PaperState.ONCE or row.keyed_by_1 != by.account_id:
            sentence = N_("You have no entry of this paper that can be taken back.")
            raise Refusal("not_yours", sentence, field="number", status=422)
        session.delete(row)
        _record(batch, -1, by)


def numbers_to_key(batch: PaperBatch, by: Actor, most: int) -> list[int]:
    """The lowest numbers of papers that somebody can key: those that they have not, and that are not settled."""
    query = select(PaperBallot).where(PaperBallot.batch_id == batch.id)
    done = {row.number for row in db.session.scalars(query) if not _is_free(row, by)}
    free = (number for number in range(1, keyable(batch) + 1) if number not in done)
    return [number for number, _ in zip(free, range(most), strict=False)]


def keyed_by(batch: PaperBatch, by: Actor) -> int:
    """How many papers of a batch somebody has keyed first, with nobody after them yet."""
    query = select(PaperBallot.id).where(PaperBallot.batch_id == batch.id, PaperBallot.state == PaperState.ONCE)
    return len(db.session.scalars(query.where(PaperBallot.keyed_by_1 == by.account_id)).all())


@dataclass(frozen=True)
class Mismatch:
    """A paper that two people read differently: where, by the project's drawn number, `code` or `void`; never how."""

    number: int
    where: tuple[str, ...]
    people: tuple[int, ...]


def mismatches(batch: PaperBatch) -> list[Mismatch]:
    """The papers of a batch that two people keyed and not alike, by number."""
    numbers = {project.key: project.number for each in paper_in(batch).sections for project in each.projects}
    query = select(PaperBallot).where(PaperBallot.batch_id == batch.id, PaperBallot.state == PaperState.MISMATCH)
    return [
        Mismatch(
            row.number,
            _in_order(numbers, open_keyed(row, 1).differences(open_keyed(row, 2))),
            (row.keyed_by_1, row.keyed_by_2 or 0),
        )
        for row in db.session.scalars(query.order_by(PaperBallot.number))
    ]


def _in_order(numbers: Mapping[str, int], differences: Sequence[str]) -> tuple[str, ...]:
    """Projects by their drawn numbers, then `code` and `void`."""
    drawn = sorted(numbers[each] for each in differences if each in numbers)
    return (*map(str, drawn), *(each for each in differences if each not in numbers))


def read_entry(paper: Paper, batch: PaperBatch, typed: Typed) -> Keyed:
    """What a line says, read by the ballot's rules. Raises Refusals: each fault's `field` is the project's key or
    `number`, `code`, `void`, or `part:` and the pot's key.

    Marks that the ballot does not allow need a void reason, so that no slip of the finger makes a paper void.
    """
    if typed.number is None:
        raise Refusals([Fault("number_missing", N_("Type the number that is stamped on the paper."), field="number")])
    if typed.void:
        if typed.void not in VOID_REASONS:
            raise Refusals([Fault("void_wrong", N_("Choose one of the reasons."), field="void")])
        if typed.void == "blank" and any(mark.strip() for mark in typed.marks.values()):
            sentence = N_("Marks are typed, so the paper is not blank. Choose another reason, or none.")
            raise Refusals([Fault("not_blank", sentence, field="void")])
        return Keyed(void=typed.void)
    faults: list[Fault] = []
    sections, parts = {}, {}
    for section in paper.sections_for(batch.area_id):
        reason = typed.void_parts.get(section.key, "")
        if reason in PART_REASONS:
            parts[section.key] = reason
            continue
        marks = {project.key: typed.marks.get(project.key, "") for project in section.projects}
        choices, found = read_marks(paper.kind, paper.settings, section.instance, marks)
        faults += [_beside(fault, section) for fault in found]
        sections[section.key] = choices
    code, found = _read_code(batch, typed.code)
    faults += found
    if not faults and not any(sections.values()):
        faults.append(_nothing(parts))
    if faults:
        raise Refusals(faults)
    return Keyed(sections, parts, code)


def _nothing(parts: Mapping[str, str]) -> Fault:
    if parts:
        sentence = N_("No part of this paper counts: choose the reason why the whole of it is void.")
        return Fault("nothing_counts", sentence, field="void")
    sentence = N_("No mark is typed. If there is none on the paper, choose “blank”.")
    return Fault("nothing_typed", sentence, field="void")


def _beside(fault: Fault, section: Section) -> Fault:
    return fault if fault.field else replace(fault, field=f"part:{section.key}")


def _read_code(batch: PaperBatch, text: str) -> tuple[str, list[Fault]]:
    if not text.strip():
        sentence = N_("Type the code of the card. If there is none on the paper, choose “unclear”.")
        return "", [Fault("code_needed", sentence, field="code")] if batch.with_code else []
    try:
        return read_code(text), []
    except Refusal as refusal:
        return "", [refusal.fault]


def _read_all(paper: Paper, batch: PaperBatch, typed: Sequence[Typed]) -> list[tuple[int, Keyed]]:
    if len(typed) > MOST_AT_ONCE:
        sentence = N_("Key at most %(most)s papers at once.")
        raise Refusal("too_many_lines", sentence, status=422, most=MOST_AT_ONCE)
    entries, faults = [], {}
    seen: set[int] = set()
    for place, line in enumerate(typed):
        try:
            entries.append((line.number or 0, read_entry(paper, batch, line)))
        except Refusals as refusals:
            faults[place] = list(refusals.faults)
        if line.number in seen:
            sentence = N_("Paper %(number)s is on two lines.")
            faults.setdefault(place, []).append(Fault("number_twice", sentence, {"number": line.number}, "number"))
        seen.add(line.number or 0)
    if faults:
        raise LineFaults(faults)
    return entries


def _refuse_lines(
    batch: PaperBatch, rows: Mapping[int, PaperBallot], entries: Sequence[tuple[int, Keyed]], by: Actor
) -> None:
    faults = {}
    for place, (number, _keyed) in enumerate(entries):
        if not 1 <= number <= keyable(batch):
            sentence = N_("The papers of this box are numbered from 1 to %(most)s. Look at the stamp once more.")
            faults[place] = [Fault("number_wrong", sentence, {"most": keyable(batch)}, "number")]
        elif (row := rows.get(number)) is not None and not _is_free(row, by):
            faults[place] = [_why_not_free(row, by)]
    if faults:
        raise LineFaults(faults)


def _is_free(row: PaperBallot, by: Actor) -> bool:
    return row.state == PaperState.ONCE and row.keyed_by_1 != by.account_id


def _why_not_free(row: PaperBallot, by: Actor) -> Fault:
    params = {"number": row.number}
    if row.state == PaperState.ONCE and row.keyed_by_1 == by.account_id:
        sentence = N_("You have keyed paper %(number)s already. Leave it out: somebody else keys it as well.")
        return Fault("keyed_by_you", sentence, params, "number")
    if row.state in (PaperState.MISMATCH, PaperState.HELD):
        sentence = N_(
            "Two people read paper %(number)s already. Leave it out here: it is under “Papers to look at again”."
        )
        return Fault("look_again", sentence, params, "number")
    return Fault(
        "settled_already",
        N_("Two people have keyed paper %(number)s already. Look at the stamp once more, or leave it out."),
        params,
        "number",
    )


def _second(session: Session, batch: PaperBatch, row: PaperBallot, keyed: Keyed, room: int, by: Actor) -> PaperState:
    row.keyed_by_2 = by.account_id
    if keyed.differences(open_keyed(row, 1)):
        row.state, row.sealed_2 = PaperState.MISMATCH, seal_keyed(row, 2, keyed, room)
        return PaperState.MISMATCH
    return settle(session, batch, row, keyed)


def batch_to_key(session: Session, round_id: int, batch_id: int) -> PaperBatch:
    """A batch inside the caller's transaction, locked against others, whose papers can be keyed now.

    Raises NotFound `no_papers`; Refusal `not_now`, `box_frozen`, `not_counted`, `not_admitted`.
    """
    the_round = session.get_one(Round, round_id, with_for_update={"read": True}, populate_existing=True)
    must_be(the_round, *KEYING)
    if the_round.sealed_root is not None:
        raise Refusal("box_frozen", N_("The box is frozen. Nothing more goes into it."))
    batch = session.get(PaperBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None or batch.round_id != round_id:
        raise NotFound("no_papers", N_("This round has no such batch of papers."))
    if batch.in_box is None:
        sentence = N_("Count the papers in the box first, and stamp a number from 1 on each, after mixing them.")
        raise Refusal("not_counted", sentence)
    if keying_of(batch).undeclared:
        sentence = N_("Go through the declarations first, and set aside the papers that may not count.")
        raise Refusal("not_admitted", sentence)
    return batch


def rows_by_number(batch_id: int, numbers: Collection[int]) -> dict[int, PaperBallot]:
    """The papers of a batch with these numbers that somebody has keyed."""
    query = select(PaperBallot).where(PaperBallot.batch_id == batch_id, PaperBallot.number.in_(numbers))
    return {row.number: row for row in db.session.scalars(query)}


def _refuse_stranger(by: Actor) -> None:
    if not may_count_papers(by):
        raise NotAllowed("not_a_counter", N_("Only stewards, officers and those who count work with papers."))


def _record(batch: PaperBatch, count: int, by: Actor) -> None:
    record("papers_keyed", by, round_id=batch.round_id, subject=f"papers:{batch.id}", batch=batch.id, count=count)
