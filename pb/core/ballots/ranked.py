"""Ranked ballots: put projects in order of preference; each place is worth points (Borda)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pb.core.ballots.ballot import BallotType, Mark, is_id_list, longest, too_few, too_many, unused
from pb.core.election import Choices, Instance
from pb.core.errors import Fault
from pb.core.settings import Settings, choice, number, yes_no
from pb.core.words import N_

RANK_POINTS = (
    ("places", N_("the first place gets as many points as the ballot has places, the next one fewer")),
    ("ranked", N_("the first place gets as many points as the voter ranked projects, the next one fewer")),
)


@dataclass(frozen=True)
class RankedSettings(Settings):
    """How many projects a voter ranks, and what each place is worth."""

    most: int = number("Places on the ballot", 3, least=1)
    least: int = number("Fewest projects to rank", 1, least=1)
    use_all: bool = yes_no("Must fill every place", False)
    points: str = choice("Points for a place", "places", RANK_POINTS)

    def faults(self, projects: int) -> list[Fault]:
        """What is silly about these settings for a ballot of so many projects."""
        faults = []
        if self.most > projects:
            sentence = N_("There are only %(projects)s projects on the ballot.")
            faults.append(Fault("most_over_projects", sentence, {"projects": projects}, "most"))
        if self.least > min(projects, self.most):
            faults.append(Fault("least_over_most", N_("Nobody could rank that many."), field="least"))
        return faults


class Ranked(BallotType[RankedSettings]):
    """`{"ranking": [ids]}`, the most wanted first."""

    key = "ranked"
    label = N_("Rank projects")
    keys = ("ranking",)
    unit = "points"
    settings_type = RankedSettings

    def is_readable(self, choices: Choices) -> bool:
        """Whether `ranking` is a list of texts."""
        return is_id_list(choices.get("ranking", []))

    def named(self, choices: Choices) -> list[str]:
        """The ranked projects, the most wanted first."""
        return list(choices.get("ranking", ()))

    def normalised(self, choices: Choices) -> Choices:
        """The ranking."""
        return {"ranking": list(choices.get("ranking", ()))}

    def alone(self, project_id: str, settings: RankedSettings) -> Choices:
        """The project in the first place."""
        del settings
        return {"ranking": [project_id]}

    def marks(self, choices: Choices, settings: RankedSettings) -> Iterator[Mark]:
        """The length of the ballot (or of this ranking) less the place, counted from 0."""
        ranking = choices.get("ranking", ())
        top = settings.most if settings.points == "places" else len(ranking)
        for place, project in enumerate(ranking):
            yield Mark(project, top - place)

    def limits(self, choices: Choices, instance: Instance, settings: RankedSettings) -> Iterator[Fault]:
        """Too many or too few."""
        del instance
        ranked = len(choices["ranking"])
        yield from too_many(ranked, settings.most)
        if settings.use_all:
            yield from unused(ranked, settings.most)
        else:
            yield from too_few(ranked, settings.least)

    def largest(self, instance: Instance, settings: RankedSettings) -> Choices:
        """As many of the longest ids as there are places."""
        return {"ranking": longest(instance, settings.most)}
