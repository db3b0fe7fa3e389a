"""The supporters of each project as rows of arrays, as rules need them in which ballots hold money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pb.core.election import Instance, Project
from pb.core.rules.index import Index

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

#: The longest part of an array that is multiplied at once: OpenBLAS uses threads beyond 10,000.
PART = 8192


class Row(NamedTuple):
    """The supporters of one project, by groups of equal ballots.

    `weights` are ballots times marks (whole numbers below 2^53, so exact), `marks` None where every mark is 1.
    `total` is the sum of the weights, `supporters` the number of ballots.
    """

    project: Project
    groups: Places
    weights: Floats
    marks: Floats | None
    total: float
    supporters: int


@dataclass(frozen=True)
class Electorate:
    """All groups of ballots, and the supporters of the projects that somebody supports.

    A mark of nothing or less is no support; a ballot that names a project twice supports it once, by its highest
    mark. `rivals` are, for each row, the rows that it cannot go ahead together with.
    """

    sizes: Floats
    ballots: int
    rows: tuple[Row, ...]
    rivals: tuple[tuple[int, ...], ...]
    highest: float

    @classmethod
    def of(cls, index: Index, projects: Sequence[Project], instance: Instance) -> Electorate:
        """The supporters of these projects; those without any have no row."""
        sizes = index.sizes.astype(np.float64)
        rows = [row for row in _rows(index, projects, sizes) if row.supporters]
        highest = max((float(row.marks.max()) for row in rows if row.marks is not None), default=1.0)
        numbers = {row.project.id: number for number, row in enumerate(rows)}
        rivals = [_rivals(row.project.id, numbers, instance) for row in rows]
        return cls(sizes, index.ballots, tuple(rows), tuple(rivals), highest)


def _rivals(project: str, numbers: dict[str, int], instance: Instance) -> tuple[int, ...]:
    shared = [group for group in instance.exclusive if project in group]
    return tuple(sorted({numbers[each] for group in shared for each in group if each != project and each in numbers}))


def _rows(index: Index, projects: Sequence[Project], sizes: Floats) -> list[Row]:
    groups, weights = index.groups.astype(np.intp), sizes[index.groups]
    bounds = index.starts.tolist()
    if index.plain:
        return [
            Row(each, groups[start:end], weights[start:end], None, total, int(total))
            for each in projects
            for at in (index.numbers[each.id],)
            for start, end in ((bounds[at], bounds[at + 1]),)
            for total in (float(weights[start:end].sum()),)
        ]
    return [_marked(each, index, sizes) for each in projects]


def _marked(project: Project, index: Index, sizes: Floats) -> Row:
    groups, marks = index.row(project.id)
    groups, marks = groups[marks > 0], marks[marks > 0]
    if len(groups):
        firsts = np.flatnonzero(np.concatenate(([True], groups[1:] != groups[:-1])))
        groups, marks = groups[firsts], np.maximum.reduceat(marks, firsts)
    ballots, given = sizes[groups], marks.astype(np.float64)
    weights = ballots * given
    return Row(project, groups.astype(np.intp), weights, given, float(weights.sum()), int(ballots.sum()))


def weighed(weights: Floats, values: Floats) -> float:
    """The sum of values times their weights; in parts, since a library that sets threads to long ones is slower."""
    if len(weights) <= PART:
        return float(weights.dot(values))
    return sum(float(weights[at : at + PART].dot(values[at : at + PART])) for at in range(0, len(weights), PART))
