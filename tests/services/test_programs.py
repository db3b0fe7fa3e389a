"""Forms that programs fill in are told from those of people, who get past by sending them once more."""

from __future__ import annotations

import pytest
from flask import Flask
from structlog.testing import capture_logs

from pb.core.errors import Refusal
from pb.extensions import present
from pb.services.programs import LASTS, MANY, form_begun, refuse_programs
from tests.conftest import TurningClock

HERE = "203.0.113.9"


@pytest.fixture(autouse=True)
def least(app: Flask) -> int:
    """How many seconds a form takes at least."""
    present.use(settings=present.settings.model_copy(update={"least_fill_seconds": 3}))
    return 3


def told(begun: str, left_empty: str = "") -> str:
    """What the form is refused for; nothing where it is taken."""
    try:
        refuse_programs(begun, left_empty, address=HERE)
    except Refusal as refusal:
        return f"{refusal.code} {refusal.status}"
    return ""


def test_a_form_that_comes_back_at_once_is_taken_when_it_is_sent_once_more(clock: TurningClock) -> None:
    begun = form_begun()
    clock.turn(seconds=2)
    assert told(begun) == "filled_too_fast 422"
    again = form_begun(begun)
    clock.turn(seconds=1)
    assert (again, told(again)) == (begun, "")


def test_a_field_that_people_do_not_see_stays_empty(clock: TurningClock) -> None:
    begun = form_begun()
    clock.turn(minutes=5)
    assert told(begun, "https://example.org") == "field_filled 422"
    assert told(begun) == ""


@pytest.mark.parametrize("made_up", ["", "0", "1772445600", "1772445600.", "²", "9" * 5000, "-5.abc", "a.b.c", "é"])
def test_a_moment_that_we_did_not_sign_is_none_and_the_form_carries_a_new_one(
    clock: TurningClock, made_up: str
) -> None:
    assert told(made_up) == "filled_too_fast 422"
    begun = form_begun(made_up)
    clock.turn(seconds=3)
    assert told(begun) == ""
    moment, mark = begun.split(".")
    assert told(f"{int(moment) - 60}.{mark}") == "filled_too_fast 422"


def test_a_form_that_lay_open_for_half_a_day_begins_anew(clock: TurningClock) -> None:
    begun = form_begun()
    clock.at += LASTS
    assert told(begun) == "filled_too_fast 422"
    assert form_begun(begun) != begun


def test_a_setting_lets_everybody_be_as_quick_as_they_like(clock: TurningClock) -> None:
    present.use(settings=present.settings.model_copy(update={"least_fill_seconds": 0}))
    assert (told(form_begun()), told(""), told("", "x")) == ("", "", "field_filled 422")


def test_many_forms_of_programs_from_one_address_are_told_once_in_the_log_without_the_address() -> None:
    with capture_logs() as lines:
        for _ in range(2 * MANY):
            told("", "x")
    assert [line["event"] for line in lines] == ["many_forms_by_programs"]
    assert HERE not in str(lines)
