"""Counting an election again with one thing changed: a cost, some more ballots, or other numbers of ballots."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pb.core.election import Instance, Profile
from pb.core.explaining.changed import with_ballots_for, with_sizes
from pb.core.outcome import Outcome
from pb.core.rules import NO_FACTS, Facts, Method, count
from pb.core.rules.tiebreak import LOT

#: Refusals of a rule that cannot work an outcome out in reasonable time.
TOO_HARD = frozenset({"too_many_sets", "too_large"})


@dataclass(frozen=True)
class Election:
    """One count that can be repeated with changes. Every change gives a new election; the old one stays."""

    instance: Instance
    profile: Profile
    method: Method
    facts: Facts = NO_FACTS

    def count(self) -> Outcome:
        """Count it. Raises whatever `pb.core.rules.count` raises."""
        return count(self.instance, self.profile, self.method, self.facts)

    def funds(self, project_id: str) -> bool:
        """Whether a project is funded in full.

        A tie that neither a tie step nor a recorded lot decides goes against it; between others it goes by the order
        on the ballot.
        """
        others = (each.id for each in self.instance.ordered if each.id != project_id)
        return project_id in self.with_lot((*others, project_id)).count().selected

    def with_cost(self, project_id: str, cost: int) -> Election:
        """The same, had one project cost so much (minor units)."""
        projects = tuple(replace(each, cost=cost) if each.id == project_id else each for each in self.instance.projects)
        return replace(self, instance=replace(self.instance, projects=projects))

    def with_ballots_for(self, project_id: str, ballots: int) -> Election:
        """The same with so many more ballots that name only one project, and give it the most they may."""
        return replace(self, profile=with_ballots_for(self.instance, self.profile, project_id, ballots))

    def with_sizes(self, sizes: NDArray[np.int64]) -> Election:
        """The same with other numbers of ballots in each group of equal ones; groups of none are left out."""
        return replace(self, profile=with_sizes(self.instance, self.profile, sizes))

    def with_lot(self, order: tuple[str, ...]) -> Election:
        """The same with a lot over all projects that decides where nothing recorded does."""
        ties = self.method.ties if LOT in self.method.ties else (*self.method.ties, LOT)
        facts = replace(self.facts, lots=(*self.facts.lots, order))
        return replace(self, method=replace(self.method, ties=ties), facts=facts)

    def by(self, method: Method) -> Election:
        """The same ballots, counted by another method."""
        return replace(self, method=method)
