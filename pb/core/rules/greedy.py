"""Greedy: fund the most wanted first, as far as the money goes (the usual rule of councils and Polish cities).

Known in the literature as utilitarian greedy, or GreedyAV for approvals (Talmon and Faliszewski, "A Framework for
Approval-Based Budgeting Methods", AAAI 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import ClassVar

from pb.core.allocation import Line
from pb.core.election import Project
from pb.core.errors import Fault
from pb.core.outcome import Outcome, ProjectResult, Reason
from pb.core.rules.rule import Rule, Task, not_ranked, outcome_of, sift
from pb.core.rules.support import Support
from pb.core.rules.tiebreak import Evidence
from pb.core.rules.walk import Tier, Walk
from pb.core.settings import Settings, choice, number
from pb.core.words import N_


@dataclass(frozen=True)
class GreedyOptions(Settings):
    """What the ranking looks at."""

    measure: str = choice(
        "Rank by", "total",
        (("total", N_("the total of votes or points")), ("average", N_("the average score"))),
        help="The average suits ballots on which a voter need not score every bid.",
    )  # fmt: skip
    least_scores: int = number(
        "Least number of scores", 0, help="A bid that fewer people scored is not ranked. Only with the average."
    )


#: What projects are sorted by: whether it stands above all numbers, and the number.
Measure = tuple[bool, Fraction]


class Greedy(Rule):
    """Rank by the total of votes or points (or by the average score); run the money down the ranking."""

    key = "greedy"
    version = "1"
    label = N_("Most votes first")
    help = N_("Bids are ranked by their votes or points, and the money runs down the ranking.")
    options_type: ClassVar[type[Settings]] = GreedyOptions

    def measure(self, project: Project, support: Support, options: Settings) -> Measure:
        """What a project is ranked by; the greatest comes first."""
        del project
        return False, support.average if _by_average(options) else Fraction(support.score)

    def faults(self, options: Settings, ballot_type: str) -> list[Fault]:
        """The average has no meaning where ballots give no scores."""
        if _by_average(options) and ballot_type != "scoring":
            sentence = N_("Ballots of this type give no scores, so there is no average to rank by.")
            return [Fault("average_needs_scores", sentence, field="measure")]
        return []

    def count(self, task: Task) -> Outcome:
        """Count. Raises Refusal `open_tie`."""
        eligible, out = sift(task)
        eligible, unscored = _scored_enough(eligible, task)
        settings, facts = task.method.allocation, task.facts
        line = Line(task.instance, task.instance.budget, facts.responses, settings.reserve_percent)
        walk = Walk(task.instance, settings, task.method.ties, Evidence(task.totals, facts.lots), line)
        walk.run(self.tiers(eligible, task))
        return outcome_of(task, self, walk, [*unscored, *out])

    def tiers(self, eligible: list[Project], task: Task) -> list[Tier]:
        """The projects by falling measure, equal ones together."""
        options = task.method.options
        measures = {each.id: self.measure(each, task.totals[each.id], options) for each in eligible}
        ranked = sorted(eligible, key=lambda each: measures[each.id], reverse=True)
        tiers = groupby(ranked, key=lambda each: measures[each.id])
        return [Tier(tuple(projects), str(measure)) for (_, measure), projects in tiers]


@dataclass(frozen=True)
class NoOptions(Settings):
    """For a rule that leaves nothing to choose."""


class GreedyPerCost(Greedy):
    """Rank by votes (or points) for each pound of cost; what costs nothing comes first if anybody wants it."""

    key = "greedy-per-cost"
    label = N_("Most votes for each pound first")
    help = N_("Bids are ranked by votes or points divided by cost, which favours small bids.")
    options_type = NoOptions

    def measure(self, project: Project, support: Support, options: Settings) -> Measure:
        """Score per minor unit of cost, exact."""
        del options
        if project.cost == 0:
            return support.score > 0, Fraction(support.score)
        return False, Fraction(support.score, project.cost)


def _by_average(options: Settings) -> bool:
    return isinstance(options, GreedyOptions) and options.measure == "average"


def _scored_enough(eligible: list[Project], task: Task) -> tuple[list[Project], list[ProjectResult]]:
    options = task.method.options
    least = getattr(options, "least_scores", 0) if _by_average(options) else 0
    enough = [each for each in eligible if task.totals[each.id].votes >= least]
    few = [each for each in eligible if task.totals[each.id].votes < least]
    return enough, [not_ranked(each, task, _too_few_scores(task, each, least)) for each in few]


def _too_few_scores(task: Task, project: Project, least: int) -> Reason:
    sentence = N_("Not ranked. At least %(needed)s people must score a bid, and %(got)s scored it.")
    return Reason("too_few_scores", sentence, {"needed": least, "got": task.totals[project.id].votes})
