"""What of an explanation everybody may be told: nothing from which somebody's ballot could be worked out.

Where all ballots are public anyway, everything is told as it is. Where only totals per project are, a number that
rests on which projects stand together on a ballot is rounded until a step of it covers at least ten ballots, so that
one ballot more or less cannot be seen in it. Where there are fewer than ten ballots, nothing is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pb.core.disclosure import FEWEST, NO_SCORES, Disclosure, Level
from pb.core.explaining.comparing import Compared, Comparison
from pb.core.explaining.explanation import Explanation
from pb.core.explaining.margins import Margin
from pb.core.explaining.satisfaction import Satisfaction
from pb.core.explaining.spending import Spending
from pb.core.outcome import Outcome

#: Steps, in hundredths, to which shares are rounded.
STEPS = (1, 2, 5, 10, 20)
#: So many leading figures of an amount or number are told where the rest could tell too much.
FIGURES = 2

Data = dict[str, Any]


def step_for(ballots: int) -> int | None:
    """The finest step, in hundredths of so many ballots, that covers ten of them; None if no step does."""
    return next((step for step in STEPS if step * ballots >= 100 * FEWEST), None)


@dataclass(frozen=True)
class Teller:
    """Tells an explanation as far as the ballots of the pot may be known."""

    disclosure: Disclosure

    @property
    def is_full(self) -> bool:
        """Whether every ballot is public."""
        return self.disclosure.level == Level.FULL

    def share(self, part: Fraction | int, whole: Fraction | int, ballots: int) -> int | None:
        """A part in hundredths of the whole, which rests on so many ballots; None where it may not be told."""
        step = 1 if self.is_full else step_for(ballots)
        if not whole or step is None:
            return None
        return int(Fraction(100 * part, whole * step) + Fraction(1, 2)) * step

    def number(self, number: int | None) -> int | None:
        """A number with only its leading figures, where not all may be told."""
        if number is None or self.is_full:
            return number
        unit: int = 10 ** max(0, len(str(number)) - FIGURES)
        return number // unit * unit


def told(explanation: Explanation, comparison: Comparison, outcome: Outcome, disclosure: Disclosure) -> Data:
    """An explanation and a comparison as plain JSON data that everybody may read; amounts in minor units.

    `level` is how much may be told (see `pb.core.disclosure`); with `totals` or `order` there is nothing else.
    """
    data: Data = {"level": disclosure.level.value}
    if disclosure.level in NO_SCORES:
        return data
    teller = Teller(disclosure)
    joint = outcome.endowment is not None
    return {
        **data,
        "complete": explanation.all_margins,
        "voters": _voters(teller, explanation.satisfaction),
        "margins": [_margin(teller, each, joint=joint) for each in explanation.margins],
        "spending": [each for each in (_spending(teller, one) for one in explanation.spending) if each],
        "robustness": explanation.robustness.to_json() if explanation.robustness else None,
        "differ": list(comparison.differ),
        "left_out": list(comparison.left_out),
        "methods": [_row(teller, row) for row in comparison.rows],
    }


def _voters(teller: Teller, found: Satisfaction) -> Data:
    """How many in a hundred got something, and of how many ballots that name a project."""
    return {"marked": found.marked, "reached": teller.share(found.reached, found.marked, found.marked)}


def _margin(teller: Teller, margin: Margin, *, joint: bool) -> Data:
    """Under greedy a margin follows from the totals; where ballots hold money, it rests on what stands together."""
    if not joint or teller.is_full:
        return {"id": margin.id, "cost": margin.cost, "ballots": margin.ballots, "about": False}
    return {
        "id": margin.id, "cost": teller.number(margin.cost), "ballots": teller.number(margin.ballots), "about": True,
    }  # fmt: skip


def _spending(teller: Teller, spending: Spending) -> Data | None:
    """Where a loser's supporters' money went, in hundredths of it."""
    parts = [(winner, teller.share(paid, spending.had, spending.supporters)) for winner, paid in spending.spent]
    left = teller.share(spending.left, spending.had, spending.supporters)
    if left is None:
        return None
    return {"id": spending.id, "left": left, "spent": {winner: part for winner, part in parts if part}}


def _row(teller: Teller, row: Compared) -> Data:
    return {
        "rule": row.method.rule,
        "options": row.method.options.to_json(),
        "allocation": row.method.allocation.to_json(),
        "selected": list(row.outcome.selected),
        "partial": [each.id for each in row.outcome.partial],
        "spent": row.outcome.spent,
        "assumed_tie": row.assumed,
        "voters": _voters(teller, row.satisfaction),
    }
