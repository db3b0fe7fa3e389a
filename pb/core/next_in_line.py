"""Money that a decision releases goes to the next in line, by the same rule that moved the money line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pb.core.allocation import ALLOCATIONS, AllocationSettings, Line
from pb.core.election import Instance
from pb.core.outcome import Outcome, ProjectResult, Reason
from pb.core.recommendations import standing
from pb.core.states import BidState


@dataclass(frozen=True)
class InLine:
    """A bid that released money reaches: the amount (minor units) by the rule, and the rule's reason."""

    id: str
    amount: int
    reason: Reason


@dataclass(frozen=True)
class PotMoney:
    """The money of one pot while members decide. Amounts in minor units.

    `decided` holds the amounts of the decisions that stand, by project id; `withdrawn` the bids that are no more.
    """

    instance: Instance
    outcome: Outcome
    allocation: AllocationSettings
    decided: Mapping[str, int]
    withdrawn: frozenset[str] = frozenset()

    @cached_property
    def counted(self) -> dict[str, int]:
        """What the count gives to each project, top-ups included."""
        return {each.id: each.amount + each.top_up for each in self.outcome.projects}

    @cached_property
    def promised(self) -> dict[str, int]:
        """What each project gets as things stand: what was decided, else what the count gives it."""
        return {key: self._promised(key, amount) for key, amount in self.counted.items()}

    def _promised(self, key: str, counted: int) -> int:
        return 0 if key in self.withdrawn else self.decided.get(key, counted)

    @property
    def limit(self) -> int:
        """The most that the pot may give: its money, and the reserve's part in what still stands."""
        return self.outcome.budget + sum(each.reserve for each in self.outcome.projects if self.promised[each.id])

    @property
    def left(self) -> int:
        """What is not promised to anybody; negative where too much is."""
        return self.limit - sum(self.promised.values())

    @property
    def released(self) -> int:
        """What decisions and withdrawals took from bids that the count funds, and nobody has yet."""
        taken = sum(max(0, amount - self.promised[key]) for key, amount in self.counted.items())
        return min(taken, max(0, self.left))

    @cached_property
    def line(self) -> tuple[InLine, ...]:
        """The undecided bids that released money reaches, down the count's ranking by the same allocation."""
        if not self.released:
            return ()
        line = Line(self.instance, self.left)
        allocation = ALLOCATIONS[self.allocation.kind]
        found = []
        for result in self.outcome.projects:
            if not self._waits(result):
                continue
            given = allocation.give(self.instance.by_id[result.id], line)
            if given.amount:
                found.append(InLine(result.id, given.amount, given.reason))
        return tuple(found)

    def _waits(self, result: ProjectResult) -> bool:
        if result.id in self.decided or result.id in self.withdrawn:
            return False
        return standing(result) == BidState.RESERVE

    def recommended(self, key: str) -> int:
        """What is recommended for a project now: what the count gives it, or what released money reaches it."""
        if key in self.withdrawn:
            return 0
        return self.counted[key] or next((each.amount for each in self.line if each.id == key), 0)

    def over(self, key: str, amount: int) -> int:
        """By how much the pot would be overspent if this project got `amount`; 0 where it would not be."""
        others = sum(given for other, given in self.promised.items() if other != key)
        helped = sum(each.reserve for each in self.outcome.projects if self._stands(each.id, key, amount))
        return max(0, others + amount - self.outcome.budget - helped)

    def _stands(self, other: str, key: str, amount: int) -> bool:
        return bool(amount if other == key else self.promised[other])
