"""The drawn order: fixed by its seed alone, and fair."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pb.core.draw import drawn_order


def test_the_order_is_the_one_that_sha256sum_gives() -> None:
    """By hand: printf '%s' 'seed|a' | sha256sum, and so on; the smallest first."""
    assert drawn_order("seed", "abcde") == ["c", "d", "a", "e", "b"]


@given(st.text(), st.lists(st.text(), unique=True))
def test_everybody_stands_once_whatever_order_they_came_in(seed: str, keys: list[str]) -> None:
    order = drawn_order(seed, keys)
    assert sorted(order) == sorted(keys)
    assert drawn_order(seed, reversed(keys)) == order


def test_over_many_seeds_every_project_comes_first_about_equally_often() -> None:
    firsts = Counter(drawn_order(str(seed), "abcd")[0] for seed in range(4000))
    assert all(900 < firsts[key] < 1100 for key in "abcd")
