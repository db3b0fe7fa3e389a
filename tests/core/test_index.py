"""A profile as arrays: the same facts as the ballots, row by row."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given

from pb.core.ballots import BALLOT_TYPES
from pb.core.election import Instance, Profile, Project
from pb.core.errors import Refusal
from pb.core.packed import bit, pack
from pb.core.rules import Facts, Method
from pb.core.rules.index import distinct, index_of
from tests.core.elections import approvals, elections


@given(elections())
def test_the_rows_hold_what_the_ballots_give(election: tuple[Instance, Profile, Method, Facts]) -> None:
    where, profile, _, _ = election
    index = index_of(where, profile)
    marks_of = BALLOT_TYPES[profile.ballot_type].marks
    told = Counter((mark.project, mark.score) for each in profile.each() for mark in marks_of(each, profile.settings))
    rows: Counter[tuple[str, int]] = Counter()
    for project in index.projects:
        groups, marks = index.row(project)
        assert list(groups) == sorted(groups)
        for group, mark in zip(groups, marks, strict=True):
            rows[project, int(mark)] += int(index.sizes[group])
    assert rows == told
    assert index.ballots == profile.size
    assert sorted(index.projects) == sorted(where.by_id)


def test_a_ballot_that_names_a_stranger_is_refused() -> None:
    instance = Instance((Project("a", 100),), 100)
    profile = Profile.of("approval", BALLOT_TYPES["approval"].settings_type(), [{"approved": ["b"]}])
    with pytest.raises(Refusal) as refused:
        index_of(instance, profile)
    assert refused.value.code == "unknown_project"


def test_a_stranger_among_packed_ballots_is_refused_by_name_too() -> None:
    words = np.array([[bit(0) | bit(1), bit(0)]], dtype=np.uint64)
    profile = Profile("approval", BALLOT_TYPES["approval"].settings_type(), pack("approved", ("a", "b"), words))
    assert index_of(Instance((Project("a", 100), Project("b", 100)), 100), profile).ballots == 2
    with pytest.raises(Refusal, match="b") as refused:
        index_of(Instance((Project("a", 100),), 100), profile)
    assert refused.value.code == "unknown_project"


def test_a_project_on_the_ballot_that_nobody_could_name_has_an_empty_row() -> None:
    words = np.array([[bit(0)]], dtype=np.uint64)
    profile = Profile("approval", BALLOT_TYPES["approval"].settings_type(), pack("approved", ("b",), words))
    index = index_of(Instance(tuple(Project(each, 100) for each in "abc"), 100), profile)
    assert [len(index.row(each)[0]) for each in "abc"] == [0, 1, 0]


@given(elections())
def test_ballots_are_plain_where_each_gives_one_vote_to_each_project_it_names(
    election: tuple[Instance, Profile, Method, Facts],
) -> None:
    where, profile, _, _ = election
    marks_of = BALLOT_TYPES[profile.ballot_type].marks
    marks = [list(marks_of(group.choices, profile.settings)) for group in profile.groups]
    plain = all(mark.score == 1 for each in marks for mark in each)
    assert index_of(where, profile).plain == plain


def test_the_arrays_cannot_be_changed_by_whoever_counts() -> None:
    index = index_of(Instance((Project("a", 100),), 100), approvals("a"))
    for array in (index.sizes, index.starts, index.groups, index.marks, index.ordinary):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


def test_ascending_numbers_are_taken_once_each() -> None:
    for numbers in ([], [0], [0, 0, 2, 3, 3, 3]):
        assert distinct(np.array(numbers, dtype=np.int32)).tolist() == sorted(set(numbers))
