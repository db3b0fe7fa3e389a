"""A profile as arrays: for each project the groups of equal ballots that name it, and what each of them gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pb.core.ballots import BALLOT_TYPES
from pb.core.election import Instance, Profile
from pb.core.errors import Refusal
from pb.core.packed import PackedGroups
from pb.core.words import N_

Ints = NDArray[np.int64]
Groups = NDArray[np.int32]


@dataclass(frozen=True)
class Index:
    """Who supports what, as compressed rows: one row for each project, in the order of `projects`.

    `sizes` (int64) is how many ballots each group of equal ballots holds, in the order of the profile. The groups
    that name project number p are `groups[starts[p]:starts[p + 1]]` (int32, ascending; twice where a ballot names it
    twice), what one ballot of each gives it stands beside them in `marks` (int64), and how many ordinary votes are
    in that in `ordinary`. `unnamed` is the score that a ballot gives to each project that it does not name.
    `ballots` counts all ballots, `marked` those that name at least one project. `plain` says that each mark is one
    vote and that no ballot names a project twice. The arrays cannot be changed.
    """

    projects: tuple[str, ...]
    sizes: Ints
    starts: Ints
    groups: Groups
    marks: Ints
    ordinary: Ints
    ballots: int
    marked: int
    unnamed: int = 0
    plain: bool = False

    def __post_init__(self) -> None:
        for array in (self.sizes, self.starts, self.groups, self.marks, self.ordinary):
            array.flags.writeable = False

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each project's row, by its id."""
        return {project: number for number, project in enumerate(self.projects)}

    def row(self, project_id: str) -> tuple[Groups, Ints]:
        """The groups that name a project, and what a ballot of each gives it."""
        part = self._part(project_id)
        return self.groups[part], self.marks[part]

    def ordinary_votes(self, project_id: str) -> int:
        """How many ordinary votes a project has, extra votes left out."""
        part = self._part(project_id)
        return int(self.sizes[self.groups[part]] @ self.ordinary[part])

    def _part(self, project_id: str) -> slice:
        return slice(*self.starts[self.numbers[project_id] :][:2])


def index_of(instance: Instance, profile: Profile) -> Index:
    """The arrays of a profile; its rows in the order of the instance's ids as text. Kept with the profile.

    Raises Refusal `unknown_project` if a ballot names a project that is not in the instance.
    """
    projects = tuple(sorted(instance.by_id))
    kept = profile.memo.get(("index", projects))
    if not isinstance(kept, Index):
        kept = profile.memo["index", projects] = _index(projects, profile)
    return kept


def _index(projects: tuple[str, ...], profile: Profile) -> Index:
    groups = profile.groups
    if isinstance(groups, PackedGroups) and set(groups.ids) <= set(projects):
        return _unpacked(projects, groups)
    numbers = {project: number for number, project in enumerate(projects)}
    table = np.array(list(chain.from_iterable(_entries(profile, numbers))), dtype=np.int64).reshape(-1, 4)
    table = table[np.argsort(table[:, 0], kind="stable")]
    sizes = np.array([group.size for group in groups], dtype=np.int64)
    starts = np.searchsorted(table[:, 0], np.arange(len(projects) + 1))
    naming = np.bincount(table[:, 1], minlength=len(sizes)) > 0
    twice = (table[1:, :2] == table[:-1, :2]).all(axis=1).any()
    return Index(
        projects, sizes, starts, table[:, 1].astype(np.int32), table[:, 2].copy(), table[:, 3].copy(),
        profile.size, int(sizes[naming].sum()), BALLOT_TYPES[profile.ballot_type].unnamed(profile.settings),
        bool((table[:, 2] == 1).all() and not twice),
    )  # fmt: skip


def _unpacked(projects: tuple[str, ...], packed: PackedGroups) -> Index:
    """The arrays of packed approvals: each gives one ordinary vote to each project it names."""
    total = int(np.bitwise_count(packed.words).sum())
    starts = np.zeros(len(projects) + 1, dtype=np.int64)
    groups = np.empty(total, dtype=np.int32)
    for number, naming in enumerate(packed.rows(projects)):
        end = starts[number] + len(naming)
        groups[starts[number] : end] = naming
        starts[number + 1] = end
    ones = np.broadcast_to(np.int64(1), total)
    marked = packed.sizes[packed.words.any(axis=0)]
    return Index(projects, packed.sizes, starts, groups, ones, ones, packed.ballots, int(marked.sum()), 0, True)


def _entries(profile: Profile, numbers: dict[str, int]) -> Iterator[tuple[int, int, int, int]]:
    """(project, group, mark, ordinary votes) for every project that every group names."""
    marks_of = BALLOT_TYPES[profile.ballot_type].marks
    settings = profile.settings
    for group, (choices, _) in enumerate(profile.groups):
        for project_id, mark, ordinary in marks_of(choices, settings):
            number = numbers.get(project_id)
            if number is None:
                raise unknown_project(project_id)
            yield number, group, mark, ordinary


def unknown_project(project_id: str) -> Refusal:
    """The refusal for a ballot that names a project which is not in the instance."""
    sentence = N_("A ballot names the project “%(project)s”, which is not on this ballot.")
    return Refusal("unknown_project", sentence, status=422, project=project_id)


def distinct(groups: Groups) -> Groups:
    """Ascending numbers, each once. (`np.unique` would do, but for what it loads when it is first called.)"""
    return groups[np.flatnonzero(np.diff(groups, prepend=-1))]
