"""A spreadsheet of keyed papers: read whole, every fault told by its row and column, kept as one person's keying."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pb.core.actors import Actor
from pb.core.errors import Fault, Refusal
from pb.core.paper_marks import VOID_REASONS
from pb.core.words import N_
from pb.models.papers import PaperBatch
from pb.services.paper_keying import Kept, LineFaults, Typed, key_papers
from pb.services.papers import find_papers, keyable, paper_in
from pb.services.spreadsheets import Table
from pb.services.voting import ProjectOnPaper

NUMBER, CODE, VOID = "paper", "code", "void"


@dataclass(frozen=True)
class CellFault:
    """What is wrong with one cell: its line in the spreadsheet, the heading of its column, and the fault."""

    line: int
    column: str
    fault: Fault


class FaultyTable(Refusal):
    """A spreadsheet of which nothing was kept; `cells` holds every fault in it."""

    def __init__(self, cells: list[CellFault]) -> None:
        super().__init__(
            "table_faulty",
            N_("Nothing was kept. Errors in the spreadsheet: %(count)s."),
            field="file",
            status=422,
            count=len(cells),
        )
        self.cells = cells


@dataclass(frozen=True)
class _Columns:
    """Which column holds what; projects by the column's place."""

    named: dict[str, int]
    projects: dict[int, ProjectOnPaper] = field(default_factory=dict)


def headings_for(batch: PaperBatch) -> list[str]:
    """The headings that a spreadsheet of a batch has: the paper's number, each project, the code, why it is void."""
    projects = [f"{each.number} {each.title}" for each in _projects(batch)]
    return [NUMBER, *projects, *([CODE] if batch.with_code else []), VOID]


def import_keyed(round_id: int, batch_id: int, table: Table, *, by: Actor) -> Kept:
    """Keep a spreadsheet of keyed papers as one person's keying, all of it or nothing.

    A column of a project has its drawn number at the start of its heading. Raises FaultyTable with every fault by row
    and column; Refusal `columns_missing`, 422, beside `file`; else what `key_papers` does. Event `papers_keyed`.
    """
    batch = find_papers(round_id, batch_id)
    columns = _columns(batch, table)
    lines = [_typed(columns, row.cells) for row in table.rows]
    try:
        return key_papers(round_id, batch_id, lines, by=by)
    except LineFaults as faults:
        cells = [
            CellFault(table.rows[place].line, _heading(table, columns, fault), fault)
            for place, found in sorted(faults.lines.items())
            for fault in found
        ]
        raise FaultyTable(cells) from faults


def _projects(batch: PaperBatch) -> list[ProjectOnPaper]:
    sections = paper_in(batch).sections_for(batch.area_id)
    return sorted((project for section in sections for project in section.projects), key=lambda each: each.number)


def _columns(batch: PaperBatch, table: Table) -> _Columns:
    by_number = {str(each.number): each for each in _projects(batch)}
    named: dict[str, int] = {}
    projects: dict[int, ProjectOnPaper] = {}
    for place, heading in enumerate(table.headings):
        word = heading.strip().casefold()
        project = by_number.get(word.removeprefix("project").split(maxsplit=1)[0]) if _has_figure(word) else None
        if project is not None:
            projects.setdefault(place, project)
        elif word in (NUMBER, CODE, VOID):
            named[word] = place
    missing = [f"{each.number} {each.title}" for each in by_number.values() if each not in projects.values()]
    if NUMBER not in named or missing:
        sentence = N_("These columns are missing: %(columns)s. Take the headings from the empty spreadsheet.")
        wanted = [*([NUMBER] if NUMBER not in named else []), *missing]
        raise Refusal("columns_missing", sentence, field="file", status=422, columns=", ".join(wanted))
    return _Columns(named, projects)


def _has_figure(word: str) -> bool:
    return word.removeprefix("project").strip()[:1].isdigit()


def _typed(columns: _Columns, cells: tuple[str, ...]) -> Typed:
    def cell(place: int | None) -> str:
        return cells[place].strip() if place is not None and place < len(cells) else ""

    number = cell(columns.named[NUMBER])
    void = cell(columns.named.get(VOID))
    return Typed(
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 8 else None,
        marks={project.key: cell(place) for place, project in columns.projects.items()},
        code=cell(columns.named.get(CODE)),
        void=_reason(void) if void else "",
    )


def _reason(text: str) -> str:
    """The key of a void reason, from the key or its words; the text itself where it is neither."""
    word = text.casefold()
    return next((key for key, words in VOID_REASONS.items() if word in (key, key.replace("_", " "), words)), word)


def _heading(table: Table, columns: _Columns, fault: Fault) -> str:
    for place, project in columns.projects.items():
        if project.key == fault.field:
            return table.headings[place]
    return {"number": NUMBER, "code": CODE}.get(fault.field, VOID)


def rows_of_template(batch: PaperBatch) -> Iterator[list[str | int]]:
    """The rows of an empty spreadsheet: the number of each paper in the box."""
    for number in range(1, keyable(batch) + 1):
        yield [number]
