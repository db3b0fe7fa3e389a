"""The set of items with the greatest score that a budget pays for: the knapsack problem, exact.

Branch and bound, breadth first: items are looked at by falling score for each unit of cost, and after each one the
sets that are possible so far are kept as pairs (score, cost), of which none is beaten by another and all can still
reach the best known, by the bound of George Dantzig ("Discrete-Variable Extremum Problems", Operations Research 5,
1957). That a pair with no greater score at no lower cost leads nowhere is George Nemhauser's and Zev Ullmann's
("Discrete Dynamic Programming and Capital Allocation", Management Science 15, 1969).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pb.core.errors import Refusal
from pb.core.words import N_

#: The most pairs that are kept at once. There are never more than the best score, nor than the budget, plus one; real
#: elections of up to 200 projects keep some hundreds, and invented ones in which dearer projects have just as many
#: more votes some thousands.
MOST_PAIRS = 1_000_000
#: The most ways to choose among items that exclude each other, directly or through others.
MOST_WAYS = 4_096
#: Scores and budgets from here on do not fit into 64 bits.
TOO_LARGE = 2**60

Ints = NDArray[np.int64]
Bits = NDArray[np.uint64]


class Item(NamedTuple):
    """What may be packed: its number (from 0, without gaps), its score (more than 0) and its cost."""

    number: int
    score: int
    cost: int

    @property
    def worth(self) -> tuple[bool, float]:
        """By what items are sorted, the greatest first: score for each unit of cost, roughly."""
        return self.cost == 0, self.score / self.cost if self.cost else 0.0


@dataclass(frozen=True)
class Best:
    """The greatest score, the least cost for it, and the numbers that are in `every` and in `some` such set."""

    score: int
    cost: int
    every: frozenset[int]
    some: frozenset[int]


def best_sets(items: Sequence[Item], budget: int, rivals: Sequence[frozenset[int]] = ()) -> Best:
    """The best sets of items whose costs add up to no more than the budget, at most one of each group of rivals.

    Raises Refusal `too_many_sets` if there is too much to compare, `too_large` for numbers beyond 64 bits.
    """
    if budget >= TOO_LARGE or sum(item.score for item in items) >= TOO_LARGE:
        raise Refusal("too_large", N_("The numbers are too large for this counting rule."), status=422)
    items = sorted((item for item in items if item.cost <= budget), key=lambda item: item.worth, reverse=True)
    search = _Search(budget, _first_guess(items, rivals, budget))
    families = _families(items, rivals)
    for at, family in enumerate(families):
        later = [item for other in families[at + 1 :] for item in other]
        search.look_at(list(_ways(family, rivals)), _Later.of(later, rivals))
    return search.best()


def _first_guess(items: Iterable[Item], rivals: Sequence[frozenset[int]], budget: int) -> int:
    """The score of a good set: the items in order, as far as they fit."""
    packed: set[int] = set()
    score = 0
    for item in items:
        if item.cost <= budget and not any(item.number in group and packed & group for group in rivals):
            packed.add(item.number)
            budget -= item.cost
            score += item.score
    return score


def _families(items: Sequence[Item], rivals: Sequence[frozenset[int]]) -> list[list[Item]]:
    """The items in order, those that exclude each other, directly or through others, together."""
    family = {item.number: {item.number} for item in items}
    for group in rivals:
        present = [number for number in group if number in family]
        joined: set[int] = reduce(set.union, (family[number] for number in present), set())
        for number in joined:
            family[number] = joined
    found: list[list[Item]] = []
    seen: set[int] = set()
    for item in items:
        if item.number not in seen:
            found.append([other for other in items if other.number in family[item.number]])
            seen |= family[item.number]
    return found


class _Way(NamedTuple):
    """One way to choose among the items of a family, the empty one included."""

    numbers: tuple[int, ...]
    score: int
    cost: int


def _ways(family: Sequence[Item], rivals: Sequence[frozenset[int]]) -> Iterator[_Way]:
    ways = [_Way((), 0, 0)]
    for item in family:
        near = frozenset().union(*(group for group in rivals if item.number in group)) - {item.number}
        ways += [
            _Way((*way.numbers, item.number), way.score + item.score, way.cost + item.cost)
            for way in ways
            if near.isdisjoint(way.numbers)
        ]
        if len(ways) > MOST_WAYS:
            raise _too_many()
    yield from ways


@dataclass(frozen=True)
class _Later:
    """The items not looked at yet, by falling worth: sums of the first 0, 1, 2 and so on of their scores and costs."""

    scores: Ints
    costs: Ints
    next_score: NDArray[np.float64]
    next_cost: NDArray[np.float64]
    free: bool

    @classmethod
    def of(cls, items: Sequence[Item], rivals: Sequence[frozenset[int]]) -> _Later:
        """Add the items up; `free` says that none of them excludes another."""
        items = sorted(items, key=lambda item: item.worth, reverse=True)
        numbers = {item.number for item in items}
        costs = accumulate(
            (item.cost for item in items), lambda so_far, cost: min(so_far + cost, 2 * TOO_LARGE), initial=0
        )
        return cls(
            np.array([0, *accumulate(item.score for item in items)], dtype=np.int64),
            np.array(list(costs), dtype=np.int64),
            np.array([*(item.score for item in items), 0], dtype=np.float64),
            np.array([*(max(item.cost, 1) for item in items), 1], dtype=np.float64),
            all(len(group & numbers) < 2 for group in rivals),
        )  # fmt: skip

    def reach(self, room: Ints) -> tuple[Ints, Ints]:
        """For each room that is left: the score of the first items that fit, and no less than any set of items has."""
        whole = np.searchsorted(self.costs, room, side="right") - 1
        part = (room - self.costs[whole]) * self.next_score[whole] / self.next_cost[whole]
        least = self.scores[whole]
        return least, least + np.floor(part * (1 + 2.0**-48)).astype(np.int64)


class _Search:
    """The pairs that may still lead to the best: scores, costs, and who is in some and in every set behind each."""

    def __init__(self, budget: int, known: int) -> None:
        self.budget, self.known = budget, known
        self.scores = self.costs = np.zeros(1, dtype=np.int64)
        self.some = self.every = np.zeros((1, 1), dtype=np.uint64)

    def look_at(self, ways: Sequence[_Way], later: _Later) -> None:
        """Let every pair take one of these ways; keep those that may still lead to the best."""
        highest = max((number for way in ways for number in way.numbers), default=0)
        self._widen(highest // 64 + 1)
        self._take(ways)
        self._bound(later)
        self._merge()
        if len(self.scores) > MOST_PAIRS:
            raise _too_many()

    def best(self) -> Best:
        """The pair with the greatest score, when all is looked at."""
        at = int(np.argmax(self.scores))
        return Best(int(self.scores[at]), int(self.costs[at]), _numbers(self.every[at]), _numbers(self.some[at]))

    def _widen(self, words: int) -> None:
        more = words - self.some.shape[1]
        if more > 0:
            room = np.zeros((len(self.some), more), dtype=np.uint64)
            self.some, self.every = np.hstack([self.some, room]), np.hstack([self.every, room])

    def _take(self, ways: Sequence[_Way]) -> None:
        parts = []
        for way in ways:
            fits = self.costs <= self.budget - way.cost
            bits = _bits(way.numbers, self.some.shape[1])
            some, every = self.some[fits] | bits, self.every[fits] | bits
            parts.append((self.scores[fits] + way.score, self.costs[fits] + way.cost, some, every))
        self.scores, self.costs, self.some, self.every = (np.concatenate(each) for each in zip(*parts, strict=True))

    def _bound(self, later: _Later) -> None:
        least, most = later.reach(self.budget - self.costs)
        if later.free:
            self.known = max(self.known, int((self.scores + least).max()))
        self._keep(self.scores + most >= self.known)

    def _merge(self) -> None:
        """Sort by cost, put equal pairs together, and drop those that another beats."""
        self._keep(np.lexsort((-self.scores, self.costs)))
        first = np.ones(len(self.scores), dtype=bool)
        first[1:] = (np.diff(self.costs) != 0) | (np.diff(self.scores) != 0)
        starts = np.flatnonzero(first)
        self.some = np.bitwise_or.reduceat(self.some, starts, axis=0)
        self.every = np.bitwise_and.reduceat(self.every, starts, axis=0)
        self.scores, self.costs = self.scores[starts], self.costs[starts]
        highest = np.maximum.accumulate(self.scores)
        self._keep(np.flatnonzero(np.diff(highest, prepend=-1)))

    def _keep(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> None:
        self.scores, self.costs = self.scores[which], self.costs[which]
        self.some, self.every = self.some[which], self.every[which]


def _bits(numbers: Iterable[int], words: int) -> Bits:
    bits = np.zeros(words, dtype=np.uint64)
    for number in numbers:
        bits[number // 64] |= np.uint64(1 << number % 64)
    return bits


def _numbers(bits: Bits) -> frozenset[int]:
    words = enumerate(bits.tolist())
    return frozenset(64 * at + bit for at, word in words for bit in range(64) if word >> bit & 1)


def _too_many() -> Refusal:
    sentence = N_("There are too many sets of bids to compare for this counting rule. Choose another rule.")
    return Refusal("too_many_sets", sentence, status=422)
