"""How many voters got something: how many of the projects that each ballot names are funded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from pb.core.election import Instance, Profile
from pb.core.rules.index import index_of


@dataclass(frozen=True)
class Satisfaction:
    """How many ballots got so many of their choices: `ballots[2]` is how many named two funded projects.

    Only ballots that name something are counted, and only choices that give a project more than nothing.
    """

    ballots: dict[int, int]

    @property
    def marked(self) -> int:
        """How many ballots name a project."""
        return sum(self.ballots.values())

    @property
    def reached(self) -> int:
        """How many ballots named at least one funded project."""
        return self.marked - self.ballots.get(0, 0)

    @property
    def average(self) -> Fraction:
        """How many funded projects a ballot named on average; nothing if there is no ballot."""
        named = sum(choices * ballots for choices, ballots in self.ballots.items())
        return Fraction(named, self.marked) if self.marked else Fraction(0)

    def to_json(self) -> dict[str, Any]:
        """The numbers as plain JSON data; the average as an exact fraction in text."""
        return {
            "marked": self.marked,
            "reached": self.reached,
            "average": str(self.average),
            "ballots": {str(choices): ballots for choices, ballots in sorted(self.ballots.items())},
        }


def satisfaction(instance: Instance, profile: Profile, funded: Collection[str]) -> Satisfaction:
    """How many ballots of a profile named how many of the funded projects (ids)."""
    index = index_of(instance, profile)
    wishes = np.zeros(len(index.sizes), dtype=np.int64)
    wishes[index.groups[index.marks > 0]] = 1
    got = np.zeros(len(index.sizes), dtype=np.int64)
    for project_id in set(funded):
        groups, marks = index.row(project_id)
        got[np.unique(groups[marks > 0])] += 1
    wishing = wishes > 0
    ballots = np.zeros(int(got.max(initial=0)) + 1, dtype=np.int64)
    np.add.at(ballots, got[wishing], index.sizes[wishing])
    return Satisfaction({choices: int(count) for choices, count in enumerate(ballots) if count})
