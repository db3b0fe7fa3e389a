"""Check the public package of a You Decide result. It needs Python 3.11 or newer and nothing else.

    python3 check_package.py package.zip --anchor "the eight words from the minutes"

It ends with 0 where everything holds, with 1 where something does not, and with 2 where the package cannot be read.
It shares no code with the service that made the package: the parts below are put together from pb/core/checking.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any


# ---------------------------------------------------------------------------------------------------------------------
# The forms that bytes must have: canonical JSON, digests, fingerprints in words, Merkle roots.

BIGGEST = 2**53 - 1
STARTS = ("ch", "dr", "fr", "g", "h", "j", "k", "m", "p", "r", "s", "sh", "t", "v", "w", "z")
ENDS = ("a", "e", "i", "o", "u", "an", "en", "in", "on", "un", "al", "el", "il", "ol", "ul", "ay")


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
    pattern = "(ch|dr|fr|sh|[ghjkmprstvwz])(a[nly]|[eiou][nl]|[aeiou])"
    found = re.findall(pattern, letters)
    if len(found) != 32 or "".join(start + end for start, end in found) != letters:
        raise Wrong("what you entered is neither the eight words nor the 64 figures of a fingerprint")
    return bytes(STARTS.index(start) << 4 | ENDS.index(end) for start, end in found).hex()


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
LARGEST = 2**31


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files in a package by their names. Wrong for any zip file that is not packed as packages are."""
    files: dict[str, bytes] = {}
    directory, at = b"", 0
    while data[at : at + 4] == b"PK\3\4":
        name, content, entry, after = _file(data, at)
        if name in files:
            raise Wrong(f"the zip file holds {name} twice")
        files[name] = content
        directory, at = directory + entry, after
    end = END.pack(b"PK\5\6", 0, 0, len(files), len(files), len(directory), at, 0)
    if not files or data[at:] != directory + end:
        raise Wrong("the zip file is not packed as packages are: something in it was changed, added or left out")
    return files


def _file(data: bytes, at: int) -> tuple[str, bytes, bytes, int]:
    """One file: its name, content, the entry that the directory must have for it, and where the next begins."""
    if len(data) < at + LOCAL.size:
        raise Wrong("the zip file breaks off")
    head = LOCAL.unpack_from(data, at)
    _mark, version, flags, method, time, day, check, packed, size, name_length, extra = head
    if (version, flags, method, time, day, extra) != (20, 0, DEFLATED, 0, NEW_YEAR_1980, 0) or size > LARGEST:
        raise Wrong("the zip file is not packed as packages are")
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
# Counting a pot again: thresholds, the ranking, ties, and what each project gets.

Data = dict[str, Any]
#: The rules that add up what each ballot gives to each project, and so can be counted from such sums.
ADDITIVE = ("greedy", "greedy-per-cost")


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


@dataclass
class Recount:
    """One pot counted again. `results` and `ties` are in the order of the count."""

    projects: list[Data]
    budget: int
    tally: Tally
    method: Data
    facts: Data
    highest: int | None
    results: list[Data] = field(default_factory=list)
    ties: list[Data] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    measure: str = ""
    line: Line = field(default_factory=lambda: Line(0))

    def run(self) -> None:
        """Count. Wrong where nothing decides a tie that matters; CannotTell where the package tells too little."""
        rules = self.method["allocation"]
        self.line = Line(self.budget, self.facts["responses"], rules["reserve_percent"])
        in_order = sorted(self.projects, key=place)
        barred = {each["key"]: self._barred(each) for each in in_order}
        for measure, tier in self._tiers([each for each in in_order if not barred[each["key"]]]):
            self._tier(measure, tier)
        few = [each for each in in_order if barred[each["key"]] == "too_few_scores"]
        out = [each for each in in_order if barred[each["key"]] not in (None, "too_few_scores")]
        for each in [*few, *sorted(out, key=lambda each: -self._sums(each).score)]:
            self._note(each, None, "", 0, Got("none", 0, str(barred[each["key"]])))

    @property
    def spent(self) -> int:
        """What comes out of the pot."""
        return sum(each["amount"] - each["reserve"] for each in self.results)

    def _sums(self, project: Data) -> Sums:
        return self.tally.sums[project["key"]]

    def _barred(self, project: Data) -> str | None:
        """Why the money may not reach a project."""
        sums, least = self._sums(project), self.method["thresholds"]
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
        divisor = least.get("cost_divisor")
        if divisor is not None and sums.votes * divisor * self.budget < project["cost"] * self.tally.marked:
            return "below_for_cost"
        options = self.method["options"]
        if options.get("measure") == "average" and sums.votes < options["least_scores"]:
            return "too_few_scores"
        return None

    def _measure(self, project: Data) -> tuple[bool, Fraction]:
        sums = self._sums(project)
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
            groups = self._split(step, tied)
            if len(groups) > 1:
                self._remember(step)
                for group in groups:
                    self._settle(group, steps[at + 1 :])
                return
        if not self._shared(kind, tied):
            raise Wrong("projects stand equal, it matters, and nothing that was recorded decides between them")

    def _split(self, step: str, tied: list[Data]) -> list[list[Data]]:
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
            "more_votes": lambda each: -self._sums(each).votes,
            "cheaper": lambda each: each["cost"],
            "dearer": lambda each: -each["cost"],
            "published": lambda each: place(each)[:2],
        }
        return {each["key"]: ways[step](each) for each in tied}

    def _ordinary(self, project: Data) -> int:
        ordinary = self._sums(project).ordinary
        if ordinary is None:
            raise CannotTell("it does not say which votes were extra votes, and a tie depends on that")
        return ordinary

    def _by_marks(self, tied: list[Data], *, down: bool) -> dict[str, Any]:
        scale = sorted({mark for each in tied for mark in marks(self._sums(each))}, reverse=down)
        sign = -1 if down else 1
        return {each["key"]: [sign * marks(self._sums(each)).get(mark, 0) for mark in scale] for each in tied}

    def _by_lot(self, ids: list[str]) -> dict[str, Any]:
        for lot in self.facts["lots"]:
            if set(ids) <= set(lot):
                return {each: lot.index(each) for each in ids}
        return dict.fromkeys(ids, 0)

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
        rank = len(self.results) + 1
        for each, part in sorted(tied, key=lambda pair: place(pair[0])):
            before = self.line.left
            if part is None:
                got = GIVE[self.method["allocation"]["kind"]](each, self.line)
            else:
                got = self.line.pay(each) if part == each["cost"] else self.line.offer(each, part)
            self._note(each, rank, self.measure, before, got)

    def _note(self, project: Data, rank: int | None, measure: str, left: int, got: Got) -> None:
        sums = self._sums(project)
        self.results.append({
            "id": project["key"], "rank": rank, "cost": project["cost"], "votes": sums.votes, "score": sums.score,
            "measure": measure, "award": got.award, "amount": got.amount, "reserve": got.reserve, "left": left,
            "final": got.final, "top_up": 0, "reason": got.reason,
        })  # fmt: skip

    def _remember(self, step: str) -> None:
        if step not in self.noted:
            self.noted.append(step)


# ---------------------------------------------------------------------------------------------------------------------
# Several pots: what one cannot use moves by the surplus rule, and then each is counted again.

Data = dict[str, Any]
#: Counts a pot with so much money: (pot's key, budget) -> its results and ties, as `Recount` or the package has them.
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
MISSHAPEN = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, RecursionError)


@dataclass
class Report:
    """What was found: each check's state, what failed or could not be made, and the fingerprint."""

    states: dict[str, str] = field(default_factory=lambda: dict.fromkeys(CHECKS, NOT_MADE))
    notes: dict[str, str] = field(default_factory=dict)
    digest: str = ""

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
            self.notes[check] = str(reason)
        except Wrong as fault:
            self.states[check], self.notes[check] = FAILED, str(fault)
        except MISSHAPEN:
            self.states[check], self.notes[check] = FAILED, "something is missing, or not of the kind that it should be"
        return self.states[check] == HELD


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


def _recount(package: Package) -> None:
    count, fixed = package.manifest["count"], package.ballot
    must(sha256(written(count["outcome"])) == count["sha256"], "the count has another fingerprint")
    claimed = count["outcome"]["pots"]
    doubts: dict[str, str] = {}

    def again(key: str, budget: int) -> Data:
        try:
            return _counted(package, key, budget)
        except CannotTell as reason:
            if fixed["surplus"] == "share" and fixed["method"]["thresholds"].get("cost_divisor") is not None:
                raise  # whom the money may reach depends on the money, and nobody knows the count before it moved
            doubts[key] = str(reason)
            projects = [dict(each) for each in claimed[key]["projects"]]
            return {"budget": budget, "spent": claimed[key]["spent"], "projects": projects}

    outcomes, moves = count_all(package.amounts, fixed["surplus"], again)
    must(moves == count["outcome"]["moves"], "money moves between the pots in another way")
    for key, outcome in outcomes.items():
        must(outcome["budget"] == claimed[key]["budget"], "a pot has other money")
        if key not in doubts:
            _same(outcome, claimed[key])
    for key, reason in doubts.items():
        raise CannotTell(f"{key}: {reason}")


def _counted(package: Package, key: str, budget: int) -> Data:
    """One pot counted again, with so much money, as the count's own data look."""
    method = package.ballot["method"]
    if method["rule"] not in ADDITIVE:
        raise CannotTell(f"this program does not count by the rule “{method['rule']}”; the service itself can")
    pot = next(each for each in package.manifest["pots"] if each["key"] == key)
    facts = package.manifest["count"]["outcome"]["pots"][key]["options"]
    fixed = all(facts[name] == method[name] for name in ("options", "allocation", "thresholds", "ties"))
    must(fixed, "a pot was counted by another method than the one that was fixed")
    highest = package.ballot["ballot"]["settings"].get("highest")
    projects = list(package.projects(key).values())
    recount = Recount(projects, budget, package.tally(pot), method, facts, highest)
    recount.run()
    return {"budget": budget, "spent": recount.spent, "projects": recount.results, "ties": recount.ties}


def _same(outcome: Data, claimed: Data) -> None:
    told = [{**each, "reason": each["reason"]["code"]} for each in claimed["projects"]]
    must(len(told) == len(outcome["projects"]), "counted again, there are other projects")
    for mine, theirs in zip(outcome["projects"], told, strict=True):
        if _as_told(mine, theirs) != theirs:
            raise Wrong(f"counted again, {mine['id']} comes out differently")
    must(len(outcome["ties"]) == len(claimed["ties"]), "counted again, ties come out differently")
    for mine, theirs in zip(outcome["ties"], claimed["ties"], strict=True):
        must(_as_told(mine, theirs) == theirs, "counted again, ties come out differently")
    must(outcome["spent"] == claimed["spent"], "counted again, other money is spent")


def _as_told(mine: Data, theirs: Data) -> Data:
    """What was counted again, without the numbers that the package may not tell."""
    kept_back: set[str] = {
        name for name in ("votes", "score", "measure") if name in theirs and theirs[name] in (None, "")
    }
    if theirs.get("reason") == "not_told":
        kept_back.add("reason")
    return {name: theirs[name] if name in kept_back else value for name, value in mine.items()}


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
    "recount": _recount,
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
        return {each.name: each.read_bytes() for each in sorted(path.iterdir()) if each.is_file()}
    return path.read_bytes()


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the package that the command line names; gives 0, 1 (something does not hold) or 2 (cannot be read)."""
    parser = argparse.ArgumentParser(description="Check the public package of a You Decide result.")
    parser.add_argument("package", type=Path, help="the zip file, or the folder that it was unpacked into")
    parser.add_argument("--anchor", default="", help="the eight words (or the figures) from the minutes")
    parser.add_argument("--ballots", type=Path, help="every ballot, for scrutineers who were given them under seal")
    given = parser.parse_args(arguments)
    try:
        content, whole = content_of(given.package), given.ballots.read_bytes() if given.ballots else None
    except OSError as fault:
        print(f"{fault.filename} cannot be read: {fault.strerror}.", file=sys.stderr)
        return UNREADABLE
    report = examine(content, given.anchor, whole)
    print("\n".join(told(report)))
    return GOOD if report.holds else BAD


if __name__ == "__main__":
    sys.exit(main())
