"""How equal shares spent the voters' money, as a story with pictures: winner by winner, less and less is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pb.core.disclosure import NO_SCORES
from pb.core.outcome import Endowment, Outcome, Purchase
from pb.web.formats import money, number

BOUGHT = "rule"


@dataclass(frozen=True)
class Step:
    """One project that its supporters bought; `left` is what all voters then have, in hundredths of what they had."""

    title: str
    text: str
    left: int | None


@dataclass(frozen=True)
class Story:
    """The whole story: how it began, project after project, and what became of the rest."""

    begins: list[str]
    steps: list[Step]
    rest: list[str]


def story_of(outcome: Outcome, level: str, titles: Mapping[str, str], currency: str) -> Story | None:
    """The story of a pot that was counted by equal shares; None for other rules and where nothing may be told.

    `level` says how much may be told of the ballots (see `pb.core.disclosure`).
    """
    given = outcome.endowment
    if given is None or not outcome.steps or level in NO_SCORES:
        return None
    teller = _Teller(outcome, given, titles, currency)
    return Story(list(teller.begins()), list(teller.steps()), list(teller.rest()))


@dataclass(frozen=True)
class _Teller:
    outcome: Outcome
    given: Endowment
    titles: Mapping[str, str]
    currency: str

    def begins(self) -> Iterator[str]:
        """How much each ballot got, and whether it was raised."""
        first, final = Fraction(self.given.first), Fraction(self.given.final)
        ballots, pot, share = number(self.outcome.ballots), self._money(self.outcome.budget), self._money(first)
        yield _(
            "There is %(pot)s and there are %(ballots)s ballots, so every ballot gets the same: %(share)s to spend.",
            pot=pot, ballots=ballots, share=share,
        )  # fmt: skip
        if final > first:
            yield _(
                "With so little, money would be left over, because a project is only bought when its supporters "
                "can pay all of it. So everybody’s share was raised step by step, and each time it was counted again. "
                "At %(share)s the pot still pays for everything that is bought; this is the count that stands.",
                share=self._money(final),
            )  # fmt: skip
        yield _(
            "The voters who chose a project pay for it together, each the same. If somebody has less left than that, "
            "they give what they have, and the others pay a little more. The project that the most voters can pay "
            "for together comes first."
        )

    def steps(self) -> Iterator[Step]:
        """The projects in the order in which their supporters bought them."""
        for step in self.outcome.steps:
            if step.stage == BOUGHT:
                yield Step(self.titles[step.project], self._bought(step), self._left(step))

    def rest(self) -> Iterator[str]:
        """What became of the money that no group of supporters could put together."""
        later = [self.titles[step.project] for step in self.outcome.steps if step.stage != BOUGHT]
        if later:
            yield _(
                "No other project’s supporters had enough left together. What was still in the pot paid for: "
                "%(projects)s.",
                projects=", ".join(later),
            )
        elif len(self.outcome.selected) < len(self.titles):
            yield _("No other project’s supporters had enough left together.")
        if self.outcome.left:
            yield _("%(left)s of the pot is left.", left=self._money(self.outcome.left))

    def _bought(self, step: Purchase) -> str:
        if not step.cost:
            return str(_("It costs nothing, so it is bought at once."))
        cost = self._money(step.cost)
        if not step.price:
            told = ngettext(
                "It costs %(cost)s. %(num)s voter chose it.",
                "It costs %(cost)s. %(num)s voters chose it.",
                step.supporters,
                cost=cost,
            )
            return str(told)
        price = self._money(-(-Fraction(step.price) // 1))
        told = ngettext(
            "It costs %(cost)s. %(num)s voter chose it. Nobody pays more than %(price)s for it.",
            "It costs %(cost)s. %(num)s voters chose it. Nobody pays more than %(price)s for it.",
            step.supporters,
            cost=cost,
            price=price,
        )
        return str(told)

    def _left(self, step: Purchase) -> int | None:
        """What all voters have left, in hundredths: it follows from the costs, so it shows nobody's ballot."""
        all_of_it = Fraction(self.given.final) * self.outcome.ballots
        return int(100 * Fraction(step.left) / all_of_it + Fraction(1, 2)) if all_of_it else None

    def _money(self, amount: Any) -> str:
        return money(int(amount), self.currency)
