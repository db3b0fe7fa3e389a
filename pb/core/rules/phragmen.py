"""Sequential Phragmén: money flows to all voters at the same rate; what its supporters can pay for is bought at once.

Phragmén's rule of 1894 for budgets with costs: Maaike Los, Zoé Christoff and Davide Grossi, "Proportional Budget
Allocations: Towards a Systematization", IJCAI 2022; Markus Brill, Rupert Freeman, Svante Janson and Martin Lackner,
"Phragmén's Voting Methods and Justified Representation", AAAI 2017. Loads are exact fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from pb.core.allocation import Given
from pb.core.election import Project
from pb.core.outcome import Award, Outcome, Purchase
from pb.core.rules.loads import Loads, Supporters, are_strangers
from pb.core.rules.one_by_one import OneByOne
from pb.core.rules.rule import Rule, Task, nobody_chose, not_ranked, outcome_of, sift, turns_for
from pb.core.rules.turns import Turns, agreed, shown
from pb.core.settings import Settings, choice
from pb.core.words import N_


@dataclass(frozen=True)
class PhragmenOptions(Settings):
    """What happens when the pot is too small for the one whose turn has come."""

    misfit: str = choice(
        "When the pot is too small for the next bid", "skip",
        (
            ("skip", N_("go on with the others")),
            ("stop", N_("stop")),
            ("stop_any", N_("stop, also where several come at once and any of them does not fit")),
        ),
        help="Going on spends more of the pot. Research programmes stop, mostly in the third way.",
    )  # fmt: skip


class Phragmen(Rule):
    """Buy what its supporters can pay for, as soon as they can; whole bids only."""

    key = "phragmen"
    version = "1"
    label = N_("Equal flow of money (Phragmén)")
    help = N_(
        "Every voter is given money at the same rate. As soon as the voters who chose a bid can pay for it together, "
        "they buy it. Bids are funded in full or not at all."
    )
    options_type: ClassVar[type[Settings]] = PhragmenOptions
    ballot_types = frozenset({"approval", "knapsack"})

    def count(self, task: Task) -> Outcome:
        """Count. Raises Refusal `open_tie`."""
        eligible, out = sift(task)
        chosen = [each for each in eligible if task.totals[each.id].votes]
        nobody = [not_ranked(each, task, nobody_chose()) for each in eligible if each not in chosen]
        misfit = getattr(task.method.options, "misfit", "skip")

        def run(way: tuple[str, ...]) -> Turns:
            turns = turns_for(task, way)
            supporters = {each: Supporters.of(each, task.index) for each in chosen}
            Flow(turns, supporters, Loads.none(task.index), misfit=misfit).run()
            return turns

        return outcome_of(task, self, agreed(run), [*nobody, *out])


@dataclass
class Flow(OneByOne[Fraction]):
    """Money flowing until every project has had its turn, from any loads: also what completes another rule.

    `loads` are what each group has paid so far (at the start of a count: nothing).
    """

    supporters: dict[Project, Supporters]
    loads: Loads

    def __post_init__(self) -> None:
        self.wait(self.supporters)

    def bounds(self, project: Project) -> tuple[float, float]:
        """Bounds of the load that each supporter would carry."""
        return self.loads.bounds(project.cost, self.supporters[project])

    def exact(self, project: Project) -> Fraction:
        """The load that each supporter would carry."""
        return self.loads.after(project.cost, self.supporters[project])

    def compared(self, one: Fraction, other: Fraction) -> int:
        """Loads as fractions."""
        return (one > other) - (one < other)

    def shown(self, value: Fraction) -> str:
        """The load, in minor units."""
        return shown(value)

    def are_strangers(self, projects: list[Project]) -> bool:
        """Whether no ballot supports two of them."""
        return are_strangers([self.supporters[each] for each in projects])

    def too_late(self) -> str:
        """Its supporters can pay, the pot cannot."""
        return N_(
            "Not funded. When the voters who chose it held its cost of %(cost)s together, only %(left)s was left in "
            "the pot."
        )

    def buy(self, project: Project, rank: int, value: Fraction) -> bool:
        """Let the supporters carry it; where one of them carried more before, a load may have fallen."""
        line = self.turns.line
        sentence = N_(
            "Funded in full. The voters who chose it held its cost of %(cost)s together when each voter had been given "
            "about %(share)s."
        )
        reason = line.reason("funded", sentence, project, share=round(value))
        self.turns.place(project, rank, shown(value), Given(Award.FULL, project.cost, reason))
        self._write_down(project, value)
        return self.loads.carry(self.supporters[project], value)

    def _write_down(self, project: Project, load: Fraction) -> None:
        """All supporters give all that they hold; what the others have been given so far is still theirs."""
        number, bought = self.supporters[project].number, sum(each.given.amount for each in self.turns.placed)
        left = load * self.turns.evidence.totals.ballots - bought
        step = Purchase(project.id, "rule", project.cost, "", "", number, 0, number, str(left))
        self.turns.purchases.append(step)
