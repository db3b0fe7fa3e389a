"""The lines of the keying grid: read from a form, and shown again with what is wrong beside each cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pb.core.errors import Fault
from pb.core.words import N_
from pb.models.papers import PaperBatch
from pb.services.paper_keying import LineFaults, Typed
from pb.services.voting import Paper, Section
from pb.web.forms.summary import sentence
from pb.web.officers.keying_words import on_a_paper

LONGEST = 40


@dataclass(frozen=True)
class Line:
    """One line of the grid, as it was typed. Inputs are named `r`, its place, and what they hold."""

    place: int
    number: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    void: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing but a number stands in it."""
        return not (self.code or self.void or any(self.marks.values()) or any(self.parts.values()))

    @property
    def typed(self) -> Typed:
        """What the service gets."""
        figures = self.number if self.number.isascii() and self.number.isdigit() and len(self.number) < 8 else ""
        return Typed(int(figures) if figures else None, self.marks, self.code, self.void, self.parts)

    def is_wrong(self, name: str) -> bool:
        """Whether a fault names this input."""
        return any(fault.field == name for fault in self.faults)


def sections_of(paper: Paper, batch: PaperBatch) -> tuple[Section, ...]:
    """The sections that stand on a batch's papers."""
    return paper.sections_for(batch.area_id)


def empty_lines(numbers: Iterable[int]) -> list[Line]:
    """Lines with nothing but the numbers of papers."""
    return [Line(place, str(number)) for place, number in enumerate(numbers)]


def read_lines(form: Mapping[str, str], sections: Iterable[Section], rows: int) -> list[Line]:
    """The lines of a form."""
    sections = tuple(sections)
    return [_read(form, sections, place) for place in range(rows)]


def _read(form: Mapping[str, str], sections: tuple[Section, ...], place: int) -> Line:
    def cell(name: str) -> str:
        return str(form.get(f"r{place}-{name}", "")).strip()[:LONGEST]

    projects = [project for section in sections for project in section.projects]
    return Line(
        place,
        cell("number"),
        {each.key: cell(f"p{each.number}") for each in projects},
        cell("code"),
        cell("void"),
        {each.key: cell(f"part{each.pot_id}") for each in sections} if len(sections) > 1 else {},
    )


def with_faults(lines: list[Line], sent: list[Line], found: LineFaults) -> list[Line]:
    """The lines with the faults of those that were sent beside them."""
    faults = {sent[at].place: tuple(map(on_a_paper, told)) for at, told in found.lines.items()}
    return [replace(line, faults=faults.get(line.place, ())) for line in lines]


def summary_of(lines: Iterable[Line], sections: Iterable[Section]) -> list[Fault]:
    """The faults of all lines for the summary at the top, each leading to its input.

    What is wrong with the only section as a whole leads to its first cell: it has no menu of its own.
    """
    sections = tuple(sections)
    numbers = {each.key: f"p{each.number}" for section in sections for each in section.projects}
    several = len(sections) > 1
    pots = {f"part:{each.key}": f"part{each.pot_id}" if several else f"p{each.projects[0].number}" for each in sections}
    names = numbers | pots
    return [
        Fault(
            fault.code,
            N_("Line %(line)s: %(told)s"),
            {"line": line.place + 1, "told": sentence(fault)},
            f"r{line.place}-{names.get(fault.field, fault.field or 'number')}",
        )
        for line in lines
        for fault in line.faults
    ]
