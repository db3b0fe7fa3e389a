"""What templates write: money, days, times, shares, text that somebody typed, and the language links."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from flask import Flask
from flask_babel import force_locale

from pb.extensions import present
from pb.web import formats
from tests.reader import Reader

SUMMER = datetime(2026, 7, 1, 16, 30, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> datetime:
    """A winter moment, when London's wall clock shows UTC."""
    return datetime(2026, 12, 7, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minor", "written"), [(125_000, "£1,250"), (125_050, "£1,250.50"), (5, "£0.05"), (0, "£0"), (None, "–")]
)
def test_money_shows_pence_only_where_there_are_pence(minor: int | None, written: str) -> None:
    assert formats.money(minor) == written


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (at(9), "9am"),
        (at(17, 30), "5:30pm"),
        (at(12), "midday"),
        (at(12, 5), "12:05pm"),
        (at(0), "midnight"),
        (at(0, 1), "12:01am"),
        (SUMMER, "5:30pm"),
    ],
)
def test_times_are_londons_and_read_as_on_a_poster(app: Flask, moment: datetime, written: str) -> None:
    with app.test_request_context():
        assert formats.clock(moment) == written


def test_a_moment_names_its_weekday_and_day_in_each_language(app: Flask) -> None:
    with app.test_request_context(), force_locale("en_GB"):
        assert formats.moment(at(17)) == "Monday 7 December 2026 at 5pm"
        assert formats.day(date(2026, 12, 7)) == "7 December 2026"
    with app.test_request_context(), force_locale("cy"):
        assert "Rhagfyr" in formats.day(at(17))


def test_the_hour_before_midnight_in_utc_is_the_next_day_in_a_london_summer(app: Flask) -> None:
    with app.test_request_context(), force_locale("en_GB"):
        assert formats.day(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "1 July 2026"


@pytest.mark.parametrize(
    ("left", "written"),
    [
        (timedelta(days=3, hours=5), "3 days"),
        (timedelta(days=1, hours=5), "29 hours"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(seconds=30), "less than a minute"),
        (timedelta(seconds=-1), "no time"),
    ],
)
def test_time_left_never_promises_more_than_there_is(app: Flask, left: timedelta, written: str) -> None:
    with app.test_request_context(), force_locale("en_GB"):
        assert formats.time_left(present.now() + left) == written


@pytest.mark.parametrize(
    ("part", "whole", "places", "written"),
    [(3, 8, 0, "38%"), (1, 3, 1, "33.3%"), (0, 0, 0, "0%"), (Fraction(1, 2), 1, 0, "50%"), (1, 1000, 1, "0.1%")],
)
def test_shares_are_rounded_as_people_do(part: int, whole: int, places: int, written: str) -> None:
    assert formats.percent(part, whole, places) == written


def test_typed_text_keeps_its_paragraphs_and_never_becomes_html() -> None:
    shown = formats.paragraphs("One <script>alert(1)</script>\r\nline two\n\nNext & last")
    assert shown == (
        '<p class="govuk-body">One &lt;script&gt;alert(1)&lt;/script&gt;<br>line two</p>\n'
        '<p class="govuk-body">Next &amp; last</p>'
    )
    assert formats.paragraphs(None) == ""


def test_a_code_is_shown_in_fours() -> None:
    assert formats.in_fours("k7qf-2m9x TT3A AB12".replace("-", "")) == "k7qf 2m9x TT3A AB12"


def test_the_language_links_keep_the_page_and_what_it_was_asked(client: Reader) -> None:
    page = client.read("/cookies?by=name&lang=en_GB")
    link = page.select_one(".yd-languages a")
    assert link.get_text() == "Cymraeg"
    assert link["href"] == "/cookies?by=name&lang=cy"
    assert link["lang"] == "cy"
    assert page.select_one(".yd-languages [aria-current]").get_text() == "English"


def test_a_page_says_its_language_and_the_way_it_is_written(client: Reader) -> None:
    page = client.read("/cookies?lang=cy")
    assert (page.html["lang"], page.html["dir"]) == ("cy", "ltr")


def test_a_static_files_address_changes_when_the_file_does(app: Flask) -> None:
    with app.test_request_context():
        address = app.jinja_env.globals["static_url"]("css/you-decide.css")
    assert address.startswith("/static/css/you-decide.css?v=")


def test_a_count_in_a_sentence_has_its_thousands_apart_and_names_stay_safe(app: Flask) -> None:
    template = "{{ ngettext('%(num)s ballot for %(name)s', '%(num)s ballots for %(name)s', 12345, name=name) }}"
    with app.test_request_context():
        made = app.jinja_env.from_string(template).render(name="<b>Park</b>")
    assert made == "12,345 ballots for &lt;b&gt;Park&lt;/b&gt;"
