"""Packed approvals are the groups that a profile would hold, in the same order."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pb.core.ballots.approval import ApprovalSettings
from pb.core.election import Group, Profile
from pb.core.packed import Words, bit, can_pack, mixed, pack, pack_lists

IDS = tuple(sorted(f"p{number}" for number in range(130)))


def _words(ballots: list[set[int]]) -> Words:
    words = np.zeros((3, len(ballots)), dtype=np.uint64)
    for at, ballot in enumerate(ballots):
        for number in ballot:
            words[number // 64, at] |= bit(number)
    return words


@given(st.lists(st.sets(st.sampled_from([0, 1, 2, 63, 64, 65, 127, 128, 129])), min_size=1, max_size=30))
def test_packed_ballots_are_the_groups_of_a_profile(ballots: list[set[int]]) -> None:
    packed = Profile("approval", ApprovalSettings(), pack("approved", IDS, _words(ballots)))
    plain = Profile.of("approval", ApprovalSettings(), [{"approved": [IDS[at] for at in sorted(b)]} for b in ballots])
    assert packed == plain
    assert plain == packed
    assert packed.digest() == plain.digest()
    assert (packed.size, len(packed.groups)) == (len(ballots), len(plain.groups))
    assert list(packed.each()) == list(plain.each())
    assert packed.groups[0] == plain.groups[0]
    assert tuple(packed.groups[1:]) == tuple(plain.groups[1:])


@given(st.lists(st.tuples(st.lists(st.sampled_from(IDS[::9]), unique=True), st.integers(1, 5)), min_size=1, max_size=9))
def test_lists_of_ids_pack_to_the_groups_of_a_profile(lists: list[tuple[list[str], int]]) -> None:
    packed = pack_lists("approved", IDS, [each for each, _ in lists], [size for _, size in lists])
    ballots = [Group({"approved": sorted(each)}, size) for each, size in lists]
    assert packed == Profile.of("approval", ApprovalSettings(), ballots).groups
    assert packed.sizes.dtype == np.int64


@given(st.lists(st.sets(st.integers(0, 129)), min_size=2, max_size=2))
def test_only_equal_ballots_make_equal_profiles(ballots: list[set[int]]) -> None:
    one, other = (pack("approved", IDS, _words([each])) for each in ballots)
    assert (one == other) == (ballots[0] == ballots[1])
    assert (one == tuple(other)) == (ballots[0] == ballots[1])


def test_ballots_that_mix_to_the_same_number_are_kept_apart() -> None:
    words = np.array([[0, 0, 0], [1, 1, 0], [0, 0, 0]], dtype=np.uint64)
    words[0, 2] = mixed(iter(words))[0]
    assert len(set(mixed(iter(words)).tolist())) == 1
    assert sorted(pack("approved", IDS, words).sizes.tolist()) == [1, 2]


def test_each_row_names_the_groups_of_a_project() -> None:
    packed = pack("approved", IDS, _words([{0, 128}, {128}, {0, 128}]))
    rows = packed.rows((IDS[0], "nobody knows it", IDS[128]))
    assert [row.tolist() for row in rows] == [[0], [], [0, 1]]


@given(st.lists(st.text(max_size=4), unique=True))
def test_ids_can_be_packed_if_their_json_sorts_as_they_do(ids: list[str]) -> None:
    in_order = sorted(ids)
    if can_pack(ids):
        texts = [json.dumps([each]) for each in in_order]
        assert texts == sorted(texts)
