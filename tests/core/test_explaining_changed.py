"""A changed profile has the arrays that its ballots would have given."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pb.core.ballots import BALLOT_TYPES
from pb.core.election import Group, Profile
from pb.core.explaining.changed import with_ballots_for, with_sizes
from pb.core.rules.index import Index, index_of
from tests.core.elections import approvals, instance, instances, profiles


def _assert_alike(found: Index, expected: Index) -> None:
    for each in fields(Index):
        np.testing.assert_array_equal(getattr(found, each.name), getattr(expected, each.name), each.name)


@given(st.data())
def test_other_numbers_of_ballots_give_the_arrays_of_those_ballots(data: st.DataObject) -> None:
    where = data.draw(instances())
    profile = data.draw(profiles(where))
    sizes = data.draw(st.lists(st.integers(0, 3), min_size=len(profile.groups), max_size=len(profile.groups)))
    changed = with_sizes(where, profile, np.array(sizes, dtype=np.int64))
    groups = tuple(Group(group.choices, size) for group, size in zip(profile.groups, sizes, strict=True) if size)
    assert tuple(changed.groups) == groups
    assert (changed.groups[:1], len(changed.groups)) == (groups[:1], len(groups))
    assert changed.size == sum(sizes)
    found, expected = index_of(where, changed), index_of(where, Profile(profile.ballot_type, profile.settings, groups))
    if found.plain != expected.plain:  # fewer ballots may be plain without the arrays' knowing; never the reverse
        assert expected.plain
        expected = Index(**{**expected.__dict__, "plain": False})
    _assert_alike(found, expected)


@given(st.data())
def test_more_ballots_for_one_project_give_the_arrays_of_those_ballots(data: st.DataObject) -> None:
    where = data.draw(instances())
    profile = data.draw(profiles(where))
    project, more = data.draw(st.sampled_from(sorted(where.by_id))), data.draw(st.integers(1, 9))
    changed = with_ballots_for(where, profile, project, more)
    alone = BALLOT_TYPES[profile.ballot_type].alone(project, profile.settings)
    groups = (*profile.groups, Group(alone, more))
    assert tuple(changed.groups) == groups
    assert changed.size == profile.size + more
    expected = index_of(where, Profile(profile.ballot_type, profile.settings, groups))
    _assert_alike(index_of(where, changed), expected)


def test_no_more_ballots_leave_the_profile_as_it_is() -> None:
    profile = approvals("a")
    assert with_ballots_for(instance(1, a=1), profile, "a", 0) is profile
