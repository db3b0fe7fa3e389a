"""Sure numbers: as fractions say, or a plain word that more digits are needed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.rules.sure import Blurred, Sure

NUMBERS = st.fractions(0, 1000, max_denominator=50)


def _steps(start: Fraction, others: list[Fraction]) -> tuple[Fraction, Sure]:
    """The same sum, product and quotient in fractions and in sure numbers."""
    exact, sure = start, Sure.of(start, 128)
    for each in others:
        exact = exact * each + each / (each + 1)
        sure = sure * Sure.of(each, 128) + Sure.of(each, 128) / Sure.of(each + 1, 128)
    return exact, sure


@given(NUMBERS, st.lists(NUMBERS, max_size=3), NUMBERS, st.lists(NUMBERS, max_size=3))
def test_numbers_compare_as_fractions_do(
    one: Fraction, others: list[Fraction], two: Fraction, more: list[Fraction]
) -> None:
    exact_one, sure_one = _steps(one, others)
    exact_two, sure_two = _steps(two, more)
    assert sure_one.against(sure_two) == (exact_one > exact_two) - (exact_one < exact_two)
    assert (sure_one - sure_two).rest == (sure_one - sure_two).times(-1).times(-1).rest


def test_equal_numbers_are_equal_whichever_way_they_were_reached() -> None:
    third = Sure.of(1, 64) / Sure.of(3, 64)
    assert third.times(3).against(Sure.of(1, 64)) == 0
    assert (third.low, third.high) != (third.times(3).low, third.times(3).high)


def test_numbers_whose_bounds_overlap_are_told_to_differ_and_not_guessed() -> None:
    third = Sure.of(1, 8) / Sure.of(3, 8)
    with pytest.raises(Blurred):
        third.against(Sure.of(Fraction(1001, 3000), 8))
    with pytest.raises(Blurred):
        third.against(Sure.of(0, 8)) and third / (third - third)


def test_numbers_are_written_with_nine_decimals_at_most() -> None:
    assert str(Sure.of(Fraction(1, 3), 64)) == "0.333333333"
    assert str(Sure.of(5, 64)) == "5"
    assert str(Sure.of(Fraction(5, 2), 64)) == "2.5"
    assert round(Sure.of(Fraction(5, 2), 64)) == 3
    assert float(Sure.of(Fraction(1, 4), 256)) == 0.25
