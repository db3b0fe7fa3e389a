"""The VOTES section: rows are read one by one, and each different ballot is understood once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pb.core.election import Group, Instance, Profile
from pb.core.pabulib.ballots import Cells, VoteType
from pb.core.pabulib.bulk import KEYS, packable
from pb.core.pabulib.file import Table
from pb.core.pabulib.sheet import Sheet
from pb.core.packed import pack_lists

#: What becomes of a ballot that names a project twice: see `pb.core.pabulib.read`.
Repeats = Literal["count", "once", "refuse"]
#: The text of a ballot: its cell of ids, and its cell of points (the ids again where the type has no points).
Text = tuple[str, str]


@dataclass
class Votes:
    """The VOTES section being read, row by row."""

    sheet: Sheet
    instance: Instance
    vote_type: VoteType
    repeats: Repeats
    keep_voters: bool
    _counts: dict[Text, int] = field(default_factory=dict)
    _cells: dict[Text, Cells] = field(default_factory=dict)
    _twice: bool = False
    _places: tuple[int, int] = (0, 0)

    def columns(self) -> tuple[str, ...]:
        """Read the line that names the columns. Raises BadFile `bad_header`."""
        return self.sheet.header("voter_id", "vote", *(("points",) if self.vote_type.has_points else ()))

    def read(self, columns: Sequence[str], said: str) -> Table:
        """Read to the end of the file; the rows, if they are kept.

        `said` is how many ballots META says there are. Raises BadFile `bad_row`, `bad_number`, `duplicate_voter`,
        `unknown_project`, `repeated_project`, `cut_off`.
        """
        at_vote = columns.index("vote")
        self._places = at_vote, columns.index("points") if self.vote_type.has_points else at_vote
        return Table(tuple(columns), self._read_rows(len(columns), columns.index("voter_id"), said))

    def profile(self, *, packed: bool) -> Profile:
        """The ballots that were read; packed, if wanted, where they can be."""
        kind, settings = self.vote_type.ballot_type, self.vote_type.settings
        ids = packable(self.instance, self.vote_type) if packed and self._cells and not self._twice else ()
        if ids:
            lists = [named for named, _ in self._cells.values()]
            return Profile(kind, settings, pack_lists(KEYS[kind], ids, lists, self._counts.values()))
        groups = (Group(self.vote_type.read(self._cells[text]), size) for text, size in self._counts.items())
        return Profile.of(kind, settings, groups)

    def _read_rows(self, width: int, at_voter: int, said: str) -> tuple[tuple[str, ...], ...]:
        at_vote, at_points = self._places
        counts = self._counts
        voters: set[str] = set()
        kept: list[tuple[str, ...]] = []
        total = 0
        for row in self.sheet.until(None):
            cells = row if len(row) == width else self.sheet.fitted(row, width)
            total += 1
            voters.add(cells[at_voter])
            if len(voters) < total:
                sentence = "voter %(id)s is there twice"
                self.sheet.rows.fail("duplicate_voter", sentence, at_voter, id=cells[at_voter][:40])
            text = (cells[at_vote], cells[at_points])
            if text not in counts:
                self._cells[text] = self._understood(text)
            counts[text] = counts.get(text, 0) + 1
            if self.keep_voters:
                kept.append(tuple(cells))
        self.sheet.agree(said, total, "ballots")
        return tuple(kept)

    def _understood(self, text: Text) -> Cells:
        ids = self._ids(text[0], self._places[0])
        points = self._points(text[1], len(ids)) if self.vote_type.has_points else []
        if len(set(ids)) < len(ids):
            ids, points = self._repeated(ids, points)
        if len(ids) > self.vote_type.most:
            self.sheet.note("a ballot names more projects than META allows; it counts all the same")
        known = self.instance.by_id  # whose own texts are kept, not a copy for each ballot
        return tuple(known[each].id for each in ids), tuple(points)

    def _repeated(self, ids: list[str], points: list[int]) -> tuple[list[str], list[int]]:
        """What counts of a ballot that names a project twice."""
        if self.repeats == "refuse":
            self.sheet.rows.fail("repeated_project", "this ballot names a project twice", self._places[0])
        if self.repeats == "count":
            self._twice = True
            self.sheet.note("a ballot names a project twice; it counts twice, as in published totals")
            return ids, points
        self.sheet.note("a ballot names a project twice; its first mention counts")
        first = [at for at, each in enumerate(ids) if each not in ids[:at]]
        return [ids[at] for at in first], [points[at] for at in first] if points else []

    def _points(self, text: str, ids: int) -> list[int]:
        cell = self._places[1]
        points = [self.sheet.whole(each, "each number of points", cell) for each in text.split(",") if text]
        if len(points) != ids:
            sentence = "this ballot names %(ids)s projects and gives %(points)s numbers of points"
            self.sheet.rows.fail("bad_row", sentence, cell, ids=ids, points=len(points))
        return points

    def _ids(self, text: str, cell: int) -> list[str]:
        known = self.instance.by_id
        ids = text.split(",") if text else []
        if not all(each in known for each in ids):
            ids = [each.strip() for each in ids]
            self.sheet.note("a list of projects has spaces in it")
        for each in ids:
            if each not in known:
                sentence = "there is no project “%(id)s” in this file"
                self.sheet.rows.fail("unknown_project", sentence, cell, id=each[:40])
        return ids
