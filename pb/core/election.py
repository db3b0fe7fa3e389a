"""An election as data: the projects with their costs and the pot, and all ballots; frozen, with digests."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from pb.core.canonical import digest
from pb.core.errors import Refusal
from pb.core.money import format_money, minor_figures
from pb.core.words import N_

if TYPE_CHECKING:
    from pb.core.settings import Settings

_text_of = json.JSONEncoder(sort_keys=True).encode

#: One ballot's choices as plain JSON data; each ballot type says what is in it.
Choices = Mapping[str, Any]


@dataclass(frozen=True)
class Project:
    """A bid as it stands on the ballot. Amounts in minor units.

    `minimum` is the smallest amount with which it could go ahead (None: it needs all of its cost). `number` is
    its drawn place on the ballot, the only meaning that "published order" has in a count.
    """

    id: str
    cost: int
    name: str = ""
    minimum: int | None = None
    number: int | None = None
    category: str = ""
    tags: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """What people call it: its name, or its id where it has none."""
        return self.name or self.id

    @property
    def needs(self) -> int:
        """The smallest amount, in minor units, with which it could go ahead."""
        return self.cost if self.minimum is None else min(self.minimum, self.cost)

    @property
    def order(self) -> tuple[bool, int, str]:
        """Where it stands in a list in which nothing else decides: ballot number, then id."""
        return (self.number is None, self.number or 0, self.id)

    def to_json(self) -> dict[str, Any]:
        """The project as plain JSON data."""
        data = {**self.__dict__, "tags": sorted(self.tags)}
        return {key: value for key, value in data.items() if value not in (None, "", [])}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Project:
        """Read what `to_json` wrote."""
        return cls(**{**data, "tags": frozenset(data.get("tags", ()))})


@dataclass(frozen=True)
class Instance:
    """One pot and the projects that ask for its money. `budget` and costs in minor units of `currency`.

    `scale` is how many minor units make one of the currency's unit. `exclusive` are groups of projects of which
    at most one can go ahead. The order of `projects` means nothing.

    Raises Refusal `duplicate_project`, `negative_cost`, `negative_budget`, `unknown_project`.
    """

    projects: tuple[Project, ...]
    budget: int
    currency: str = "GBP"
    scale: int = 100
    exclusive: tuple[frozenset[str], ...] = ()

    def __post_init__(self) -> None:
        if self.budget < 0:
            raise Refusal("negative_budget", N_("A pot cannot hold less than nothing."), status=422)
        for project in self.projects:
            if project.cost < 0:
                sentence = N_("The cost of %(project)s cannot be less than nothing.")
                raise Refusal("negative_cost", sentence, status=422, project=project.label)
        if len(self.by_id) < len(self.projects):
            raise Refusal("duplicate_project", N_("Two projects have the same id."), status=422)
        for project_id in frozenset().union(*self.exclusive) - self.by_id.keys():
            sentence = N_("There is no project %(project)s on this ballot.")
            raise Refusal("unknown_project", sentence, status=422, project=project_id)

    @cached_property
    def by_id(self) -> dict[str, Project]:
        """The projects by their ids."""
        return {project.id: project for project in self.projects}

    @cached_property
    def ordered(self) -> tuple[Project, ...]:
        """The projects in the order in which a list shows them."""
        return tuple(sorted(self.projects, key=lambda project: project.order))

    def money(self, amount: int) -> str:
        """An amount in minor units as people write it: £9,000, £12.50 or 9,000 PLN."""
        figures = len(str(self.scale)) - 1
        if figures == minor_figures(self.currency):
            return format_money(amount, self.currency).rstrip()
        whole, rest = divmod(amount, self.scale)
        part = f".{rest:0{figures}d}" if rest else ""
        return f"{whole:,}{part} {self.currency}".rstrip()

    def to_json(self) -> dict[str, Any]:
        """The instance as plain JSON data, the same whatever the order of its projects."""
        return {
            "projects": [project.to_json() for project in sorted(self.projects, key=lambda each: each.id)],
            "budget": self.budget,
            "currency": self.currency,
            "scale": self.scale,
            "exclusive": sorted(sorted(group) for group in self.exclusive),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Instance:
        """Read what `to_json` wrote."""
        projects = tuple(Project.from_json(each) for each in data["projects"])
        exclusive = tuple(frozenset(group) for group in data["exclusive"])
        return cls(projects, data["budget"], data["currency"], data["scale"], exclusive)

    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the instance's canonical JSON."""
        return digest(self.to_json())


class Group(NamedTuple):
    """Ballots with the same choices, and how many there are."""

    choices: Choices
    size: int


class LazyGroups(Sequence[Group]):
    """Groups that are held in another form, and made only when somebody looks at them."""

    @property
    @abstractmethod
    def ballots(self) -> int:
        """How many ballots there are in all groups."""

    @abstractmethod
    def _make(self) -> Iterable[Group]:
        """Make the groups."""

    @cached_property
    def _made(self) -> tuple[Group, ...]:
        return tuple(self._make())

    def __len__(self) -> int:
        return len(self._made)

    @overload
    def __getitem__(self, at: int) -> Group: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Group]: ...
    def __getitem__(self, at: int | slice) -> Group | Sequence[Group]:
        return self._made[at]

    def __iter__(self) -> Iterator[Group]:
        return iter(self._made)


@dataclass(frozen=True)
class Profile:
    """All ballots of one pot: their type, its settings, and the choices, equal ballots together.

    Make one with `Profile.of`, which puts equal ballots together and in a fixed order, so that neither the order
    in which ballots came nor the way they were batched can be told from it.
    """

    ballot_type: str
    settings: Settings
    groups: Sequence[Group] = field(default=())

    @classmethod
    def of(cls, ballot_type: str, settings: Settings, ballots: Iterable[Choices | Group]) -> Profile:
        """Put ballots, one by one or already grouped, into a profile. Choices must be as the type normalises them."""
        counts: dict[str, int] = {}
        choices: dict[str, Choices] = {}
        for ballot in ballots:
            group = ballot if isinstance(ballot, Group) else Group(ballot, 1)
            key = _text_of(group.choices)
            counts[key] = counts.get(key, 0) + group.size
            choices[key] = group.choices
        groups = tuple(Group(choices[key], counts[key]) for key in sorted(counts))
        return cls(ballot_type, settings, groups)

    @cached_property
    def size(self) -> int:
        """How many ballots there are, empty ones included."""
        if isinstance(self.groups, LazyGroups):
            return self.groups.ballots
        return sum(group.size for group in self.groups)

    @cached_property
    def memo(self) -> dict[object, Any]:
        """What was worked out from these ballots and is wanted again; who keeps it chooses the key."""
        return {}

    def each(self) -> Iterator[Choices]:
        """The choices of every ballot, one ballot at a time."""
        for choices, size in self.groups:
            for _ in range(size):
                yield choices

    def to_json(self) -> dict[str, Any]:
        """The profile as plain JSON data."""
        return {
            "ballot_type": self.ballot_type,
            "settings": self.settings.to_json(),
            "groups": [[dict(group.choices), group.size] for group in self.groups],
        }

    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the profile's canonical JSON."""
        return digest(self.to_json())
