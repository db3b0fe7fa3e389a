"""Postcodes are read as people write them and lead to one area."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.errors import Refusal
from pb.core.postcodes import area_for, prefixes, read_postcode, read_prefix, wider

postcodes = st.from_regex(r"\A[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-HJKMNP-Z]? [0-9][ABD-HJLNP-UW-Z]{2}\Z")


@pytest.mark.parametrize(
    "postcode",
    [
        "M1 1AE",
        "B33 8TH",
        "CR2 6XH",
        "DN55 1PT",
        "W1A 0AX",
        "EC1A 1BB",
        "SW1A 2AA",
        "GIR 0AA",
        "BF1 3AA",
        "EH6 6AB",
        "BT57 8QA",
    ],
)
def test_every_form_that_the_post_uses_is_read(postcode: str) -> None:
    assert read_postcode(postcode) == postcode
    assert read_postcode(postcode.lower().replace(" ", "")) == postcode


@pytest.mark.parametrize(
    "typed", ["eh66ab", " EH6  6AB ", "Eh6-6ab", "EH6 6AB.", "E H 6 6 A B", "\uff25\uff28\uff16 6AB"]
)
def test_people_may_type_a_postcode_as_they_like(typed: str) -> None:
    assert read_postcode(typed) == "EH6 6AB"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("SW1A OAA", "SW1A 0AA"),
        ("EH6 lAB", "EH6 1AB"),
        ("OX1 iAA", "OX1 1AA"),
        ("SE1O 2AB", "SE10 2AB"),
        ("E1O 2AB", "E10 2AB"),
        ("DN1l 2AB", "DN11 2AB"),
        ("M1i 2AB", "M11 2AB"),
    ],
)
def test_a_letter_where_only_a_figure_can_stand_is_read_as_the_figure(typed: str, meant: str) -> None:
    assert read_postcode(typed) == meant


@pytest.mark.parametrize(
    "typed", ["EH6", "EH6 6", "12345", "EH6 6CB", "QA1 1AA", "EH666 6AB", "EH6 6ABC", "Leith", "AAA1 1AA"]
)
def test_what_is_not_a_postcode_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_postcode(typed, field="home")
    assert (caught.value.code, caught.value.field) == ("postcode_shape", "home")
    assert "such as EH6 6AB" in str(caught.value)


@pytest.mark.parametrize("typed", ["", "  ", "-"])
def test_an_empty_postcode_is_asked_for(typed: str) -> None:
    with pytest.raises(Refusal, match="Enter a postcode"):
        read_postcode(typed)


@given(postcodes)
def test_reading_a_tidy_postcode_changes_nothing_and_its_prefixes_begin_it(postcode: str) -> None:
    assert read_postcode(postcode) == postcode
    unit, sector, district, letters = prefixes(postcode)
    assert unit == postcode
    assert postcode.startswith((sector,))
    assert len(unit) == len(sector) + 2 == len(district) + 4
    assert letters.isalpha()
    assert district.startswith(letters)
    assert [read_prefix(each) for each in (unit, sector, district, letters)] == [unit, sector, district, letters]


@given(st.text(max_size=12))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        found = read_postcode(text)
    except Refusal:
        found = ""
    assert found == "" or prefixes(found)[0] == read_postcode(found)


TABLE = {"EH": "city", "EH6": "Leith", "EH6 6": "Leith Walk", "EH6 6AB": "Harbour", "EH66": "elsewhere"}


@pytest.mark.parametrize(
    ("postcode", "area"),
    [
        ("EH6 6AB", "Harbour"),
        ("EH6 6AD", "Leith Walk"),
        ("EH6 5AB", "Leith"),
        ("EH7 5AB", "city"),
        ("EH66 5AB", "elsewhere"),
        ("E1 6AB", None),
        ("G1 1AA", None),
    ],
)
def test_the_longest_line_of_the_list_decides_the_area(postcode: str, area: str | None) -> None:
    assert area_for(postcode, TABLE) == area


def test_a_district_does_not_take_in_another_that_begins_alike() -> None:
    assert area_for("EH61 1AA", {"EH6": "Leith"}) is None
    assert area_for("E1W 1AA", {"E1": "Whitechapel"}) is None


@pytest.mark.parametrize(
    ("typed", "prefix"), [("eh", "EH"), (" eh6 ", "EH6"), ("eh6  6", "EH6 6"), ("eh66ab", "EH6 6AB"), ("eh66", "EH66")]
)
def test_an_officer_may_write_a_line_of_the_list_as_they_like(typed: str, prefix: str) -> None:
    assert read_prefix(typed) == prefix


@pytest.mark.parametrize("typed", ["", "E H6", "Leith", "6AB", "EH6 66", "EH6 6C"])
def test_a_line_that_begins_no_postcode_is_refused_and_named(typed: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_prefix(typed)
    assert caught.value.code == "postcode_prefix"
    assert str(caught.value).startswith(typed.upper()[:20])


@pytest.mark.parametrize(
    ("line", "wider_ones"),
    [
        ("EH6 6AB", ("EH6 6", "EH6", "EH")),
        ("EH6 6", ("EH6", "EH")),
        ("EH6", ("EH",)),
        ("EH", ()),
        ("E1 4", ("E1", "E")),
    ],
)
def test_a_line_of_a_list_lies_within_these(line: str, wider_ones: tuple[str, ...]) -> None:
    assert wider(line) == wider_ones
