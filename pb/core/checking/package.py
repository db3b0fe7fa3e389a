"""What a package holds: its manifest, its ballots by the level at which they are published, and their sums."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pb.core.checking.forms import CannotTell, Wrong, leaf, read, root_of_leaves, written
from pb.core.checking.marking import Sums, Tally, marks_of, must

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
