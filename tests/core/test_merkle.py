"""A root names one set of leaves and no other, and follows RFC 6962."""

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.merkle import root

sets = st.lists(st.binary(max_size=6), max_size=20)


def recursive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, written down as it stands there."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + recursive_root(leaves[:split]) + recursive_root(leaves[split:])).digest()


@given(sets)
def test_the_root_is_that_of_rfc_6962_over_the_sorted_leaves(leaves: list[bytes]) -> None:
    assert root(leaves) == recursive_root(sorted(leaves)).hex()


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ],
)
def test_the_first_leaves_of_the_known_example_of_certificate_transparency(count: int, expected: str) -> None:
    leaves = [b"", b"\0", b"\x10", b"\x20\x21"]
    assert root(leaves[:count]) == expected


@given(sets, st.integers())
def test_the_order_in_which_leaves_came_is_not_told(leaves: list[bytes], seed: int) -> None:
    shuffled = random.Random(seed).sample(leaves, len(leaves))
    assert root(shuffled) == root(leaves)


@given(sets, sets)
def test_two_sets_never_share_a_root(one: list[bytes], other: list[bytes]) -> None:
    assert (root(one) == root(other)) == (sorted(one) == sorted(other))


@given(sets, st.binary(max_size=6))
def test_a_leaf_more_is_another_root_even_if_it_is_there_already(leaves: list[bytes], more: bytes) -> None:
    assert root([*leaves, more]) != root(leaves)


def test_a_pair_of_nodes_cannot_pass_for_a_leaf() -> None:
    one, other = (hashlib.sha256(b"\0" + leaf).digest() for leaf in (b"a", b"b"))
    assert root([one + other]) != root([b"a", b"b"])


def test_leaves_may_come_from_a_generator() -> None:
    assert root(bytes([number]) for number in (2, 1)) == root([b"\1", b"\2"])
