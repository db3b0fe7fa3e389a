"""Profiles that differ a little from another: their arrays are made from its arrays, not from its ballots again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pb.core.ballots import BALLOT_TYPES
from pb.core.election import Group, Instance, LazyGroups, Profile
from pb.core.rules.index import Index, index_of

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Later(LazyGroups):
    """Groups that are made by `make` when somebody looks at them; `held` is how many ballots they hold."""

    held: int
    make: Callable[[], Sequence[Group]]

    @property
    def ballots(self) -> int:
        """How many ballots there are."""
        return self.held

    def _make(self) -> Sequence[Group]:
        return self.make()


def with_sizes(instance: Instance, profile: Profile, sizes: Ints) -> Profile:
    """The profile with other numbers of ballots in its groups; groups of none are left out."""
    index = index_of(instance, profile)
    kept = sizes > 0
    places = np.cumsum(kept, dtype=np.int32) - 1
    some = kept[index.groups]
    ends = np.concatenate([[0], np.cumsum(some)])
    groups = places[index.groups[some]].astype(np.int32)
    left = sizes[kept]
    naming = np.unique(groups)
    changed = replace(
        index, sizes=left, starts=ends[index.starts], groups=groups, marks=index.marks[some],
        ordinary=index.ordinary[some], ballots=int(left.sum()), marked=int(left[naming].sum()),
    )  # fmt: skip

    def make() -> Sequence[Group]:
        pairs = zip(profile.groups, sizes.tolist(), strict=True)
        return [Group(group.choices, size) for group, size in pairs if size]

    return _holding(profile, changed, Later(changed.ballots, make))


def with_ballots_for(instance: Instance, profile: Profile, project_id: str, ballots: int) -> Profile:
    """The profile with so many more ballots, one group, that name one project alone."""
    if not ballots:
        return profile
    index = index_of(instance, profile)
    kind = BALLOT_TYPES[profile.ballot_type]
    choices = kind.alone(project_id, profile.settings)
    (mark,) = kind.marks(choices, profile.settings)
    row = index.numbers[project_id]
    at = index.starts[row + 1]
    changed = replace(
        index,
        sizes=np.append(index.sizes, ballots),
        starts=index.starts + (np.arange(len(index.starts)) > row),
        groups=np.insert(index.groups, at, len(index.sizes)),
        marks=np.insert(index.marks, at, mark.score),
        ordinary=np.insert(index.ordinary, at, mark.ordinary),
        ballots=index.ballots + ballots,
        marked=index.marked + ballots,
        plain=index.plain and mark.score == 1,
    )
    more = Group(choices, ballots)
    return _holding(profile, changed, Later(changed.ballots, lambda: (*profile.groups, more)))


def _holding(profile: Profile, index: Index, groups: LazyGroups) -> Profile:
    """A profile of these groups that knows its arrays already."""
    changed = replace(profile, groups=groups)
    changed.memo["index", index.projects] = index
    return changed
