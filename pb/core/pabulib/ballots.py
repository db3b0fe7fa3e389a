"""Ballots in .pb files: the five vote types as ballot types with settings, and vote cells as choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pb.core.ballots import BALLOT_TYPES
from pb.core.ballots.approval import ApprovalSettings
from pb.core.ballots.knapsack import KnapsackSettings
from pb.core.ballots.points import PointsSettings
from pb.core.ballots.ranked import RankedSettings
from pb.core.ballots.scoring import ScoringSettings
from pb.core.election import Choices
from pb.core.pabulib.amounts import parse_amount
from pb.core.settings import Settings

#: The ids a ballot names, in its order, and the points beside them (empty where the type has none).
Cells = tuple[Sequence[str], Sequence[int]]


@dataclass(frozen=True)
class VoteType:
    """One vote type of the format: the ballot type it is here, and how its cells become choices.

    `most` is how many projects META lets a ballot name.
    """

    ballot_type: str
    settings: Settings
    choices: Callable[[Cells], Choices]
    has_points: bool = False
    most: int = 10**9

    def read(self, cells: Cells) -> Choices:
        """The choices of one ballot, written the one way that its type writes them."""
        return BALLOT_TYPES[self.ballot_type].normalised(self.choices(cells))


def vote_type_of(meta: Mapping[str, str], projects: int, scale: int) -> VoteType | None:
    """The vote type that META names, with its limits as settings; None for a name that the format does not have."""
    made = _MADE.get(meta.get("vote_type", ""))
    if made is None:
        return None
    limits = _Limits(meta, projects, scale)
    return replace(made(limits), most=1 if meta["vote_type"] == "choose-1" else limits.most)


@dataclass(frozen=True)
class _Limits:
    meta: Mapping[str, str]
    projects: int
    scale: int

    def number(self, key: str) -> int | None:
        amount = parse_amount(self.meta.get(key, ""))
        return None if amount is None else amount.digits // 10**amount.places

    def money(self, key: str) -> int | None:
        amount = parse_amount(self.meta.get(key, ""))
        return None if amount is None else amount.minor(self.scale)

    @property
    def most(self) -> int:
        return self.number("max_length") or self.projects

    @property
    def least(self) -> int:
        return max(1, self.number("min_length") or 1)


def _approval(limits: _Limits) -> VoteType:
    cap, floor = limits.money("max_sum_cost"), limits.money("min_sum_cost")
    if cap is not None or floor:
        settings = KnapsackSettings(cap, floor or 0, limits.number("max_length"), limits.least)
        return VoteType("knapsack", settings, lambda cells: {"chosen": cells[0]})
    return VoteType("approval", ApprovalSettings(limits.number("max_length"), limits.least), _approved)


def _choose_one(_: _Limits) -> VoteType:
    return VoteType("approval", ApprovalSettings(1, 1), _approved)


def _ordinal(limits: _Limits) -> VoteType:
    # Where no length is fixed, the published scores count from the length of each ballot (Stanford, Zurich).
    points = "places" if "max_length" in limits.meta else "ranked"
    settings = RankedSettings(limits.most, limits.least, points=points)
    return VoteType("ranked", settings, lambda cells: {"ranking": cells[0]})


def _cumulative(limits: _Limits) -> VoteType:
    each = limits.number("max_points")
    total = limits.number("max_sum_points") or (each or 1) * limits.most
    settings = PointsSettings(
        total=total,
        least_total=max(1, limits.number("min_sum_points") or 1),
        most_each=each,
        least_each=max(1, limits.number("min_points") or 1),
        most=limits.number("max_length"),
        least=limits.least,
    )
    return VoteType("points", settings, lambda cells: {"points": _pairs(cells)}, has_points=True)


def _scoring(limits: _Limits) -> VoteType:
    lowest, highest = limits.number("min_points"), limits.number("max_points")
    settings = ScoringSettings(
        lowest=0 if lowest is None else lowest,
        highest=100 if highest is None else highest,
        score_all=False,
        most=limits.number("max_length"),
        least=limits.least,
        default=limits.number("default_score") or 0,
    )
    return VoteType("scoring", settings, lambda cells: {"scores": _pairs(cells)}, has_points=True)


def _approved(cells: Cells) -> Choices:
    return {"approved": cells[0]}


def _pairs(cells: Cells) -> dict[str, int]:
    """Points by id; a project that is named twice gets both, as the published totals count it."""
    points: dict[str, int] = {}
    for project, each in zip(*cells, strict=True):
        points[project] = points.get(project, 0) + each
    return points


_MADE: dict[str, Callable[[_Limits], VoteType]] = {
    "approval": _approval,
    "choose-1": _choose_one,
    "ordinal": _ordinal,
    "cumulative": _cumulative,
    "scoring": _scoring,
}
VOTE_TYPES = tuple(_MADE)
