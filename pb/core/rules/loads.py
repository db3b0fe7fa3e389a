"""Loads: what every ballot carries of the cost of what was bought for it, exact, with floats that guide.

All ballots of a project that is bought come to carry the same, so each group's load is one of a short list of exact
values. A sum over supporters is then a few whole numbers times exact values, however many supporters there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pb.core.election import Project
from pb.core.rules.electorate import weighed
from pb.core.rules.index import Index, distinct

#: Half the distance between 1 and the next float: the most by which one rounding changes a number, relatively.
ROUNDING = 2.0**-53


@dataclass
class Supporters:
    """The groups of ballots that name a project, once each, how many ballots they hold, and how many there are."""

    groups: NDArray[np.int32]
    weights: NDArray[np.float64]

    @cached_property
    def number(self) -> int:
        """How many ballots name the project."""
        return int(self.weights.sum())

    @classmethod
    def of(cls, project: Project, index: Index) -> Supporters:
        """Look a project up; ballots that give it less than nothing do not support it."""
        groups, marks = index.row(project.id)
        groups = distinct(groups[marks > 0])
        return cls(groups, index.sizes[groups].astype(np.float64))


@dataclass
class Loads:
    """What a ballot of each group carries, in minor units: `values[level[group]]`, none of them below nothing."""

    values: list[Fraction]
    level: NDArray[np.int64]
    floats: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self.floats = np.array([float(each) for each in self.values])[self.level]

    @classmethod
    def none(cls, index: Index) -> Loads:
        """Nobody carries anything."""
        return cls([Fraction(0)], np.zeros(len(index.sizes), dtype=np.int64))

    def bounds(self, cost: int, supporters: Supporters) -> tuple[float, float]:
        """Between which two numbers the load lies that each supporter would carry if this was bought."""
        carried = weighed(supporters.weights, self.floats[supporters.groups])
        load = (carried + cost) / supporters.number
        error = (len(supporters.groups) + 8) * ROUNDING
        return load * (1 - error), load * (1 + error)

    def after(self, cost: int, supporters: Supporters) -> Fraction:
        """The load that each supporter would carry if this was bought, exact."""
        ballots = np.bincount(self.level[supporters.groups], weights=supporters.weights)
        held = np.flatnonzero(ballots).tolist()
        return (cost + sum(self.values[at] * int(ballots[at]) for at in held)) / Fraction(supporters.number)

    def carry(self, supporters: Supporters, load: Fraction) -> bool:
        """Let supporters carry a load; whether none of them carried more before."""
        before = self.floats[supporters.groups]
        self.level[supporters.groups] = len(self.values)
        self.values.append(load)
        self.floats[supporters.groups] = float(load)
        return bool((before <= float(load)).all())


def are_strangers(supporters: Sequence[Supporters]) -> bool:
    """Whether no ballot supports two of these projects."""
    groups = np.concatenate([each.groups for each in supporters])
    return bool(np.bincount(groups).max(initial=0) <= 1)
