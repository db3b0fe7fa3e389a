"""Money is shared to the last penny and read as people write it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.errors import Refusal
from pb.core.money import LARGEST, format_money, minor_figures, parse_money, plain_money, split

amounts = st.integers(0, 10**12)
weights = st.lists(st.integers(0, 10**6) | st.fractions(0, 10**6), min_size=1, max_size=12).filter(any)
currencies = st.sampled_from(["GBP", "EUR", "PLN", "JPY", "KWD", "CLF", "XXX"])


@given(amounts, weights)
def test_the_parts_add_up_to_the_total(total: int, given_weights: list[int]) -> None:
    assert sum(split(total, given_weights)) == total


@given(amounts, weights)
def test_each_part_is_its_exact_share_rounded_up_or_down(total: int, given_weights: list[int]) -> None:
    whole = sum(given_weights, Fraction(0))
    for part, weight in zip(split(total, given_weights), given_weights, strict=True):
        assert abs(part - total * Fraction(weight) / whole) < 1


@given(amounts, weights, st.fractions(Fraction(1, 1000), 1000))
def test_only_the_proportions_of_weights_matter(total: int, given_weights: list[int], scale: Fraction) -> None:
    assert split(total, given_weights) == split(total, [weight * scale for weight in given_weights])


@given(amounts, weights)
def test_what_weighs_nothing_gets_nothing_and_what_weighs_more_never_gets_less(
    total: int, given_weights: list[int]
) -> None:
    parts = split(total, given_weights)
    for part, weight in zip(parts, given_weights, strict=True):
        assert weight or part == 0
        assert all(part >= other or weight <= lighter for other, lighter in zip(parts, given_weights, strict=True))


def test_thirty_thousand_pounds_by_the_population_of_three_wards() -> None:
    assert split(3_000_000, [11_203, 9_874, 14_551]) == [943_331, 831_425, 1_225_244]


def test_units_that_are_left_go_to_the_largest_remainders_and_ties_to_the_first() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(101, [1, 1, 1]) == [34, 34, 33]
    assert split(10, [1, 2, 3]) == [2, 3, 5]
    assert split(0, [1, 1]) == [0, 0]
    assert split(1, [Fraction(1, 3), Fraction(2, 3)]) == [0, 1]


@pytest.mark.parametrize(("total", "shares"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1])])
def test_a_split_that_makes_no_sense_is_a_fault_of_the_program(total: int, shares: list[int]) -> None:
    with pytest.raises(ValueError):
        split(total, shares)


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (150_000, "GBP", "£1,500"),
        (150_005, "GBP", "£1,500.05"),
        (50, "GBP", "£0.50"),
        (0, "GBP", "£0"),
        (-300, "GBP", "-£3"),
        (1_200_000, "PLN", "12,000 PLN"),
        (1_200_050, "PLN", "12,000.50 PLN"),
        (12_000, "JPY", "12,000 JPY"),
        (12_345, "KWD", "12.345 KWD"),
        (7, "EUR", "€0.07"),
    ],
)
def test_an_amount_is_shown_as_people_write_it(minor: int, currency: str, shown: str) -> None:
    assert format_money(minor, currency) == shown


@given(st.integers(0, LARGEST), currencies)
def test_what_is_shown_can_be_typed_back(minor: int, currency: str) -> None:
    assert parse_money(format_money(minor, currency), currency, least=0) == minor
    assert parse_money(plain_money(minor, currency), currency, least=0) == minor


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("1500", 150_000),
        ("£1,500", 150_000),
        (" £ 1 500.50 ", 150_050),
        ("1500.5", 150_050),
        ("1500.", 150_000),
        (".50", 50),
        ("0.01", 1),
        ("0001", 100),
        ("1,234,567.89", 123_456_789),
        ("1500 GBP", 150_000),
        ("\uff11\uff15\uff10\uff10", 150_000),
        ("1\u00a0500", 150_000),
    ],
)
def test_people_may_type_an_amount_as_they_like(typed: str, minor: int) -> None:
    assert parse_money(typed) == minor


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("", "money_missing", "Enter an amount, such as £1,500."),
        ("£", "money_missing", "Enter an amount, such as £1,500."),
        ("£0", "money_small", "Enter an amount of at least £0.01."),
        ("-1", "money_negative", "Enter an amount above nought, without a minus sign."),
        ("£-1", "money_negative", "Enter an amount above nought, without a minus sign."),
        ("\u22121", "money_negative", "Enter an amount above nought, without a minus sign."),
        ("1e9", "money_figures", "Enter the amount in figures, such as £1,500."),
        ("1000000000", "money_large", "Enter an amount of at most £10,000,000."),
        ("9" * 5000, "money_large", "Enter an amount of at most £10,000,000."),
        ("12.345", "money_part", "Enter an amount with at most 2 figures after the point, such as £1,500."),
        ("1.500,00", "money_figures", "Enter the amount in figures, such as £1,500."),
        ("ten", "money_figures", "Enter the amount in figures, such as £1,500."),
        ("12,34", "money_figures", "Enter the amount in figures, such as £1,500."),
        ("1500 500 5", "money_figures", "Enter the amount in figures, such as £1,500."),
        (".", "money_figures", "Enter the amount in figures, such as £1,500."),
        ("1_000", "money_figures", "Enter the amount in figures, such as £1,500."),
        ("NaN", "money_figures", "Enter the amount in figures, such as £1,500."),
        ("\u0661\u0662", "money_figures", "Enter the amount in figures, such as £1,500."),
        ("€5", "money_figures", "Enter the amount in figures, such as £1,500."),
    ],
)
def test_what_is_no_amount_is_refused_with_an_example(typed: str, code: str, words: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_money(typed, field="asked")
    refusal = caught.value
    assert (refusal.code, str(refusal), refusal.field, refusal.status) == (code, words, "asked", 422)


def test_the_limits_of_a_round_are_told_in_its_own_currency() -> None:
    with pytest.raises(Refusal, match="at least 500 PLN"):
        parse_money("499.99", "PLN", least=50_000)
    with pytest.raises(Refusal, match=r"at most £5,000\."):
        parse_money("5000.01", most=500_000)
    assert parse_money("0", least=0) == 0


def test_a_currency_without_a_minor_unit_takes_no_point() -> None:
    assert parse_money("1500", "JPY") == 1500
    with pytest.raises(Refusal, match="at most 0 figures"):
        parse_money("1500.5", "JPY")


@pytest.mark.parametrize(
    ("currency", "figures"), [("GBP", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("HUF", 2), ("ZZZ", 2)]
)
def test_minor_units_follow_iso_4217(currency: str, figures: int) -> None:
    assert minor_figures(currency) == figures


@given(st.text(max_size=30))
def test_any_text_is_an_amount_within_the_limits_or_is_refused(text: str) -> None:
    try:
        found = parse_money(text)
    except Refusal as refusal:
        found = 1 if "Enter" in str(refusal) else 0
    assert 1 <= found <= LARGEST
