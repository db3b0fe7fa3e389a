"""What the ballots of a profile add up to for each project."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from pb.core.ballots import BALLOT_TYPES
from pb.core.election import Instance, Profile
from pb.core.errors import Refusal
from pb.core.words import N_


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
    ballot_type = BALLOT_TYPES[profile.ballot_type]
    marks_of = ballot_type.marks
    support = {project.id: Support() for project in instance.projects}
    marked = 0
    for choices, count in profile.groups:
        empty = True
        for project_id, score, ordinary in marks_of(choices, profile.settings):
            empty = False
            each = support.get(project_id)
            if each is None:
                raise _unknown(project_id)
            each.marks[score] += count
            each.ordinary += ordinary * count
        marked += 0 if empty else count
    default = ballot_type.unnamed(profile.settings)
    for each in support.values():
        each.unnamed = default * (profile.size - each.votes)
    return Totals(support, profile.size, marked)


def _unknown(project_id: str) -> Refusal:
    sentence = N_("A ballot names the project “%(project)s”, which is not on this ballot.")
    return Refusal("unknown_project", sentence, status=422, project=project_id)
