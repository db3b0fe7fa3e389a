"""One run of equal shares: project after project is bought by its supporters, the one that costs them least first."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import inf

from pb.core.election import Project
from pb.core.outcome import Tie
from pb.core.rules.balances import UNIT, Balances, Guess, Split
from pb.core.rules.electorate import Electorate, Row
from pb.core.rules.tiebreak import TIE_STEPS, Evidence, open_tie
from pb.core.rules.turns import shown

#: How far above the best guess others are looked at before the best is certain, as a part of it.
MARGIN = 2.0**-40


@dataclass(frozen=True)
class Market:
    """What all runs of one count have in common. `per_cost`: a pound's worth counts, not the number of projects."""

    electorate: Electorate
    per_cost: bool
    steps: tuple[str, ...]
    evidence: Evidence
    divisors: tuple[float, ...] = field(init=False)
    floors: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        rows = self.electorate.rows
        divisors = tuple(float(row.project.cost) if self.per_cost else 1.0 for row in rows)
        object.__setattr__(self, "divisors", divisors)
        object.__setattr__(self, "floors", tuple(row.project.cost / row.total * (1 - 4 * UNIT) for row in rows))

    def rate(self, number: int, price: Fraction) -> Fraction:
        """What the rule makes least: the price of a mark, for each unit of cost where costs count."""
        return price / self.electorate.rows[number].project.cost if self.per_cost else price

    def first(self, tied: list[Project]) -> tuple[Project, tuple[str, ...]]:
        """The one that the tie steps put first, and the steps that did it. Raises Refusal `open_tie`."""
        left, used = tied, []
        for key in self.steps:
            groups = TIE_STEPS[key].split(left, self.evidence)
            if len(groups) > 1:
                used.append(key)
                left = groups[0]
            if len(left) == 1:
                return left[0], tuple(used)
        raise open_tie(left)


class Run:
    """One run in which every ballot begins with `share`; it stops once it has spent more than `limit`."""

    def __init__(self, market: Market, share: Fraction, limit: int) -> None:
        self.market, self.share, self.limit = market, share, limit
        self.balances = Balances(market.electorate, share)
        self.bought: list[int] = []
        self.ties: list[Tie] = []
        self.spent = 0
        self._out: set[int] = set()
        self._lower = list(market.floors)
        self._key = [self._key_of(number) for number in range(len(self._lower))]
        rows = market.electorate.rows
        self._queue = [(key, number) for number, key in enumerate(self._key) if rows[number].project.cost]
        heapify(self._queue)
        self._free()
        while self.spent <= limit and (turn := self._turn()):
            for number, split in turn:
                self.balances.pay(number, split)
                self._take(number)

    @property
    def overspent(self) -> bool:
        """Whether it bought more than the limit allows."""
        return self.spent > self.limit

    @property
    def all_bought(self) -> bool:
        """Whether every project that anybody supports was bought or is shut out by one that was."""
        return len(self._out) == len(self._lower)

    def _take(self, number: int) -> None:
        self.bought.append(number)
        self._out.update((number, *self.market.electorate.rivals[number]))
        self.spent += self.market.electorate.rows[number].project.cost

    def _free(self) -> None:
        """What costs nothing is bought at once if anybody supports it."""
        rows = self.market.electorate.rows
        free = [number for number, row in enumerate(rows) if not row.project.cost]
        while free := [number for number in free if number not in self._out]:
            alone = [number for number in free if not set(self.market.electorate.rivals[number]) & set(free)]
            for number in alone or [self._chosen(free, "0")]:
                self._take(number)

    def _turn(self) -> list[tuple[int, Split]]:
        """What is bought next: one project, or several whose order makes no difference."""
        found: dict[int, Guess] = {}
        self._look_below(found, inf)
        if not found:
            return []
        best = min(found, key=lambda number: self._guessed(number, found[number]))
        split = self.balances.split(self._row(best), found[best])
        if split is not None:
            high = (split.price + split.slack) / self.market.divisors[best] * (1 + 8 * UNIT)
            self._look_below(found, high, fixed=True)
            near = [number for number in found if number != best and self._key_of(number) <= high]
            if not near:
                self._put_back(found, {best})
                return [(best, split)]
        return self._exactly(found)

    def _look_below(self, found: dict[int, Guess], cut: float, fixed: bool = False) -> None:
        """Look at all that may cost less than `cut`, which falls as better ones are found unless it is fixed."""
        queue = self._queue
        while queue and queue[0][0] <= cut:
            key, number = heappop(queue)
            if number not in self._out and number not in found and key == self._key[number]:
                better = self._look(number, found, cut)
                cut = cut if fixed else better

    def _look(self, number: int, found: dict[int, Guess], cut: float) -> float:
        """Look at one project's price: it is found, put back, or never affordable again. Gives the new cut."""
        divisor = self.market.divisors[number]
        guess = self.balances.look(self._row(number), self._lower[number], cut * divisor * (1 + 16 * UNIT))
        self._key[number] = -1.0
        if guess is None:
            return cut
        self._lower[number] = max(self._lower[number], guess.lower)
        if guess.price is None:
            self._put_back((number,))
            return cut
        found[number] = guess
        return min(cut, self._guessed(number, guess) * (1 + MARGIN))

    def _guessed(self, number: int, guess: Guess) -> float:
        return (guess.price or 0.0) / self.market.divisors[number]

    def _exactly(self, found: dict[int, Guess]) -> list[tuple[int, Split]]:
        """The same in whole numbers, where floats cannot tell who is first."""
        exact: dict[int, tuple[Fraction, Split]] = {}
        least: Fraction | None = None
        while waiting := [number for number in found if number not in exact]:
            for number in sorted(waiting, key=self._key_of):
                if least is not None and self._key_of(number) > float(least) * (1 + 8 * UNIT):
                    self._put_back((number,))
                    del found[number]
                elif (split := self.balances.settle(self._row(number), self._lower[number])) is None:
                    del found[number]
                else:
                    rate = self.market.rate(number, split.exact or Fraction(0))
                    exact[number] = rate, split
                    least = rate if least is None else min(least, rate)
            self._look_below(found, inf if least is None else float(least) * (1 + 8 * UNIT), fixed=least is not None)
        tied = [number for number, (rate, _) in exact.items() if rate == least]
        chosen = self._settled(tied, {number: exact[number][1] for number in tied})
        self._put_back(found, chosen)
        return [(number, exact[number][1]) for number in chosen]

    def _settled(self, tied: list[int], splits: dict[int, Split]) -> list[int]:
        if len(tied) < 2:
            return tied
        tied = sorted(tied, key=lambda number: self._row(number).project.order)
        measure = shown(self._row(tied[0]).project.cost / (splits[tied[0]].exact or Fraction(1)))
        if self._independent(tied, splits):
            self._record([self._row(number).project for number in tied], (), measure)
            return tied
        return [self._chosen(tied, measure)]

    def _independent(self, tied: list[int], splits: dict[int, Split]) -> bool:
        """Whether all of them can be bought at these prices in any order, and the ballots hold the same afterwards."""
        if any(set(self.market.electorate.rivals[number]) & set(tied) for number in tied):
            return False
        needed = self.balances.values * 0.0
        wanted = needed.copy()
        for number in tied:
            row, price = self._row(number), splits[number].price
            needed[row.groups] += price if row.marks is None else price * row.marks
            wanted[row.groups] += 1
        shared = (wanted > 1) & (self.balances.values != 0)
        spare = self.balances.values[shared] - needed[shared]
        return not len(spare) or bool(spare.min() > 4 * self.balances.error + MARGIN * float(self.share))

    def _chosen(self, tied: list[int], measure: str) -> int:
        numbers = {self._row(number).project.id: number for number in tied}
        projects = sorted((self._row(number).project for number in tied), key=lambda each: each.order)
        first, used = self.market.first(projects)
        self._record([first, *(each for each in projects if each != first)], used, measure)
        return numbers[first.id]

    def _record(self, order: list[Project], used: tuple[str, ...], measure: str) -> None:
        projects = tuple(each.id for each in sorted(order, key=lambda each: each.order))
        self.ties.append(Tie(projects, measure, used, tuple(each.id for each in order)))

    def _put_back(self, numbers: Iterable[int], but: Container[int] = ()) -> None:
        for number in numbers:
            if number not in but:
                self._key[number] = self._key_of(number)
                heappush(self._queue, (self._key[number], number))

    def _key_of(self, number: int) -> float:
        divisor = self.market.divisors[number]
        return self._lower[number] / divisor * (1 - 4 * UNIT) if divisor else 0.0

    def _row(self, number: int) -> Row:
        return self.market.electorate.rows[number]
