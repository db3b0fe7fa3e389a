"""Approval ballots: choose up to so many projects, one vote each, with a boost vote for marked projects if wished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pb.core.ballots.ballot import BallotType, Mark, by_room, is_id_list, label, repeated, too_few, too_many, unused
from pb.core.election import Choices, Instance, Project
from pb.core.errors import Fault
from pb.core.settings import Settings, limit, number, yes_no
from pb.core.words import N_

#: The tag of a project that a boost vote may go to.
BOOST = "boost"


@dataclass(frozen=True)
class ApprovalSettings(Settings):
    """How many projects a voter may choose."""

    most: int | None = limit("Most choices", least=1, help="Leave empty for no limit.")
    least: int = number("Fewest choices", 1, least=1)
    use_all: bool = yes_no("Must use all choices", False)
    per_category: int | None = limit(
        "Most choices in each category", least=1, help="Leave empty for no limit. Needs a category on each bid."
    )
    boost: bool = yes_no(
        "One extra vote for a marked bid", False, help="It may repeat a choice. Mark the bids that it may go to."
    )

    def faults(self, projects: int) -> list[Fault]:
        """What is silly about these settings for a ballot of so many projects."""
        return list(self._faults(projects))

    def _faults(self, projects: int) -> Iterator[Fault]:
        if self.most is not None and self.most > projects:
            sentence = N_("There are only %(projects)s projects on the ballot.")
            yield Fault("most_over_projects", sentence, {"projects": projects}, "most")
        if self.least > min(projects, self.most or projects):
            yield Fault("least_over_most", N_("Nobody could choose that many."), field="least")
        if self.use_all and self.most is None:
            sentence = N_("Say how many choices there are, if all of them must be used.")
            yield Fault("use_all_of_what", sentence, field="most")


class Approval(BallotType[ApprovalSettings]):
    """`{"approved": [ids], "boost": id}`; `boost` is absent where the extra vote is not given."""

    key = "approval"
    label = N_("Choose projects")
    keys = ("approved", "boost")
    unit = "votes"
    settings_type = ApprovalSettings

    def is_readable(self, choices: Choices) -> bool:
        """Whether `approved` is a list of texts and `boost`, if there, a text."""
        return is_id_list(choices.get("approved", [])) and isinstance(choices.get("boost", ""), str)

    def named(self, choices: Choices) -> list[str]:
        """The approved projects, then the boosted one."""
        return [*choices.get("approved", ()), *boosted(choices)]

    def normalised(self, choices: Choices) -> Choices:
        """Approved ids in the order of their text; `boost` only where there is one."""
        return _written(choices.get("approved", ()), boosted(choices))

    def alone(self, project_id: str, settings: ApprovalSettings) -> Choices:
        """The project, approved."""
        del settings
        return {"approved": [project_id]}

    def marks(self, choices: Choices, settings: ApprovalSettings) -> Iterator[Mark]:
        """One vote for each approved project, and one more, not an ordinary one, for the boosted project."""
        del settings
        boost = choices.get("boost")
        approved = choices.get("approved", ())
        for each in approved:
            yield Mark(each, 2 if each == boost else 1)
        if boost and boost not in approved:
            yield Mark(boost, 1, 0)

    def repeats(self, choices: Choices, instance: Instance) -> Iterator[Fault]:
        """The projects chosen twice; a boost may repeat a choice."""
        yield from repeated(list(choices.get("approved", ())), instance)

    def limits(self, choices: Choices, instance: Instance, settings: ApprovalSettings) -> Iterator[Fault]:
        """Too many, too few, too many of one category, or a boost for a project that may not have it."""
        approved = choices.get("approved", ())
        chosen = len(approved)
        yield from too_many(chosen, settings.most)
        if settings.use_all:
            yield from unused(chosen, settings.most or 0)
        else:
            yield from too_few(chosen, settings.least)
        yield from _crowded(approved, instance, settings)
        for boost in boosted(choices):
            yield from _misplaced(boost, instance, settings)

    def largest(self, instance: Instance, settings: ApprovalSettings) -> Choices:
        """The longest ids that fit the limits, and the longest boost."""
        chosen: list[str] = []
        taken: Counter[str] = Counter()
        for project in by_room(instance):
            full = settings.per_category is not None and taken[project.category] >= settings.per_category
            if not full and len(chosen) < (settings.most or len(instance.projects)):
                chosen.append(project.id)
                taken[project.category] += 1
        boosts = [project.id for project in by_room(instance) if may_be_boosted(project)] if settings.boost else []
        return _written(chosen, boosts[:1])


def boosted(choices: Choices) -> list[str]:
    """The project that the boost vote goes to, as a list of one or none."""
    boost = choices.get("boost")
    return [boost] if boost else []


def may_be_boosted(project: Project) -> bool:
    """Whether a boost vote may go to a project."""
    return BOOST in project.tags


def _written(approved: Iterable[str], boost: list[str]) -> Choices:
    choices: dict[str, object] = {"approved": sorted(approved)}
    if boost:
        choices["boost"] = boost[0]
    return choices


def _crowded(approved: list[str], instance: Instance, settings: ApprovalSettings) -> Iterator[Fault]:
    if settings.per_category is None:
        return
    taken = Counter(instance.by_id[each].category for each in approved)
    for category, chosen in sorted(taken.items()):
        if chosen > settings.per_category:
            sentence = N_("You can choose up to %(most)s in “%(category)s”. You have chosen %(chosen)s.")
            params = {"most": settings.per_category, "category": category, "chosen": chosen}
            yield Fault("too_many_in_category", sentence, params)


def _misplaced(boost: str, instance: Instance, settings: ApprovalSettings) -> Iterator[Fault]:
    if not settings.boost:
        yield Fault("no_boost", N_("This ballot has no extra vote."))
    elif not may_be_boosted(instance.by_id[boost]):
        sentence = N_("The extra vote cannot go to “%(project)s”. It is for the marked projects.")
        yield Fault("boost_misplaced", sentence, {"project": label(boost, instance)}, boost)
