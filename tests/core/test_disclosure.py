"""What may be published of ballots: all of them only where nobody can be told by a pattern."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.disclosure import CROWD, FEWEST, Level, disclosure, histogram, merged
from tests.core.elections import approvals, instance, votes


def test_ballots_that_all_look_alike_may_be_published() -> None:
    found = disclosure(approvals(*["ab"] * 60, *["b"] * 40))
    assert (found.level, found.sharing, found.ballots) == (Level.FULL, 100, 100)


def test_a_rare_pattern_in_a_small_round_keeps_the_ballots_back() -> None:
    found = disclosure(approvals(*["ab"] * 16, "a", "b", "abc"))
    assert (found.level, found.sharing) == (Level.HISTOGRAM, 16)
    assert "3 of 19" in found.message % found.params


def test_one_rare_ballot_in_a_hundred_may_stand_and_two_may_not() -> None:
    assert disclosure(approvals(*["ab"] * 99, "c")).level == Level.FULL
    assert disclosure(approvals(*["ab"] * 98, "c", "b")).level == Level.HISTOGRAM


def test_four_alike_are_no_crowd_and_five_are() -> None:
    assert disclosure(approvals(*["a"] * 4, *["b"] * 6)).level == Level.HISTOGRAM
    assert disclosure(approvals(*["a"] * 5, *["b"] * 5)).level == Level.FULL


def test_nine_ballots_give_the_order_alone_however_alike_they_are() -> None:
    assert disclosure(approvals(*["a"] * 9)).level == Level.ORDER
    assert disclosure(approvals(*["a"] * 9, "", "")).level == Level.ORDER
    assert disclosure(approvals()).level == Level.TOTALS


def test_a_council_may_choose_to_tell_totals_of_fewer_but_never_their_marks() -> None:
    assert disclosure(approvals(*["a"] * 9), least=5).level == Level.TOTALS
    assert disclosure(approvals(*["a"] * 4), least=5).level == Level.ORDER


def test_ballots_that_choose_nothing_hide_nobody() -> None:
    assert disclosure(approvals(*["a"] * 9, *[""] * 500)).level == Level.ORDER
    assert disclosure(approvals(*["a"] * 10, "bc", "cd", *[""] * 500)).level == Level.HISTOGRAM


@given(st.lists(st.sampled_from(["a", "b", "c", "ab", "bc", "abc", ""]), max_size=120))
def test_whatever_the_ballots_full_ones_stand_in_a_crowd(ballots: list[str]) -> None:
    found = disclosure(approvals(*ballots))
    marked = [each for each in ballots if each]
    alone = sum(1 for each in marked if marked.count(each) < CROWD)
    if found.level == Level.FULL:
        assert len(marked) >= FEWEST
        assert 100 * alone <= len(marked)
    elif len(marked) >= FEWEST:
        assert 100 * alone > len(marked)


def test_a_histogram_says_how_many_ballots_give_each_mark() -> None:
    pot = instance(10, a=1, b=1, c=1)
    assert histogram(pot, votes(a=3, b=1)) == {"a": {"1": 3}, "b": {"1": 1}, "c": {}}


def cells(**counts: int) -> list[tuple[tuple[str, ...], int]]:
    return [(cell.names, cell.count) for cell in merged(counts)]


def test_large_cells_stand_alone_the_largest_first() -> None:
    assert cells(paper=12, online=80) == [(("online",), 80), (("paper",), 12)]


def test_a_small_cell_takes_the_next_smallest_with_it() -> None:
    assert cells(online=80, paper=12, stall=3) == [(("online",), 80), (("paper", "stall"), 15)]


def test_small_cells_that_are_enough_together_leave_the_large_ones_alone() -> None:
    assert cells(online=80, event=12, paper=6, stall=5) == [
        (("online",), 80), (("event",), 12), (("paper", "stall"), 11),
    ]  # fmt: skip


def test_where_all_together_are_few_there_is_one_cell() -> None:
    assert cells(online=4, paper=3) == [(("online", "paper"), 7)]
    assert cells(online=4, paper=0) == [(("online",), 4)]
    assert cells() == []


@given(st.dictionaries(st.sampled_from(["online", "paper", "stall", "kiosk", "post"]), st.integers(0, 40)))
def test_no_cell_under_ten_is_told_or_can_be_worked_out(counts: dict[str, int]) -> None:
    found = merged(counts)
    assert sum(cell.count for cell in found) == sum(counts.values())
    assert sorted(name for cell in found for name in cell.names) == sorted(key for key, many in counts.items() if many)
    if len(found) > 1:
        assert all(cell.count >= FEWEST for cell in found)


@pytest.mark.parametrize("small", range(1, FEWEST))
def test_a_small_cell_is_never_the_difference_between_the_total_and_the_rest(small: int) -> None:
    assert [cell.names for cell in merged({"online": 500, "paper": small})] == [("online", "paper")]
