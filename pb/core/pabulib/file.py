"""A .pb file as data: its META, its projects and ballots, and what it says of the official result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pb.core.election import Instance, Profile
from pb.core.pabulib.amounts import parse_amount, written

#: Cost that marks a project which was on the ballot and was found not feasible after the vote.
NOT_FEASIBLE = 999_999_999


@dataclass(frozen=True)
class Table:
    """A section of the file as it stands there: its column names, and its rows of text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()

    def column(self, name: str) -> tuple[str, ...] | None:
        """The cells of one column, or None if there is no such column."""
        if name not in self.columns:
            return None
        at = self.columns.index(name)
        return tuple(row[at] for row in self.rows)


@dataclass(frozen=True)
class Note:
    """Something odd that does not stop a file from being read."""

    line: int
    sentence: str


@dataclass(frozen=True)
class PbFile:
    """A .pb file that was read (or made to be written).

    `meta` keeps every key in its order, `projects` every column. `voters` keeps the rows of VOTES where the reader
    was asked to, and is empty otherwise. Amounts in `instance` are minor units; `instance.scale` of them make one
    unit of the file's own amounts.
    """

    meta: Mapping[str, str]
    projects: Table
    instance: Instance
    profile: Profile
    voters: Table = Table(())
    notes: tuple[Note, ...] = field(default=())

    @property
    def rule(self) -> str:
        """The file's `rule`; `unknown` where it has none."""
        return self.meta.get("rule", "unknown")

    @property
    def threshold(self) -> int:
        """The least score that a project needs by the file's META; 0 where it says nothing.

        A fraction is rounded up: scores are whole.
        """
        amount = parse_amount(self.meta.get("min_project_score_threshold", "0"))
        return 0 if amount is None else -(-amount.digits // 10**amount.places)

    @property
    def ids(self) -> tuple[str, ...]:
        """The project ids in the order of the file."""
        return tuple(project.id for project in self.instance.projects)

    @property
    def not_feasible(self) -> tuple[str, ...]:
        """The projects whose cost is the marker for "found not feasible after the vote"."""
        marker = NOT_FEASIBLE * self.instance.scale
        return tuple(project.id for project in self.instance.projects if project.cost == marker)

    def published(self, column: str) -> dict[str, int] | None:
        """A column of whole numbers (`votes`, `score`, `selected`) by project id; None if the file has none."""
        cells = self.projects.column(column)
        return None if cells is None else {key: int(cell) for key, cell in zip(self.ids, cells, strict=True)}

    def amount(self, minor: int) -> str:
        """An amount in minor units as the file would write it."""
        return written(minor, self.instance.scale)
