"""Check the public package of a You Decide result. It needs Python 3.11 or newer and nothing else.

    python3 check_package.py package.zip --anchor "the eight words from the minutes"

It ends with 0 where everything holds, with 1 where something does not, and with 2 where nothing was checked: the file
cannot be read or is no package, or the words are no fingerprint.
It shares no code with the service that made the package. It is one file so that nothing need be installed; its parts,
each of them short, are put together from pb/core/checking:

- The forms that bytes must have: canonical JSON, digests, fingerprints in words, Merkle roots.
- The zip file of a package, read so strictly that every byte of it is accounted for and two readers see the same.
- What a ballot may say under the rules, and what it gives to each project.
- How the money runs down a ranking: stop, skip or offer.
- What every way of counting a pot begins with and writes down: who is left out, the tie steps, results and ties.
- Counting by most votes first: the ranking, its ties, and what each project gets as the money runs down.
- Counting turn by turn: who comes next depends on what was bought before, and equal ones go by the tie steps.
- Phragmén's rule: money flows to all voters at the same rate; what its supporters can pay for is bought at once.
- One run of equal shares: every ballot begins with the same money, and supporters buy one project after another.
- Equal shares: shares raised while the pot can pay, what then becomes of the rest, and what is told of it.
- Equal shares with bounded overspending: supporters may buy a project for which they hold only a part of the cost.
- Most votes for the money in all: of all sets that the pot can pay for, the one with the greatest total.
- Several pots: what one cannot use moves by the surplus rule, and then each is counted again.
- What a package holds: its manifest, its ballots by the level at which they are published, and their sums.
- Counting every pot of a package again, by the rule that was fixed before the vote, and comparing.
- The checks themselves, in order, and what each of them found.
- The words that a check ends with, and the command of the single file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import struct
import sys
import zlib
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from heapq import heapify, heappop, heappush
from itertools import accumulate, groupby, pairwise, permutations
from pathlib import Path
from typing import Any, NamedTuple


# ---------------------------------------------------------------------------------------------------------------------
# The forms that bytes must have: canonical JSON, digests, fingerprints in words, Merkle roots.

BIGGEST = 2**53 - 1
STARTS = ("ch", "dr", "fr", "g", "h", "j", "k", "m", "p", "r", "s", "sh", "t", "v", "w", "z")
ENDS = ("a", "e", "i", "o", "u", "an", "en", "in", "on", "un", "al", "el", "il", "ol", "ul", "ay")
SYLLABLE = "(ch|dr|fr|sh|[ghjkmprstvwz])(a[nly]|[eiou][nl]|[aeiou])"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
#: What is told of words that were mistyped: so many of them, and so many guesses at each.
MOST_TOLD = 3


class Wrong(Exception):
    """Something does not hold; the text says what, in plain words."""


class CannotTell(Exception):
    """A check that this package does not hold enough to make; the text says why."""


def sha256(data: bytes) -> str:
    """SHA-256 as 64 hexadecimal figures."""
    return hashlib.sha256(data).hexdigest()


def written(value: Any) -> bytes:
    """The RFC 8785 form of JSON data that holds only text, whole numbers, yes and no, nothing, lists and objects."""
    text = json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise Wrong("a text holds half a character") from None


def read(data: bytes, name: str) -> Any:
    """JSON data from bytes that must be in their RFC 8785 form."""
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Wrong(f"{name} is not JSON") from None
    if written(value) != data:
        raise Wrong(f"{name} is not in the canonical form of RFC 8785")
    return value


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be", "replace"))}
    if isinstance(value, list):
        return [_sorted(each) for each in value]
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > BIGGEST):
        raise Wrong("a number is not a whole number that every program can hold")
    return value


def fingerprint_words(digest: str) -> str:
    """A digest as eight words: each byte is a syllable, its first half chooses the start and its second the end."""
    syllables = [STARTS[byte >> 4] + ENDS[byte & 15] for byte in bytes.fromhex(digest)]
    return " ".join("".join(syllables[at : at + 4]) for at in range(0, 32, 4))


def digest_from(text: str) -> str:
    """The digest that somebody typed: eight words, or 64 figures, however they are spaced."""
    letters = re.sub(r"[^a-z0-9]", "", text.lower())
    if re.fullmatch("[0-9a-f]{64}", letters):
        return letters
    found = re.findall(SYLLABLE, letters)
    if len(found) != 32 or "".join(start + end for start, end in found) != letters:
        raise Wrong(_mistyped(re.findall(r"[^\W_]+", text.lower())))
    return bytes(STARTS.index(start) << 4 | ENDS.index(end) for start, end in found).hex()


def _mistyped(typed: list[str]) -> str:
    """What is wrong with words, or figures, that are no fingerprint; guesses come from the letters typed alone."""
    said = "what you entered is neither the eight words nor the 64 figures of a fingerprint"
    whole = "".join(typed)
    if re.fullmatch("[0-9a-f]*[0-9][0-9a-f]*", whole):
        return f"{said}: it has {len(whole)} figures"
    strange = [(at, each) for at, each in enumerate(typed, 1) if not _is_word(each)]
    if not strange:
        return f"{said}: it has {len(typed)} words"
    told = []
    for at, each in strange[:MOST_TOLD]:
        near = " or ".join(f"“{guess}”" for guess in _near(each))
        told.append(f"word {at}, “{each[:20]}”, is none that a fingerprint has{near and f' (did you mean {near}?)'}")
    return f"{said}: {'; '.join(told)}"


def _is_word(text: str) -> bool:
    return re.fullmatch(f"({SYLLABLE}){{4}}", text) is not None


def _near(word: str) -> list[str]:
    """Words of fingerprints that one slip of the finger makes into this one, the likeliest slips first."""
    if len(word) > 4 * 4 + 1:
        return []
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    slips = [
        *(left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1),
        *(left + right[1:] for left, right in parts if right),
        *(left + letter + right[1:] for left, right in parts if right for letter in LETTERS),
        *(left + letter + right for left, right in parts for letter in LETTERS),
    ]
    return list(dict.fromkeys(each for each in slips if _is_word(each)))[:MOST_TOLD]


def root_of_leaves(digests: Iterable[bytes]) -> str:
    """The Merkle root (RFC 6962, 2.1) over leaves that are digests already, in their order."""
    row = list(digests)
    if not row:
        return sha256(b"")
    while len(row) > 1:
        pairs = [hashlib.sha256(b"\1" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
        row = pairs + row[len(row) & ~1 :]
    return row[0].hex()


def leaf(data: bytes) -> bytes:
    """The digest of one leaf of a Merkle tree."""
    return hashlib.sha256(b"\0" + data).digest()


# ---------------------------------------------------------------------------------------------------------------------
# The zip file of a package, read so strictly that every byte of it is accounted for and two readers see the same.

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
NEW_YEAR_1980 = 0x21
DEFLATED = 8
PLAIN_FILE = 0o100644 << 16
#: All files together. A city of a million voters has about half of it; a file that was made to fill a computer's
#: memory says more, or holds more than it says.
LARGEST = 2**29


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files in a package by their names. Wrong for any zip file that is not packed as packages are."""
    files: dict[str, bytes] = {}
    directory, at, left = b"", 0, LARGEST
    while data[at : at + 4] == b"PK\3\4":
        name, content, entry, after = _file(data, at, left)
        left -= len(content)
        if name in files:
            raise Wrong(f"the zip file holds {name} twice")
        files[name] = content
        directory, at = directory + entry, after
    end = END.pack(b"PK\5\6", 0, 0, len(files), len(files), len(directory), at, 0)
    if not files or data[at:] != directory + end:
        raise Wrong("the zip file is not packed as packages are: something in it was changed, added or left out")
    return files


def _file(data: bytes, at: int, most: int) -> tuple[str, bytes, bytes, int]:
    """One file of `most` bytes: its name, content, its entry in the directory, and where the next begins."""
    if len(data) < at + LOCAL.size:
        raise Wrong("the zip file breaks off")
    head = LOCAL.unpack_from(data, at)
    _mark, version, flags, method, time, day, check, packed, size, name_length, extra = head
    if (version, flags, method, time, day, extra) != (20, 0, DEFLATED, 0, NEW_YEAR_1980, 0):
        raise Wrong("the zip file is not packed as packages are")
    if size > most:
        raise Wrong("the zip file unpacks to more than any package holds")
    start = at + LOCAL.size + name_length
    raw_name = data[at + LOCAL.size : start]
    content = _inflated(data[start : start + packed], packed, size)
    if zlib.crc32(content) != check:
        raise Wrong("the zip file is damaged")
    entry = CENTRAL.pack(
        b"PK\1\2", (3 << 8) | 20, 20, 0, DEFLATED, 0, NEW_YEAR_1980, check, packed, size, name_length,
        0, 0, 0, 0, PLAIN_FILE, at,
    )  # fmt: skip
    try:
        return raw_name.decode("ascii"), content, entry + raw_name, start + packed
    except UnicodeDecodeError:
        raise Wrong("the zip file holds a name that packages do not have") from None


def _inflated(data: bytes, packed: int, size: int) -> bytes:
    reader = zlib.decompressobj(-15)
    try:
        content = reader.decompress(data, size + 1)
    except zlib.error:
        raise Wrong("the zip file is damaged") from None
    if len(data) != packed or len(content) != size or not reader.eof or reader.unused_data:
        raise Wrong("the zip file is damaged")
    return content


# ---------------------------------------------------------------------------------------------------------------------
# What a ballot may say under the rules, and what it gives to each project.

Data = dict[str, Any]
MANY = 10**9


@dataclass
class Sums:
    """What ballots give to one project: how many give each mark (None: not told), ordinary votes, votes and score."""

    marks: Counter[int] | None = field(default_factory=Counter)
    ordinary: int | None = 0
    votes: int = 0
    given: int = 0
    unnamed: int = 0

    @property
    def score(self) -> int:
        """What the marks add up to, with what it gets from ballots that do not name it."""
        return self.given + self.unnamed

    def add(self, mark: int, ordinary: int, times: int) -> None:
        """Take in `times` ballots that give `mark`."""
        if self.marks is not None:
            self.marks[mark] += times
        self.ordinary = (self.ordinary or 0) + ordinary * times
        self.votes += times
        self.given += mark * times


@dataclass
class Tally:
    """All ballots of a pot added up."""

    sums: dict[str, Sums]
    ballots: int = 0
    marked: int = 0

    def finish(self, unnamed: int) -> None:
        """Give each project its due from the ballots that do not name it."""
        for each in self.sums.values():
            each.unnamed = unnamed * (self.ballots - each.votes)


def is_ids(value: object) -> bool:
    """Whether JSON data is a list of texts, none of them twice."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value) and len(set(value)) == len(value)


def is_marks(value: object) -> bool:
    """Whether JSON data is an object of whole numbers."""
    if not isinstance(value, dict):
        return False
    return all(isinstance(each, int) and not isinstance(each, bool) and abs(each) < MANY for each in value.values())


def must(holds: bool, otherwise: str) -> None:
    """Wrong with a sentence unless something holds."""
    if not holds:
        raise Wrong(otherwise)


def within(number: int, least: int, most: int | None) -> None:
    """Wrong unless a number is in bounds."""
    must(number >= least and (most is None or number <= most), "a ballot breaks a limit of the rules")


Mark = tuple[str, int, int]
Given = Iterator[Mark]


def approval(choices: Data, projects: dict[str, Data], rules: Data, _pot: int) -> Given:
    """Chosen projects, one vote each, and a further one where the rules give it."""
    chosen, boost = choices["approved"], choices.get("boost")
    must(is_ids(chosen) and chosen == sorted(chosen), "a ballot's choices are not a list in order")
    must(set(choices) <= {"approved", "boost"}, "a ballot says more than a ballot may")
    within(len(chosen), rules["most"] if rules["use_all"] else rules["least"], rules["most"])
    if rules["per_category"] is not None:
        crowd = Counter(projects[each]["category"] for each in chosen)
        within(max(crowd.values(), default=0), 0, rules["per_category"])
    if boost is not None:
        must(isinstance(boost, str) and rules["boost"] and projects[boost]["boost"], "an extra vote may not go there")
    for each in chosen:
        yield each, 2 if each == boost else 1, 1
    if boost is not None and boost not in chosen:
        yield boost, 1, 0


def knapsack(choices: Data, projects: dict[str, Data], rules: Data, pot: int) -> Given:
    """Chosen projects whose costs together stay within the pot."""
    chosen = choices["chosen"]
    must(set(choices) == {"chosen"} and is_ids(chosen) and chosen == sorted(chosen), "a ballot is not a list in order")
    within(len(chosen), rules["least"], rules["most"])
    within(
        sum(projects[each]["cost"] for each in chosen), rules["floor"], pot if rules["cap"] is None else rules["cap"]
    )
    for each in chosen:
        yield each, 1, 1


def ranked(choices: Data, _projects: dict[str, Data], rules: Data, _pot: int) -> Given:
    """Projects in order; each place is worth points."""
    order = choices["ranking"]
    must(set(choices) == {"ranking"} and is_ids(order), "a ballot is not a list")
    within(len(order), rules["most"] if rules["use_all"] else rules["least"], rules["most"])
    top = rules["most"] if rules["points"] == "places" else len(order)
    for place, each in enumerate(order):
        yield each, top - place, 1


def points(choices: Data, _projects: dict[str, Data], rules: Data, _pot: int) -> Given:
    """Points shared out."""
    given = choices["points"]
    must(set(choices) == {"points"} and is_marks(given), "a ballot's points are not numbers")
    for each in given.values():
        within(each, max(1, rules["least_each"]), rules["most_each"])
    within(sum(given.values()), rules["total"] if rules["use_all"] else rules["least_total"], rules["total"])
    within(len(given), rules["least"], rules["most"])
    for project, each in given.items():
        yield project, each, 1


def scoring(choices: Data, _projects: dict[str, Data], rules: Data, _pot: int) -> Given:
    """A score for some or all projects."""
    given = choices["scores"]
    must(set(choices) == {"scores"} and is_marks(given), "a ballot's scores are not numbers")
    for each in given.values():
        within(each, rules["lowest"], rules["highest"])
    if not rules["score_all"]:
        within(len(given), rules["most"] if rules["use_all"] else rules["least"], rules["most"])
    for project, each in given.items():
        yield project, each, 1


BALLOTS: dict[str, Callable[[Data, dict[str, Data], Data, int], Given]] = {
    "approval": approval,
    "knapsack": knapsack,
    "points": points,
    "ranked": ranked,
    "scoring": scoring,
}


def marks_of(choices: Data, ballot: Data, projects: dict[str, Data], pot: int) -> list[Mark]:
    """What one ballot gives: (project, mark, ordinary votes) each; nothing for an abstention. Wrong if not allowed."""
    if choices == {}:
        return []
    try:
        given = list(BALLOTS[ballot["type"]](choices, projects, ballot["settings"], pot))
    except (KeyError, TypeError, AttributeError):
        raise Wrong("a ballot cannot be read") from None
    must(all(project in projects for project, _mark, _ordinary in given), "a ballot names a project that is not on it")
    must(bool(given), "an empty ballot is not written as one")
    return given


# ---------------------------------------------------------------------------------------------------------------------
# How the money runs down a ranking: stop, skip or offer.

Data = dict[str, Any]


@dataclass
class Got:
    """What a project gets, and the code of the reason."""

    award: str
    amount: int
    reason: str
    reserve: int = 0
    final: bool = True


@dataclass
class Line:
    """What is left of the pot, and what has happened on the way down."""

    left: int
    answers: dict[str, Data] = field(default_factory=dict)
    percent: int | None = None
    stopped: bool = False
    held: int = 0
    waiting: bool = False

    def fits(self, project: Data) -> bool:
        """Whether the whole cost is there."""
        return bool(project["cost"] <= self.left)

    def answer(self, project: Data, amount: int) -> bool | None:
        """Whether the group said yes to so much; None where nobody has answered that."""
        said = self.answers.get(project["key"])
        if said is None:
            return None
        if said["accepted"]:
            return True if amount >= said["amount"] else None
        return False if amount <= said["amount"] else None

    def pay(self, project: Data) -> Got:
        """The whole cost."""
        self.left -= project["cost"]
        return Got("full", project["cost"], "funded")

    def offer(self, project: Data, amount: int) -> Got:
        """A part of the cost, taken, turned down or not answered yet."""
        answer = self.answer(project, amount)
        if answer is False:
            return Got("none", 0, "offer_declined")
        self.left -= amount
        if answer:
            return Got("partial", amount, "offer_accepted")
        self.waiting = True
        self.held += amount
        return Got("partial", amount, "offer_pending", final=False)


def needs(project: Data) -> int:
    """The least with which a project can go ahead."""
    least = project["minimum"]
    return int(project["cost"] if least is None else min(least, project["cost"]))


def rescued(project: Data, line: Line) -> bool:
    """Whether a reserve pays the rest of a project that does not fit."""
    near = line.percent is not None and line.left * 100 >= line.percent * project["cost"]
    return near and not line.fits(project)


def give_stop(project: Data, line: Line) -> Got:
    """Down to the first that does not fit."""
    if line.stopped:
        return Got("none", 0, "after_stop")
    if line.fits(project):
        return line.pay(project)
    line.stopped = True
    if rescued(project, line):
        reserve, line.left = project["cost"] - line.left, 0
        return Got("reserve", project["cost"], "reserve", reserve)
    return Got("none", 0, "stopped")


def give_skip(project: Data, line: Line) -> Got:
    """Passing over what does not fit."""
    return line.pay(project) if line.fits(project) else Got("none", 0, "does_not_fit")


def give_offer(project: Data, line: Line) -> Got:
    """Offering what is left to the next that can go ahead with it."""
    if line.fits(project):
        return line.pay(project)
    if line.left > 0 and needs(project) <= line.left:
        return line.offer(project, line.left)
    if line.waiting and needs(project) <= line.left + line.held:
        return Got("none", 0, "waiting")
    return Got("none", 0, "too_little_left")


def takers(kind: str, tied: list[Data], line: Line) -> list[Data]:
    """Those of some equal projects that would get something if they came first."""
    if kind == "skip":
        return [each for each in tied if line.fits(each)]
    if kind == "stop":
        return [] if line.stopped else [each for each in tied if line.fits(each) or rescued(each, line)]
    return [each for each in tied if line.fits(each) or _offered(each, line)]


def _offered(project: Data, line: Line) -> bool:
    return line.left > 0 and needs(project) <= line.left and line.answer(project, line.left) is not False


def contested(kind: str, tied: list[Data], line: Line) -> bool:
    """Whether the order of equal projects changes what somebody gets."""
    if len(tied) < 2:
        return False
    first = takers(kind, tied, line)
    if kind == "stop":
        return bool(first) and sum(each["cost"] for each in tied) > line.left
    paid = [each for each in first if each["cost"]]
    return len(paid) > 1 and sum(each["cost"] for each in paid) > line.left


GIVE: dict[str, Callable[[Data, Line], Got]] = {"stop": give_stop, "skip": give_skip, "offer": give_offer}


# ---------------------------------------------------------------------------------------------------------------------
# What every way of counting a pot begins with and writes down: who is left out, the tie steps, results and ties.

Data = dict[str, Any]
#: How many ballots are alike, and what each of them gives to the projects that it supports.
Crowd = tuple[int, dict[str, int]]


class Undecided(Wrong):
    """Projects stand equal, and nothing that was recorded decides; `keys` are theirs, in the order of the ballot."""

    def __init__(self, tied: list[Data]) -> None:
        super().__init__("projects stand equal, it matters, and nothing that was recorded decides between them")
        self.keys = [each["key"] for each in sorted(tied, key=place)]


def place(project: Data) -> tuple[bool, int, str]:
    """Where a project stands in a list in which nothing else decides."""
    return (project["number"] is None, project["number"] or 0, project["key"])


def average(sums: Sums) -> Fraction:
    """The mean mark over the ballots that name a project."""
    return Fraction(sums.given, sums.votes) if sums.votes else Fraction(0)


def marks(sums: Sums) -> dict[int, int]:
    """How many ballots give each mark, where the package tells."""
    if sums.marks is None:
        raise CannotTell("it does not say how many ballots gave each mark, and a tie depends on that")
    return sums.marks


def told_short(value: Fraction) -> str:
    """An exact number as text: itself where it is short, else the first nine of its decimals, cut off."""
    exact = str(value)
    if len(exact) <= 24:
        return exact
    whole, rest = divmod(value.numerator * 10**9 // value.denominator, 10**9)
    return f"{whole}.{rest:09d}"


@dataclass
class Sheet:
    """One pot counted again. `results`, `ties` and `steps` are in the order of the count.

    `crowds` gives the ballots themselves, where a rule asks for them: CannotTell where they are not known. `lots` are
    those that are only supposed, to see what would come of them; those that were drawn come before them.
    """

    projects: list[Data]
    budget: int
    tally: Tally
    method: Data
    facts: Data
    highest: int | None
    crowds: Callable[[], list[Crowd]]
    results: list[Data] = field(default_factory=list)
    ties: list[Data] = field(default_factory=list)
    steps: list[Data] = field(default_factory=list)
    endowment: Data | None = None
    lots: list[list[str]] = field(default_factory=list)
    line: Line = field(default_factory=lambda: Line(0))

    def __post_init__(self) -> None:
        self.projects = sorted(self.projects, key=place)
        self.lots = [*self.facts["lots"], *self.lots]
        self.line = Line(self.budget, self.facts["responses"], self.method["allocation"]["reserve_percent"])

    @property
    def spent(self) -> int:
        """What comes out of the pot."""
        return sum(each["amount"] - each["reserve"] for each in self.results)

    @property
    def money(self) -> dict[str, tuple[str, int]]:
        """What each project gets."""
        return {each["id"]: (each["award"], each["amount"]) for each in self.results}

    def sums(self, project: Data) -> Sums:
        """What the ballots give to a project."""
        return self.tally.sums[project["key"]]

    # Who is in

    def eligible(self) -> list[Data]:
        """The projects that the money may reach, in the order of the ballot."""
        return [each for each in self.projects if self.barred(each) is None]

    def leave_out(self) -> None:
        """Write down those that it may not reach, after all others."""
        out = [each for each in self.projects if self.barred(each) is not None]
        for each in sorted(out, key=lambda each: -self.sums(each).score):
            self.not_ranked(each, str(self.barred(each)))

    def barred(self, project: Data) -> str | None:
        """Why the money may not reach a project."""
        sums, least = self.sums(project), self.method["thresholds"]
        if project["key"] in self.facts["withdrawn"]:
            return "withdrawn"
        if sums.score < least["least_score"]:
            return "below_threshold"
        percent = least["ballots_percent"]
        if percent is not None and sums.votes * 100 < percent * self.tally.marked:
            return "below_share"
        percent = least["average_percent"]
        if percent is not None and self.highest is not None and average(sums) * 100 < percent * self.highest:
            return "below_average"
        divisor = least.get("cost_divisor")
        if divisor is not None and sums.votes * divisor * self.budget < project["cost"] * self.tally.marked:
            return "below_for_cost"
        return None

    # Tie steps

    def foremost(self, tied: list[Data]) -> tuple[list[Data], list[str]]:
        """Those of several projects that the tie steps, all of them, put first, and the steps that did."""
        left, used = list(tied), []
        for step in self.method["ties"]:
            groups = self.split(step, left)
            if len(groups) > 1:
                used.append(step)
                left = groups[0]
        return left, used

    def split(self, step: str, tied: list[Data]) -> list[list[Data]]:
        """Equal projects in groups, the first to go first; one group if the step cannot tell them apart."""
        values = self._values(step, tied)
        ordered = sorted(tied, key=lambda each: values[each["key"]])
        return [list(group) for _value, group in groupby(ordered, key=lambda each: values[each["key"]])]

    def _values(self, step: str, tied: list[Data]) -> dict[str, Any]:
        """What a tie step sorts by, the least first."""
        if step in ("top_scores", "fewest_lowest"):
            return self._by_marks(tied, down=step == "top_scores")
        if step == "lot":
            return self._by_lot([each["key"] for each in tied])
        ways: dict[str, Callable[[Data], Any]] = {
            "ordinary_votes": lambda each: -self._ordinary(each),
            "more_votes": lambda each: -self.sums(each).votes,
            "cheaper": lambda each: each["cost"],
            "dearer": lambda each: -each["cost"],
            "published": lambda each: place(each)[:2],
        }
        return {each["key"]: ways[step](each) for each in tied}

    def _ordinary(self, project: Data) -> int:
        ordinary = self.sums(project).ordinary
        if ordinary is None:
            raise CannotTell("it does not say which votes were extra votes, and a tie depends on that")
        return ordinary

    def _by_marks(self, tied: list[Data], *, down: bool) -> dict[str, Any]:
        scale = sorted({mark for each in tied for mark in marks(self.sums(each))}, reverse=down)
        sign = -1 if down else 1
        return {each["key"]: [sign * marks(self.sums(each)).get(mark, 0) for mark in scale] for each in tied}

    def _by_lot(self, ids: list[str]) -> dict[str, Any]:
        for lot in self.lots:
            if set(ids) <= set(lot):
                return {each: lot.index(each) for each in ids}
        return dict.fromkeys(ids, 0)

    # What is written down

    def note(self, project: Data, rank: int | None, measure: str, left: int, got: Got) -> None:
        """The result of one project."""
        sums = self.sums(project)
        self.results.append({
            "id": project["key"], "rank": rank, "cost": project["cost"], "votes": sums.votes, "score": sums.score,
            "measure": measure, "award": got.award, "amount": got.amount, "reserve": got.reserve, "left": left,
            "final": got.final, "top_up": 0, "reason": got.reason,
        })  # fmt: skip

    def not_ranked(self, project: Data, reason: str) -> None:
        """The result of a project that has no place in the ranking."""
        self.note(project, None, "", 0, Got("none", 0, reason))

    @property
    def rank(self) -> int:
        """The rank of whoever comes next."""
        return len(self.results) + 1

    def turn(self, project: Data, rank: int, measure: str, reason: str, *, funded: bool = False) -> None:
        """A project's turn comes: it gets its whole cost or nothing."""
        left = self.line.left
        got = self.line.pay(project) if funded else Got("none", 0, "")
        got.reason = reason
        self.note(project, rank, measure, left, got)

    def tie(self, tied: list[Data], measure: str, used: list[str], first: list[str]) -> None:
        """Write a tie down, or more of the last one; `first` go now, in this order, the others stand equal still."""
        if len(tied) < 2:
            return
        keys = [each["key"] for each in sorted(tied, key=place)]
        order = [*first, *(key for key in keys if key not in first)]
        last = self.ties[-1] if self.ties else None
        if last and last["measure"] == measure and set(last["order"][-len(order) :]) == set(order):
            order = [*last["order"][: -len(order)], *order]
            used = [*last["decided_by"], *(step for step in used if step not in last["decided_by"])]
            keys = [each["key"] for each in self.projects if each["key"] in order]
            self.ties.pop()
        self.ties.append({"projects": keys, "measure": measure, "decided_by": used, "order": order})

    def step(self, project: Data, stage: str, left: str, **paid: Any) -> None:
        """Write down what was bought, by whom, and what was left."""
        more = {"price": "", "effective": "", "supporters": self.sums(project).votes, "in_full": 0, "gave_all": 0}
        self.steps.append({
            "project": project["key"], "stage": stage, "cost": project["cost"], **more, "left": left, **paid,
        })  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# Counting by most votes first: the ranking, its ties, and what each project gets as the money runs down.

Data = dict[str, Any]


@dataclass
class Ranking(Sheet):
    """A pot whose projects are ranked by what the ballots give to each, and the money run down the ranking."""

    noted: list[str] = field(default_factory=list)
    measure: str = ""

    def run(self) -> None:
        """Count. Undecided where nothing decides a tie that matters; CannotTell where the package tells too little."""
        eligible = self.eligible()
        few = [each for each in eligible if self._too_few(each)]
        self.go([each for each in eligible if each not in few])
        for each in few:
            self.not_ranked(each, "too_few_scores")
        self.leave_out()

    def go(self, projects: list[Data]) -> None:
        """Rank some projects and run down them what is left of the money."""
        for measure, tier in self._tiers(projects):
            self._tier(measure, tier)

    def _too_few(self, project: Data) -> bool:
        options = self.method["options"]
        return bool(options.get("measure") == "average" and self.sums(project).votes < options["least_scores"])

    def _measure(self, project: Data) -> tuple[bool, Fraction]:
        sums = self.sums(project)
        if self.method["rule"] == "greedy-per-cost" and project["cost"]:
            return False, Fraction(sums.score, project["cost"])
        if self.method["rule"] == "greedy-per-cost":
            return sums.score > 0, Fraction(sums.score)
        by_average = self.method["options"].get("measure") == "average"
        return False, average(sums) if by_average else Fraction(sums.score)

    def _tiers(self, projects: list[Data]) -> Iterable[tuple[str, list[Data]]]:
        ranked = sorted(projects, key=self._measure, reverse=True)
        return [(str(measure[1]), list(tier)) for measure, tier in groupby(ranked, key=self._measure)]

    def _tier(self, measure: str, tier: list[Data]) -> None:
        self.measure, self.noted = measure, []
        before = len(self.results)
        self._settle(tier, list(self.method["ties"]))
        if len(tier) > 1:
            order = [each["id"] for each in self.results[before:]]
            ids = [each["key"] for each in sorted(tier, key=place)]
            self.ties.append({"projects": ids, "measure": measure, "decided_by": self.noted, "order": order})

    def _settle(self, tied: list[Data], steps: list[str]) -> None:
        """Place equal projects; where their order matters to somebody, by the steps that are left."""
        kind = self.method["allocation"]["kind"]
        if not contested(kind, tied, self.line):
            self._together([(each, None) for each in tied])
            return
        for at, step in enumerate(steps):
            if step == "lot" and self._shared(kind, tied):
                return
            groups = self.split(step, tied)
            if len(groups) > 1:
                self._remember(step)
                for group in groups:
                    self._settle(group, steps[at + 1 :])
                return
        if not self._shared(kind, tied):
            raise Undecided(tied)

    def _shared(self, kind: str, tied: list[Data]) -> bool:
        """Equal parts of what is left, where the rules allow it and each part is enough."""
        first = takers(kind, tied, self.line)
        if not self.method["allocation"]["share_ties"] or len(first) < 2:
            return False
        part = self.line.left // len(first)
        parts = {each["key"]: min(part, each["cost"]) for each in first}
        for each in first:
            amount = parts[each["key"]]
            if amount <= 0 or needs(each) > amount or self.line.answer(each, amount) is False:
                return False
        self._remember("equal_shares_of_remainder")
        self._together([(each, parts.get(each["key"])) for each in tied])
        return True

    def _together(self, tied: list[tuple[Data, int | None]]) -> None:
        rank = self.rank
        for each, part in sorted(tied, key=lambda pair: place(pair[0])):
            before = self.line.left
            if part is None:
                got = GIVE[self.method["allocation"]["kind"]](each, self.line)
            else:
                got = self.line.pay(each) if part == each["cost"] else self.line.offer(each, part)
            self.note(each, rank, self.measure, before, got)

    def _remember(self, step: str) -> None:
        if step not in self.noted:
            self.noted.append(step)


# ---------------------------------------------------------------------------------------------------------------------
# Counting turn by turn: who comes next depends on what was bought before, and equal ones go by the tie steps.

Data = dict[str, Any]
#: How many counts are tried where nothing decides a tie, to see whether it matters to anybody.
WAYS = 50


class TurnByTurn(ABC):
    """Projects have their turns, the least first by a number that the rule works out anew after each purchase.

    `misfit` says what happens to one that does not fit into the pot: `skip` it, `stop`, or `stop_any` (also where it
    is only one of several equal ones). `way`: who goes first where no tie step decides.
    """

    #: Numbers that are no further apart are equal.
    close: Any = 0

    def __init__(self, sheet: Sheet, projects: list[Data], misfit: str, way: list[str] | None) -> None:
        self.sheet, self.misfit, self.way = sheet, misfit, way
        self.waiting = list(projects)
        self.stopped = False
        self.crowds = sheet.crowds()
        self.supporters: dict[str, list[tuple[int, int]]] = {each["key"]: [] for each in projects}
        for at, (_times, given) in enumerate(self.crowds):
            for key, mark in given.items():
                if key in self.supporters:
                    self.supporters[key].append((at, mark))
        self.votes = {key: sum(self.crowds[at][0] for at, _mark in each) for key, each in self.supporters.items()}

    @abstractmethod
    def numbers(self) -> dict[str, Any]:
        """The number of each project that waits, at least of those among which the least is; others are left out."""

    @abstractmethod
    def shown(self, project: Data, number: Any) -> str:
        """The number as people read it."""

    @abstractmethod
    def buy(self, project: Data, rank: int, number: Any) -> None:
        """Let its supporters buy a project, and place it."""

    def run(self) -> None:
        """Let every project have its turn, unless one that does not fit stops the line."""
        while self.waiting and (numbers := self.numbers()):
            least = min(numbers.values())
            tied = [each for each in self.waiting if each["key"] in numbers]
            tied = [each for each in tied if numbers[each["key"]] <= least + self.close]
            measure = self.shown(tied[0], numbers[tied[0]["key"]])
            if self.stopped:
                rank = self.sheet.rank
                for each in tied:
                    self.place(each, rank, measure, "after_stop")
            else:
                self._turn(tied, measure, numbers)

    def _turn(self, tied: list[Data], measure: str, numbers: dict[str, Any]) -> None:
        before, sheet, able = len(self.sheet.results), self.sheet, tied
        if self.misfit == "skip":
            able, rank = [each for each in tied if sheet.line.fits(each)], sheet.rank
            for each in tied:
                if each not in able:
                    self.place(each, rank, measure, "does_not_fit")
        going, used = self._going(able) if able else ([], [])
        rank = sheet.rank
        for each in going:
            if sheet.line.fits(each):
                self.buy(each, rank, numbers[each["key"]])
            else:
                self.stopped = True
                self.place(each, rank, measure, "stopped")
        sheet.tie(tied, measure, used, [each["id"] for each in sheet.results[before:]])

    def _going(self, able: list[Data]) -> tuple[list[Data], list[str]]:
        """Who goes now, and the tie steps that decided it."""
        sheet = self.sheet
        too_large = [each for each in able if not sheet.line.fits(each)]
        if too_large and self.misfit == "stop_any":
            return too_large[:1], []
        if len(able) > 1 and sum(each["cost"] for each in able) <= sheet.line.left and self.strangers(able):
            return able, []
        first, used = sheet.foremost(able)
        if len(first) == 1:
            return first, used
        first.sort(key=place)
        if not self.way:
            raise Undecided(first)
        key = self.way.pop(0)
        return [each for each in first if each["key"] == key], []

    def strangers(self, projects: list[Data]) -> bool:
        """Whether no ballot supports two of them."""
        crowds = [at for each in projects for at, _mark in self.supporters[each["key"]]]
        return len(crowds) == len(set(crowds))

    def place(self, project: Data, rank: int, measure: str, reason: str, *, funded: bool = False) -> None:
        """A project's turn is over."""
        self.sheet.turn(project, rank, measure, reason, funded=funded)
        self.waiting.remove(project)


def whoever_goes_first(count: Callable[[list[str]], Sheet]) -> Sheet:
    """Count; where nothing decides a tie, count with each of them going first: it must not matter to anybody."""
    return _each_way(count, [], iter(range(WAYS)))


def _each_way(count: Callable[[list[str]], Sheet], way: list[str], tries: Any) -> Sheet:
    try:
        return count(list(way))
    except Undecided as tie:
        undecided = tie
    found: list[Sheet] = []
    for key in undecided.keys:
        if next(tries, None) is None:
            raise undecided
        found.append(_each_way(count, [*way, key], tries))
        if found[-1].money != found[0].money:
            raise undecided
    return found[0]


# ---------------------------------------------------------------------------------------------------------------------
# Phragmén's rule: money flows to all voters at the same rate; what its supporters can pay for is bought at once.

Data = dict[str, Any]


class Flow(TurnByTurn):
    """Money flowing until every project has had its turn; the number is what each supporter would be charged in all."""

    def __init__(
        self, sheet: Sheet, projects: list[Data], misfit: str, spent: list[int], unit: int, way: list[str] | None = None
    ) -> None:
        super().__init__(sheet, projects, misfit, way)
        #: What a ballot of each crowd has been charged so far, in so many parts of a minor unit.
        self.loads, self.unit = spent, unit

    def numbers(self) -> dict[str, Fraction]:
        """What each supporter would be charged if a project was bought now."""
        return {each["key"]: self._load(each) for each in self.waiting}

    def _load(self, project: Data) -> Fraction:
        charged = sum(self.loads[at] * self.crowds[at][0] for at, _mark in self.supporters[project["key"]])
        return Fraction(charged + project["cost"] * self.unit, self.unit * self.votes[project["key"]])

    def shown(self, project: Data, number: Fraction) -> str:
        """The charge in minor units."""
        del project
        return told_short(number)

    def buy(self, project: Data, rank: int, number: Fraction) -> None:
        """All supporters have given all that they were given so far; what the others were given is still theirs."""
        self.place(project, rank, told_short(number), "funded", funded=True)
        given = number * self.unit
        if given.denominator > 1:
            self.unit *= given.denominator
            self.loads = [each * given.denominator for each in self.loads]
        for at, _mark in self.supporters[project["key"]]:
            self.loads[at] = given.numerator
        paid = sum(each["amount"] for each in self.sheet.results)
        votes, left = self.votes[project["key"]], number * self.sheet.tally.ballots - paid
        self.sheet.step(project, "rule", str(left), supporters=votes, gave_all=votes)


@dataclass
class Phragmen(Sheet):
    """A pot counted by Phragmén's rule; whole projects only."""

    way: list[str] | None = None

    def run(self) -> None:
        """Count. Undecided where nothing decides a tie and `way` does not say."""
        eligible, crowds = self.eligible(), self.crowds()
        chosen = [each for each in eligible if self.sums(each).votes]
        Flow(self, chosen, self.method["options"]["misfit"], [0] * len(crowds), 1, self.way).run()
        for each in eligible:
            if each not in chosen:
                self.not_ranked(each, "no_support")
        self.leave_out()


# ---------------------------------------------------------------------------------------------------------------------
# One run of equal shares: every ballot begins with the same money, and supporters buy one project after another.

Data = dict[str, Any]


@dataclass
class Market:
    """What all runs of a count have in common: the projects that somebody supports, in the order of the ballot."""

    sheet: Sheet
    crowds: list[Crowd]
    projects: list[Data]
    per_cost: bool
    #: For each project by its place in `projects`: its supporters as (crowd, mark), and what all their marks add up to.
    supporters: list[list[tuple[int, int]]] = field(init=False)
    weights: list[int] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, list[tuple[int, int]]] = {each["key"]: [] for each in self.projects}
        for at, (_times, given) in enumerate(self.crowds):
            for key, mark in given.items():
                if key in found:
                    found[key].append((at, mark))
        self.projects = [each for each in self.projects if found[each["key"]]]
        self.supporters = [found[each["key"]] for each in self.projects]
        self.weights = [sum(mark * self.crowds[at][0] for at, mark in each) for each in self.supporters]

    @property
    def ballots(self) -> int:
        """How many ballots get a share: those that choose nothing too."""
        return self.sheet.tally.ballots

    def votes(self, number: int) -> int:
        """How many ballots support a project."""
        return sum(self.crowds[at][0] for at, _mark in self.supporters[number])

    def rate(self, number: int, price: Fraction) -> Fraction:
        """What the rule makes least: the price of a mark, for each unit of cost where costs count."""
        return price / self.projects[number]["cost"] if self.per_cost else price


@dataclass
class Bought:
    """One purchase: which project, the price of a mark, and how many ballots paid it in full or gave all they had."""

    number: int
    price: Fraction
    in_full: int = 0
    gave_all: int = 0


class Run:
    """A run in which every ballot begins with `share`; it ends once more than `limit` is spent."""

    def __init__(self, market: Market, share: Fraction, limit: int) -> None:
        self.market, self.share, self.limit = market, share, limit
        self.unit = share.denominator
        self.holds = [share.numerator] * len(market.crowds)
        self.bought: list[Bought] = []
        self.ties: list[Data] = []
        self.spent = 0
        self._for_nothing()
        #: What nobody can buy for less, by rate: nothing gets cheaper while a run goes on.
        self._waiting = [
            (market.rate(at, Fraction(each["cost"], market.weights[at])), at)
            for at, each in enumerate(market.projects)
            if each["cost"]
        ]
        heapify(self._waiting)
        while self.spent <= limit and (turn := self._next()):
            for each in turn:
                self._pay(each)

    @property
    def numbers(self) -> set[int]:
        """The projects that were bought, by their places in the market."""
        return {each.number for each in self.bought}

    def worth(self, number: int) -> int:
        """What the supporters of a project hold together, whole minor units."""
        crowds = self.market.crowds
        return sum(self.holds[at] * crowds[at][0] for at, _mark in self.market.supporters[number]) // self.unit

    def _for_nothing(self) -> None:
        """What costs nothing is bought at once if anybody supports it."""
        for number, each in enumerate(self.market.projects):
            if not each["cost"]:
                self.bought.append(Bought(number, Fraction(0), self.market.votes(number)))

    def _next(self) -> list[Bought]:
        """What is bought next: one project, or several whose order makes no difference."""
        found: list[tuple[Fraction, Bought]] = []
        best: Fraction | None = None
        while self._waiting and (best is None or self._waiting[0][0] <= best):
            low, number = heappop(self._waiting)
            price = self._price(number, low * self.market.projects[number]["cost"] if self.market.per_cost else low)
            if price is not None:
                rate = self.market.rate(number, price)
                found.append((rate, Bought(number, price)))
                best = rate if best is None else min(best, rate)
        tied = sorted((each for rate, each in found if rate == best), key=lambda each: each.number)
        going = self._settled(tied) if len(tied) > 1 else tied
        for rate, each in found:
            if each not in going:
                heappush(self._waiting, (rate, each.number))
        return going

    def _price(self, number: int, low: Fraction) -> Fraction | None:
        """The least price of a mark at which supporters pay the cost together: what some lack, the others add.

        `low` is a price that is not too high: those who hold less give all they have, the others share the rest,
        which gives a price no lower; and so on until it stays. None where they cannot pay.
        """
        crowds, supporters = self.market.crowds, self.market.supporters[number]
        held = [(self.holds[at], mark, crowds[at][0]) for at, mark in supporters if self.holds[at]]
        cost = self.market.projects[number]["cost"] * self.unit
        price = low * self.unit
        while True:
            owed, weight = cost, 0
            top, bottom = price.numerator, price.denominator
            enough = {mark: -(-top * mark // bottom) for mark in {mark for _money, mark, _times in held}}
            for money, mark, times in held:
                if money < enough[mark]:
                    owed -= money * times
                else:
                    weight += mark * times
            if not weight:
                return None
            if owed * bottom <= top * weight:
                return price / self.unit
            price = Fraction(owed, weight)

    def _settled(self, tied: list[Bought]) -> list[Bought]:
        """All of several equal ones if they can be bought in any order; else the one that the tie steps put first."""
        market = self.market
        projects = [market.projects[each.number] for each in tied]
        measure = told_short(projects[0]["cost"] / tied[0].price)
        if self._independent(tied):
            self._tie(projects, [], projects, measure)
            return tied
        left, used = market.sheet.foremost(projects)
        if len(left) > 1:
            raise Undecided(left)
        self._tie(projects, used, [*left, *(each for each in projects if each is not left[0])], measure)
        return [each for each in tied if market.projects[each.number] is left[0]]

    def _independent(self, tied: list[Bought]) -> bool:
        """Whether every ballot that supports several of them has money over when it has paid for all of those."""
        prices: dict[int, list[Fraction]] = {}
        for each in tied:
            for at, mark in self.market.supporters[each.number]:
                if self.holds[at]:
                    prices.setdefault(at, []).append(mark * each.price)
        return all(len(parts) < 2 or self.holds[at] > sum(parts) * self.unit for at, parts in prices.items())

    def _tie(self, tied: list[Data], used: list[str], order: list[Data], measure: str) -> None:
        keys = [each["key"] for each in tied]
        self.ties.append({
            "projects": keys, "measure": measure, "decided_by": used, "order": [each["key"] for each in order],
        })  # fmt: skip

    def _pay(self, each: Bought) -> None:
        """Take the price from those who have it, and all they have from those who have less."""
        price = each.price * self.unit
        if price.denominator > 1:
            self.unit *= price.denominator
            self.holds = [money * price.denominator for money in self.holds]
        for at, mark in self.market.supporters[each.number]:
            money, asked = self.holds[at], mark * price.numerator
            if money >= asked:
                each.in_full += self.market.crowds[at][0]
                self.holds[at] = money - asked
            elif money:
                each.gave_all += self.market.crowds[at][0]
                self.holds[at] = 0
        self.bought.append(each)
        self.spent += self.market.projects[each.number]["cost"]


# ---------------------------------------------------------------------------------------------------------------------
# Equal shares: shares raised while the pot can pay, what then becomes of the rest, and what is told of it.

Data = dict[str, Any]
#: Numbers of so many binary figures are not written out in full, but cut off after forty decimals.
LONG, DECIMALS = 12_000, 40
#: How many counts are tried where nothing decides a tie, to see whether it matters to anybody.
TRIES = 50


def told_exactly(value: Fraction) -> str:
    """An exact number as text, such as 1234/7; one of thousands of figures cut off after its decimals."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) < LONG:
        return str(value)
    whole, rest = divmod(value.numerator * 10**DECIMALS // value.denominator, 10**DECIMALS)
    return f"{whole}.{rest:0{DECIMALS}d}"


@dataclass
class EqualShares(Ranking):
    """A pot divided equally among its ballots; supporters buy projects together."""

    scale: int = 1

    def run(self) -> None:
        """Count. Undecided where nothing decides a tie."""
        options, eligible = self.method["options"], self.eligible()
        market = Market(self, self.crowds(), eligible, options["satisfaction"] == "cost")
        run = self._raised(market, eligible) if options["completion"] in ("add1", "add1u") else self._alone(market)
        self._winners(run)
        self._complete(run, eligible)
        self._rest(eligible)
        self.leave_out()
        if options["comparison"]:
            self._compare(market.crowds)

    # How much each ballot has to spend

    def _alone(self, market: Market) -> Run:
        run = Run(market, Fraction(self.budget, market.ballots or 1) if market.ballots else Fraction(0), self.budget)
        self._endow(run, run.share, 1, "alone")
        self.ties = run.ties
        return run

    def _raised(self, market: Market, eligible: list[Data]) -> Run:
        """Runs with more and more for each ballot, as long as the pot can pay; the last that it can pay stands."""
        options = self.method["options"]
        unit = self.scale if options["unit"] == "currency" else 1
        share = Fraction(self.budget, market.ballots) if market.ballots else Fraction(0)
        if options["whole_start"]:
            share = Fraction(share // unit * unit)
        first, runs, met = share, 1, list[Data]()
        run = Run(market, share, self.budget)
        while not (ended := self._ended(run, eligible)):
            better = Run(market, run.share + options["increment"] * unit, self.budget)
            runs += 1
            met += run.ties
            if better.spent > self.budget:
                met += better.ties
                ended = "overspent"
                break
            run = better
        self._endow(run, first, runs, ended)
        for tie in [*run.ties, *met]:
            if not any(all(tie[name] == one[name] for name in tie if name != "measure") for one in self.ties):
                self.ties.append(tie)
        return run

    def _ended(self, run: Run, eligible: list[Data]) -> str:
        """Why shares are raised no more: nothing else fits, or all that anybody supports is bought."""
        options, market = self.method["options"], run.market
        bought = {market.projects[each.number]["key"] for each in run.bought}
        others = market.projects if options["look_at"] == "supported" else eligible
        left = self.budget - run.spent
        too_large = all(each["key"] in bought or each["cost"] > left for each in others)
        if options["stop_at"] == "exhaustive" and too_large:
            return "exhaustive"
        return "all_bought" if len(bought) == len(market.projects) else ""

    def _endow(self, run: Run, first: Fraction, runs: int, ended: str) -> None:
        market, bought = run.market, run.numbers
        behind = {each["key"]: run.worth(at) for at, each in enumerate(market.projects) if at not in bought}
        self.endowment = {
            "first": told_exactly(first), "final": told_exactly(run.share), "runs": runs, "ended": ended,
            "behind": behind, "compared": "",
        }  # fmt: skip

    # What was bought, and what becomes of the rest

    def _winners(self, run: Run) -> None:
        left = run.share * run.market.ballots
        for each in run.bought:
            project = run.market.projects[each.number]
            left -= project["cost"]
            self._bought(each, project, run.market, left)

    def _bought(self, each: Bought, project: Data, market: Market, left: Fraction) -> None:
        effective = project["cost"] / each.price if each.price else Fraction(market.weights[each.number])
        reason = "bought" if project["cost"] else "bought_for_nothing"
        self.turn(project, self.rank, told_short(effective), reason, funded=True)
        self.step(
            project, "rule", told_exactly(left), price=told_exactly(each.price), effective=told_exactly(effective),
            supporters=market.votes(each.number), in_full=each.in_full, gave_all=each.gave_all,
        )  # fmt: skip

    def _complete(self, run: Run, eligible: list[Data]) -> None:
        """Spend what is left as the method says."""
        behind: dict[str, int] = (self.endowment or {})["behind"]
        how = self.method["options"]["completion"]
        others = [each for each in eligible if each["key"] not in self.money]
        if how in ("add1u", "utilitarian"):
            self.go(others)
            return
        supported = [each for each in others if each["key"] in behind]
        if how == "phragmen":
            ties, self.ties, steps = self.ties, [], list(self.steps)
            spent = [int(run.share * run.unit) - money for money in run.holds]
            Flow(self, supported, "skip", spent, run.unit).run()
            self.ties, self.steps = [*ties, *self.ties], steps
            return
        near = {each["key"]: Fraction(behind[each["key"]], each["cost"] or 1) for each in supported}
        supported.sort(key=lambda each: near[each["key"]], reverse=True)
        for _near, equal in groupby(supported, key=lambda each: near[each["key"]]):
            rank = self.rank
            for each in equal:
                self.turn(each, rank, "", "not_bought")

    def _rest(self, eligible: list[Data]) -> None:
        """Those that nobody supports, and what was bought from the money that was left."""
        placed, won = self.money, {each["project"] for each in self.steps}
        for each in eligible:
            if each["key"] not in placed:
                self.not_ranked(each, "no_support")
        projects = {each["key"]: each for each in eligible}
        for each in self.results:
            if each["amount"] and each["id"] not in won:
                left = each["left"] - (each["amount"] - each["reserve"])
                self.step(projects[each["id"]], "completion", str(left), cost=each["amount"])

    def _compare(self, crowds: list[Crowd]) -> None:
        """Most votes first instead, if strictly more voters have more of their chosen projects funded by it."""
        method = {**self.method, "rule": "greedy", "options": {"measure": "total", "least_scores": 0}}
        plain = Ranking(
            self.projects, self.budget, self.tally, method, self.facts, self.highest, self.crowds,
            lots=self.lots[len(self.facts["lots"]) :],
        )  # fmt: skip
        plain.run()
        here, there = ({each["id"] for each in sheet.results if each["award"] != "none"} for sheet in (self, plain))
        gains = [(times, len(there & given.keys()) - len(here & given.keys())) for times, given in crowds]
        told = self.endowment or {}
        told["compared"] = "kept"
        if sum(times for times, gain in gains if gain > 0) > sum(times for times, gain in gains if gain < 0):
            told.update(compared="greedy", behind={})
            self.results, self.ties, self.steps = plain.results, plain.ties, []


# ---------------------------------------------------------------------------------------------------------------------
# Ties that nothing decides.


def whatever_is_drawn(count: Callable[[list[list[str]]], Sheet]) -> Sheet:
    """Count; where nothing decides a tie, count with every lot that might be drawn: it must not matter to anybody."""
    try:
        return count([])
    except Undecided as tie:
        sheet = _each_lot(count, tie, [], iter(range(TRIES)))
    for each in sheet.ties:
        if not any(len(set(lot) & set(each["projects"])) > 1 for lot in sheet.facts["lots"]):
            each["decided_by"] = [step for step in each["decided_by"] if step != "lot"]
    return sheet


def _each_lot(count: Callable[[list[list[str]]], Sheet], tie: Undecided, drawn: list[list[str]], tries: Any) -> Sheet:
    found: Sheet | None = None
    for lot in permutations(tie.keys):
        lots = [*drawn, list(lot)]
        if not _can_be(lots):
            continue
        if next(tries, None) is None:
            raise tie
        try:
            sheet = count(lots)
        except Undecided as another:
            sheet = _each_lot(count, another, lots, tries)
        if found is not None and sheet.money != found.money:
            raise tie
        found = found or sheet
    if found is None:
        raise Wrong("no order of equal projects agrees with those that were assumed before")
    return found


def _can_be(lots: list[list[str]]) -> bool:
    """Whether one order of all projects could give all of these lots."""
    later = TopologicalSorter[str]()
    for lot in lots:
        for before, after in pairwise(lot):
            later.add(after, before)
    try:
        later.prepare()
    except CycleError:
        return False
    return True


# ---------------------------------------------------------------------------------------------------------------------
# Equal shares with bounded overspending: supporters may buy a project for which they hold only a part of the cost.

Data = dict[str, Any]
PLACES = 2048
CLOSE = 1 << 1024


def told_decimal(value: int) -> str:
    """An amount as text: as many as nine decimals, rounded; none where they are noughts."""
    whole, rest = divmod((value * 10**9 + (1 << PLACES - 1) + CLOSE) >> PLACES, 10**9)
    return f"{whole}.{rest:09d}".rstrip("0").rstrip(".")


@dataclass
class Asked:
    """What supporters give when asked for at most `limit` for each mark, and how dear that makes a project."""

    rate: int
    limit: int
    given: int


class Overspending(TurnByTurn):
    """Buying until nobody holds anything; the number is the least rate."""

    close = CLOSE

    def __init__(self, sheet: Sheet, projects: list[Data], share: int, per_cost: bool, way: list[str] | None) -> None:
        super().__init__(sheet, projects, "skip", way)
        self.per_cost = per_cost
        self.holds = [share] * len(self.crowds)
        self.left = share * sheet.tally.ballots
        self.best: dict[str, Asked] = {each["key"]: Asked(0, 0, 0) for each in projects}

    def numbers(self) -> dict[str, int]:
        """The least rates. None falls while others are bought, so that those known to be greater can wait."""
        found: dict[str, int] = {}
        for each in sorted(self.waiting, key=lambda each: self.best[each["key"]].rate):
            key = each["key"]
            if found and self.best[key].rate > min(found.values()) + CLOSE:
                break
            asked = self._asked(each) if each["cost"] else self.best[key]
            if asked is not None:
                self.best[key], found[key] = asked, asked.rate
        return found

    def _asked(self, project: Data) -> Asked | None:
        """The limit with the least rate, of equal ones that which brings in more; None where nobody holds anything."""
        marks: Counter[int] = Counter()
        for at, mark in self.supporters[project["key"]]:
            if self.holds[at]:
                marks[self.holds[at] // mark] += mark * self.crowds[at][0]
        cost, money, able = project["cost"] << PLACES, 0, marks.total()
        found: list[Asked] = []
        for limit in sorted(marks):
            given = money + limit * able
            if given > cost + CLOSE:
                found.append(self._judged(project, (cost - money) // able, cost))
                break
            found.append(self._judged(project, limit, cost if given > cost - CLOSE else given))
            if given > cost - CLOSE:
                break
            money, able = money + limit * marks[limit], able - marks[limit]
        least = min((each.rate for each in found), default=0)
        near = [each for each in found if each.rate <= least + CLOSE]
        return max(near, key=lambda each: each.given, default=None)

    def _judged(self, project: Data, limit: int, given: int) -> Asked:
        worth = project["cost"] if self.per_cost else project["cost"] ** 2
        return Asked((limit * worth << 2 * PLACES) // given**2, limit, given)

    def shown(self, project: Data, number: int) -> str:
        """How many votes (or points) that pay in full would have been as good."""
        del number
        asked = self.best[project["key"]]
        return told_decimal(asked.given**2 // (asked.limit * project["cost"])) if project["cost"] else "0"

    def strangers(self, projects: list[Data]) -> bool:
        """Whether no ballot supports two of them, or there is nothing to pay."""
        return not any(each["cost"] for each in projects) or super().strangers(projects)

    def buy(self, project: Data, rank: int, number: int) -> None:
        """Supporters pay the limit, divided by the part of the cost that it brought in, or all they have."""
        effective = self.shown(project, number)
        self.place(project, rank, effective, "bought" if project["cost"] else "bought_for_nothing", funded=True)
        if not project["cost"]:
            return
        asked, key = self.best[project["key"]], project["key"]
        price = asked.limit * (project["cost"] << PLACES) // asked.given
        in_full = gave_all = 0
        for at, mark in self.supporters[key]:
            times, money = self.crowds[at][0], self.holds[at]
            if money >= mark * price - CLOSE:
                in_full += times if money else 0
            elif money:
                gave_all += times
            paid = min(money, mark * price)
            self.left -= paid * times
            self.holds[at] = money - paid if money - paid > CLOSE else 0
        self.sheet.step(
            project, "rule", told_decimal(self.left), price=told_decimal(price), effective=effective,
            supporters=self.votes[key], in_full=in_full, gave_all=gave_all,
        )  # fmt: skip


@dataclass
class BoundedOverspending(Sheet):
    """A pot divided equally among its ballots, who may buy with less than the cost; whole projects only."""

    way: list[str] | None = None

    def run(self) -> None:
        """Count. Undecided where nothing decides a tie and `way` does not say."""
        eligible, ballots = self.eligible(), max(self.tally.ballots, 1)
        supported = {key for _times, given in self.crowds() for key in given}
        chosen = [each for each in eligible if each["key"] in supported]
        share, per_cost = (self.budget << PLACES) // ballots, self.method["options"]["satisfaction"] == "cost"
        buying = Overspending(self, chosen, share, per_cost, self.way)
        buying.run()
        rank = self.rank
        weights = {
            key: sum(self.crowds()[at][0] * mark for at, mark in each) for key, each in buying.supporters.items()
        }
        for each in sorted(buying.waiting, key=lambda each: -weights[each["key"]]):
            self.turn(each, rank, "0", "no_money_left")
        for each in eligible:
            if each["key"] not in supported:
                self.not_ranked(each, "no_support")
        self.leave_out()


# ---------------------------------------------------------------------------------------------------------------------
# Most votes for the money in all: of all sets that the pot can pay for, the one with the greatest total.

Data = dict[str, Any]


class Sets(NamedTuple):
    """The sets that reach a score at a cost: which projects are in each of them, and which in any, as bits."""

    score: int
    cost: int
    every: int
    some: int


@dataclass
class BestSet(Sheet):
    """A pot that funds the set with the greatest score, among equal ones the cheapest; whole projects only."""

    def run(self) -> None:
        """Count. Undecided where nothing decides which of several best sets it is."""
        eligible = self.eligible()
        wanted = [each for each in eligible if self.sums(each).score > 0]
        every = self._chosen(wanted)
        won = {each["key"] for at, each in enumerate(wanted) if every >> at & 1}
        self._place(wanted, won)
        for each in eligible:
            if each not in wanted:
                self.not_ranked(each, "no_support")
        self.leave_out()

    def _place(self, wanted: list[Data], won: set[str]) -> None:
        """The winners by falling score, then the others."""
        before, rank = None, 0
        for each in sorted(wanted, key=lambda each: (each["key"] not in won, -self.sums(each).score, place(each))):
            standing = each["key"] in won, self.sums(each).score
            rank = rank if standing == before else self.rank
            before = standing
            reason = "does_not_fit" if each["cost"] > self.budget else "not_in_best_set"
            reason = "funded" if standing[0] else reason
            self.turn(each, rank, str(standing[1]), reason, funded=standing[0])

    def _chosen(self, wanted: list[Data]) -> int:
        """The best set as bits. Where there are several, the tie steps put first what is in some and not in all."""
        best = self._best(wanted, (1 << len(wanted)) - 1, 0, self.budget)
        while best.some != best.every:
            tied = [each for at, each in enumerate(wanted) if (best.some & ~best.every) >> at & 1]
            first, used = self.foremost(tied)
            taken = best.every | sum(1 << wanted.index(each) for each in first)
            narrowed = self._best(wanted, best.some, taken, best.cost)
            if (narrowed.score, narrowed.cost) != (best.score, best.cost):
                raise Undecided(first)
            self.tie(tied, str(best.score), used, [each["key"] for each in first])
            best = narrowed
        return best.every

    def _best(self, wanted: list[Data], among: int, taken: int, budget: int) -> Sets:
        """The best sets of projects `among` these that hold all that are `taken`; a score of -1 where none can."""
        items = [(self.sums(each).score, each["cost"], 1 << at) for at, each in enumerate(wanted) if among >> at & 1]
        items.sort(key=lambda item: (item[1] == 0, Fraction(item[0], item[1] or 1)), reverse=True)
        start = Sets(0, 0, 0, 0)
        for score, cost, bit in items:
            if bit & taken:
                start = Sets(start.score + score, start.cost + cost, start.every | bit, start.some | bit)
        if start.cost > budget:
            return Sets(-1, 0, taken, taken)
        return search([item for item in items if not item[2] & taken], start, budget)


Item = tuple[int, int, int]


def search(items: list[Item], start: Sets, budget: int) -> Sets:
    """The best sets that can be made from `start` with items (score, cost, bit), by falling score for their cost.

    Item by item, the sets so far are kept of which none has less score at no less cost than another, and which
    might still reach what is known to be possible: what is left of the budget, spent at the rate of the next items.
    """
    kept, goal = [start], _packed(items, start.score, budget - start.cost)
    for at, (score, cost, bit) in enumerate(items):
        more = [
            Sets(one.score + score, one.cost + cost, one.every | bit, one.some | bit)
            for one in kept
            if one.cost + cost <= budget
        ]
        merged: list[Sets] = []
        for one in sorted([*kept, *more], key=lambda one: (one.cost, -one.score)):
            if merged and (one.score, one.cost) == merged[-1][:2]:
                last = merged.pop()
                merged.append(Sets(one.score, one.cost, one.every & last.every, one.some | last.some))
            elif not merged or one.score > merged[-1].score:
                merged.append(one)
        at_most = bound(items[at + 1 :])
        kept = [one for one in merged if one.score + at_most(budget - one.cost) >= goal]
    return max(kept, key=lambda one: (one.score, -one.cost))


def _packed(items: list[Item], score: int, left: int) -> int:
    """What is reached by taking the items as far as they fit."""
    for more, cost, _bit in items:
        if cost <= left:
            score, left = score + more, left - cost
    return score


def bound(items: list[Item]) -> Callable[[int], int]:
    """What so much money cannot reach more than: items in full while they fit, and of the next the part that does."""
    costs = list(accumulate((item[1] for item in items), initial=0))
    scores = list(accumulate((item[0] for item in items), initial=0))

    def at_most(left: int) -> int:
        full = bisect_right(costs, left) - 1
        if full == len(items):
            return scores[full]
        score, cost, _bit = items[full]
        return scores[full] + -(-score * (left - costs[full]) // cost)

    return at_most


# ---------------------------------------------------------------------------------------------------------------------
# Several pots: what one cannot use moves by the surplus rule, and then each is counted again.

Data = dict[str, Any]
#: Counts a pot with so much money: (pot's key, budget) -> its results and ties, counted again or as published.
Count = Callable[[str, int], Data]


def parts_of(total: int, weights: list[int]) -> list[int]:
    """`total` in whole parts by weight; the largest remainders get what is over, among equal ones the first."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [int(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda at: parts[at] - exact[at])
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts


def count_all(amounts: dict[str, int], surplus: str, count: Count) -> tuple[dict[str, Data], list[Data]]:
    """Every pot counted and surplus moved. `amounts`: the money of each pot at the lock. Gives outcomes and moves."""
    outcomes = {key: count(key, amount) for key, amount in amounts.items()}
    moves = _shared(amounts, outcomes) if surplus == "share" else []
    for key in amounts:
        moved = sum(each["amount"] for each in moves if each["target"] == key)
        moved -= sum(each["amount"] for each in moves if each["source"] == key)
        if moved:
            outcomes[key] = count(key, amounts[key] + moved)
    if surplus == "top_up":
        for outcome in outcomes.values():
            _top_up(outcome)
    home = "carry_forward" if surplus == "carry_forward" else "return"
    for key, outcome in outcomes.items():
        left = outcome["budget"] - outcome["spent"]
        if left and not _waits(outcome):
            moves.append({"source": key, "target": home, "amount": left})
    return outcomes, moves


def _waits(outcome: Data) -> bool:
    return any(not each["final"] for each in outcome["projects"])


def _shared(amounts: dict[str, int], outcomes: dict[str, Data]) -> list[Data]:
    """Money that funds nothing in one pot goes to the pots that want more, in proportion to what they want."""
    beyond = {
        key: amounts[key] - sum(each["cost"] for each in outcome["projects"] if each["rank"] is not None)
        for key, outcome in outcomes.items()
    }
    spare = {key: amount for key, amount in beyond.items() if amount > 0}
    lack = {key: -amount for key, amount in beyond.items() if amount < 0}
    moved = min(sum(spare.values()), sum(lack.values()))
    if not moved:
        return []
    given = dict(zip(spare, parts_of(moved, list(spare.values())), strict=True))
    wanted = dict(zip(lack, parts_of(moved, list(lack.values())), strict=True))
    moves = []
    for source in given:
        for target in wanted:
            part = min(given[source], wanted[target])
            if part:
                moves.append({"source": source, "target": target, "amount": part})
                given[source] -= part
                wanted[target] -= part
    return moves


def _top_up(outcome: Data) -> None:
    winners = [each for each in outcome["projects"] if each["amount"]]
    left = outcome["budget"] - outcome["spent"]
    if _waits(outcome) or not winners or not left:
        return
    for each, part in zip(winners, parts_of(left, [each["amount"] for each in winners]), strict=True):
        each["top_up"] = part
    outcome["spent"] += left


# ---------------------------------------------------------------------------------------------------------------------
# What a package holds: its manifest, its ballots by the level at which they are published, and their sums.

Data = dict[str, Any]
FORMAT = "you-decide-package-1"
MANIFEST = "manifest.json"
LINE = re.compile(rb'\{"choices":(\{.*\}),"key":"([0-9a-f]{32})","pot":"([^"\\]*)"\}')


@dataclass
class Package:
    """The files of a package whose manifest has been read."""

    files: dict[str, bytes]
    manifest: Data
    #: Every ballot, for a scrutineer to whom they were given under seal.
    whole: bytes | None = None

    def level(self, pot: Data) -> str:
        """How much is known of a pot's ballots here."""
        return "full" if self.whole is not None else str(pot["level"])

    @property
    def ballot(self) -> Data:
        """The fixed ballot: rules, pots, projects and costs."""
        fixed: Data = self.manifest["ballot"]
        return fixed

    @cached_property
    def result(self) -> Data:
        """The published result."""
        result: Data = read(self.files["result.json"], "result.json")
        return result

    @cached_property
    def amounts(self) -> dict[str, int]:
        """The money of each pot that was counted, as fixed before the vote."""
        told = {pot["key"]: pot["amount"] for pot in self.ballot["pots"]}
        return {pot["key"]: told[pot["key"]] for pot in self.manifest["pots"]}

    def projects(self, pot: str) -> dict[str, Data]:
        """The projects of a pot by key."""
        return {each["key"]: each for each in self.ballot["projects"] if each["pot"] == pot}

    def levels(self) -> set[str]:
        """At which levels the ballots of its pots are published."""
        return {self.level(pot) for pot in self.manifest["pots"]}

    @cached_property
    def counted(self) -> tuple[Counter[tuple[str, bytes]], list[bytes]]:
        """How often each ballot lies in ballots.jsonl, by pot and choices, and the leaf of each line.

        Wrong where a line is not written, or does not stand, as it should.
        """
        counts: Counter[tuple[str, bytes]] = Counter()
        leaves: list[bytes] = []
        before = b""
        for line in self._lines():
            found = LINE.fullmatch(line)
            if found is None or found[2] <= before:
                raise Wrong("a line of ballots.jsonl is not written, or does not stand, as it should")
            choices, before, pot = found[1], found[2], found[3]
            counts[pot.decode(), choices] += 1
            leaves.append(leaf(bytes.fromhex(before.decode()) + b"|" + pot + b"|" + choices))
        return counts, leaves

    def _lines(self) -> Iterator[bytes]:
        text = self.files.get("ballots.jsonl", b"") if self.whole is None else self.whole
        must(not text or text.endswith(b"\n"), "ballots.jsonl breaks off")
        return iter(text.split(b"\n")[:-1])

    @cached_property
    def ballots(self) -> dict[str, list[tuple[Data, int]]]:
        """The different ballots of each fully published pot, and how many of each there are."""
        found: dict[str, list[tuple[Data, int]]] = {
            pot["key"]: [] for pot in self.manifest["pots"] if self.level(pot) == "full"
        }
        for (pot, text), times in self.counted[0].items():
            if pot not in found:
                raise Wrong("there are ballots of a pot whose ballots are not published")
            try:
                choices = json.loads(text)
            except (ValueError, RecursionError):
                raise Wrong("a ballot is not JSON") from None
            must(written(choices) == text, "a ballot is not in canonical form")
            found[pot].append((choices, times))
        return found

    def root(self) -> str:
        """The root over the opened ballots, from the ballots themselves, or from leaves where some are withheld."""
        leaves = self.counted[1]
        if self.levels() == {"full"}:
            return root_of_leaves(leaves)
        if "leaves.txt" not in self.files:
            raise CannotTell("the ballots are not published, so the root over them cannot be worked out")
        told = [bytes.fromhex(each) for each in self.files["leaves.txt"].decode("ascii").split()]
        must(
            "".join(f"{each.hex()}\n" for each in told).encode() == self.files["leaves.txt"], "leaves.txt is misshapen"
        )
        withheld = sum(pot["ballots"] for pot in self.manifest["pots"] if pot["level"] != "full")
        rest = Counter(told) - Counter(leaves)
        must(rest.total() == len(told) - len(leaves) == withheld, "leaves.txt is not that of these ballots")
        return root_of_leaves(told)

    def tally(self, pot: Data) -> Tally:
        """What the ballots of a pot (as the manifest lists it) add up to, as far as it is published."""
        projects = self.projects(pot["key"])
        if self.level(pot) == "full":
            return self._from_ballots(pot["key"], projects)
        if pot["level"] == "histogram":
            return self._from_histogram(pot, projects)
        if pot["level"] == "order":
            raise CannotTell("so few took part in a pot that only the order and the money are published")
        outcome = self.manifest["count"]["outcome"]["pots"][pot["key"]]
        told = {each["id"]: each for each in outcome["projects"]}
        tally = Tally({key: Sums(None, None, told[key]["votes"]) for key in projects}, pot["ballots"], pot["marked"])
        tally.finish(self._unnamed)
        for key, sums in tally.sums.items():
            sums.given = told[key]["score"] - sums.unnamed
        return tally

    def _from_ballots(self, pot: str, projects: dict[str, Data]) -> Tally:
        tally = Tally({key: Sums() for key in projects})
        rules = self.ballot["ballot"]
        withdrawn = self.manifest["count"]["outcome"]["pots"][pot]["options"]["withdrawn"]
        must_score = projects.keys() - withdrawn.keys()
        for choices, times in self.ballots[pot]:
            given = marks_of(choices, rules, projects, self.amounts[pot])
            if given and rules["settings"].get("score_all"):
                must(must_score <= {mark[0] for mark in given}, "a ballot leaves out a project")
            tally.ballots += times
            tally.marked += times if given else 0
            for project, mark, ordinary in given:
                tally.sums[project].add(mark, ordinary, times)
        tally.finish(self._unnamed)
        return tally

    def crowds(self, pot: Data) -> list[tuple[int, dict[str, int]]]:
        """Equal ballots of a pot: how many there are, and the marks that they give to the projects they support."""
        if self.level(pot) != "full":
            raise CannotTell(
                "how its rule counts depends on which projects stand together on a ballot, and the ballots are not "
                "published, so that nobody can be recognised; scrutineers who were given every ballot can count "
                "again with --ballots"
            )
        projects, ballot = self.projects(pot["key"]), self.ballot["ballot"]
        found: list[tuple[int, dict[str, int]]] = []
        for choices, times in self.ballots[pot["key"]]:
            given = marks_of(choices, ballot, projects, self.amounts[pot["key"]])
            found.append((times, {project: mark for project, mark, _ordinary in given if mark > 0}))
        return found

    def _from_histogram(self, pot: Data, projects: dict[str, Data]) -> Tally:
        told = read(self.files["histogram.json"], "histogram.json")[pot["key"]]
        must(set(told) == set(projects), "histogram.json does not tell of the projects on the ballot")
        tally = Tally({key: Sums() for key in projects}, pot["ballots"], pot["marked"])
        for key, sums in tally.sums.items():
            for mark, times in told[key]["marks"].items():
                must(isinstance(times, int) and times > 0 and str(int(mark)) == mark, "histogram.json is misshapen")
                sums.add(int(mark), 0, times)
            sums.ordinary = told[key]["ordinary"]
            must(sums.votes <= tally.marked <= tally.ballots, "more ballots name a project than there are")
        tally.finish(self._unnamed)
        return tally

    @property
    def _unnamed(self) -> int:
        settings = self.ballot["ballot"]["settings"]
        return int(settings["default"]) if self.ballot["ballot"]["type"] == "scoring" else 0


# ---------------------------------------------------------------------------------------------------------------------
# Counting every pot of a package again, by the rule that was fixed before the vote, and comparing.

Data = dict[str, Any]


def recount(package: Package) -> None:
    """Wrong unless every pot, counted again, comes out as it was published; CannotTell where too little is."""
    count, fixed = package.manifest["count"], package.ballot
    must(sha256(written(count["outcome"])) == count["sha256"], "the count has another fingerprint")
    claimed = count["outcome"]["pots"]
    levels = {pot["key"]: pot["level"] for pot in package.manifest["pots"]}
    doubts: dict[str, str] = {}

    def again(key: str, budget: int) -> Data:
        try:
            return counted(package, key, budget)
        except CannotTell as reason:
            if fixed["surplus"] == "share" and _reach_depends_on_money(fixed["method"]):
                raise  # nobody knows the count before the money moved
            doubts[key] = str(reason)
            projects = [dict(each) for each in claimed[key]["projects"]]
            return {"budget": budget, "spent": claimed[key]["spent"], "projects": projects}

    outcomes, moves = count_all(package.amounts, fixed["surplus"], again)
    must(moves == count["outcome"]["moves"], "money moves between the pots in another way")
    for key, outcome in outcomes.items():
        must(outcome["budget"] == claimed[key]["budget"], "a pot has other money")
        if key not in doubts:
            compare(outcome, claimed[key], whole=levels[key] == "full")
    for key, reason in doubts.items():
        raise CannotTell(f"{key}: {reason}")


def _reach_depends_on_money(method: Data) -> bool:
    """Whether other projects may be ranked when a pot has other money."""
    return method["thresholds"].get("cost_divisor") is not None or bool(method["options"].get("comparison"))


def counted(package: Package, key: str, budget: int) -> Data:
    """One pot counted again, with so much money, as the count's own data look.

    Wrong if it was counted by another method than the fixed one.
    """
    method = package.ballot["method"]
    facts = package.manifest["count"]["outcome"]["pots"][key]["options"]
    fixed = all(facts[name] == method[name] for name in ("options", "allocation", "thresholds", "ties"))
    must(fixed, "a pot was counted by another method than the one that was fixed")
    if method["rule"] not in COUNTS:
        raise CannotTell(f"this program does not count by the rule “{method['rule']}”; the command pb verify does")
    pot = next(each for each in package.manifest["pots"] if each["key"] == key)
    what = {
        "projects": list(package.projects(key).values()),
        "budget": budget,
        "tally": package.tally(pot),
        "method": method,
        "facts": facts,
        "highest": package.ballot["ballot"]["settings"].get("highest"),
        "crowds": cache(lambda: package.crowds(pot)),
    }
    sheet = COUNTS[method["rule"]](what, package)
    return {
        "budget": budget, "spent": sheet.spent, "projects": sheet.results, "ties": sheet.ties, "steps": sheet.steps,
        "endowment": sheet.endowment,
    }  # fmt: skip


def compare(outcome: Data, claimed: Data, *, whole: bool) -> None:
    """Wrong unless a count comes out as it was published; `whole`: nothing of it may be kept back."""
    projects = [{**each, "reason": each["reason"]["code"]} for each in claimed["projects"]]
    must(len(projects) == len(outcome["projects"]), "counted again, there are other projects")
    for mine, theirs in zip(outcome["projects"], projects, strict=True):
        if _as_told(mine, theirs, whole) != theirs:
            raise Wrong(f"counted again, {mine['id']} comes out differently")
    _same_list(outcome["ties"], claimed["ties"], whole, "ties come out differently")
    must(outcome["spent"] == claimed["spent"], "counted again, other money is spent")
    same = all(claimed[name] == value for name, value in _in_short(outcome).items())
    must(same, "counted again, the count is summed up differently")
    steps, endowment = claimed.get("steps", []), claimed.get("endowment")
    if whole or steps:
        _same_list(outcome["steps"], steps, whole, "what supporters bought comes out differently")
    if whole or endowment:
        _same_list([outcome["endowment"]], [endowment], whole, "what each ballot had to spend comes out differently")


def _in_short(outcome: Data) -> Data:
    """What a count says of its projects in short."""
    projects = outcome["projects"]
    partial = [each for each in projects if each["award"] == "partial"]
    return {
        "left": outcome["budget"] - outcome["spent"],
        "reserve": sum(each["reserve"] for each in projects),
        "selected": [each["id"] for each in projects if each["award"] in ("full", "reserve")],
        "partial": [{name: each[name] for name in ("id", "amount", "final")} for each in partial],
    }


def _same_list(mine: list[Any], theirs: list[Any], whole: bool, otherwise: str) -> None:
    must(len(mine) == len(theirs), f"counted again, {otherwise}")
    for one, other in zip(mine, theirs, strict=True):
        must(one == other or _as_told(one, other, whole) == other, f"counted again, {otherwise}")


#: What the package may have to keep back where the ballots themselves are not public.
KEPT_BACK = ("votes", "score", "measure", "price", "effective", "in_full", "gave_all", "behind")


def _as_told(mine: Data, theirs: Data, whole: bool) -> Data:
    """What was counted again, without the numbers that the package may not tell."""
    if whole:
        return mine
    kept_back = {name for name in KEPT_BACK if name in theirs and theirs[name] in (None, "", {})}
    if theirs.get("reason") == "not_told":
        kept_back.add("reason")
    return {name: theirs[name] if name in kept_back else value for name, value in mine.items()}


def _plainly(what: Data, _package: Package) -> Sheet:
    return _run(Ranking(**what))


def _by_shares(what: Data, package: Package) -> Sheet:
    method = what["method"]
    last = [] if "lot" in method["ties"] else ["lot"]

    def count(lots: list[list[str]]) -> Sheet:
        supposed = {**method, "ties": [*method["ties"], *last]} if lots else method
        scale = package.ballot["round"]["scale"]
        return _run(EqualShares(**{**what, "method": supposed}, lots=lots, scale=scale))

    return whatever_is_drawn(count)


def _by_flow(what: Data, _package: Package) -> Sheet:
    return whoever_goes_first(lambda way: _run(Phragmen(**what, way=way)))


def _by_overspending(what: Data, _package: Package) -> Sheet:
    return whoever_goes_first(lambda way: _run(BoundedOverspending(**what, way=way)))


def _by_set(what: Data, _package: Package) -> Sheet:
    return _run(BestSet(**what))


def _run(sheet: Ranking | Phragmen | BoundedOverspending | BestSet) -> Sheet:
    sheet.run()
    return sheet


#: The rules that this program counts by.
COUNTS: dict[str, Callable[[Data, Package], Sheet]] = {
    "greedy": _plainly,
    "greedy-per-cost": _plainly,
    "equal-shares": _by_shares,
    "bounded-overspending": _by_overspending,
    "phragmen": _by_flow,
    "max-welfare": _by_set,
}


# ---------------------------------------------------------------------------------------------------------------------
# The checks themselves, in order, and what each of them found.

Data = dict[str, Any]
HELD, FAILED, NOT_MADE = "held", "failed", "not_made"

#: Every check with what it asks, in the order in which they are made.
CHECKS: dict[str, str] = {
    "packing": "The package is packed as packages are, and every byte of it is accounted for.",
    "manifest": "The manifest is in its one canonical form.",
    "anchor": "The fingerprint is the one that was read into the minutes.",
    "files": "Every file is the one that the manifest names; none is missing, none was added.",
    "ballot": "Rules, projects and costs are those that were fixed before the vote, and the order was drawn as told.",
    "receipts": "There is one receipt for each valid ballot, each of them once.",
    "ballots": "Every published ballot is allowed by the rules, and together they have the published root.",
    "numbers": "The numbers of ballots, votes and points agree wherever they stand.",
    "account": "The ballot account comes out even, or says why not.",
    "recount": "Counted again, every project has the same votes, rank, money and reason, and every tie goes as told.",
    "money": "No pot gives more than it has.",
    "result": "The published result is that of the count and of the decisions.",
}
LONGEST_NOTE = 300
MISSHAPEN = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, RecursionError)


@dataclass
class Report:
    """What was found: each check's state, what failed or could not be made, and the fingerprint."""

    states: dict[str, str] = field(default_factory=lambda: dict.fromkeys(CHECKS, NOT_MADE))
    notes: dict[str, str] = field(default_factory=dict)
    digest: str = ""
    #: What was checked, once its manifest and its files are those that belong together.
    package: Package | None = None

    @property
    def words(self) -> str:
        """The fingerprint as eight words."""
        return fingerprint_words(self.digest) if self.digest else ""

    @property
    def holds(self) -> bool:
        """Whether nothing failed."""
        return FAILED not in self.states.values()

    def make(self, check: str, what: Callable[[], None]) -> bool:
        """Make one check and keep what it found."""
        try:
            what()
            self.states[check] = HELD
        except CannotTell as reason:
            self.states[check], self.notes[check] = NOT_MADE, in_one_line(reason)
        except Wrong as fault:
            self.states[check], self.notes[check] = FAILED, in_one_line(fault)
        except MISSHAPEN:
            self.states[check], self.notes[check] = FAILED, "something is missing, or not of the kind that it should be"
        return self.states[check] == HELD


def in_one_line(told: Exception) -> str:
    """What a check says, without anything by which a name in a forged package could write lines of its own."""
    text = "".join(each if each.isprintable() else "?" for each in str(told))
    return text if len(text) <= LONGEST_NOTE else f"{text[:LONGEST_NOTE]}…"


def examine(data: bytes | dict[str, bytes], anchor: str = "", whole: bytes | None = None) -> Report:
    """Check a package: the bytes of its zip file, or its files by name. `anchor`: words or figures from the minutes.

    `whole` is the file with every ballot that a scrutineer was given, where the package itself does not have it.
    """
    report, files = Report(), {}

    def unpack() -> None:
        files.update(unpacked(data) if isinstance(data, bytes) else data)
        must(MANIFEST in files, "there is no manifest.json in it")

    if not report.make("packing", unpack):
        return report
    report.digest = sha256(files[MANIFEST])
    report.make("anchor", lambda: _anchored(report.digest, anchor))
    package = Package(files, {}, whole)

    def manifest() -> None:
        package.manifest = read(files[MANIFEST], MANIFEST)
        must(package.manifest["format"] == FORMAT, "it is a package of another kind than this program knows")

    if report.make("manifest", manifest) and report.make("files", lambda: _files(package)):
        report.package = package
        for name, check in _REST.items():
            report.make(name, lambda check=check: check(package))  # type: ignore[misc]
    return report


def _anchored(digest: str, anchor: str) -> None:
    if not anchor.strip():
        raise CannotTell("no fingerprint was given: compare the words with the minutes yourself")
    must(digest_from(anchor) == digest, "the fingerprint of this package is another one")


def _files(package: Package) -> None:
    told = package.manifest["files"]
    must({*told, MANIFEST} == set(package.files), "there are other files in it than the manifest names")
    for name, about in told.items():
        content = package.files[name]
        same = (len(content), sha256(content)) == (about["bytes"], about["sha256"])
        must(same, f"{name} is not the file that the manifest names")
    if package.whole is not None:
        about = package.manifest.get("withheld", told.get("ballots.jsonl"))
        same = (len(package.whole), sha256(package.whole)) == (about["bytes"], about["sha256"])
        must(same, "the ballots that you were given are not those that the manifest names")


def _ballot(package: Package) -> None:
    fixed = package.ballot
    must(sha256(written(fixed)) == package.manifest["ballot_sha256"], "the fixed ballot has another fingerprint")
    keys = [each["key"] for each in fixed["projects"]]
    must(len(set(keys)) == len(keys), "a project is on the ballot twice")
    if "order_seed" in fixed:
        seed = fixed["order_seed"]
        drawn = sorted(keys, key=lambda key: (hashlib.sha256(f"{seed}|{key}".encode()).hexdigest(), key))
        told = [each["key"] for each in sorted(fixed["projects"], key=lambda each: each["number"])]
        must(drawn == told, "the order of the projects is not the one that the seed draws")


def _receipts(package: Package) -> None:
    lines = package.files["receipts.txt"].decode("ascii").splitlines(keepends=True)
    shaped = all(re.fullmatch("[0-9A-Z*~$=]{13}\n", line) for line in lines)
    must(shaped and lines == sorted(set(lines)), "receipts.txt is misshapen, or holds a receipt twice")
    must(len(lines) == package.manifest["opening"]["valid"], "there are not as many receipts as valid ballots")


def _ballots(package: Package) -> None:
    for pot in package.manifest["pots"]:
        if package.level(pot) == "full":
            package.tally(pot)
    must(package.root() == package.manifest["ballot_root"], "the ballots do not have the root that was published")


def _numbers(package: Package) -> None:
    opening, count = package.manifest["opening"], package.manifest["count"]
    opened = opening["valid"] + sum(opening["invalid"].values()) + _audited(package)
    must(opened == opening["envelopes"], "envelopes do not add up")
    must(set(count["outcome"]["pots"]) == set(package.amounts), "the count is of other pots")
    for pot in package.manifest["pots"]:
        outcome = count["outcome"]["pots"][pot["key"]]
        must(opening["sections"].get(pot["key"], 0) == pot["ballots"], "a pot has other ballots than were opened")
        must(pot["ballots"] == outcome["ballots"], "ballots do not add up")
        if pot["level"] == "order":
            _silent(outcome)
            continue
        tally = package.tally(pot)
        told = (pot["ballots"], pot["marked"])
        must(told == (tally.ballots, tally.marked) == (outcome["ballots"], outcome["marked"]), "ballots do not add up")
        must(pot["marked"] <= pot["ballots"] <= opening["valid"], "a pot has more ballots than there are")
        for each in outcome["projects"]:
            sums = tally.sums[each["id"]]
            must((each["votes"], each["score"]) == (sums.votes, sums.score), "votes or points do not add up")


def _audited(package: Package) -> int:
    """How many envelopes were audit cards; the list must be the one that was fixed before the vote."""
    audit, told = package.manifest.get("audit"), int(package.manifest["opening"].get("audit", 0))
    if not audit or audit["given_up"]:
        must(told == 0, "there are audit cards, and no list of them")
        return 0
    listed, found = package.files["audit-cards.txt"], audit["compared"]
    must(sha256(listed) == audit["sha256"], "the list of audit cards is not the one that was fixed")
    must(len(found) == audit["cards"], "an audit card is missing from the comparison, or there is one too many")
    counts = {key: sum(each["found"] == key for each in found) for key in audit["counts"]}
    must(counts == audit["counts"] and sum(counts.values()) == len(found), "the audit cards do not add up")
    alike = sum(each["planned"] == each["read"] for each in found)
    must(alike >= counts["alike"] and told == len(found) - counts["missing"], "the audit cards do not add up")
    return told


def _silent(outcome: Data) -> None:
    """Where only the order may be told, no number of the vote stands anywhere."""
    told = [outcome["marked"], *(each[name] for each in outcome["projects"] for name in ("votes", "score"))]
    must(all(each is None for each in told), "a pot tells votes that may not be told")


def _account(package: Package) -> None:
    must(bool(package.manifest["account"]), "there is no ballot account")
    for line in package.manifest["account"]:
        even = line["left"]["amount"] == sum(each["amount"] for each in line["right"])
        must(even or bool(line["explained"]), "a line of the ballot account does not come out even")


def _money(package: Package) -> None:
    outcomes = package.manifest["count"]["outcome"]["pots"]
    for key, outcome in outcomes.items():
        given = sum(each["amount"] + each["top_up"] - each["reserve"] for each in outcome["projects"])
        must(given == outcome["spent"] <= outcome["budget"], f"pot {key} is overspent, or its sums are wrong")
        for each in outcome["projects"]:
            must(0 <= each["amount"] <= each["cost"], f"{each['id']} gets more than it asked for")
    budgets = sum(each["budget"] for each in outcomes.values())
    must(budgets == sum(package.amounts.values()), "the pots together have more or less than was fixed")


def _result(package: Package) -> None:
    result, manifest = package.result, package.manifest
    must(result["count"]["outcome_sha256"] == manifest["count"]["sha256"], "the result is that of another count")
    about = result["round"]
    for name in ("ballot_sha256", "sealed_root", "ballot_root"):
        must(about[name] == manifest[name], "the result names other fingerprints")
    must(result["turnout"]["ballots"] == manifest["opening"]["valid"], "the result tells of other ballots")
    must(result["turnout"]["invalid"] == manifest["opening"]["invalid"], "the result tells of other invalid ballots")
    must(result["turnout"]["channels"] == manifest["channels"], "the result tells of other channels")
    must(result["moves"] == manifest["count"]["outcome"]["moves"], "the result moves other money")
    must([pot["key"] for pot in result["pots"]] == list(package.amounts), "the result is of other pots")
    for pot in result["pots"]:
        _result_of_pot(pot, package)


def _result_of_pot(pot: Data, package: Package) -> None:
    outcome = package.manifest["count"]["outcome"]["pots"][pot["key"]]
    counted = {each["id"]: each for each in outcome["projects"]}
    must({each["key"] for each in pot["projects"]} == set(counted), "the result is of other projects")
    must(len(pot["projects"]) == len(counted), "the result names a project twice")
    for each in pot["projects"]:
        own = counted[each["key"]]
        for name in ("rank", "votes", "score", "measure", "award", "cost"):
            must(each[name] == own[name], f"the result says something else of {each['key']} than the count")
        must(each["counted"] == own["amount"] + own["top_up"], f"the result gives {each['key']} another amount")
        must(each["amount"] == (each["decision"] or {"amount": 0})["amount"], "an amount is not the one decided")
    given = sum(each["amount"] for each in pot["projects"])
    helped = sum(counted[each["key"]]["reserve"] for each in pot["projects"] if each["amount"])
    must(given == pot["awarded"] <= outcome["budget"] + helped, "more is given out than the pot holds")
    must(pot["budget"] == outcome["budget"] and pot["ballots"] == outcome["ballots"], "a pot's numbers differ")


_REST: dict[str, Callable[[Package], None]] = {
    "ballot": _ballot,
    "receipts": _receipts,
    "ballots": _ballots,
    "numbers": _numbers,
    "account": _account,
    "recount": recount,
    "money": _money,
    "result": _result,
}


# ---------------------------------------------------------------------------------------------------------------------
# The words that a check ends with, and the command of the single file.

GOOD, BAD, UNREADABLE = 0, 1, 2
MARKS = {HELD: "yes", FAILED: "NO", "not_made": "not checked"}


def told(report: Report) -> Iterator[str]:
    """The lines that tell what was found, check by check, and what follows from it."""
    for check, asked in CHECKS.items():
        yield f"{MARKS[report.states[check]]:>12}  {asked}"
        if check in report.notes:
            yield f"{'':>12}  -> {report.notes[check]}"
    yield ""
    if report.digest:
        yield "Fingerprint of this package:"
        yield f"  {report.words}"
        yield f"  {report.digest}"
        yield ""
    yield verdict(report)


def verdict(report: Report) -> str:
    """One sentence that says how far the package can be trusted."""
    if not report.holds:
        return "Something does not hold. Do not rely on this package."
    if report.states["anchor"] != HELD:
        return (
            "The package agrees with itself. Whether it is the one that was published, only the fingerprint tells: "
            "compare the words above with those in the minutes."
        )
    if "recount" in report.notes or "ballots" in report.notes:
        return "Everything that could be checked holds, and the package is the one in the minutes."
    return "Everything holds, and the package is the one in the minutes."


def content_of(path: Path) -> bytes | dict[str, bytes]:
    """A package from a zip file, or from the folder that one was unpacked into. Raises OSError."""
    if path.is_dir():
        # What is no file stands there as an empty one, so that a folder that was added is found as well.
        return {each.name: each.read_bytes() if each.is_file() else b"" for each in sorted(path.iterdir())}
    return path.read_bytes()


def package_from(path: Path, anchor: str) -> bytes | dict[str, bytes]:
    """The package that somebody named, with the words that they typed beside it; nothing of it is checked yet.

    Raises OSError; Wrong for words that are no fingerprint and for a file that is no zip file: that is a slip of
    whoever checks, and says nothing about the package.
    """
    if anchor.strip():
        digest_from(anchor)
    content = content_of(path)
    if isinstance(content, bytes) and not content.startswith(b"PK"):  # as every zip file does
        raise Wrong(f"the file {path.name} is not a zip file, so it is no package: is it the one that you mean?")
    return content


def in_a_sentence(fault: Wrong) -> str:
    """What a slip is, with a capital letter and its end."""
    text = str(fault)
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('?') else '.'}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the package that the command line names; gives 0, 1 (something does not hold) or 2.

    2 says that nothing was checked: the file cannot be read or is no package, or the words are no fingerprint.
    """
    parser = argparse.ArgumentParser(description="Check the public package of a You Decide result.")
    parser.add_argument("package", type=Path, help="the zip file, or the folder that it was unpacked into")
    parser.add_argument("--anchor", default="", help="the eight words (or the figures) from the minutes")
    parser.add_argument("--ballots", type=Path, help="every ballot, for scrutineers who were given them under seal")
    given = parser.parse_args(arguments)
    try:
        content = package_from(given.package, given.anchor)
        whole = given.ballots.read_bytes() if given.ballots else None
    except OSError as fault:
        print(f"{fault.filename} cannot be read: {fault.strerror}.", file=sys.stderr)
        return UNREADABLE
    except Wrong as fault:
        print(in_a_sentence(fault), file=sys.stderr)
        return UNREADABLE
    report = examine(content, given.anchor, whole)
    print("\n".join(told(report)))
    return GOOD if report.holds else BAD


if __name__ == "__main__":
    sys.exit(main())
