"""What the ballots of a profile add up to for each project."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from pb.core.election import Instance, Profile
from pb.core.rules.index import Index, index_of


@dataclass
class Support:
    """One project's support: how many ballots give it each mark, and how many ordinary votes (not boosts).

    `unnamed` is the score that ballots which do not name it give all the same (nothing, but for some .pb files).
    """

    marks: Counter[int] = field(default_factory=Counter)
    ordinary: int = 0
    unnamed: int = 0

    @property
    def votes(self) -> int:
        """How many ballots name it."""
        return sum(self.marks.values())

    @property
    def score(self) -> int:
        """What its marks add up to: votes, boosts included, or points."""
        return sum(mark * count for mark, count in self.marks.items()) + self.unnamed

    @property
    def average(self) -> Fraction:
        """Its mean mark over the ballots that name it; nothing if none does."""
        return Fraction(self.score - self.unnamed, self.votes) if self.votes else Fraction(0)


@dataclass(frozen=True)
class Totals:
    """All support in a profile. `ballots` counts all ballots, `marked` those that name at least one project."""

    support: dict[str, Support]
    ballots: int
    marked: int

    def __getitem__(self, project_id: str) -> Support:
        return self.support[project_id]


def add_up(instance: Instance, profile: Profile) -> Totals:
    """Add up what the ballots give to each project.

    Raises Refusal `unknown_project` if a ballot names a project that is not in the instance.
    """
    index = index_of(instance, profile)
    support = {project.id: _support(index, project.id) for project in instance.projects}
    return Totals(support, index.ballots, index.marked)


def _support(index: Index, project_id: str) -> Support:
    groups, marks = index.row(project_id)
    sizes = index.sizes[groups]
    if index.plain:
        votes = int(sizes.sum())
        return Support(Counter({1: votes} if votes else {}), votes, index.unnamed * (index.ballots - votes))
    counts = Counter({mark: int(sizes[marks == mark].sum()) for mark in sorted(set(marks.tolist()))})
    return Support(counts, index.ordinary_votes(project_id), index.unnamed * (index.ballots - sum(counts.values())))
