"""Scoring ballots: give projects a score on a scale, all of them or a chosen few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pb.core.ballots.ballot import BallotType, Mark, is_number_map, label, longest, room, too_few, too_many, unused
from pb.core.election import Choices, Instance
from pb.core.errors import Fault
from pb.core.settings import Settings, limit, number, yes_no
from pb.core.words import N_


@dataclass(frozen=True)
class ScoringSettings(Settings):
    """The scale, and how many projects a voter scores."""

    lowest: int = number("Lowest score", 1, least=-100, most=100)
    highest: int = number("Highest score", 5, least=-100, most=100)
    score_all: bool = yes_no("Must score every project", True, help="Otherwise consider ranking by the average.")
    most: int | None = limit("Most projects to score", least=1, help="Leave empty for no limit.")
    least: int = number("Fewest projects to score", 1, least=1)
    use_all: bool = yes_no("Must score that many", False, help="Exactly as many as the most, as in choose five.")
    default: int = number("Score of a project that is not scored", 0, least=-100, most=100)

    def faults(self, projects: int) -> list[Fault]:
        """What is silly about these settings for a ballot of so many projects."""
        return list(self._faults(projects))

    def _faults(self, projects: int) -> Iterator[Fault]:
        if self.lowest >= self.highest:
            yield Fault("scale_upside_down", N_("The highest score must be above the lowest."), field="highest")
        if self.most is not None and self.score_all:
            sentence = N_("Voters cannot have to score every project and only some of them.")
            yield Fault("all_or_some", sentence, field="most")
        if self.most is not None and self.most > projects:
            sentence = N_("There are only %(projects)s projects on the ballot.")
            yield Fault("most_over_projects", sentence, {"projects": projects}, "most")
        if self.least > min(projects, self.most or projects):
            yield Fault("least_over_most", N_("Nobody could score that many."), field="least")
        if self.use_all and self.most is None:
            sentence = N_("Say how many projects a voter scores, if all scores must be used.")
            yield Fault("use_all_of_what", sentence, field="most")


class Scoring(BallotType[ScoringSettings]):
    """`{"scores": {id: whole number}}`."""

    key = "scoring"
    label = N_("Score projects")
    keys = ("scores",)
    unit = "points"
    settings_type = ScoringSettings

    def is_readable(self, choices: Choices) -> bool:
        """Whether `scores` is an object of whole numbers."""
        return is_number_map(choices.get("scores", {}))

    def named(self, choices: Choices) -> list[str]:
        """The scored projects."""
        return list(choices.get("scores", ()))

    def normalised(self, choices: Choices) -> Choices:
        """The scores."""
        return {"scores": dict(choices.get("scores", {}))}

    def alone(self, project_id: str, settings: ScoringSettings) -> Choices:
        """The highest score for the project."""
        return {"scores": {project_id: settings.highest}}

    def marks(self, choices: Choices, settings: ScoringSettings) -> Iterator[Mark]:
        """Each score as it stands."""
        del settings
        for project, score in choices.get("scores", {}).items():
            yield Mark(project, score)

    def unnamed(self, settings: ScoringSettings) -> int:
        """What a project gets from a ballot that does not score it."""
        return settings.default

    def limits(self, choices: Choices, instance: Instance, settings: ScoringSettings) -> Iterator[Fault]:
        """A score off the scale, a project left out where all must be scored, too many or too few."""
        scores = choices["scores"]
        for project, score in scores.items():
            if not settings.lowest <= score <= settings.highest:
                sentence = N_("Give “%(project)s” a score from %(lowest)s to %(highest)s.")
                params = {"project": label(project, instance), "lowest": settings.lowest, "highest": settings.highest}
                yield Fault("off_scale", sentence, params, project)
        if settings.score_all:
            yield from _left_out(scores, instance)
            return
        yield from too_many(len(scores), settings.most)
        if settings.use_all:
            yield from unused(len(scores), settings.most or 0)
        else:
            yield from too_few(len(scores), settings.least)

    def largest(self, instance: Instance, settings: ScoringSettings) -> Choices:
        """The longest ids that may be scored, each with the score that takes most room."""
        widest = max(settings.lowest, settings.highest, key=room)
        most = None if settings.score_all else settings.most
        return {"scores": dict.fromkeys(longest(instance, most), widest)}


def _left_out(scores: Choices, instance: Instance) -> Iterator[Fault]:
    for project in instance.ordered:
        if project.id not in scores:
            sentence = N_("Give “%(project)s” a score. This ballot counts when every project has one.")
            yield Fault("not_scored", sentence, {"project": project.label}, project.id)
