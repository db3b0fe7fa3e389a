"""Where the money of a loser's supporters went, for rules that give every ballot a share of the pot to spend.

What a supporter pays is told by the outcome's steps: the price of one vote or point times the ballot's mark, or all
that it still has. Gone through in order from the share that every ballot began with, they give every balance exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pb.core.election import Instance, Profile
from pb.core.explaining.margins import losers
from pb.core.outcome import Outcome, Purchase, Reason
from pb.core.rules.index import Index, index_of
from pb.core.words import N_

#: The stage at which the ballots' own money is spent.
BOUGHT = "rule"

Ints = NDArray[np.int64]
Money = Callable[[int], str]


@dataclass(frozen=True)
class Spending:
    """Where the money of one loser's supporters went. Exact amounts in minor units.

    Its `supporters` (ballots) `had` so much to spend together, gave `spent` to winners that they support too (ids,
    the greatest amount first), and have the rest `left`.
    """

    id: str
    supporters: int
    had: Fraction
    spent: tuple[tuple[str, Fraction], ...]

    @property
    def left(self) -> Fraction:
        """What the supporters have left."""
        return self.had - sum(amount for _, amount in self.spent)

    def to_json(self) -> dict[str, Any]:
        """The spending as plain JSON data; amounts as exact text."""
        spent = {winner: str(amount) for winner, amount in self.spent}
        return {"id": self.id, "supporters": self.supporters, "had": str(self.had), "spent": spent,
                "left": str(self.left)}  # fmt: skip

    def reasons(self, instance: Instance) -> list[Reason]:
        """The spending in sentences, whole minor units, rounded down."""
        told = [self._had(instance)]
        for winner, amount in self.spent:
            sentence = N_("%(amount)s of it went to “%(winner)s”, which they wanted too.")
            params = {"amount": instance.money(int(amount)), "winner": instance.by_id[winner].label}
            told.append(Reason("spent_on", sentence, params))
        return told

    def _had(self, instance: Instance) -> Reason:
        sentence = N_("Its supporters had %(had)s to spend together, and %(left)s of it is left.")
        return Reason("had", sentence, {"had": instance.money(int(self.had)), "left": instance.money(int(self.left))})


def spendings(instance: Instance, profile: Profile, outcome: Outcome) -> list[Spending]:
    """Where the money of every loser's supporters went; empty for a rule that gives ballots no money."""
    bought = [step for step in outcome.steps if step.stage == BOUGHT]
    if outcome.endowment is None or not bought:
        return []
    index, share = index_of(instance, profile), Fraction(outcome.endowment.final)
    payments = list(_payments(index, share, bought))
    return [_of_loser(result.id, index, share, payments) for result in losers(outcome)]


@dataclass(frozen=True)
class Payment:
    """What each group of ballots paid for one winner: one ballot of `groups[at]` paid `amounts[kinds[at]]`."""

    winner: str
    groups: Ints
    kinds: Ints
    amounts: list[Fraction]

    def by(self, sizes: Ints) -> Fraction:
        """What so many ballots of each group paid together."""
        ballots = np.zeros(len(self.amounts), dtype=np.int64)
        np.add.at(ballots, self.kinds, sizes[self.groups])
        return sum((amount * int(count) for amount, count in zip(self.amounts, ballots, strict=True)), Fraction(0))


@dataclass
class _Purses:
    """What one ballot of each group still has: `amounts[level[group]]`. Groups that have the same share a level."""

    level: Ints
    amounts: list[Fraction] = field(default_factory=list)

    def pay(self, winner: str, groups: Ints, marks: Ints, price: Fraction) -> Payment:
        """Let each ballot pay its mark times the price, or all that it has."""
        pairs, kinds = np.unique(np.stack([self.level[groups], marks]), axis=1, return_inverse=True)
        had = [self.amounts[level] for level in pairs[0].tolist()]
        paid = [min(has, mark * price) for has, mark in zip(had, pairs[1].tolist(), strict=True)]
        places = [self._level(has - gives) for has, gives in zip(had, paid, strict=True)]
        self.level[groups] = np.array(places, dtype=np.int64)[kinds.ravel()]
        return Payment(winner, groups, kinds.ravel(), paid)

    def _level(self, amount: Fraction) -> int:
        if amount not in self._places:
            self._places[amount] = len(self.amounts)
            self.amounts.append(amount)
        return self._places[amount]

    def __post_init__(self) -> None:
        self._places = {amount: place for place, amount in enumerate(self.amounts)}


def _payments(index: Index, share: Fraction, bought: list[Purchase]) -> Iterator[Payment]:
    purses = _Purses(np.zeros(len(index.sizes), dtype=np.int64), [share])
    for step in bought:
        groups, marks = supporters(index, step.project)
        yield purses.pay(step.project, groups, marks, Fraction(step.price))


def supporters(index: Index, project_id: str) -> tuple[Ints, Ints]:
    """The groups that support a project, each once, and the highest mark that one of their ballots gives it."""
    groups, marks = index.row(project_id)
    wanted = marks > 0
    order = np.lexsort((-marks[wanted], groups[wanted]))
    some, first = np.unique(groups[wanted][order], return_index=True)
    return some.astype(np.int64), marks[wanted][order][first].astype(np.int64)


def _of_loser(project_id: str, index: Index, share: Fraction, payments: list[Payment]) -> Spending:
    groups, _ = supporters(index, project_id)
    sizes = np.zeros(len(index.sizes), dtype=np.int64)
    sizes[groups] = index.sizes[groups]
    ballots = int(sizes.sum())
    spent = [(payment.winner, payment.by(sizes)) for payment in payments]
    told = sorted((each for each in spent if each[1]), key=lambda each: (-each[1], each[0]))
    return Spending(project_id, ballots, share * ballots, tuple(told))
