"""The VOTES section: rows are read one by one, and each different ballot is understood once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pb.core.election import Choices, Group, Instance, Profile
from pb.core.pabulib.ballots import VoteType
from pb.core.pabulib.file import Table
from pb.core.pabulib.sheet import Sheet

#: The text of a ballot: its cell of ids, and its cell of points (the ids again where the type has no points).
Text = tuple[str, str]


@dataclass
class Votes:
    """The VOTES section being read. `repeats` is `count` or `refuse`: see `pb.core.pabulib.read`."""

    sheet: Sheet
    instance: Instance
    vote_type: VoteType
    repeats: str
    keep_voters: bool
    _counts: dict[Text, int] = field(default_factory=dict)
    _choices: dict[Text, Choices] = field(default_factory=dict)
    _places: tuple[int, int] = (0, 0)

    def read(self, meta: Mapping[str, str]) -> tuple[Table, Profile]:
        """Read to the end of the file: the rows (if they are kept) and the profile.

        Raises BadFile `bad_header`, `bad_row`, `bad_number`, `duplicate_voter`, `unknown_project`,
        `repeated_project`, `cut_off`.
        """
        columns = self.sheet.header("voter_id", "vote", *(("points",) if self.vote_type.has_points else ()))
        at_vote = columns.index("vote")
        self._places = at_vote, columns.index("points") if self.vote_type.has_points else at_vote
        kept = self._read_rows(len(columns), columns.index("voter_id"), meta["num_votes"])
        groups = (Group(self._choices[text], size) for text, size in self._counts.items())
        return Table(columns, kept), Profile.of(self.vote_type.ballot_type, self.vote_type.settings, groups)

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
                self._choices[text] = self._understood(text)
            counts[text] = counts.get(text, 0) + 1
            if self.keep_voters:
                kept.append(tuple(cells))
        self.sheet.agree(said, total, "ballots")
        return tuple(kept)

    def _understood(self, text: Text) -> Choices:
        ids = self._ids(text[0], self._places[0])
        return self.vote_type.read((ids, self._points(text[1], len(ids)) if self.vote_type.has_points else []))

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
        if len(set(ids)) < len(ids):
            if self.repeats == "refuse":
                self.sheet.rows.fail("repeated_project", "this ballot names a project twice", cell)
            self.sheet.note("a ballot names a project twice; it counts twice, as in published totals")
        if len(ids) > self.vote_type.most:
            self.sheet.note("a ballot names more projects than META allows; it counts all the same")
        return ids
