"""How near each loser came: how much cheaper it would have had to be, or how many more voters it lacked.

The measures "cost-red" and "singleton-add" of Boehmer and others, "Evaluation of Project Performance in Participatory
Budgeting", IJCAI 2024 (arXiv 2312.14723).

What is promised: the project is funded with the number that is told, and is not with one less of the change (a penny
dearer, or a pound where ballots hold money; one ballot fewer); both were counted. Where a rule never hurts a project
for being cheaper or more wanted (greedy), that is the least change there is. Elsewhere (equal shares, mostly through
its completion) a smaller change might by chance do too. None says that the greatest change tried would not have done:
next to no cost, or so many new ballots as TIMES says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pb.core.errors import Refusal
from pb.core.explaining.again import TOO_HARD, Election
from pb.core.outcome import Award, Outcome, ProjectResult, Reason
from pb.core.words import N_

#: Asked before each recount; no ends the search.
GoOn = Callable[[], bool]

#: Not more than so many new ballots are tried for each ballot there is.
TIMES = 16
LEAST_TRIED = 64
#: The second step away from a guess is this part of it.
FIRST_STEP = 64


@dataclass(frozen=True)
class Margin:
    """How near a loser came. Amounts in minor units.

    `cost` is the cost with which it would have been funded, `less` how much less that is than what it asked for;
    `ballots` how many more ballots naming only it would have got it funded. None: no such change was found.
    """

    id: str
    asked: int
    cost: int | None
    ballots: int | None

    @property
    def less(self) -> int | None:
        """How much cheaper it would have had to be."""
        return None if self.cost is None else self.asked - self.cost

    def to_json(self) -> dict[str, Any]:
        """The margin as plain JSON data."""
        return {**self.__dict__, "less": self.less}

    def reasons(self, money: Callable[[int], str]) -> list[Reason]:
        """The margin in sentences; `money` writes an amount as people do."""
        told = []
        if self.cost is not None and self.less is not None:
            sentence = N_("It would have been funded if it had cost %(cost)s, which is %(less)s less.")
            told.append(Reason("cheaper", sentence, {"cost": money(self.cost), "less": money(self.less)}))
        else:
            told.append(Reason("not_by_cost", N_("Even at a cost of next to nothing it would not have been funded.")))
        if self.ballots == 1:
            told.append(Reason("one_vote", N_("One more voter, choosing only it, would have got it funded.")))
        elif self.ballots is not None:
            sentence = N_("%(ballots)s more voters, choosing only it, would have got it funded.")
            told.append(Reason("more_votes", sentence, {"ballots": f"{self.ballots:,}"}))
        else:
            told.append(
                Reason(
                    "not_by_votes", N_("Not even very many more voters, choosing only it, would have got it funded.")
                )
            )
        return told


class _StopSearch(Exception):
    """The caller wants no more recounts."""


def always() -> bool:
    """Go on as long as it takes."""
    return True


def losers(outcome: Outcome) -> list[ProjectResult]:
    """The projects that were not funded in full, without those that were withdrawn."""
    lost = (each for each in outcome.projects if each.award in (Award.NONE, Award.PARTIAL))
    return [each for each in lost if each.reason.code != "withdrawn"]


def margins(election: Election, outcome: Outcome, go_on: GoOn = always) -> Iterator[Margin]:
    """The margin of each loser of `outcome`, one after the other in its order.

    Each takes at most about two recounts for every binary digit of the cost and of the number of ballots, and far
    fewer where the first guess is good. `go_on` is asked before every recount; where it says no, or a recount is
    refused because it would take too long, the iteration ends, and the loser that was searched is not told.
    """
    try:
        for result in losers(outcome):
            yield _Search(election, outcome, result, go_on).margin()
    except _StopSearch:
        return


@dataclass(frozen=True)
class _Search:
    """The search for one loser's margin. Every recount is asked for first."""

    election: Election
    outcome: Outcome
    result: ProjectResult
    go_on: GoOn

    def margin(self) -> Margin:
        """The least changes that were found."""
        asked, unit = self.result.cost, self._unit
        less = least(lambda units: self._funds_at(asked - units * unit), (asked - 1) // unit, self._lacked // unit)
        most = max(LEAST_TRIED, TIMES * self.outcome.ballots)
        ballots = least(self._funds_with, most, self._voters_lacked)
        return Margin(self.result.id, asked, None if less is None else asked - less * unit, ballots)

    @property
    def _unit(self) -> int:
        """The steps of a lower cost: minor units; units of the currency where ballots hold money."""
        return self.election.instance.scale if self.outcome.endowment else 1

    @property
    def _lacked(self) -> int:
        """What it lacked: the guess for a lower cost. Its supporters' money against its cost, or what was left."""
        behind = self.outcome.endowment.behind if self.outcome.endowment else {}
        held = int(Fraction(behind[self.result.id])) if self.result.id in behind else self.result.left
        return self.result.cost - held

    @property
    def _voters_lacked(self) -> int:
        """The guess for more ballots: so many shares as it lacked, or so many as overtake the last winner."""
        if self.outcome.endowment and Fraction(self.outcome.endowment.final):
            return math.ceil(self._lacked / Fraction(self.outcome.endowment.final))
        winners = [each.score or 0 for each in self.outcome.projects if each.award in (Award.FULL, Award.RESERVE)]
        return min(winners, default=0) - (self.result.score or 0) + 1

    def _funds_at(self, cost: int) -> bool:
        return self._funds(self.election.with_cost(self.result.id, cost))

    def _funds_with(self, ballots: int) -> bool:
        return self._funds(self.election.with_ballots_for(self.result.id, ballots))

    def _funds(self, changed: Election) -> bool:
        if not self.go_on():
            raise _StopSearch
        try:
            return changed.funds(self.result.id)
        except Refusal as refusal:
            if refusal.code in TOO_HARD:
                raise _StopSearch from refusal
            raise


def least(does: Callable[[int], bool], most: int, guess: int = 1) -> int | None:
    """The least number from 1 to `most` that does while the one before it does not; None if `most` does not.

    `does` is taken to be false at 0. From `guess` it goes up or down, first by one and then in steps that double,
    and halves what is left: if whoever does also does with more, no smaller number does.
    """
    if most < 1 or not does(most):
        return None
    low, high = 0, most
    at, step = min(max(guess, 1), most), 1
    while low < at < high:
        if does(at):
            high, at = at, at - step
        else:
            low, at = at, at + step
        step = max(2 * step, guess // FIRST_STEP)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if does(middle) else (middle, high)
    return high
