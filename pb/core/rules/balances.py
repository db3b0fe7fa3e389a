"""What every ballot still holds, and what a project would cost its supporters: floats guide, whole numbers decide.

Floats shadow the balances within a bound that is kept here. What they cannot tell apart is worked out in whole numbers
(`exact_balances`). A float is nothing only where the ballot has nothing.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor, inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pb.core.rules.electorate import Electorate, Floats, Places, Row, weighed
from pb.core.rules.exact_balances import ExactBalances, Paid

#: Half the distance from 1 to the next double: the relative error of one operation.
UNIT = 2.0**-53
#: The bound at which floats are corrected from the exact prices, relative to a ballot's share.
LOOSE = 2.0**-30


class Guess(NamedTuple):
    """What floats know of a price: a lower bound that is certain, the price, and what the supporters hold.

    The price is None where the lower bound was enough, and `inf` where floats cannot tell whether they can pay.
    """

    lower: float
    price: float | None
    held: Floats


class Split(NamedTuple):
    """A price for certain to be paid so: `poor` groups give all they have, `rich` pay `price` for each mark.

    `weight` is the sum of the rich groups' weights, `slack` bounds the error of `price`. `exact` is the price as a
    fraction, where it was needed; `spent` are those of the rich who have nothing left then.
    """

    price: float
    slack: float
    weight: int
    poor: Places
    rich: Places
    exact: Fraction | None = None
    spent: Places | None = None


class Balances:
    """All ballots of one run, each beginning with `share` (minor units)."""

    def __init__(self, electorate: Electorate, share: Fraction) -> None:
        self.electorate = electorate
        self.exact = ExactBalances(electorate, share)
        self.start = float(share)
        self.values: Floats = np.full(len(electorate.sizes), self.start)
        self.error = UNIT * self.start
        self._used: list[float] = []

    # What floats can tell

    def look(self, row: Row, lower: float, cut: float) -> Guess | None:
        """A guess at a price known to be at least `lower`, or None where the supporters cannot pay together.

        Where the price is above `cut`, a lower bound above it is enough.
        """
        held = self.held(row)
        if cut < inf:
            total, weight = _reach(row, held, cut)
            bound = self._bound(row, cut, total, weight)
            if weight and bound > cut:
                return Guess(bound, None, held)
        elif self._too_poor(row, held, weighed(row.weights, held), lower) is None:
            return None
        return self._newton(row, held, lower)

    def held(self, row: Row) -> Floats:
        """What the supporters hold, divided by the marks they gave."""
        held = self.values.take(row.groups)
        if row.marks is not None:
            held /= row.marks
        return held

    def _newton(self, row: Row, held: Floats, lower: float) -> Guess | None:
        """Newton's method from below: each step takes those for poor who hold less than the price so far."""
        cost, price = float(row.project.cost), lower
        total, weight = _reach(row, held, price)
        while weight:
            better = price + (cost - total) / weight
            if better <= price:
                return Guess(self._bound(row, price, total, weight), price, held)
            before, price = weight, better
            total, weight = _reach(row, held, price)
            if weight == before:
                return Guess(self._bound(row, price, total, weight), price, held)
        return self._too_poor(row, held, total, lower)

    def _bound(self, row: Row, price: float, total: float, weight: float) -> float:
        """A price that is certainly not above the true one: any division into poor and rich gives such a bound."""
        if not weight:
            return inf
        cost = float(row.project.cost)
        step = cost - total
        slack = (row.total - weight) * self._spread + _sum_error(row) * total + 4 * UNIT * cost
        return price + (step - slack) / weight - 4 * UNIT * (price + abs(step) / weight)

    def _too_poor(self, row: Row, held: Floats, total: float, lower: float) -> Guess | None:
        cost = float(row.project.cost)
        slack = row.total * self._spread + _sum_error(row) * total + 4 * UNIT * cost
        return None if total + slack < cost else Guess(lower, inf, held)

    @property
    def _spread(self) -> float:
        """How far what a ballot holds for each mark may be from the float that stands for it."""
        return self.error + 2 * UNIT * self.start

    def split(self, row: Row, guess: Guess) -> Split | None:
        """Who pays what at the guessed price, if floats can tell for certain; else None."""
        held, guessed = guess.held, guess.price
        if guessed is None or guessed == inf:
            return None
        below = held < guessed
        weight = row.total - float(row.weights[below].sum())
        if not weight:
            return None
        live = np.flatnonzero(below & (held != 0))
        given = row.weights[live]
        price = (row.project.cost - weighed(given, held[live])) / weight
        owed = float(given.sum()) * self._spread
        slack = (owed + _sum_error(row) * row.project.cost * 2) / weight + 8 * UNIT * guessed
        near = np.abs(held - guessed).min() <= 2 * slack + self._spread
        if near or abs(price - guessed) > slack:
            return None
        return Split(price, slack, int(weight), row.groups[live], row.groups[~below])

    # What whole numbers say

    def settle(self, row: Row, lower: float) -> Split | None:
        """The exact price and who pays it, beginning at a price that is not above it; None if they cannot pay."""
        held = self.held(row)
        price = Fraction(max(lower, 0.0))
        while True:
            poor, even = self._poorer(row, held, price)
            weight = int(row.weights[~poor].sum())
            if not weight:
                return None
            live = row.groups[poor & (held != 0)]
            owed = Fraction(self.exact.money(live), self.exact.denominator)
            better = (row.project.cost - owed) / weight
            if better <= price:
                near = float(better)
                return Split(near, 2 * UNIT * near, weight, live, row.groups[~poor], better, row.groups[even])
            price = better

    def _poorer(self, row: Row, held: Floats, price: Fraction) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Who holds less than a price for each mark, and who holds just that: exactly."""
        near = float(price)
        poor = held < near
        even = np.zeros(len(held), dtype=np.bool_)
        doubtful = np.flatnonzero((np.abs(held - near) <= self._spread + 8 * UNIT * near) & (held != 0))
        if len(doubtful):
            marks = np.ones(len(held)) if row.marks is None else row.marks
            for at, money in zip(doubtful.tolist(), self.exact.holdings(row.groups[doubtful]), strict=True):
                needed = price * int(marks[at])
                poor[at], even[at] = money < needed, money == needed
        return poor, even

    def worth(self, row: Row) -> int:
        """What the supporters of a project hold together, in whole minor units, rounded down: exactly."""
        held = self.values.take(row.groups)
        ballots = row.weights if row.marks is None else row.weights / row.marks
        money = weighed(ballots, held)
        slack = row.supporters * self._spread + 2 * _sum_error(row) * money
        if floor(money - slack) == floor(money + slack):
            return floor(money)
        return self.exact.money(row.groups[held != 0]) // self.exact.denominator

    # What a purchase changes

    def pay(self, number: int, split: Split) -> None:
        """Let the supporters of a project buy it."""
        row, values, sizes = self.electorate.rows[number], self.values, self.electorate.sizes
        marks = 1.0 if row.marks is None else row.marks[np.isin(row.groups, split.rich, assume_unique=True)]
        values[split.rich] -= split.price * marks
        values[split.poor] = 0.0
        if split.spent is not None:  # floats could not tell for certain who keeps something
            values[split.rich] = self._not_empty(values[split.rich])
            values[split.spent] = 0.0
        self.error += self.electorate.highest * split.slack + 2 * UNIT * self.start
        in_full, gave_all = int(sizes[split.rich].sum()), int(sizes[split.poor].sum())
        self.exact.paid.append(Paid(number, row.project.cost, split.weight, in_full, gave_all, split.poor))
        self._used.append(split.price)
        if self.error > LOOSE * self.start:
            self._tighten()

    def _not_empty(self, values: Floats) -> Floats:
        """The same floats, but for those that are nothing by rounding alone."""
        return np.where(values == 0, UNIT * UNIT * self.start, values)

    def _tighten(self) -> None:
        """Correct the floats by the exact prices."""
        for at, (exact, each) in enumerate(zip(self.exact.floats(), self.exact.paid, strict=True)):
            row = self.electorate.rows[each.number]
            held = self.values.take(row.groups)
            wrong = (self._used[at] - exact) * (1.0 if row.marks is None else row.marks)
            self.values[row.groups] = np.where(held == 0, held, self._not_empty(held + wrong))
            self._used[at] = exact
        self.error = 8 * UNIT * self.start * (len(self._used) + 1)


def _reach(row: Row, held: Floats, price: float) -> tuple[float, float]:
    """What supporters would pay at a price, and the weight of those who could pay it in full."""
    able = (held >= price).astype(np.float64)
    return weighed(row.weights, np.minimum(held, price)), weighed(row.weights, able)


def _sum_error(row: Row) -> float:
    return (len(row.groups) + 8) * UNIT
