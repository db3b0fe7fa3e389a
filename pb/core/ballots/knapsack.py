"""Knapsack ballots: spend the pot yourself; choose any projects whose costs together do not exceed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pb.core.ballots.ballot import BallotType, Mark, is_id_list, longest, too_few, too_many
from pb.core.election import Choices, Instance
from pb.core.errors import Fault
from pb.core.settings import Settings, limit, number
from pb.core.words import N_


@dataclass(frozen=True)
class KnapsackSettings(Settings):
    """How much a voter may spend, and on how many projects."""

    cap: int | None = limit("Most to spend", least=1, kind="money", help="Leave empty for the whole pot.")
    floor: int = number("Least to spend", 0, kind="money")
    most: int | None = limit("Most choices", least=1, help="Leave empty for no limit.")
    least: int = number("Fewest choices", 1, least=1)

    def faults(self, projects: int) -> list[Fault]:
        """What is silly about these settings for a ballot of so many projects."""
        faults = []
        if self.most is not None and self.most > projects:
            sentence = N_("There are only %(projects)s projects on the ballot.")
            faults.append(Fault("most_over_projects", sentence, {"projects": projects}, "most"))
        if self.least > min(projects, self.most or projects):
            faults.append(Fault("least_over_most", N_("Nobody could choose that many."), field="least"))
        if self.cap is not None and self.floor > self.cap:
            faults.append(Fault("floor_over_cap", N_("That is more than a voter may spend."), field="floor"))
        return faults


class Knapsack(BallotType[KnapsackSettings]):
    """`{"chosen": [ids]}`."""

    key = "knapsack"
    label = N_("Spend the pot")
    keys = ("chosen",)
    unit = "votes"
    settings_type = KnapsackSettings

    def is_readable(self, choices: Choices) -> bool:
        """Whether `chosen` is a list of texts."""
        return is_id_list(choices.get("chosen", []))

    def named(self, choices: Choices) -> list[str]:
        """The chosen projects."""
        return list(choices.get("chosen", ()))

    def normalised(self, choices: Choices) -> Choices:
        """The chosen ids in the order of their text."""
        return {"chosen": sorted(choices.get("chosen", ()))}

    def alone(self, project_id: str, settings: KnapsackSettings) -> Choices:
        """The project, chosen."""
        del settings
        return {"chosen": [project_id]}

    def marks(self, choices: Choices, settings: KnapsackSettings) -> Iterator[Mark]:
        """One vote for each chosen project."""
        del settings
        for project in choices.get("chosen", ()):
            yield Mark(project, 1)

    def limits(self, choices: Choices, instance: Instance, settings: KnapsackSettings) -> Iterator[Fault]:
        """More spent than there is, less than there must be, too many or too few choices."""
        chosen = choices["chosen"]
        cost = sum(instance.by_id[each].cost for each in chosen)
        cap = instance.budget if settings.cap is None else settings.cap
        if cost > cap:
            sentence = N_("You can spend up to %(cap)s. Your choices cost %(cost)s.")
            yield Fault("over_pot", sentence, {"cap": instance.money(cap), "cost": instance.money(cost)})
        if cost < settings.floor:
            sentence = N_("Spend at least %(floor)s. Your choices cost %(cost)s.")
            yield Fault(
                "under_floor", sentence, {"floor": instance.money(settings.floor), "cost": instance.money(cost)}
            )
        yield from too_many(len(chosen), settings.most)
        yield from too_few(len(chosen), settings.least)

    def largest(self, instance: Instance, settings: KnapsackSettings) -> Choices:
        """As many of the longest ids as may be chosen, whatever they cost."""
        return {"chosen": sorted(longest(instance, settings.most))}
