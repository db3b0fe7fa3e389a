"""Max welfare: of all sets of projects that the pot pays for, the one with the greatest total of votes or points.

Known in the literature as utilitarian welfare maximisation (Nimrod Talmon and Piotr Faliszewski, "A Framework for
Approval-Based Budgeting Methods", AAAI 2019), and to voters as the knapsack problem.

Which of several best sets: the one that costs the least. If that leaves several, the tie steps put in order the
projects that are in some of these sets and not in all; the first of them is funded; and so on with the sets that hold
it, until one set is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pb.core.allocation import Given
from pb.core.election import Project
from pb.core.outcome import Award, Outcome, ProjectResult, Reason
from pb.core.rules.greedy import NoOptions
from pb.core.rules.knapsack import Best, Item, best_sets
from pb.core.rules.rule import Rule, Task, nobody_chose, not_ranked, outcome_of, sift, turns_for
from pb.core.rules.tiebreak import open_tie
from pb.core.rules.turns import Turns
from pb.core.settings import Settings
from pb.core.words import N_


class MaxWelfare(Rule):
    """Fund the set of projects with the greatest total of votes or points; whole bids only."""

    key = "max-welfare"
    version = "1"
    label = N_("Most votes for the money in all")
    help = N_(
        "Of all sets of bids that the pot can pay for, the one whose votes or points add up to the most is funded. "
        "That favours small bids. Bids are funded in full or not at all."
    )
    options_type: ClassVar[type[Settings]] = NoOptions

    def count(self, task: Task) -> Outcome:
        """Count. Raises Refusal `open_tie`, and `too_many_sets` or `too_large` where it cannot be worked out."""
        eligible, out = sift(task)
        wanted = [each for each in eligible if task.totals[each.id].score > 0]
        unwanted = [_unwanted(each, task) for each in eligible if each not in wanted]
        turns = turns_for(task)
        winners = _Packing(wanted, turns).winners()
        _place(wanted, winners, turns)
        return outcome_of(task, self, turns, [*unwanted, *out])


@dataclass
class _Packing:
    """Choosing the one set among the projects that somebody wants. Items are numbered as the projects stand."""

    projects: Sequence[Project]
    turns: Turns

    def winners(self) -> frozenset[Project]:
        """The set, its ties settled and recorded. Raises Refusal `open_tie`."""
        best = self._best(range(len(self.projects)), frozenset(), self.turns.line.left)
        while best.some != best.every:
            best = self._narrowed(best)
        return frozenset(self.projects[number] for number in best.every)

    def _narrowed(self, best: Best) -> Best:
        """The best sets that hold the first of the projects in which they differ."""
        tied = sorted((self.projects[number] for number in best.some - best.every), key=lambda each: each.order)
        first, used = self.turns.foremost(tied)
        taken = best.every | {self.projects.index(each) for each in first}
        narrowed = self._best(best.some, taken, best.cost)
        if (narrowed.score, narrowed.cost) != (best.score, best.cost):
            raise open_tie(first)
        self.turns.record(tied, str(best.score), used, first)
        return narrowed

    def _best(self, among: Iterable[int], taken: frozenset[int], budget: int) -> Best:
        """The best sets of these projects that hold all that is taken already; a score of -1 where there is none."""
        groups = [self._numbers(group) for group in self.turns.line.instance.exclusive]
        shut_out = frozenset().union(*(group for group in groups if group & taken)) - taken
        cost = sum(self.projects[number].cost for number in taken)
        if cost > budget or any(len(group & taken) > 1 for group in groups):
            return Best(-1, 0, taken, taken)
        items = [self._item(number) for number in among if number not in taken | shut_out]
        score = sum(self._item(number).score for number in taken)
        found = best_sets(items, budget - cost, groups)
        return Best(found.score + score, found.cost + cost, found.every | taken, found.some | taken)

    def _item(self, number: int) -> Item:
        project = self.projects[number]
        return Item(number, self.turns.evidence.totals[project.id].score, project.cost)

    def _numbers(self, group: frozenset[str]) -> frozenset[int]:
        return frozenset(number for number, project in enumerate(self.projects) if project.id in group)


def _place(projects: Sequence[Project], winners: frozenset[Project], turns: Turns) -> None:
    """The winners by falling score, then the others."""
    totals, before = turns.evidence.totals, None
    for each in sorted(projects, key=lambda each: (each not in winners, -totals[each.id].score, each.order)):
        standing = (each in winners, totals[each.id].score)
        rank = turns.placed[-1].rank if standing == before else turns.rank
        before = standing
        turns.place(each, rank, str(totals[each.id].score), _given(each, winners, turns))


def _given(project: Project, winners: frozenset[Project], turns: Turns) -> Given:
    line, rival = turns.line, turns.rival(project)
    if project in winners:
        sentence = N_(
            "Funded in full. It is one of the bids that have the most support together that the pot can pay for."
        )
        return Given(Award.FULL, project.cost, line.reason("funded", sentence, project))
    if project.cost > line.instance.budget:
        sentence = N_("Not funded. It asked for %(cost)s, which is more than the whole pot.")
        return line.nothing("does_not_fit", sentence, project)
    if rival is not None:
        sentence = N_(
            "Not funded. It cannot go ahead together with “%(other)s”, and with that more support was reached."
        )
        return line.nothing("conflict", sentence, project, other=rival.label)
    sentence = N_(
        "Not funded. Of all sets of bids that the pot can pay for, the one with the most support in all is without "
        "this bid, which asked for %(cost)s."
    )
    return line.nothing("not_in_best_set", sentence, project)


def _unwanted(project: Project, task: Task) -> ProjectResult:
    if task.totals[project.id].votes:
        sentence = N_("Not funded. What it was given adds up to nothing, or to less.")
        return not_ranked(project, task, Reason("no_support", sentence))
    return not_ranked(project, task, nobody_chose())
