"""One run of equal shares: every ballot begins with the same money, and supporters buy one project after another.

What ballots hold are whole numbers over one common denominator, so that nothing is ever rounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heapify, heappop, heappush
from typing import Any

from pb.core.checking.sheet import Crowd, Sheet, Undecided, told_short

Data = dict[str, Any]


@dataclass
class Market:
    """What all runs of a count have in common: the projects that somebody supports, in the order of the ballot."""

    sheet: Sheet
    crowds: list[Crowd]
    projects: list[Data]
    per_cost: bool
    #: For each project by its place in `projects`: its supporters as (crowd, mark), and what all their marks add up to.
    supporters: list[list[tuple[int, int]]] = field(init=False)
    weights: list[int] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, list[tuple[int, int]]] = {each["key"]: [] for each in self.projects}
        for at, (_times, given) in enumerate(self.crowds):
            for key, mark in given.items():
                if key in found:
                    found[key].append((at, mark))
        self.projects = [each for each in self.projects if found[each["key"]]]
        self.supporters = [found[each["key"]] for each in self.projects]
        self.weights = [sum(mark * self.crowds[at][0] for at, mark in each) for each in self.supporters]

    @property
    def ballots(self) -> int:
        """How many ballots get a share: those that choose nothing too."""
        return self.sheet.tally.ballots

    def votes(self, number: int) -> int:
        """How many ballots support a project."""
        return sum(self.crowds[at][0] for at, _mark in self.supporters[number])

    def rate(self, number: int, price: Fraction) -> Fraction:
        """What the rule makes least: the price of a mark, for each unit of cost where costs count."""
        return price / self.projects[number]["cost"] if self.per_cost else price


@dataclass
class Bought:
    """One purchase: which project, the price of a mark, and how many ballots paid it in full or gave all they had."""

    number: int
    price: Fraction
    in_full: int = 0
    gave_all: int = 0


class Run:
    """A run in which every ballot begins with `share`; it ends once more than `limit` is spent."""

    def __init__(self, market: Market, share: Fraction, limit: int) -> None:
        self.market, self.share, self.limit = market, share, limit
        self.unit = share.denominator
        self.holds = [share.numerator] * len(market.crowds)
        self.bought: list[Bought] = []
        self.ties: list[Data] = []
        self.spent = 0
        self._for_nothing()
        #: What nobody can buy for less, by rate: nothing gets cheaper while a run goes on.
        self._waiting = [
            (market.rate(at, Fraction(each["cost"], market.weights[at])), at)
            for at, each in enumerate(market.projects)
            if each["cost"]
        ]
        heapify(self._waiting)
        while self.spent <= limit and (turn := self._next()):
            for each in turn:
                self._pay(each)

    @property
    def numbers(self) -> set[int]:
        """The projects that were bought, by their places in the market."""
        return {each.number for each in self.bought}

    def worth(self, number: int) -> int:
        """What the supporters of a project hold together, whole minor units."""
        crowds = self.market.crowds
        return sum(self.holds[at] * crowds[at][0] for at, _mark in self.market.supporters[number]) // self.unit

    def _for_nothing(self) -> None:
        """What costs nothing is bought at once if anybody supports it."""
        for number, each in enumerate(self.market.projects):
            if not each["cost"]:
                self.bought.append(Bought(number, Fraction(0), self.market.votes(number)))

    def _next(self) -> list[Bought]:
        """What is bought next: one project, or several whose order makes no difference."""
        found: list[tuple[Fraction, Bought]] = []
        best: Fraction | None = None
        while self._waiting and (best is None or self._waiting[0][0] <= best):
            low, number = heappop(self._waiting)
            price = self._price(number, low * self.market.projects[number]["cost"] if self.market.per_cost else low)
            if price is not None:
                rate = self.market.rate(number, price)
                found.append((rate, Bought(number, price)))
                best = rate if best is None else min(best, rate)
        tied = sorted((each for rate, each in found if rate == best), key=lambda each: each.number)
        going = self._settled(tied) if len(tied) > 1 else tied
        for rate, each in found:
            if each not in going:
                heappush(self._waiting, (rate, each.number))
        return going

    def _price(self, number: int, low: Fraction) -> Fraction | None:
        """The least price of a mark at which supporters pay the cost together: what some lack, the others add.

        `low` is a price that is not too high: those who hold less give all they have, the others share the rest,
        which gives a price no lower; and so on until it stays. None where they cannot pay.
        """
        crowds, supporters = self.market.crowds, self.market.supporters[number]
        held = [(self.holds[at], mark, crowds[at][0]) for at, mark in supporters if self.holds[at]]
        cost = self.market.projects[number]["cost"] * self.unit
        price = low * self.unit
        while True:
            owed, weight = cost, 0
            top, bottom = price.numerator, price.denominator
            enough = {mark: -(-top * mark // bottom) for mark in {mark for _money, mark, _times in held}}
            for money, mark, times in held:
                if money < enough[mark]:
                    owed -= money * times
                else:
                    weight += mark * times
            if not weight:
                return None
            if owed * bottom <= top * weight:
                return price / self.unit
            price = Fraction(owed, weight)

    def _settled(self, tied: list[Bought]) -> list[Bought]:
        """All of several equal ones if they can be bought in any order; else the one that the tie steps put first."""
        market = self.market
        projects = [market.projects[each.number] for each in tied]
        measure = told_short(projects[0]["cost"] / tied[0].price)
        if self._independent(tied):
            self._tie(projects, [], projects, measure)
            return tied
        left, used = market.sheet.foremost(projects)
        if len(left) > 1:
            raise Undecided(left)
        self._tie(projects, used, [*left, *(each for each in projects if each is not left[0])], measure)
        return [each for each in tied if market.projects[each.number] is left[0]]

    def _independent(self, tied: list[Bought]) -> bool:
        """Whether every ballot that supports several of them has money over when it has paid for all of those."""
        prices: dict[int, list[Fraction]] = {}
        for each in tied:
            for at, mark in self.market.supporters[each.number]:
                if self.holds[at]:
                    prices.setdefault(at, []).append(mark * each.price)
        return all(len(parts) < 2 or self.holds[at] > sum(parts) * self.unit for at, parts in prices.items())

    def _tie(self, tied: list[Data], used: list[str], order: list[Data], measure: str) -> None:
        keys = [each["key"] for each in tied]
        self.ties.append({
            "projects": keys, "measure": measure, "decided_by": used, "order": [each["key"] for each in order],
        })  # fmt: skip

    def _pay(self, each: Bought) -> None:
        """Take the price from those who have it, and all they have from those who have less."""
        price = each.price * self.unit
        if price.denominator > 1:
            self.unit *= price.denominator
            self.holds = [money * price.denominator for money in self.holds]
        for at, mark in self.market.supporters[each.number]:
            money, asked = self.holds[at], mark * price.numerator
            if money >= asked:
                each.in_full += self.market.crowds[at][0]
                self.holds[at] = money - asked
            elif money:
                each.gave_all += self.market.crowds[at][0]
                self.holds[at] = 0
        self.bought.append(each)
        self.spent += self.market.projects[each.number]["cost"]
