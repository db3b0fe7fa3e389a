"""One pot with a budget for each category: every category is counted on its own, from the same ballots.

A ballot gives a project the same in its category as on the whole ballot: the place that a voter gave it among all
projects is not worked out anew. Every ballot counts in every category, also if it names nothing there, so the shares
of rules that give each ballot money are of the category's budget and all ballots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pb.core.election import Instance, Profile
from pb.core.errors import Refusal
from pb.core.outcome import Outcome
from pb.core.rules import NO_FACTS, Facts, Method
from pb.core.surplus import PotCount, PotsOutcome, count_pots
from pb.core.words import N_


@dataclass(frozen=True)
class CategoryCount(PotCount):
    """One category to be counted; `whole` is the ballot that it is a part of."""

    whole: Instance = field(kw_only=True)

    def count(self, received: int = 0) -> Outcome:
        """Count the category, with so much more money (minor units; negative: it gave money away)."""
        others = self.whole.by_id.keys() - self.instance.by_id.keys()
        elsewhere = dict.fromkeys(others, "")
        facts = replace(self.facts, withdrawn={**self.facts.withdrawn, **elsewhere})
        pot = PotCount(self.key, replace(self.whole, budget=self.instance.budget), self.profile, self.method, facts)
        return _within(pot.count(received), self.instance, self.facts)


def count_by_category(
    instance: Instance,
    profile: Profile,
    method: Method,
    budgets: Mapping[str, int],
    *,
    facts: Facts = NO_FACTS,
    surplus: str = "return",
) -> PotsOutcome:
    """Count each category with its own budget: category -> minor units. What is not budgeted stays in the pot.

    Raises Refusal `category_without_budget`, `budgets_over_pot`, `rivals_in_two_categories`, and whatever the count of
    a pot raises.
    """
    _check(instance, budgets)
    counts = [
        CategoryCount(
            category,
            _part(instance, category, budget),
            profile,
            method,
            _known(facts, instance, category),
            whole=instance,
        )
        for category, budget in sorted(budgets.items())
    ]
    return count_pots(counts, surplus)


def _part(instance: Instance, category: str, budget: int) -> Instance:
    projects = tuple(each for each in instance.projects if each.category == category)
    ids = {each.id for each in projects}
    exclusive = tuple(group for group in instance.exclusive if group <= ids)
    return replace(instance, projects=projects, budget=budget, exclusive=exclusive)


def _known(facts: Facts, instance: Instance, category: str) -> Facts:
    """What is known about a category's projects; lots stay as they were drawn."""
    inside = {each.id for each in instance.projects if each.category == category}
    withdrawn = {key: why for key, why in facts.withdrawn.items() if key in inside}
    return Facts(withdrawn, facts.lots, {key: each for key, each in facts.responses.items() if key in inside})


def _within(outcome: Outcome, instance: Instance, facts: Facts) -> Outcome:
    """An outcome as it concerns the projects of one category alone."""
    projects = tuple(each for each in outcome.projects if each.id in instance.by_id)
    return replace(outcome, projects=projects, options={**outcome.options, **facts.to_json()})


def _check(instance: Instance, budgets: Mapping[str, int]) -> None:
    for project in instance.ordered:
        if project.category not in budgets:
            sentence = N_("“%(project)s” is in the category “%(category)s”, which has no budget.")
            raise Refusal(
                "category_without_budget", sentence, status=422, project=project.label, category=project.category
            )
    if sum(budgets.values()) > instance.budget:
        sentence = N_("The budgets of the categories come to %(sum)s, and the pot holds %(budget)s.")
        amounts = {"sum": instance.money(sum(budgets.values())), "budget": instance.money(instance.budget)}
        raise Refusal("budgets_over_pot", sentence, status=422, **amounts)
    for group in instance.exclusive:
        if len({instance.by_id[each].category for each in group}) > 1:
            sentence = N_("Bids that exclude each other must be in one category: %(projects)s.")
            names = ", ".join(instance.by_id[each].label for each in sorted(group))
            raise Refusal("rivals_in_two_categories", sentence, status=422, projects=names)
