"""Equal shares with bounded overspending: supporters may buy a project for which they hold only a part of the cost.

Georgios Papasotiropoulos, Seyedeh Zeinab Pishbin, Oskar Skibski, Piotr Skowron and Tomasz Wąs, "Method of Equal Shares
with Bounded Overspending", arXiv 2409.15005, 2024.

Every ballot begins with an equal share of the pot. Asked for at most a limit q for each mark, a project's supporters
would give P(q), the sum of min(balance, q times mark), capped at the cost k: the part a = P/k of it. The project's
rate is the least q/(u a^2) over all q, where u is k (cost satisfaction) or 1 (cardinality). The project with the least
rate is bought if the pot can pay for it, and its supporters pay up to q/a for each mark. Of two limits with the same
rate the one that brings in more is taken. The money that supporters lack comes from the shares of voters who have not
spent theirs; the pot is never overspent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

import numpy as np

from pb.core.allocation import Given
from pb.core.election import Project
from pb.core.outcome import Award, Outcome, Purchase
from pb.core.rules.electorate import Electorate, Row
from pb.core.rules.one_by_one import OneByOne
from pb.core.rules.purses import Glance, Offer, Payment, Purses
from pb.core.rules.rule import Rule, Task, nobody_chose, not_ranked, outcome_of, sift, turns_for
from pb.core.rules.sure import Blurred
from pb.core.rules.turns import Turns, agreed
from pb.core.settings import Settings, choice
from pb.core.words import N_

#: With how many binary digits after the point a count begins; each time they are too few it has four times as many.
BITS = 256


@dataclass(frozen=True)
class OverspendingOptions(Settings):
    """What a funded bid is worth to a voter who chose it."""

    satisfaction: str = choice(
        "A funded bid is worth to its supporters", "cost",
        (("cost", N_("what it costs")), ("cardinality", N_("the same as any other bid"))),
        help="The first is fair with money; the second favours small bids.",
    )  # fmt: skip


class BoundedOverspending(Rule):
    """Buy what the least money of its supporters buys, even if they hold only a part of its cost; whole bids only."""

    key = "bounded-overspending"
    version = "1"
    label = N_("Equal shares with bounded overspending")
    help = N_(
        "Every voter has an equal share of the pot. Bids are bought by those who chose them, the bid that asks the "
        "least of each first; the fewer of its supporters can still pay, the later its turn. More of the pot is spent "
        "than by equal shares alone. Bids are funded in full or not at all."
    )
    options_type: ClassVar[type[Settings]] = OverspendingOptions

    def count(self, task: Task) -> Outcome:
        """Count. Raises Refusal `open_tie`."""
        eligible, out = sift(task)
        electorate = Electorate.of(task.index, eligible, task.instance)
        chosen = {row.project for row in electorate.rows}
        nobody = [not_ranked(each, task, nobody_chose()) for each in eligible if each not in chosen]

        def run(way: tuple[str, ...]) -> Turns:
            bits = BITS
            while True:
                turns = turns_for(task, way)
                shopping = Shopping(turns, electorate, _purses(electorate, task, bits))
                try:
                    shopping.run()
                except Blurred:
                    bits *= 4
                else:
                    shopping.finish()
                    return turns

        return outcome_of(task, self, agreed(run), [*nobody, *out])


def _purses(electorate: Electorate, task: Task, bits: int) -> Purses:
    per_cost = getattr(task.method.options, "satisfaction", "cost") == "cost"
    share = Fraction(task.instance.budget, max(electorate.ballots, 1))
    return Purses(electorate, share, per_cost, bits)


@dataclass
class Shopping(OneByOne[Offer]):
    """Buying project after project until the supporters of those that are left hold nothing."""

    electorate: Electorate
    purses: Purses
    _numbers: dict[Project, int] = field(init=False)
    _glances: dict[Project, Glance] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = {row.project: number for number, row in enumerate(self.electorate.rows)}
        self.wait(self._numbers)

    def _row(self, project: Project) -> Row:
        return self.electorate.rows[self._numbers[project]]

    def bounds(self, project: Project) -> tuple[float, float] | None:
        """Bounds of the least rate; None where its supporters hold nothing."""
        if not project.cost:
            return 0.0, 0.0
        glance = self.purses.glance(self._row(project))
        if glance is None:
            return None
        self._glances[project] = glance
        return glance.low, glance.high

    def exact(self, project: Project) -> Offer:
        """The best offer of its supporters; what costs nothing asks for nothing."""
        if not project.cost:
            return self.purses.nothing
        return self.purses.offer(self._row(project), self._glances[project])

    def compared(self, one: Offer, other: Offer) -> int:
        """Offers for two projects, by their rates."""
        return one.rate.against(other.rate)

    def shown(self, value: Offer) -> str:
        """How many votes (or points) that pay in full would have been as good."""
        return value.effective()

    def are_strangers(self, projects: list[Project]) -> bool:
        """Whether no ballot supports two of them, or there is nothing to pay."""
        groups = np.concatenate([self._row(each).groups for each in projects])
        return len(np.unique(groups)) == len(groups) or not any(each.cost for each in projects)

    def too_late(self) -> str:
        """Its supporters have money, the pot has too little."""
        return N_("Not funded. It asked for %(cost)s and %(left)s was left when its turn came.")

    def buy(self, project: Project, rank: int, value: Offer) -> bool:
        """Let its supporters pay."""
        measure = self.shown(value)
        if project.cost:
            number = self._numbers[project]
            payment = self.purses.pay(number, self._glances[project], value)
            self.turns.place(project, rank, measure, self._bought(project, payment))
            self._write_down(project, payment, measure)
        else:
            sentence = N_("Funded. It costs nothing, and somebody chose it.")
            reason = self.turns.line.reason("bought_for_nothing", sentence, project)
            self.turns.place(project, rank, measure, Given(Award.FULL, 0, reason))
        return True

    def _bought(self, project: Project, payment: Payment) -> Given:
        sentence = N_(
            "Funded in full. The voters who chose it paid %(paid)s of its cost of %(cost)s from their shares, each at "
            "most about %(price)s."
        )
        marks = self._row(project).marks
        if marks is not None and marks.max() > 1:
            sentence = N_(
                "Funded in full. The voters who chose it paid %(paid)s of its cost of %(cost)s from their shares, each "
                "at most about %(price)s for each vote or point."
            )
        told = {"paid": round(payment.paid), "price": round(payment.price)}
        return Given(Award.FULL, project.cost, self.turns.line.reason("bought", sentence, project, **told))

    def _write_down(self, project: Project, payment: Payment, measure: str) -> None:
        """The step; its numbers are decimals, since their fractions are too long."""
        row, left = self._row(project), str(self.purses.left)
        step = Purchase(
            project.id, "rule", project.cost, str(payment.price), measure, row.supporters,
            payment.in_full, payment.gave_all, left,
        )  # fmt: skip
        self.turns.purchases.append(step)

    def finish(self) -> None:
        """Place those whose supporters hold nothing any more, by falling support."""
        placed = {each.project for each in self.turns.placed}
        poor = [row for row in self.electorate.rows if row.project not in placed]
        poor.sort(key=lambda row: (-row.total, row.project.order))
        able = self.turns.shut_out([row.project for row in poor], "0")
        sentence = N_("Not funded. The voters who chose it had spent all of their shares on other bids.")
        rank = self.turns.rank
        for each in able:
            self.turns.place(each, rank, "0", self.turns.line.nothing("no_money_left", sentence, each))
