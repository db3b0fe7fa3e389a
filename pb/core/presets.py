"""Presets: whole ways of voting and counting that are known to work, as a starting point for a round."""

from __future__ import annotations

from dataclasses import dataclass

from pb.core.allocation import AllocationSettings
from pb.core.ballots.approval import ApprovalSettings
from pb.core.ballots.knapsack import KnapsackSettings
from pb.core.ballots.points import PointsSettings
from pb.core.ballots.ranked import RankedSettings
from pb.core.ballots.scoring import ScoringSettings
from pb.core.rules.greedy import GreedyOptions
from pb.core.rules.rule import Method
from pb.core.rules.thresholds import Thresholds
from pb.core.rules.tiebreak import LOT
from pb.core.settings import Settings
from pb.core.words import N_


@dataclass(frozen=True)
class Preset:
    """A ballot type with its settings, and a method. Every part can be changed until the lock."""

    key: str
    label: str
    help: str
    ballot_type: str
    settings: Settings
    method: Method


def _greedy(*ties: str, options: GreedyOptions | None = None) -> Method:
    """Most votes first; what is left is offered; a bid that nobody wants gets nothing; a lot decides last."""
    return Method("greedy", options or GreedyOptions(), AllocationSettings(), Thresholds(least_score=1), (*ties, LOT))


_ALL = (
    Preset(
        "score-all",
        N_("Score every bid from 1 to 5"),
        N_("A ballot counts when every bid has a score; the totals are ranked. Good for an event with up to 20 bids."),
        "scoring",
        ScoringSettings(lowest=1, highest=5, score_all=True),
        _greedy("top_scores"),
    ),
    Preset(
        "score-some",
        N_("Score as many bids as you like from 1 to 5"),
        N_("Bids are ranked by their average score, so each needs a minimum number of scores."),
        "scoring",
        ScoringSettings(lowest=1, highest=5, score_all=False),
        _greedy("top_scores", options=GreedyOptions("average", 10)),
    ),
    Preset(
        "up-to-n",
        N_("Choose up to three"),
        N_("One vote for each choice; no need to use all of them. The simplest ballot, online and on paper."),
        "approval",
        ApprovalSettings(most=3),
        _greedy(),
    ),
    Preset(
        "per-category",
        N_("Choose one in each category"),
        N_("One vote in each theme or size of bid. Every bid needs a category."),
        "approval",
        ApprovalSettings(per_category=1),
        _greedy(),
    ),
    Preset(
        "choose-then-score",
        N_("Choose five and score them"),
        N_("Voters pick five bids and give each a score from 1 to 5; the totals are ranked."),
        "scoring",
        ScoringSettings(lowest=1, highest=5, score_all=False, most=5, use_all=True),
        _greedy("top_scores"),
    ),
    Preset(
        "boost",
        N_("Choose up to three, and one more for a marked bid"),
        N_("The extra vote goes to bids that the round marks, such as those of groups that have long lost out."),
        "approval",
        ApprovalSettings(most=3, boost=True),
        _greedy("ordinary_votes"),
    ),
    Preset(
        "spend-the-pot",
        N_("Spend the pot"),
        N_("Choose any bids whose costs together do not exceed the pot."),
        "knapsack",
        KnapsackSettings(),
        _greedy(),
    ),
    Preset(
        "ranked",
        N_("Rank your top three"),
        N_("Three points for the first place, two for the second, one for the third."),
        "ranked",
        RankedSettings(most=3),
        _greedy("top_scores"),
    ),
    Preset(
        "points",
        N_("Share out ten points"),
        N_("Give all points to one bid or share them among several."),
        "points",
        PointsSettings(total=10),
        _greedy("more_votes"),
    ),
)

PRESETS: dict[str, Preset] = {preset.key: preset for preset in _ALL}
