"""Who may vote is told plainly, all at once, and in doubt in the person's favour."""

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.eligibility import LINK_PRESETS, LINKS, Declaration, VoterRule, rule_faults, voter_faults

DAY = date(2026, 6, 12)
RULE = VoterRule(
    least_age=11,
    links=("live", "work", "study"),
    looked_up=("live", "work"),
    postcodes={"EH6": "Leith", "EH7 4": "Leith Walk"},
)
ZOE = Declaration("Zoe Luk", "EH6 6AB", 1990, "live", True)


def codes(rule: VoterRule = RULE, on_day: date = DAY, **changes: object) -> list[str]:
    declaration = dataclasses.replace(ZOE, **changes)  # type: ignore[arg-type]
    return [fault.code for fault in voter_faults(declaration, rule, on_day)]


def test_somebody_of_age_who_lives_in_the_area_and_declares_so_may_vote() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"name": " "}, "name_missing", "name"),
        ({"name": "a" * 121}, "name_too_long", "name"),
        ({"postcode": "", "link": "study"}, "postcode_missing", "postcode"),
        ({"postcode": "Leith"}, "postcode_shape", "postcode"),
        ({"postcode": "G1 1AA"}, "postcode_outside", "postcode"),
        ({"year_of_birth": None}, "year_missing", "year_of_birth"),
        ({"year_of_birth": 90}, "year_unlikely", "year_of_birth"),
        ({"year_of_birth": 2027}, "year_unlikely", "year_of_birth"),
        ({"year_of_birth": 1905}, "year_unlikely", "year_of_birth"),
        ({"year_of_birth": 2016}, "too_young", "year_of_birth"),
        ({"link": ""}, "link_missing", "link"),
        ({"link": "volunteer"}, "link_missing", "link"),
        ({"link": "work"}, "postcode_missing", "place_postcode"),
        ({"link": "work", "place_postcode": "G1 1AA"}, "postcode_outside", "place_postcode"),
        ({"declared": False}, "not_declared", "declared"),
    ],
)
def test_each_reason_stands_beside_its_question_and_alone(changes: dict[str, object], code: str, field: str) -> None:
    faults = voter_faults(dataclasses.replace(ZOE, **changes), RULE, DAY)  # type: ignore[arg-type]
    assert [(fault.code, fault.field) for fault in faults] == [(code, field)]
    assert "%(" not in str(faults[0])


def test_all_that_is_missing_is_asked_for_at_once_in_the_order_of_the_page() -> None:
    assert codes(name="", postcode="", year_of_birth=None, link="", declared=False) == [
        "name_missing",
        "postcode_missing",
        "year_missing",
        "link_missing",
        "not_declared",
    ]


def test_a_home_outside_the_area_does_not_matter_to_somebody_who_works_in_it() -> None:
    assert codes(postcode="G1 1AA", link="work", place_postcode="eh7 4aa") == []


def test_a_link_that_is_not_looked_up_needs_no_postcode_in_the_area() -> None:
    assert codes(postcode="G1 1AA", link="study") == []


def test_a_postcode_outside_sends_people_to_someone_who_can_help() -> None:
    fault = voter_faults(dataclasses.replace(ZOE, postcode="eh7 5aa"), RULE, DAY)[0]
    assert str(fault).startswith("EH7 5AA does not seem to be in the area")
    assert "ask a steward or the council" in str(fault)


def test_without_a_list_of_postcodes_none_is_looked_up() -> None:
    rule = dataclasses.replace(RULE, postcodes={})
    assert codes(rule, postcode="G1 1AA") == []
    assert codes(rule, postcode="Leith") == ["postcode_shape"]


def test_somebody_who_turns_eleven_later_in_the_year_may_vote_from_its_first_day() -> None:
    assert codes(year_of_birth=2015, on_day=date(2026, 1, 1)) == []
    assert codes(year_of_birth=2015, on_day=date(2025, 12, 31)) == ["too_young"]


def test_somebody_who_may_not_yet_have_passed_the_oldest_age_may_vote() -> None:
    rule = dataclasses.replace(RULE, least_age=8, most_age=26)
    assert codes(rule, year_of_birth=1999) == []
    assert codes(rule, year_of_birth=1998) == ["too_old"]


@given(
    st.integers(0, 30),
    st.integers(0, 11),
    st.dates(date(2000, 1, 1), date(2050, 12, 31)),
    st.dates(date(1990, 1, 1), date(2049, 12, 31)),
)
def test_nobody_who_is_of_age_on_the_day_is_turned_away(least: int, more: int, on_day: date, born: date) -> None:
    age = on_day.year - born.year - ((on_day.month, on_day.day) < (born.month, born.day))
    rule = dataclasses.replace(RULE, least_age=least, most_age=least + more)
    if least <= age <= least + more and age >= 0:
        assert codes(rule, on_day, year_of_birth=born.year) == []


def test_too_young_is_said_kindly_with_something_they_can_do() -> None:
    fault = voter_faults(dataclasses.replace(ZOE, year_of_birth=2020), RULE, DAY)[0]
    assert str(fault) == "You can vote in this round from the age of 11. You are welcome to look at every project."


def test_every_preset_is_made_of_known_links_and_makes_a_sound_rule() -> None:
    for label, links in LINK_PRESETS.values():
        assert label
        assert rule_faults(dataclasses.replace(RULE, links=links)) == []
    assert all(link.key == key and link.place_question.endswith("?") for key, link in LINKS.items())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"links": ()}, "links_none"),
        ({"links": ("dream",)}, "links_none"),
        ({"least_age": 18, "most_age": 17}, "ages_cross"),
        ({"least_age": -1}, "ages_cross"),
        ({"postcodes": {}}, "area_no_postcodes"),
    ],
)
def test_a_silly_rule_is_told_to_the_officer(changes: dict[str, object], code: str) -> None:
    assert [fault.code for fault in rule_faults(dataclasses.replace(RULE, **changes))] == [code]  # type: ignore[arg-type]


def test_a_rule_that_looks_nothing_up_needs_no_postcodes() -> None:
    assert rule_faults(VoterRule(looked_up=())) == []
