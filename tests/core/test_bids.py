"""What a bid must hold before it can be sent, and what is wrong whatever is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pb.core.bids import (
    DECLARATIONS,
    MISSING,
    SECTION_OF,
    SECTIONS,
    SUMMARY_LIMIT,
    TITLE_LIMIT,
    BidFacts,
    count_words,
    faults_in,
    gaps_in,
    section_state,
)

WHOLE = BidFacts(
    title="Benches along the brook",
    summary="Three benches with backs.",
    what="We put three benches there.",
    why="Fifty neighbours asked.",
    who="Older people.",
    outcome="We count who sits there.",
    people=400,
    where="By the brook",
    starts_on=date(2026, 9, 1),
    ends_on=date(2026, 11, 30),
    pot_id=1,
    total_cost=120_000,
    cost_lines=(90_000, 30_000),
    asked=100_000,
    workable_minimum=60_000,
    other_funding=15_000,
    own_money=5_000,
    nothing_started=True,
    bank_account="two_signatories",
    governing_document="adopted",
    has_interest=False,
    declarations=tuple(DECLARATIONS),
    declared_name="Ada Mensah",
    declared_role="Treasurer",
    kind="residents",
    address="The Old School",
    postcode="EX4 3AB",
    active_in="Northfield",
    least_grant=50_000,
    most_grant=150_000,
    pot_amount=1_500_000,
    decided_on=date(2026, 6, 26),
)


def codes(facts: BidFacts) -> set[tuple[str, str]]:
    return {(fault.code, fault.field) for fault in faults_in(facts)}


def test_a_whole_bid_has_no_faults_and_no_gaps() -> None:
    assert faults_in(WHOLE) == []
    assert gaps_in(WHOLE) == []
    assert {section_state(WHOLE, key) for key in SECTIONS} == {"done"}


def test_a_bid_in_which_nothing_is_written_misses_everything_but_breaks_nothing() -> None:
    blank = BidFacts()

    assert faults_in(blank) == []
    asked = set(SECTION_OF) - {"themes", "interests"}
    assert {gap.field for gap in gaps_in(blank)} == asked
    assert section_state(blank, "title") == "empty"


def test_every_question_has_a_sentence_for_its_gap_and_a_page_to_answer_it_on() -> None:
    assert set(MISSING) == set(SECTION_OF)


@pytest.mark.parametrize(
    "change, code, field",
    [
        ({"title": "x" * (TITLE_LIMIT + 1)}, "too_long", "title"),
        ({"summary": "x" * (SUMMARY_LIMIT + 1)}, "too_long", "summary"),
        ({"what": "word " * 201}, "too_many_words", "what"),
        ({"people": 0}, "people_out_of_range", "people"),
        ({"ends_on": date(2026, 8, 31)}, "ends_before_start", "ends_on"),
        ({"themes": ("Dragons",)}, "theme_unknown", "themes"),
        ({"asked": 0, "workable_minimum": None}, "amount_not_positive", "asked"),
        ({"asked": -100, "workable_minimum": None}, "amount_not_positive", "asked"),
        ({"own_money": -1}, "amount_negative", "own_money"),
        ({"total_cost": 100_000_000_000}, "amount_too_large", "total_cost"),
        ({"cost_lines": (1,) * 31}, "too_many_lines", "cost_lines"),
        ({"cost_lines": (120_000, 0)}, "amount_not_positive", "cost_lines"),
        ({"asked": 49_999, "workable_minimum": None}, "below_least", "asked"),
        ({"asked": 150_001, "total_cost": 200_000}, "above_most", "asked"),
        ({"asked": 149_000, "pot_most": 140_000, "total_cost": 200_000}, "above_most", "asked"),
        ({"asked": 60_000, "pot_least": 70_000, "workable_minimum": None}, "below_least", "asked"),
        ({"asked": 90_000, "pot_amount": 80_000}, "above_most", "asked"),
        ({"asked": 130_000}, "asked_above_total", "asked"),
        ({"workable_minimum": 100_001}, "workable_above_asked", "workable_minimum"),
        ({"workable_minimum": 49_999}, "workable_below_least", "workable_minimum"),
    ],
)
def test_each_thing_that_is_wrong_is_told_beside_its_field(change: dict[str, object], code: str, field: str) -> None:
    assert codes(replace(WHOLE, **change)) == {(code, field)}  # type: ignore[arg-type]


def test_limits_themselves_are_allowed() -> None:
    at_the_edge = replace(
        WHOLE,
        title="x" * TITLE_LIMIT,
        what="word " * 200,
        asked=50_000,
        workable_minimum=50_000,
        ends_on=WHOLE.starts_on,
    )

    assert faults_in(at_the_edge) == []


def test_lines_that_do_not_add_up_stop_the_sending_and_name_both_sums() -> None:
    gap = next(each for each in gaps_in(replace(WHOLE, cost_lines=(90_000, 20_000))))

    assert gap.code == "costs_do_not_add_up"
    assert "£1,100" in str(gap)
    assert "£1,200" in str(gap)


def test_themes_are_asked_only_in_a_round_that_has_some() -> None:
    with_themes = replace(WHOLE, round_themes=("Green spaces",))

    assert [gap.field for gap in gaps_in(with_themes)] == ["themes"]
    assert gaps_in(replace(with_themes, themes=("Green spaces",))) == []


def test_who_is_linked_is_asked_only_of_those_who_say_that_somebody_is() -> None:
    assert [gap.field for gap in gaps_in(replace(WHOLE, has_interest=True))] == ["interests"]


def test_one_declaration_left_out_leaves_the_page_unfinished() -> None:
    partly = replace(WHOLE, declarations=tuple(DECLARATIONS)[1:])

    assert section_state(partly, "declarations") == "begun"


def test_a_page_with_something_wrong_says_so_before_it_says_that_it_is_unfinished() -> None:
    assert section_state(replace(WHOLE, asked=1, workable_minimum=None), "amount") == "wrong"


def test_words_are_counted_as_people_count_them() -> None:
    assert count_words("  Three benches,\nwith backs – and  arms. ") == 7
