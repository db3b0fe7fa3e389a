"""Audit cards: known ballots that scrutineers cast like anybody else, taken out of the count and compared afterwards.

Nobody on the server can tell them from others until the box is frozen. Of 59 cards at least one shows an alteration
of every twentieth ballot in nineteen cases of twenty.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pb.core.codes import read_code
from pb.core.election import Choices
from pb.core.errors import Refusal
from pb.core.paper_marks import read_marks
from pb.core.papers import PaperRules
from pb.core.words import N_

#: So many cards find an alteration of 5% of the ballots in at least 95% of cases: 1 - 0.95 ** 59 > 0.95.
ENOUGH = 59
MOST = 1_000

#: What became of a card, in words; the keys are what is published.
FOUND: dict[str, str] = {
    "alike": N_("in the box as it was cast"),
    "different": N_("in the box with other choices"),
    "unreadable": N_("in the box, but it could not be opened or read"),
    "missing": N_("not in the box"),
}


@dataclass(frozen=True)
class Planned:
    """One audit card: its code, and what was marked with it, by the project's number on the ballot."""

    code: str
    marks: Mapping[int, str]

    def paper(self, rules: PaperRules) -> dict[str, Choices]:
        """The sections that such a paper has, those left empty aside. Raises Refusal `marks_not_allowed`."""
        known = {each.number for one in rules.instances.values() for each in one.projects}
        if not self.marks.keys() <= known:
            raise _not_allowed(self.code)
        sections = {}
        for key, instance in rules.instances.items():
            marks = {each.id: self.marks.get(each.number or 0, "") for each in instance.projects}
            choices, faults = read_marks(rules.kind, rules.settings, instance, marks)
            if faults:
                raise _not_allowed(self.code)
            if choices:
                sections[key] = choices
        return sections


@dataclass(frozen=True)
class Compared:
    """What lay in the box under one audit card: a key of FOUND, what was planned and what was found, by pot."""

    found: str
    planned: Mapping[str, Choices]
    read: Mapping[str, Choices]

    def to_json(self) -> dict[str, Any]:
        """It as plain JSON data."""
        return {"found": self.found, "planned": dict(self.planned), "read": dict(self.read)}


def fingerprint(listed: bytes) -> str:
    """SHA-256 of a list's file, exactly as it is: what `sha256sum` prints."""
    return hashlib.sha256(listed).hexdigest()


def read_list(listed: bytes) -> list[Planned]:
    """The cards of a list: on each line a code and its marks, `ABCD EFGH JKMN PQRS T 3=x 7=x`; # begins a remark.

    A choice is x, an extra vote b; scores, points and places are whole numbers. Raises Refusal `list_unreadable`
    (with the line), `list_empty`, `list_too_long`, `card_twice`.
    """
    try:
        lines = listed.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise _unreadable(1) from None
    cards = list(_cards(lines))
    if not cards:
        raise Refusal("list_empty", N_("There is no card in this list."), field="listed", status=422)
    if len(cards) > MOST:
        sentence = N_("There are more than %(most)s cards in this list.")
        raise Refusal("list_too_long", sentence, field="listed", status=422, most=MOST)
    if max(Counter(each.code for each in cards).values()) > 1:
        raise Refusal("card_twice", N_("A code stands in this list twice."), field="listed", status=422)
    return cards


def _cards(lines: Sequence[str]) -> Iterator[Planned]:
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if words:
            yield _card(words, number)


def _card(words: Sequence[str], line: int) -> Planned:
    try:
        code = read_code("".join(word for word in words if "=" not in word))
        pairs = [word.split("=") for word in words if "=" in word]
        marks = {int(number): mark for number, mark in pairs}
    except (Refusal, ValueError):
        raise _unreadable(line) from None
    return Planned(code, marks)


def compare(planned: Mapping[str, Choices], read: Mapping[str, Choices] | None, *, in_box: bool) -> Compared:
    """One card against what was in the box under its code; `read` is None where that could not be opened or read."""
    if not in_box:
        return Compared("missing", planned, {})
    if read is None:
        return Compared("unreadable", planned, {})
    marked = {key: choices for key, choices in read.items() if choices}
    return Compared("alike" if marked == planned else "different", planned, marked)


def counts_of(compared: Sequence[Compared]) -> dict[str, int]:
    """How many cards came out how, by the keys of FOUND."""
    found = Counter(each.found for each in compared)
    return {key: found[key] for key in FOUND}


def _unreadable(line: int) -> Refusal:
    sentence = N_("Line %(line)s of the list is not a code with its marks, such as ABCD EFGH JKMN PQRS T 3=x 7=x.")
    return Refusal("list_unreadable", sentence, field="listed", status=422, line=line)


def _not_allowed(code: str) -> Refusal:
    sentence = N_("The marks of the card that begins with %(begins)s are none that the ballot allows.")
    return Refusal("marks_not_allowed", sentence, field="listed", status=422, begins=code[:4])
