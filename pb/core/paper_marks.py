"""What two people key of a paper: marks as they stand on it, read by ballot type, and why a paper is void."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pb.core.ballots import BallotType
from pb.core.canonical import Json
from pb.core.election import Choices, Instance
from pb.core.errors import Fault
from pb.core.settings import Settings
from pb.core.words import N_

#: Why a paper, or one part of it, is not counted: the keys are kept and published.
VOID_REASONS: dict[str, str] = {
    "blank": N_("blank"),
    "too_many": N_("too many choices"),
    "score_missing": N_("a score missing"),
    "out_of_range": N_("a score out of range"),
    "unclear": N_("unclear"),
    "wrong_version": N_("wrong ballot version or area"),
    "duplicate": N_("duplicate voter"),
    "out_of_area": N_("out of area"),
    "under_age": N_("under age"),
    "late": N_("late"),
    "identifying_mark": N_("identifying mark"),
}
#: Those that may hold for one part of a paper while another part counts.
PART_REASONS = ("too_many", "score_missing", "out_of_range", "unclear")
#: What is typed for a choice, and for the extra vote of a marked project.
CHOSEN = ("x", "1", "y", "v")
EXTRA = "b"
MOST_FIGURES = 9


@dataclass(frozen=True)
class Keyed:
    """What one person read on one paper: choices by the pot's key, parts that are void, the code, or why all is void.

    Two of these that are equal settle the paper.
    """

    sections: Mapping[str, Choices] = field(default_factory=dict)
    void_parts: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    void: str = ""

    def to_json(self) -> dict[str, Json]:
        """The entry as plain JSON data; `from_json` reads it back."""
        return {
            "sections": {key: dict(choices) for key, choices in self.sections.items()},
            "void_parts": dict(self.void_parts),
            "code": self.code,
            "void": self.void,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Keyed:
        """Read what `to_json` wrote."""
        return cls(data["sections"], data["void_parts"], data["code"], data["void"])

    def differences(self, other: Keyed) -> list[str]:
        """Where two entries differ: ids of projects, and `void` or `code`; empty when they are alike."""
        if bool(self.void) != bool(other.void) or (self.void and self.void != other.void):
            return ["void"]
        found = [] if self.code == other.code else ["code"]
        keys = {*self.sections, *other.sections, *self.void_parts, *other.void_parts}
        for key in sorted(keys):
            if self.void_parts.get(key) != other.void_parts.get(key):
                found.append("void")
            found += _unlike(self.sections.get(key, {}), other.sections.get(key, {}))
        return list(dict.fromkeys(found))


def _unlike(one: Choices, other: Choices) -> list[str]:
    """The projects that two sets of choices treat differently."""
    mine, theirs = _by_project(one), _by_project(other)
    return [each for each in dict.fromkeys([*mine, *theirs]) if mine.get(each) != theirs.get(each)]


def _by_project(choices: Choices) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in choices.items():
        if isinstance(value, Mapping):
            found |= value
        elif isinstance(value, str):
            found[value] = (found.get(value), name)
        else:
            ranked = name == "ranking"
            found |= {each: (place if ranked else name, found.get(each)) for place, each in enumerate(value)}
    return found


def read_marks(
    kind: BallotType[Any], settings: Settings, instance: Instance, marks: Mapping[str, str]
) -> tuple[Choices, list[Fault]]:
    """The choices of one section from what stands in its cells, by project id, and what is wrong with them.

    A choice is x (or 1, y, v), an extra vote b; scores, points and places are whole numbers. A fault that concerns
    one project has its id as `field`. An empty section is an abstention, without fault.
    """
    typed = {key: text.strip().lower() for key, text in marks.items() if text.strip()}
    if kind.key in _TICKED:
        choices, faults = _TICKED[kind.key](typed)
    else:
        numbers, faults = _numbers(typed)
        choices, more = _NUMBERED[kind.key](numbers)
        faults += more
    if faults:
        return {}, faults
    found = kind.faults(choices, instance, settings)
    return (choices, found) if found else ({} if kind.is_empty(choices) else kind.normalised(choices), [])


def _approval(typed: Mapping[str, str]) -> tuple[Choices, list[Fault]]:
    faults = [_not_a_mark(key) for key, text in typed.items() if text.replace(EXTRA, "", 1) not in (*CHOSEN, "")]
    extra = [key for key, text in typed.items() if EXTRA in text]
    if len(extra) > 1:
        faults.append(Fault("two_extra", N_("There is one extra vote; two are marked."), {}, extra[1]))
    approved = [key for key, text in typed.items() if text != EXTRA]
    return {"approved": approved, **({"boost": extra[0]} if extra else {})}, faults


def _knapsack(typed: Mapping[str, str]) -> tuple[Choices, list[Fault]]:
    return {"chosen": list(typed)}, [_not_a_mark(key) for key, text in typed.items() if text not in CHOSEN]


def _not_a_mark(key: str) -> Fault:
    return Fault("not_a_mark", N_("Type x for a choice, or leave the cell empty."), {}, key)


def _numbers(typed: Mapping[str, str]) -> tuple[dict[str, int], list[Fault]]:
    numbers, faults = {}, []
    for key, text in typed.items():
        figures = text.removeprefix("-")
        if figures.isascii() and figures.isdigit() and len(figures) <= MOST_FIGURES:
            numbers[key] = int(text)
        else:
            faults.append(Fault("not_a_number", N_("Type a whole number, in figures."), {}, key))
    return numbers, faults


def _ranking(places: Mapping[str, int]) -> tuple[Choices, list[Fault]]:
    taken: dict[int, str] = {}
    faults = []
    for key, place in places.items():
        if taken.setdefault(place, key) != key:
            faults.append(Fault("same_place", N_("Place %(place)s is given twice."), {"place": place}, key))
    return {"ranking": sorted(places, key=lambda key: places[key])}, faults


_TICKED: dict[str, Callable[[Mapping[str, str]], tuple[Choices, list[Fault]]]] = {
    "approval": _approval,
    "knapsack": _knapsack,
}
_NUMBERED: dict[str, Callable[[Mapping[str, int]], tuple[Choices, list[Fault]]]] = {
    "scoring": lambda numbers: ({"scores": dict(numbers)}, []),
    "points": lambda numbers: ({"points": {key: points for key, points in numbers.items() if points}}, []),
    "ranked": _ranking,
}
