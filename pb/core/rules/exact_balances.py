"""Prices and balances of a run of equal shares in whole numbers, over one common denominator.

A ballot that is not empty has paid the full price of each winner it supports, so what it holds is its share less those
prices. What the poor of a purchase gave is thus a few whole-number counts times earlier prices, however many they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd

import numpy as np

from pb.core.rules.electorate import Electorate, Floats, Places, weighed


@dataclass(frozen=True)
class Paid:
    """One purchase: the row's number and cost, the weight of those who paid the price, how many did, and gave all.

    `poor` are the groups that gave all they had, which was less than the price.
    """

    number: int
    cost: int
    weight: int
    in_full: int
    gave_all: int
    poor: Places


class ExactBalances:
    """What was paid in a run in which each ballot begins with `share`; exact prices are worked out when asked for."""

    def __init__(self, electorate: Electorate, share: Fraction) -> None:
        self.electorate = electorate
        self.paid: list[Paid] = []
        self.denominator = share.denominator
        self._share = share.numerator
        self._prices: list[int] = []

    def prices(self) -> list[Fraction]:
        """The price of every purchase so far."""
        self._catch_up()
        return [Fraction(each, self.denominator) for each in self._prices]

    def floats(self) -> list[float]:
        """The prices as the nearest floats."""
        self._catch_up()
        return [each / self.denominator for each in self._prices]

    def holdings(self, groups: Places) -> list[Fraction]:
        """What one ballot of each of these groups holds, none of which is empty."""
        self._catch_up()
        left = [self._share] * len(groups)
        for price, each in zip(self._prices, self.paid, strict=True):
            row = self.electorate.rows[each.number]
            at = np.searchsorted(row.groups, groups)
            there = np.flatnonzero(row.groups.take(at, mode="clip") == groups)
            marks = np.ones(len(there)) if row.marks is None else row.marks[at[there]]
            for where, mark in zip(there.tolist(), marks.tolist(), strict=True):
                left[where] -= int(mark) * price
        return [Fraction(each, self.denominator) for each in left]

    def money(self, groups: Places) -> int:
        """What all ballots of these groups hold together, over the denominator; none of them is empty."""
        self._catch_up()
        inside = np.zeros(len(self.electorate.sizes))
        inside[groups] = 1.0
        money = int(self.electorate.sizes[groups].sum()) * self._share
        for price, each in zip(self._prices, self.paid, strict=True):
            row = self.electorate.rows[each.number]
            money -= int(weighed(row.weights, inside.take(row.groups))) * price
        return money

    def _catch_up(self) -> None:
        """Work out the prices of the purchases since the last time."""
        done = len(self._prices)
        if done == len(self.paid):
            return
        given = self._given(done)
        for at, each in enumerate(self.paid[done:]):
            money = int(self.electorate.sizes[each.poor].sum()) * self._share
            money -= sum(int(given[other, at]) * price for other, price in enumerate(self._prices))
            left = each.cost * self.denominator - money
            common = gcd(left, each.weight)
            factor = each.weight // common
            self.denominator *= factor
            self._share *= factor
            self._prices = [price * factor for price in self._prices]
            self._prices.append(left // common)

    def _given(self, done: int) -> Floats:
        """How many marks the poor of each purchase from number `done` gave to each purchase: whole numbers."""
        late = self.paid[done:]
        emptied = np.full(len(self.electorate.sizes), len(late), dtype=np.int64)
        for at, each in enumerate(late):
            emptied[each.poor] = at
        given = np.empty((len(self.paid), len(late)))
        for at, each in enumerate(self.paid):
            row = self.electorate.rows[each.number]
            given[at] = np.bincount(emptied.take(row.groups), row.weights, len(late) + 1)[: len(late)]
        return given
