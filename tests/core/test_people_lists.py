"""Lists of people: which column holds what, and what is wrong on a line."""

from __future__ import annotations

from datetime import date

import pytest

from pb.core.errors import Refusal
from pb.core.people_lists import guess_columns, mapping_faults, read_person

TODAY = date(2026, 5, 11)
MAPPING = {"name": 0, "postcode": 1, "year": 2, "email": 3, "address_1": 4}


def read(*cells: str, mapping: dict[str, int] = MAPPING, least_age: int = 16) -> object:
    return read_person(7, cells, mapping, least_age=least_age, on_day=TODAY)


def test_the_headings_of_usual_lists_are_known() -> None:
    found = guess_columns(["Elector_Name", "Date of Birth", "Address 1", "Address-2", "POST CODE", "E-mail", "Ward"])
    assert found == {"name": 0, "year": 1, "address_1": 2, "address_2": 3, "postcode": 4, "email": 5, "area": 6}


def test_headings_that_say_nothing_are_left_to_the_officer() -> None:
    assert guess_columns(["A", "B", ""]) == {}


def test_two_columns_of_one_heading_are_taken_once() -> None:
    assert guess_columns(["Name", "Name", "Postcode"]) == {"name": 0, "postcode": 2}


@pytest.mark.parametrize(
    "mapping, codes",
    [
        ({"name": 0, "postcode": 1}, []),
        ({"first_name": 0, "last_name": 1, "postcode": 2}, []),
        ({"first_name": 0}, ["name_column", "postcode_column"]),
        ({"name": 0, "postcode": 0}, ["column_twice"]),
    ],
)
def test_a_mapping_says_what_it_lacks(mapping: dict[str, int], codes: list[str]) -> None:
    assert [fault.code for fault in mapping_faults(mapping)] == codes


def test_a_line_is_one_person() -> None:
    person = read("Sam  Okafor", "ex11ab", "12/03/1984", "sam@example.org", "1 Quay Street")
    assert (person.line, person.name, person.postcode, person.year) == (7, "Sam Okafor", "EX1 1AB", 1984)  # type: ignore[attr-defined]
    assert (person.address, person.email) == (("1 Quay Street",), "sam@example.org")  # type: ignore[attr-defined]


def test_first_names_and_surname_may_stand_in_two_columns() -> None:
    person = read("Sam", "Okafor", "EX1 1AB", mapping={"first_name": 0, "last_name": 1, "postcode": 2})
    assert person.name == "Sam Okafor"  # type: ignore[attr-defined]


def test_a_short_line_lacks_what_stands_in_later_columns() -> None:
    assert read("Sam Okafor", "EX1 1AB").year is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("born", ["1984", "1984-03-12", "12.3.1984", "12 March 1984"])
def test_a_year_is_read_from_a_date(born: str) -> None:
    assert read("Sam Okafor", "EX1 1AB", born).year == 1984  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "cells, code",
    [
        (("", "EX1 1AB"), "name_missing"),
        (("Sam Okafor", ""), "postcode_missing"),
        (("Sam Okafor", "EX"), "postcode_shape"),
        (("Sam Okafor", "EX1 1AB", "12/03/84"), "year_shape"),
        (("Sam Okafor", "EX1 1AB", "1884"), "year_shape"),
        (("Sam Okafor", "EX1 1AB", "2012"), "too_young"),
        (("Sam Okafor", "EX1 1AB", "", "sam@"), "email_shape"),
        (("Sam Okafor", "EX1 1AB", "", "", "x" * 101), "address_long"),
    ],
)
def test_what_is_wrong_on_a_line_is_told(cells: tuple[str, ...], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(*cells)
    assert refused.value.code == code


def test_somebody_who_turns_the_age_this_year_may_be_invited() -> None:
    assert read("Sam Okafor", "EX1 1AB", "2010").year == 2010  # type: ignore[attr-defined]
