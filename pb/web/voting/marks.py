"""Marks on a ballot's form: from what was ticked and typed to choices, and back again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pb.core.election import Choices
from pb.core.errors import Fault
from pb.core.words import N_
from pb.services.voting import Paper, Section

LONGEST_TYPED = 12
MOST_FIGURES = 9


@dataclass(frozen=True)
class Shown:
    """What stands in one section's fields: by the project's key what was ticked or typed, and the boosted project.

    `faults` are those beside a project, by its key; `whole` are those of the section.
    """

    marks: Mapping[str, str] = field(default_factory=dict)
    boost: str = ""
    faults: Mapping[str, Fault] = field(default_factory=dict)
    whole: tuple[Fault, ...] = ()

    def with_faults(self, faults: list[Fault]) -> Shown:
        """The same marks with faults beside them."""
        beside = {fault.field: fault for fault in reversed(faults) if fault.field}
        return replace(self, faults=beside, whole=tuple(fault for fault in faults if not fault.field))


@dataclass(frozen=True)
class Reading:
    """One section read from a form: the choices, what to show again, and faults found while reading."""

    choices: Choices
    shown: Shown
    faults: list[Fault]


def read_form(form: Mapping[str, str], paper: Paper, sections: tuple[Section, ...]) -> dict[str, Reading]:
    """What was marked, by the pot's key.

    A project's field is `p` and its number; that of the extra vote is `boost-` and the pot's id.
    """
    return {section.key: _read_section(form, paper, section) for section in sections}


def _read_section(form: Mapping[str, str], paper: Paper, section: Section) -> Reading:
    kind = paper.kind.key
    typed = ((each.key, str(form.get(f"p{each.number}", "")).strip()[:LONGEST_TYPED]) for each in section.projects)
    shown = Shown({key: text for key, text in typed if text}, _boosted(form, section))
    if kind in _TICKED:
        return Reading(_TICKED[kind](shown), shown, [])
    numbers, faults = _numbers(shown, section)
    if kind == "ranked":
        faults += _same_places(numbers, section)
    return Reading(_NUMBERED[kind](numbers), shown, faults)


def _boosted(form: Mapping[str, str], section: Section) -> str:
    number = str(form.get(f"boost-{section.pot_id}", ""))
    known = number.isascii() and number.isdigit() and len(number) < LONGEST_TYPED
    project = section.by_number.get(int(number)) if known else None
    return project.key if project else ""


def _numbers(shown: Shown, section: Section) -> tuple[dict[str, int], list[Fault]]:
    """The whole numbers that were typed, and a fault for each project whose number is none."""
    numbers, faults = {}, []
    for key, text in shown.marks.items():
        figures = text.removeprefix("-").removeprefix("\N{MINUS SIGN}")
        if figures.isascii() and figures.isdigit() and len(figures) <= MOST_FIGURES:
            numbers[key] = int(figures) if figures == text else -int(figures)
        else:
            sentence = N_("Enter a whole number for “%(project)s”, in figures.")
            faults.append(Fault("not_a_number", sentence, {"project": section.by_key[key].title}, key))
    return numbers, faults


def _same_places(places: Mapping[str, int], section: Section) -> list[Fault]:
    """A fault for each project whose place another has."""
    faults = []
    taken: dict[int, str] = {}
    for key, place in places.items():
        first = taken.setdefault(place, key)
        if first != key:
            sentence = N_("You gave place %(place)s to “%(first)s” and to “%(second)s”. Give each a place of its own.")
            titles = {"first": section.by_key[first].title, "second": section.by_key[key].title}
            faults.append(Fault("same_place", sentence, {"place": place, **titles}, key))
    return faults


def shown_of(choices: Choices, kind: str) -> Shown:
    """What stands in the fields for choices that were read before."""
    return _TO_MARKS[kind](choices)


#: From what was ticked to choices.
_TICKED: dict[str, Callable[[Shown], Choices]] = {
    "approval": lambda shown: {"approved": list(shown.marks), **({"boost": shown.boost} if shown.boost else {})},
    "knapsack": lambda shown: {"chosen": list(shown.marks)},
}
#: From numbers to choices. A place that was left out of a ranking moves those behind it up.
_NUMBERED: dict[str, Callable[[Mapping[str, int]], Choices]] = {
    "scoring": lambda numbers: {"scores": dict(numbers)},
    "points": lambda numbers: {"points": {key: points for key, points in numbers.items() if points}},
    "ranked": lambda places: {"ranking": sorted(places, key=lambda key: places[key])},
}


def _ticked(keys: list[str]) -> dict[str, str]:
    return dict.fromkeys(keys, "1")


def _written(numbers: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(number) for key, number in numbers.items()}


_TO_MARKS: dict[str, Callable[[Choices], Shown]] = {
    "approval": lambda choices: Shown(_ticked(choices.get("approved", [])), choices.get("boost", "")),
    "knapsack": lambda choices: Shown(_ticked(choices.get("chosen", []))),
    "scoring": lambda choices: Shown(_written(choices.get("scores", {}))),
    "points": lambda choices: Shown(_written(choices.get("points", {}))),
    "ranked": lambda choices: Shown({key: str(at) for at, key in enumerate(choices.get("ranking", []), 1)}),
}
