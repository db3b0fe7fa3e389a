"""Most votes for the money in all: of all sets that the pot can pay for, the one with the greatest total."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Any, NamedTuple

from pb.core.checking.sheet import Sheet, Undecided, place

Data = dict[str, Any]


class Sets(NamedTuple):
    """The sets that reach a score at a cost: which projects are in each of them, and which in any, as bits."""

    score: int
    cost: int
    every: int
    some: int


@dataclass
class BestSet(Sheet):
    """A pot that funds the set with the greatest score, among equal ones the cheapest; whole projects only."""

    def run(self) -> None:
        """Count. Undecided where nothing decides which of several best sets it is."""
        eligible = self.eligible()
        wanted = [each for each in eligible if self.sums(each).score > 0]
        every = self._chosen(wanted)
        won = {each["key"] for at, each in enumerate(wanted) if every >> at & 1}
        self._place(wanted, won)
        for each in eligible:
            if each not in wanted:
                self.not_ranked(each, "no_support")
        self.leave_out()

    def _place(self, wanted: list[Data], won: set[str]) -> None:
        """The winners by falling score, then the others."""
        before, rank = None, 0
        for each in sorted(wanted, key=lambda each: (each["key"] not in won, -self.sums(each).score, place(each))):
            standing = each["key"] in won, self.sums(each).score
            rank = rank if standing == before else self.rank
            before = standing
            reason = "does_not_fit" if each["cost"] > self.budget else "not_in_best_set"
            reason = "funded" if standing[0] else reason
            self.turn(each, rank, str(standing[1]), reason, funded=standing[0])

    def _chosen(self, wanted: list[Data]) -> int:
        """The best set as bits. Where there are several, the tie steps put first what is in some and not in all."""
        best = self._best(wanted, (1 << len(wanted)) - 1, 0, self.budget)
        while best.some != best.every:
            tied = [each for at, each in enumerate(wanted) if (best.some & ~best.every) >> at & 1]
            first, used = self.foremost(tied)
            taken = best.every | sum(1 << wanted.index(each) for each in first)
            narrowed = self._best(wanted, best.some, taken, best.cost)
            if (narrowed.score, narrowed.cost) != (best.score, best.cost):
                raise Undecided(first)
            self.tie(tied, str(best.score), used, [each["key"] for each in first])
            best = narrowed
        return best.every

    def _best(self, wanted: list[Data], among: int, taken: int, budget: int) -> Sets:
        """The best sets of projects `among` these that hold all that are `taken`; a score of -1 where none can."""
        items = [(self.sums(each).score, each["cost"], 1 << at) for at, each in enumerate(wanted) if among >> at & 1]
        items.sort(key=lambda item: (item[1] == 0, Fraction(item[0], item[1] or 1)), reverse=True)
        start = Sets(0, 0, 0, 0)
        for score, cost, bit in items:
            if bit & taken:
                start = Sets(start.score + score, start.cost + cost, start.every | bit, start.some | bit)
        if start.cost > budget:
            return Sets(-1, 0, taken, taken)
        return search([item for item in items if not item[2] & taken], start, budget)


Item = tuple[int, int, int]


def search(items: list[Item], start: Sets, budget: int) -> Sets:
    """The best sets that can be made from `start` with items (score, cost, bit), by falling score for their cost.

    Item by item, the sets so far are kept of which none has less score at no less cost than another, and which
    might still reach what is known to be possible: what is left of the budget, spent at the rate of the next items.
    """
    kept, goal = [start], _packed(items, start.score, budget - start.cost)
    for at, (score, cost, bit) in enumerate(items):
        more = [
            Sets(one.score + score, one.cost + cost, one.every | bit, one.some | bit)
            for one in kept
            if one.cost + cost <= budget
        ]
        merged: list[Sets] = []
        for one in sorted([*kept, *more], key=lambda one: (one.cost, -one.score)):
            if merged and (one.score, one.cost) == merged[-1][:2]:
                last = merged.pop()
                merged.append(Sets(one.score, one.cost, one.every & last.every, one.some | last.some))
            elif not merged or one.score > merged[-1].score:
                merged.append(one)
        at_most = bound(items[at + 1 :])
        kept = [one for one in merged if one.score + at_most(budget - one.cost) >= goal]
    return max(kept, key=lambda one: (one.score, -one.cost))


def _packed(items: list[Item], score: int, left: int) -> int:
    """What is reached by taking the items as far as they fit."""
    for more, cost, _bit in items:
        if cost <= left:
            score, left = score + more, left - cost
    return score


def bound(items: list[Item]) -> Callable[[int], int]:
    """What so much money cannot reach more than: items in full while they fit, and of the next the part that does."""
    costs = list(accumulate((item[1] for item in items), initial=0))
    scores = list(accumulate((item[0] for item in items), initial=0))

    def at_most(left: int) -> int:
        full = bisect_right(costs, left) - 1
        if full == len(items):
            return scores[full]
        score, cost, _bit = items[full]
        return scores[full] + -(-score * (left - costs[full]) // cost)

    return at_most
