"""The shape of a ballot type: what may be marked, what it adds to each project, what is wrong with it in words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from pb.core.canonical import canonical
from pb.core.election import Choices, Instance, Project
from pb.core.errors import Fault
from pb.core.settings import Settings
from pb.core.words import N_

S = TypeVar("S", bound=Settings)


class Mark(NamedTuple):
    """What one ballot gives to one project: a score, and how many ordinary votes (not boosts) are in it."""

    project: str
    score: int
    ordinary: int = 1


class BallotType(ABC, Generic[S]):
    """One way to mark a ballot. Choices are plain JSON data, whatever the type; no choices is an abstention.

    Add a type: one file with a subclass, one line in BALLOT_TYPES. The generic tests then ask all of this of it.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    #: The keys that choices may have.
    keys: ClassVar[tuple[str, ...]]
    #: What the score counts, for headings: votes or points.
    unit: ClassVar[str]
    settings_type: type[S]

    @abstractmethod
    def marks(self, choices: Choices, settings: S) -> Iterable[Mark]:
        """What readable choices give to each project. A project named twice gives twice (`faults` refuses that)."""

    @abstractmethod
    def limits(self, choices: Choices, instance: Instance, settings: S) -> Iterator[Fault]:
        """The limits that these readable, non-empty choices, all of known projects, break."""

    @abstractmethod
    def is_readable(self, choices: Choices) -> bool:
        """Whether choices, whose keys are known, are of the right plain types."""

    @abstractmethod
    def named(self, choices: Choices) -> list[str]:
        """The ids of the projects that readable choices name, as often as they are named."""

    @abstractmethod
    def largest(self, instance: Instance, settings: S) -> Choices:
        """Choices whose canonical JSON is at least as long as that of any ballot without faults.

        The size of sealed envelopes rests on it. It need not itself be without faults.
        """

    @abstractmethod
    def alone(self, project_id: str, settings: S) -> Choices:
        """Choices that name only this project, with the most that such a ballot can give it.

        Whether so few choices may be made is not looked at: explanations ask what such a voter would have changed.
        """

    @abstractmethod
    def normalised(self, choices: Choices) -> Choices:
        """The one way to write these readable choices down, so that ballots that mean the same are equal."""

    def unnamed(self, settings: S) -> int:
        """The score that a project gets from a ballot that does not name it."""
        del settings
        return 0

    def is_empty(self, choices: Choices) -> bool:
        """Whether readable choices name no project at all: the voter abstains in this section."""
        return not self.named(choices)

    def faults(self, choices: object, instance: Instance, settings: S) -> list[Fault]:
        """What is wrong with choices, in words for the voter; never raises, whatever JSON they are.

        No choices at all are without fault: whether a section may be left empty is for the round to say. A fault
        that concerns one project has its id as `field`.
        """
        if not self._is_shaped(choices):
            return [Fault("unreadable", N_("We could not read these choices. Please mark them again."))]
        assert isinstance(choices, Mapping)  # noqa: S101 - for the type checker
        ids = self.named(choices)
        if not ids:
            return []
        faults = [*_unknown(ids, instance), *self.repeats(choices, instance)]
        return faults or list(self.limits(choices, instance, settings))

    def repeats(self, choices: Choices, instance: Instance) -> Iterator[Fault]:
        """The projects that are named more often than once."""
        yield from repeated(self.named(choices), instance)

    def _is_shaped(self, choices: object) -> bool:
        return isinstance(choices, Mapping) and set(choices) <= set(self.keys) and self.is_readable(choices)


def is_id_list(value: object) -> bool:
    """Whether JSON data is a list of texts."""
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


def is_number_map(value: object) -> bool:
    """Whether JSON data is an object of whole numbers."""
    if not isinstance(value, Mapping):
        return False
    return all(isinstance(key, str) and is_number(each) for key, each in value.items())


def is_number(value: object) -> bool:
    """Whether JSON data is a whole number of a size that a ballot may hold (True and 1.0 are not)."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9


def repeated(ids: Collection[str], instance: Instance) -> Iterator[Fault]:
    """A fault for each project that a list names twice or more."""
    seen: set[str] = set()
    told: set[str] = set()
    for each in ids:
        if each in seen and each not in told:
            told.add(each)
            sentence = N_("You chose “%(project)s” twice. Each project counts once.")
            yield Fault("repeated", sentence, {"project": label(each, instance)}, each)
        seen.add(each)


def too_many(chosen: int, most: int | None) -> Iterator[Fault]:
    """A fault where more projects are chosen than may be."""
    if most is not None and chosen > most:
        sentence = N_("You can choose up to %(most)s. You have chosen %(chosen)s.")
        yield Fault("too_many", sentence, {"most": most, "chosen": chosen})


def too_few(chosen: int, least: int) -> Iterator[Fault]:
    """A fault where fewer projects are chosen than must be."""
    if chosen < least:
        sentence = N_("Choose at least %(least)s. You have chosen %(chosen)s.")
        yield Fault("too_few", sentence, {"least": least, "chosen": chosen})


def unused(chosen: int, most: int) -> Iterator[Fault]:
    """A fault where all choices must be used and are not."""
    if chosen < most:
        sentence = N_("Use all %(most)s of your choices. You have chosen %(chosen)s.")
        yield Fault("unused", sentence, {"most": most, "chosen": chosen})


def label(project_id: str, instance: Instance) -> str:
    """What people call a project; its id where the ballot has no such project."""
    project = instance.by_id.get(project_id)
    return project.label if project else project_id


def longest(instance: Instance, most: int | None = None) -> list[str]:
    """The ids of so many projects (all by default) whose ids take the most room in JSON."""
    return [project.id for project in by_room(instance)[:most]]


def by_room(instance: Instance) -> list[Project]:
    """The projects, those whose ids take the most room in JSON first."""
    return sorted(instance.projects, key=lambda project: (-room(project.id), project.id))


def room(data: Any) -> int:
    """How many bytes JSON data takes in its canonical form."""
    return len(canonical(data))


def _unknown(ids: Iterable[str], instance: Instance) -> Iterator[Fault]:
    for each in dict.fromkeys(ids):
        if each not in instance.by_id:
            sentence = N_("There is no project “%(project)s” on this ballot.")
            yield Fault("unknown_project", sentence, {"project": each}, each)
