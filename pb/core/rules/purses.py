"""Purses of bounded overspending: what each ballot holds, and at what rate its supporters would buy a project.

Floats shadow the purses within a bound that is kept here; what they cannot tell apart, sure numbers do. A ballot that
still holds something has paid the full price of every winner that it supports, so what it holds is its share less
whole multiples of those prices.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from math import inf

import numpy as np
from numpy.typing import NDArray

from pb.core.rules.electorate import Electorate, Floats, Places, Row, weighed
from pb.core.rules.sure import Sure

#: Half the distance from 1 to the next float: the relative error of one operation.
UNIT = 2.0**-53
#: Beyond this relative error floats say nothing.
VAGUE = 0.1

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Offer:
    """The least rate at which supporters buy a project, with the greatest part of the cost for it.

    Asked for at most `limit` for a mark, they give `part` of the cost (all of it or less).
    """

    rate: Sure
    limit: Sure
    part: Sure
    cost: int

    def effective(self) -> str:
        """How many votes (or points) that pay in full would have been as good, in decimals; 0 for what is free."""
        return str(self.part * self.part / self.limit.times(self.cost)) if self.cost else "0"

    def against(self, other: Offer) -> int:
        """-1 if it is better than another offer for the same project, 1 if it is worse, 0 if it is the same."""
        return self.rate.against(other.rate) or other.part.against(self.part)


@dataclass(frozen=True)
class Payment:
    """What supporters paid in the end: the price of a mark, the ballots that paid it or gave all, and their sum."""

    price: Sure
    in_full: int
    gave_all: int
    paid: Sure


@dataclass(frozen=True)
class Glance:
    """What floats know of a project's least rate: certain bounds, and where on its supporters' list it may lie.

    `held` is what each supporter that has anything holds for each mark, ascending; `groups` and `weights` belong to it.
    `near` are the places in it where the rate may be least; `full` bounds the price at which the whole cost is paid
    (None: they cannot pay it) if the rate may be least there.
    """

    low: float
    high: float
    held: Floats
    groups: Places
    weights: Floats
    near: Places
    full: float | None


class Purses:
    """All ballots of one count, each beginning with `share` (minor units)."""

    def __init__(self, electorate: Electorate, share: Fraction, per_cost: bool, bits: int) -> None:
        self.electorate, self.per_cost, self.bits = electorate, per_cost, bits
        self.share = Sure.of(share, bits)
        self.start = float(share)
        self.values: Floats = np.full(len(electorate.sizes), self.start)
        self.error = 2 * UNIT * self.start
        self.left = self.share.times(electorate.ballots)
        self.nothing = Offer(self._sure(0), self._sure(0), self._sure(0), 0)
        self.bought: list[int] = []
        self.prices: list[Sure] = []

    # What floats can tell

    def glance(self, row: Row) -> Glance | None:
        """Bounds of the least rate; None where the supporters hold nothing at all."""
        held = self.values.take(row.groups)
        live = np.flatnonzero(held)
        if not len(live):
            return None
        if row.marks is not None:
            held = held / row.marks
        live = live[np.argsort(held[live], kind="stable")]
        held, weights = held[live], row.weights[live]
        return self._judged(row, held, row.groups[live], weights)

    def _judged(self, row: Row, held: Floats, groups: Places, weights: Floats) -> Glance:
        cost, total = float(row.project.cost), float(weights.sum())
        gone, money = np.cumsum(weights), np.cumsum(weights * held)
        paid = money + held * (total - gone)
        doubt = total * self._spread + (len(held) + 8) * 2 * UNIT * (paid + cost)
        capped = np.minimum(paid, cost)
        rates = held / capped / capped
        error = 1.2 * (self._spread / held + 2 * doubt / capped) + 8 * UNIT
        clear = error < VAGUE
        floor = (1 - VAGUE) / (total * (held + self._spread)) / total
        lows = np.where(clear, rates * (1 - error), floor)
        highs = np.where(clear, rates * (1 + error), inf)
        least, most = _prices_of(cost, float(doubt.max()), held, paid, weights)
        low_full = least / cost / cost * (1 - 8 * UNIT)
        high = min(float(highs.min()), most / cost / cost * (1 + 8 * UNIT))
        near = np.flatnonzero(lows <= high)
        full = least if low_full <= high else None
        scale = cost if self.per_cost else cost * cost
        low = min(float(lows.min()), low_full)
        return Glance(low * scale * (1 - 8 * UNIT), high * scale * (1 + 8 * UNIT), held, groups, weights, near, full)

    @property
    def _spread(self) -> float:
        """How far what a ballot holds for each mark may be from the float that stands for it."""
        return self.error + 2 * UNIT * self.start

    # What sure numbers say

    def offer(self, row: Row, glance: Glance) -> Offer:
        """The best offer, exact."""
        offers = [self._offer(row, glance, limit) for limit in self._limits(row, glance.groups[glance.near])]
        if glance.full is not None:
            offers.append(self._in_full(row, glance, self._sure(Fraction(glance.full))))
        return min((each for each in offers if each is not None), key=cmp_to_key(Offer.against))

    def _offer(self, row: Row, glance: Glance, limit: Sure) -> Offer | None:
        """The offer at a limit; None where it would bring in more than the cost."""
        part = self._paid(row, glance, limit)
        if part.against(self._sure(row.project.cost)) > 0:
            return None
        return Offer(self._rate(row, limit, part), limit, part, row.project.cost)

    def _in_full(self, row: Row, glance: Glance, limit: Sure) -> Offer | None:
        """The offer that pays the whole cost, by Newton's method from a limit below; None if there is none."""
        cost = self._sure(row.project.cost)
        while True:
            poor = self._below(row, glance, limit)
            rich = int(glance.weights[~poor].sum())
            if not rich:
                return None
            better = (cost - self._money(glance.groups[poor])) / self._sure(rich)
            if better.against(limit) <= 0:
                return Offer(self._rate(row, better, cost), better, cost, row.project.cost)
            limit = better

    def _rate(self, row: Row, limit: Sure, part: Sure) -> Sure:
        cost = row.project.cost
        return limit.times(cost if self.per_cost else cost * cost) / (part * part)

    def _paid(self, row: Row, glance: Glance, limit: Sure) -> Sure:
        poor = self._below(row, glance, limit)
        return self._money(glance.groups[poor]) + limit.times(int(glance.weights[~poor].sum()))

    def _below(self, row: Row, glance: Glance, limit: Sure) -> Flags:
        """Which of the supporters hold less than a limit for each mark."""
        return self._compared(row, glance.groups, glance.held, limit) < 0

    def _compared(self, row: Row, groups: Places, held: Floats, limit: Sure) -> NDArray[np.int8]:
        """-1, 0 or 1 for each group, as it holds less than a limit for each mark, just that, or more."""
        near = float(limit)
        signs = np.sign(held - near).astype(np.int8)
        doubtful = np.flatnonzero(np.abs(held - near) <= self._spread + 8 * UNIT * near)
        if len(doubtful):
            kinds, of = self._kinds(row, groups[doubtful])
            signs[doubtful] = np.array([self._held(kind).against(limit) for kind in kinds], dtype=np.int8)[of]
        return signs

    def _limits(self, row: Row, groups: Places) -> list[Sure]:
        """What the ballots of these groups hold for each mark, each amount once or a few times."""
        return [self._held(kind) for kind in self._kinds(row, groups)[0]] if len(groups) else []

    def _kinds(self, row: Row, groups: Places) -> tuple[list[list[int]], Places]:
        """The kinds of ballots in these groups, none of them empty: the mark for the project, then for each winner."""
        marks = [_marks(row, groups), *(_marks(self.electorate.rows[each], groups) for each in self.bought)]
        kinds, of = np.unique(np.stack(marks), axis=1, return_inverse=True)
        return kinds.T.tolist(), of.ravel()

    def _held(self, kind: list[int]) -> Sure:
        """What a ballot of a kind holds for each mark."""
        money = self.share
        for mark, price in zip(kind[1:], self.prices, strict=True):
            if mark:
                money = money - price.times(mark)
        return money if kind[0] == 1 else money / self._sure(kind[0])

    def _money(self, groups: Places) -> Sure:
        """What all ballots of these groups, none of which is empty, hold together."""
        inside = np.zeros(len(self.values))
        inside[groups] = 1.0
        money = self.share.times(int(self.electorate.sizes[groups].sum()))
        for number, price in zip(self.bought, self.prices, strict=True):
            row = self.electorate.rows[number]
            money = money - price.times(int(weighed(row.weights, inside.take(row.groups))))
        return money

    def _sure(self, value: Fraction | int) -> Sure:
        return Sure.of(value, self.bits)

    # What a purchase changes

    def pay(self, number: int, glance: Glance, offer: Offer) -> Payment:
        """Let supporters pay the price that belongs to an offer: its limit, divided by the part it brought in."""
        row = self.electorate.rows[number]
        price = offer.limit.times(row.project.cost) / offer.part
        signs = self._compared(row, glance.groups, glance.held, price)
        rich, sizes = glance.groups[signs >= 0], self.electorate.sizes
        poor = glance.groups[signs < 0]
        paid = self._money(poor) + price.times(int(glance.weights[signs >= 0].sum()))
        rest = self.values[rich] - float(price) * _marks(row, rich)
        self.values[rich] = np.maximum(rest, UNIT * UNIT * self.start)
        self.values[glance.groups[signs <= 0]] = 0.0
        self.left = self.left - paid
        self.error += 8 * UNIT * self.start
        self.bought.append(number)
        self.prices.append(price)
        return Payment(price, int(sizes[rich].sum()), int(sizes[poor].sum()), paid)


def _marks(row: Row, groups: Places) -> NDArray[np.int64]:
    """The mark that a ballot of each of these groups gives to a project; 0 where it is no supporter."""
    at = np.searchsorted(row.groups, groups)
    given = 1.0 if row.marks is None else row.marks.take(at, mode="clip")
    return np.where(row.groups.take(at, mode="clip") == groups, given, 0.0).astype(np.int64)


def _prices_of(cost: float, doubt: float, held: Floats, paid: Floats, weights: Floats) -> tuple[float, float]:
    """Between which prices of a mark the whole cost is paid, where sums may be wrong by `doubt`; inf: at none."""
    gone, money = np.cumsum(weights) - weights, np.cumsum(weights * held) - weights * held
    left = float(weights.sum()) - gone

    def reached(sum_paid: float) -> float:
        at = int(np.searchsorted(paid, sum_paid))
        if at == len(paid):
            return inf
        return max((sum_paid - float(money[at])) / float(left[at]), 0.0)

    return reached(cost - doubt), reached(cost + doubt)
