"""How far shares can rise while a run of equal shares goes just the same way: then nothing need be run in between.

As long as the same supporters pay in full and the same give all they have, every balance and every price is a
straight line in the share. Each comparison that the run made is then one of straight lines, and holds up to where
they cross. All in fractions; worth it where ballots are few and amounts large.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from pb.core.rules.buying import Run
from pb.core.rules.electorate import Row

#: Going through a run again in fractions takes about as long as this part of a run for each entry of its ballots.
RUNS_PER_ENTRY = 1 / 8
#: Runs before the first try, at least.
FIRST_PAUSE = 32
#: The part of a share that a run, whose floats have an error, sees for certain.
CLEAR = Fraction(1, 2**26)


@dataclass(frozen=True)
class Line:
    """An amount at the run's share, and what it rises by for each unit that the share rises."""

    at: Fraction
    slope: Fraction

    def __add__(self, other: Line) -> Line:
        return Line(self.at + other.at, self.slope + other.slope)

    def __sub__(self, other: Line) -> Line:
        return Line(self.at - other.at, self.slope - other.slope)

    def times(self, factor: Fraction | int) -> Line:
        """So many times the line."""
        return Line(self.at * factor, self.slope * factor)


class Crossing(Exception):
    """At this very share two lines meet: nothing can be said of the next."""


class Stride:
    """Says when to look how far shares can rise, and how many runs can be passed over then.

    It looks when so many runs have been made as one look takes the time of, and less and less often where it was in
    vain: at worst a count takes twice as long. `entries` is how many bids are named by all different ballots.
    """

    def __init__(self, increment: int, entries: int) -> None:
        self.increment = increment
        self._worth = entries * RUNS_PER_ENTRY
        self._pause = self._wait = max(FIRST_PAUSE, int(2 * self._worth))

    def over(self, run: Run) -> int:
        """How many runs after this one go the same way for certain: none where it is not worth finding out."""
        self._wait -= 1
        if self._wait > 0:
            return 0
        steps = same_way(run, self.increment)
        if steps < self._worth:
            self._pause *= 2
        self._wait = 1 if steps >= self._worth else self._pause
        return steps


def same_way(run: Run, increment: int) -> int:
    """How many more increments can be added to the share of a run, which did not overspend, with the same purchases.

    The least number that is certain; at most a million at a time.
    """
    try:
        reach = _Retraced(run).reach()
    except Crossing:
        return 0
    return 10**6 if reach is None else ceil(reach / increment) - 1


@dataclass
class _Retraced:
    """A run gone through again with lines for numbers."""

    run: Run
    held: dict[int, Line] = field(default_factory=dict)
    rows: list[list[tuple[int, int, int]]] = field(default_factory=list)
    limit: Fraction | None = None

    def reach(self) -> Fraction | None:
        """How much the share may rise, that amount left out; None: without end. Raises Crossing."""
        electorate = self.run.market.electorate
        self.held = dict.fromkeys(range(len(electorate.sizes)), Line(self.run.share, Fraction(1)))
        self.rows = [_supporters(row) for row in electorate.rows]
        waiting = {number for number, row in enumerate(electorate.rows) if row.project.cost}
        turns = iter(self.run.balances.exact.paid)
        for number in self.run.bought:
            if number in waiting:
                waiting.discard(number)
                self._turn(number, set(next(turns).poor.tolist()), waiting)
            waiting.difference_update(electorate.rivals[number])
        for other in waiting:
            self._keep(self._cost(other) - self._money(other))
        return self.limit

    def _turn(self, number: int, poor: set[int], waiting: set[int]) -> None:
        price = self._price(number, poor)
        rate = price.times(Fraction(1, self._divisor(number)))
        tied = {other: self._stays_behind(other, rate) for other in waiting}
        self._stay_tied({number: price, **{other: each for other, each in tied.items() if each}})
        for group, mark, _ in self.rows[number]:
            if group in poor:
                del self.held[group]
            elif group in self.held:
                self.held[group] -= price.times(mark)

    def _price(self, number: int, poor: set[int]) -> Line:
        """What a mark costs, as long as these supporters give all they have and the others pay in full."""
        owed, weight = self._cost(number), 0
        for group, mark, ballots in self.rows[number]:
            if group in poor:
                owed -= self.held[group].times(ballots)
            elif group in self.held:
                weight += mark * ballots
        if not weight:
            raise Crossing
        price = owed.times(Fraction(1, weight))
        for group, mark, _ in self.rows[number]:
            if group in self.held:
                over = self.held[group] - price.times(mark)
                self._keep(over.times(-1) if group in poor else over)
        return price

    def _stays_behind(self, other: int, rate: Line) -> Line | None:
        """At the winner's rate the supporters of another still could not pay for it; its price if it is tied."""
        price = rate.times(self._divisor(other))
        given, poor = Line(Fraction(0), Fraction(0)), set[int]()
        for group, mark, ballots in self.rows[other]:
            if group in self.held:
                full = price.times(mark)
                if self.held[group].at < full.at:
                    poor.add(group)
                given += (self.held[group] if group in poor else full).times(ballots)
        short = self._cost(other) - given
        if short.at:
            self._keep(short)
            return None
        tied = self._price(other, poor)
        if tied.times(Fraction(1, self._divisor(other))) != rate:
            raise Crossing
        return tied

    def _stay_tied(self, prices: dict[int, Line]) -> None:
        """What settled a tie settles it again: the tie steps, or that all can be paid for in any order."""
        ids = {self.run.market.electorate.rows[number].project.id for number in prices}
        if len(ids) == 1 or any(tie.decided_by for tie in self.run.ties if ids <= set(tie.projects)):
            return
        needed: dict[int, list[Line]] = {}
        for number, price in prices.items():
            for group, mark, _ in self.rows[number]:
                if group in self.held:
                    needed.setdefault(group, []).append(price.times(mark))
        for group, parts in needed.items():
            if len(parts) > 1:
                spare = Line(self.run.share, Fraction(1)).times(-CLEAR)
                self._keep(sum((part.times(-1) for part in parts), self.held[group] + spare))

    def _divisor(self, number: int) -> int:
        return self.run.market.electorate.rows[number].project.cost if self.run.market.per_cost else 1

    def _cost(self, number: int) -> Line:
        return Line(Fraction(self.run.market.electorate.rows[number].project.cost), Fraction(0))

    def _money(self, number: int) -> Line:
        money = Line(Fraction(0), Fraction(0))
        for group, _, ballots in self.rows[number]:
            if group in self.held:
                money += self.held[group].times(ballots)
        return money

    def _keep(self, line: Line) -> None:
        """Let no share be reached at which the line is no longer above nothing."""
        if line.at <= 0:
            raise Crossing
        if line.slope < 0:
            reach = line.at / -line.slope
            self.limit = reach if self.limit is None else min(self.limit, reach)


def _supporters(row: Row) -> list[tuple[int, int, int]]:
    """(group, mark, ballots) of each group of supporters."""
    marks = [1] * len(row.groups) if row.marks is None else [int(mark) for mark in row.marks]
    weights = [int(weight) for weight in row.weights]
    return [(int(group), mark, weight // mark) for group, mark, weight in zip(row.groups, marks, weights, strict=True)]
