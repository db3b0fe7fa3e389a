"""Points ballots: share a number of points among the projects (cumulative voting)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pb.core.ballots.ballot import BallotType, Mark, is_number_map, label, longest, too_few, too_many
from pb.core.election import Choices, Instance
from pb.core.errors import Fault
from pb.core.settings import Settings, limit, number, yes_no
from pb.core.words import N_


@dataclass(frozen=True)
class PointsSettings(Settings):
    """How many points a voter has, and how they may be shared out."""

    total: int = number("Points for each voter", 10, least=1, most=1_000_000)
    use_all: bool = yes_no("Must use all points", False)
    least_total: int = number("Fewest points to give in all", 1, least=1)
    most_each: int | None = limit("Most points for one project", least=1, help="Leave empty for no limit.")
    least_each: int = number("Fewest points for a project that gets any", 1, least=1)
    most: int | None = limit("Most projects that may get points", least=1, help="Leave empty for no limit.")
    least: int = number("Fewest projects that must get points", 1, least=1)

    def faults(self, projects: int) -> list[Fault]:
        """What is silly about these settings for a ballot of so many projects."""
        return list(self._faults(projects))

    def _faults(self, projects: int) -> Iterator[Fault]:
        each = self.total if self.most_each is None else self.most_each
        reach = min(projects, self.most or projects)
        if each > self.total:
            yield Fault("each_over_total", N_("That is more than a voter has."), field="most_each")
        if self.least_each > each:
            yield Fault("each_upside_down", N_("That is more than one project may get."), field="least_each")
        if self.least_total > self.total:
            yield Fault("least_over_total", N_("That is more than a voter has."), field="least_total")
        if self.least > reach or self.least * self.least_each > self.total:
            yield Fault("least_over_most", N_("Nobody could give points to that many."), field="least")
        if self.use_all and each * reach < self.total:
            yield Fault("cannot_use_all", N_("There are too few projects to take all the points."), field="use_all")


class Points(BallotType[PointsSettings]):
    """`{"points": {id: whole number}}`; no points is the same as not being named."""

    key = "points"
    label = N_("Share points")
    keys = ("points",)
    unit = "points"
    settings_type = PointsSettings

    def is_readable(self, choices: Choices) -> bool:
        """Whether `points` is an object of whole numbers."""
        return is_number_map(choices.get("points", {}))

    def named(self, choices: Choices) -> list[str]:
        """The projects that get points (or, wrongly, fewer than none)."""
        return [project for project, points in choices.get("points", {}).items() if points]

    def normalised(self, choices: Choices) -> Choices:
        """The points, without the projects that get none."""
        return {"points": {project: points for project, points in choices.get("points", {}).items() if points}}

    def alone(self, project_id: str, settings: PointsSettings) -> Choices:
        """As many points for the project as it may get."""
        return {"points": {project_id: min(settings.total, settings.most_each or settings.total)}}

    def marks(self, choices: Choices, settings: PointsSettings) -> Iterator[Mark]:
        """The points as they stand."""
        del settings
        for project, points in choices.get("points", {}).items():
            if points:
                yield Mark(project, points)

    def limits(self, choices: Choices, instance: Instance, settings: PointsSettings) -> Iterator[Fault]:
        """Too many or too few points in all or for one project, or for too many or too few projects."""
        given = self.normalised(choices)["points"]
        total = sum(given.values())
        for project, points in given.items():
            yield from _for_one(project, points, instance, settings)
        if total > settings.total:
            sentence = N_("You have %(total)s points to give. You have given %(given)s.")
            yield Fault("too_many_points", sentence, {"total": settings.total, "given": total})
        elif settings.use_all and total < settings.total:
            sentence = N_("Give all %(total)s points. You have given %(given)s.")
            yield Fault("points_unused", sentence, {"total": settings.total, "given": total})
        elif total < settings.least_total:
            sentence = N_("Give at least %(least)s points in all. You have given %(given)s.")
            yield Fault("too_few_points", sentence, {"least": settings.least_total, "given": total})
        yield from too_many(len(given), settings.most)
        yield from too_few(len(given), settings.least)

    def largest(self, instance: Instance, settings: PointsSettings) -> Choices:
        """As many of the longest ids as may get points, each with the most that one may get."""
        each = min(settings.total, settings.most_each or settings.total)
        most = min(settings.most or settings.total, settings.total // settings.least_each)
        return {"points": dict.fromkeys(longest(instance, most), each)}


def _for_one(project: str, points: int, instance: Instance, settings: PointsSettings) -> Iterator[Fault]:
    params = {"project": label(project, instance), "least": settings.least_each, "most": settings.most_each}
    if points < settings.least_each:
        sentence = N_("Give “%(project)s” at least %(least)s, or leave it empty.")
        yield Fault("too_few_each", sentence, params, project)
    if settings.most_each is not None and points > settings.most_each:
        sentence = N_("Give “%(project)s” at most %(most)s.")
        yield Fault("too_many_each", sentence, params, project)
