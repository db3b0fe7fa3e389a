"""How much of the ballots may be published: full ballots only where nobody can be told by their pattern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from pb.core.ballots import BALLOT_TYPES
from pb.core.election import Instance, Profile
from pb.core.errors import NO_PARAMS, Params
from pb.core.rules.support import add_up
from pb.core.words import N_

#: A ballot is in a crowd where its pattern is shared with at least four others.
CROWD = 5
LEAST_SHARE = Fraction(99, 100)
#: Cells with fewer people than this are not told apart.
FEWEST = 10


class Level(StrEnum):
    """What is published of the ballots of a pot.

    `full`: every ballot. `histogram`: how many give each mark to each project. `totals`: how many name each project.
    `order`: how the projects stand and what they get, and no number of the vote.
    """

    FULL = "full"
    HISTOGRAM = "histogram"
    TOTALS = "totals"
    ORDER = "order"


#: Levels at which not even the scores of each project are told.
NO_SCORES = frozenset({Level.TOTALS, Level.ORDER})
#: Rules that look at each project's scores alone, so that everybody can count again where no ballot is published.
FROM_SCORES = frozenset({"greedy", "greedy-per-cost", "max-welfare"})


@dataclass(frozen=True)
class Disclosure:
    """What may be published of a pot's ballots, and a sentence that says why.

    `sharing` of `ballots` that choose anything share their pattern with at least four others.
    """

    level: Level
    ballots: int
    sharing: int
    message: str
    params: Params = field(default_factory=lambda: NO_PARAMS)

    def to_json(self) -> dict[str, Any]:
        """It as plain JSON data."""
        return {
            "level": self.level.value,
            "message": self.message,
            "params": dict(self.params),
            "sharing": self.sharing,
        }


def disclosure(profile: Profile, least: int = FEWEST) -> Disclosure:
    """How much of a pot's ballots may be published; what chooses nothing counts for nothing here.

    Full ballots where at least 99% of them share their pattern with four others or more: a rare pattern may be
    recognised, or have been agreed on, and would prove how somebody voted. Otherwise scores per project; totals
    alone where there are fewer than ten ballots; and only the order where there are fewer than `least` (where nobody
    voted there is nobody to be known by it).
    """
    is_empty = BALLOT_TYPES[profile.ballot_type].is_empty
    marked = [group.size for group in profile.groups if group.choices and not is_empty(group.choices)]
    ballots, sharing = sum(marked), sum(size for size in marked if size >= CROWD)
    if profile.size and ballots < least:
        sentence = N_(
            "Only the order and what each project gets are told: with fewer than %(fewest)s ballots, any number of "
            "the vote could show how somebody voted."
        )
        return Disclosure(Level.ORDER, ballots, sharing, sentence, {"fewest": least})
    if ballots < FEWEST:
        sentence = N_(
            "Only the totals are published: with fewer than %(fewest)s ballots, anything more could show how "
            "somebody voted."
        )
        return Disclosure(Level.TOTALS, ballots, sharing, sentence, {"fewest": FEWEST})
    if Fraction(sharing, ballots) >= LEAST_SHARE:
        sentence = N_(
            "All ballots are published, without anything about the voters: nearly every ballot looks the same as at "
            "least four others, so none can be told apart."
        )
        return Disclosure(Level.FULL, ballots, sharing, sentence)
    sentence = N_(
        "The ballots themselves are not published: %(rare)s of %(ballots)s have a pattern that fewer than five "
        "voters share, so somebody could be recognised, or made to prove how they voted. The scores of each project "
        "are published instead."
    )
    return Disclosure(
        Level.HISTOGRAM, ballots, sharing, sentence, {"rare": f"{ballots - sharing:,}", "ballots": f"{ballots:,}"}
    )


def histogram(instance: Instance, profile: Profile) -> dict[str, dict[str, int]]:
    """How many ballots give each mark to each project: project id -> mark -> ballots.

    Enough to count an additive rule again, and nothing of who marked what together.
    """
    totals = add_up(instance, profile)
    return {
        project.id: {str(mark): count for mark, count in sorted(totals[project.id].marks.items())}
        for project in instance.ordered
    }


@dataclass(frozen=True)
class Cell:
    """A count of people under one or several names."""

    names: tuple[str, ...]
    count: int

    def to_json(self) -> dict[str, Any]:
        """The cell as plain JSON data."""
        return {"names": list(self.names), "count": self.count}


def merged(counts: Mapping[str, int], fewest: int = FEWEST) -> list[Cell]:
    """Counts by name, the largest first, with cells under `fewest` put together until none is that small.

    The smallest takes the next smallest with it, so that the small number cannot be worked out from the total.
    Where all of them together are fewer, one cell is left.
    """
    rest = sorted((count, name) for name, count in counts.items() if count)
    together: list[str] = []
    total = 0
    while rest and (rest[0][0] < fewest or 0 < total < fewest):
        count, name = rest.pop(0)
        together.append(name)
        total += count
    cells = [Cell((name,), count) for count, name in reversed(rest)]
    if together:
        cells.append(Cell(tuple(sorted(together)), total))
    return sorted(cells, key=lambda cell: (-cell.count, cell.names))
