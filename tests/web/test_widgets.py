"""Fields: what they take, what they refuse and in which words, and the four faults that are mended in their drawing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask, render_template_string
from flask_babel import force_locale
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from pb.core.errors import Fault, Refusal, Refusals
from pb.web.forms.british import LondonDateField, LondonDateTimeField, MoneyField, PostcodeField, YearOfBirthField
from pb.web.forms.fields import (
    ChoiceField,
    ChoicesField,
    EmailField,
    MenuField,
    ParagraphField,
    TextField,
    WholeNumberField,
)
from pb.web.forms.summary import error_links, show_refusal
from tests.web.style import StyleForm


class Small(FlaskForm):
    """One field of each kind that reads something."""

    amount = MoneyField("Amount", needed="Enter an amount", most=500_000)
    starts = LondonDateField("Starts", needed="Enter the day")
    opens = LondonDateTimeField("Opens", needed="Enter day and time")
    postcode = PostcodeField("Postcode", needed="Enter your postcode")
    born = YearOfBirthField("Born", needed="Enter your year of birth")
    people = WholeNumberField("People", needed="Enter how many", least=1, most=500)
    kind = ChoiceField("Kind", {"a": "A", "b": "B"}, needed="Choose one of both")
    several = ChoicesField("Several", {"a": "A", "b": "B"})
    place = MenuField("Place", {"": "None", "a": "A"})
    title = TextField("Title", most=10)
    more = ParagraphField("More", most=20)
    mail = EmailField("Mail")


def _read(app: Flask, name: str, typed: str | list[str]) -> tuple[Any, list[str]]:
    """What the field makes of what was typed, and its errors."""
    values = typed if isinstance(typed, list) else [typed]
    with app.test_request_context("/", method="POST"), force_locale("en_GB"):
        form = Small(MultiDict([(name, value) for value in values]), meta={"csrf": False})
        form.validate()
        return form[name].data, [str(error) for error in form[name].errors]


@pytest.mark.parametrize(
    ("typed", "pence"),
    [
        ("1250", 125_000),
        ("£1,250", 125_000),
        ("1,250.50", 125_050),
        (" £ 12.50 ", 1250),
        ("0.01", 1),
        ("5000", 500_000),
    ],
)
def test_money_is_read_as_people_write_it(app: Flask, typed: str, pence: int) -> None:
    assert _read(app, "amount", typed) == (pence, [])


@pytest.mark.parametrize(
    "typed", ["0", "£0.00", "-1", "12.345", "1e9", "ten", "5000.01", "1,2,3", "١٢", "", "  ", "9" * 400]
)
def test_money_that_is_none_is_refused_in_a_sentence_and_shown_again(app: Flask, typed: str) -> None:
    amount, errors = _read(app, "amount", typed)
    assert amount is None
    assert len(errors) == 1
    assert errors[0].startswith("Enter an amount") or errors[0].startswith("Enter the amount")
    with app.test_request_context("/", method="POST"):
        form = Small(MultiDict({"amount": typed}), meta={"csrf": False})
        form.validate()
        shown = BeautifulSoup(form.amount(), "html5lib").select_one("input")
        assert shown.get("value", "").strip() == typed.strip()


def test_a_stored_amount_stands_in_the_input_without_its_sign(app: Flask) -> None:
    with app.test_request_context("/"):
        inputs = [
            BeautifulSoup(Small(meta={"csrf": False}, amount=pence).amount(), "html5lib") for pence in (125_000, 1205)
        ]
    assert [one.select_one("input")["value"] for one in inputs] == ["1250", "12.05"]
    assert inputs[0].select_one(".govuk-input__prefix").get_text(strip=True) == "£"


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        (["7", "12", "2026", "5pm"], datetime(2026, 12, 7, 17, 0, tzinfo=UTC)),
        (["7", "12", "2026", "17:30"], datetime(2026, 12, 7, 17, 30, tzinfo=UTC)),
        (["1", "7", "2026", "9.15 am"], datetime(2026, 7, 1, 8, 15, tzinfo=UTC)),
        (["1", "7", "2026", "midday"], datetime(2026, 7, 1, 11, 0, tzinfo=UTC)),
        (["1", "7", "2026", "12am"], datetime(2026, 6, 30, 23, 0, tzinfo=UTC)),
        (["25", "10", "2026", "1:30"], datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_london_day_and_time_become_one_moment(app: Flask, typed: list[str], moment: datetime) -> None:
    assert _read(app, "opens", typed) == (moment, [])


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["29", "3", "2026", "1:30am"], "The clocks go forward that night and skip this time: choose another"),
        (["7", "12", "2026", ""], "Enter the time, like 9am, 5:30pm or 17:30"),
        (["7", "12", "2026", "25:00"], "Enter the time, like 9am, 5:30pm or 17:30"),
        (["7", "12", "2026", "5"], "Enter the time, like 9am, 5:30pm or 17:30"),
        (["7", "12", "2026", "13pm"], "Enter the time, like 9am, 5:30pm or 17:30"),
        (["31", "2", "2026", "5pm"], "That day is not in the calendar"),
        (["7", "", "2026", "5pm"], "The date must include a month"),
        (["7"], "The date must include a month and a year"),
        (["", "", "", ""], "Enter day and time"),
        (["x", "y", "z", "5pm"], "Enter the date in figures, like 7 12 2026"),
        (["7", "12", "26", "5pm"], "Enter the year with four figures, like 2026"),
    ],
)
def test_a_day_or_time_that_is_none_says_what_is_missing(app: Flask, typed: list[str], sentence: str) -> None:
    assert _read(app, "opens", typed) == (None, [sentence])


def test_a_day_alone_is_a_date(app: Flask) -> None:
    assert _read(app, "starts", ["29", "2", "2028"]) == (date(2028, 2, 29), [])


def test_a_stored_moment_stands_in_its_four_inputs_in_london_time(app: Flask) -> None:
    with app.test_request_context("/"):
        form = Small(meta={"csrf": False}, opens=datetime(2026, 7, 1, 16, 30, tzinfo=UTC))
        page = BeautifulSoup(form.opens(), "html5lib")
    assert [one["value"] for one in page.select("input")] == ["1", "7", "2026", "17:30"]


@pytest.mark.parametrize(
    ("name", "typed", "data"),
    [
        ("postcode", "eh66ab", "EH6 6AB"),
        ("born", "1984", 1984),
        ("people", " 1 ", 1),
        ("people", "500", 500),
        ("title", "  Lanterns ", "Lanterns"),
        ("kind", "b", "b"),
        ("several", ["a", "b"], ["a", "b"]),
        ("several", ["", " "], []),
        ("place", " ", ""),
    ],
)
def test_a_field_reads_what_is_right(app: Flask, name: str, typed: str | list[str], data: Any) -> None:
    assert _read(app, name, typed) == (data, [])


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("postcode", "12345"),
        ("postcode", ""),
        ("born", "84"),
        ("born", "1899"),
        ("born", "2027"),
        ("people", "0"),
        ("people", "501"),
        ("people", "1.5"),
        ("people", "9" * 5000),
        ("kind", "c"),
        ("kind", ""),
        ("several", ["a", "z"]),
        ("several", ["", "z"]),
        ("place", "z"),
        ("title", "more than ten"),
        ("mail", "not an address"),
    ],
)
def test_a_field_refuses_what_is_wrong_in_one_sentence(app: Flask, name: str, typed: str | list[str]) -> None:
    _data, errors = _read(app, name, typed)
    assert len(errors) == 1
    assert len(errors[0]) > 10


def test_a_field_without_a_hint_has_no_empty_hint(app: Flask) -> None:
    with app.test_request_context("/"):
        form = StyleForm(meta={"csrf": False})
        drawn = BeautifulSoup("".join(str(field()) for field in form if field.name != "title"), "html5lib")
    assert [hint for hint in drawn.select(".govuk-hint") if not hint.get_text(strip=True)] == []


def test_every_word_of_a_date_is_translatable(app: Flask) -> None:
    with app.test_request_context("/"):
        asked: list[str] = []

        class Listening:
            """A catalogue that writes down what it is asked for."""

            def gettext(self, text: str, **_values: Any) -> str:
                asked.append(text)
                return f"«{text}»"

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pb.web.forms.widgets._", Listening().gettext)
            labels = BeautifulSoup(Small(meta={"csrf": False}).opens(), "html5lib").select("label")
    assert [label.get_text(strip=True) for label in labels] == ["«Day»", "«Month»", "«Year»", "«Time»"]


def test_an_error_of_the_whole_form_links_nowhere_and_a_dates_links_to_its_day(app: Flask) -> None:
    with app.test_request_context("/", method="POST"), force_locale("en_GB"):
        form = Small(MultiDict({"amount": "5"}), meta={"csrf": False})
        form.validate()
        refusal = Refusals(
            [Fault("clash", "Another round is open.", {}, ""), Fault("early", "Too early.", {}, "opens")]
        )
        show_refusal(form, refusal)
        links = error_links(form)
    assert links[0] == {"text": "Another round is open.", "href": ""}
    assert {"text": "Enter the day", "href": "#starts-day"} in links
    assert {"text": "Enter day and time", "href": "#opens-day"} in links


def test_a_services_refusal_stands_beside_the_field_it_names_with_its_numbers(app: Flask) -> None:
    with app.test_request_context("/", method="POST"), force_locale("en_GB"):
        form = Small(MultiDict(), meta={"csrf": False})
        show_refusal(form, Refusal("too_much", "Ask for %(most)s or less.", field="amount", most="£500"))
        drawn = BeautifulSoup(form.amount(), "html5lib")
    assert "Ask for £500 or less." in drawn.select_one("#amount-error").get_text()
    assert "amount-error" in drawn.select_one("input")["aria-describedby"]


def test_a_field_that_may_stay_empty_says_so(app: Flask) -> None:
    with app.test_request_context("/"), force_locale("en_GB"):
        form = Small(meta={"csrf": False})
        assert BeautifulSoup(form.title(), "html5lib").select_one("label").get_text(strip=True) == "Title (optional)"
        assert BeautifulSoup(form.amount(), "html5lib").select_one("label").get_text(strip=True) == "Amount"


def test_a_browser_never_refuses_a_form_before_our_own_words(app: Flask) -> None:
    with app.test_request_context("/"):
        html = render_template_string(
            "{% from 'components/forms.html' import form_start, form_end, field %}"
            "{{ form_start(form) }}{% for one in form %}{% if one.name != 'csrf_token' %}{{ field(one) }}{% endif %}{% endfor %}{{ form_end() }}",
            form=StyleForm(),
        )
    page = BeautifulSoup(html, "html5lib")
    assert page.select("[required], [maxlength], [min], [max]") == []
    assert page.select_one("form").has_attr("novalidate")


def test_what_people_type_is_never_drawn_as_html(app: Flask) -> None:
    hostile = '"><script>alert(1)</script>'
    with app.test_request_context("/", method="POST"):
        form = Small(MultiDict([(name, hostile) for name in Small()._fields]), meta={"csrf": False})
        form.validate()
        drawn = "".join(str(field()) for field in form)
    assert BeautifulSoup(drawn, "html5lib").select("script") == []


class Twins(FlaskForm):
    """Two fields that can go wrong in the same words."""

    first = TextField("First thing", most=5)
    asked = MoneyField("Asked for")
    least = MoneyField("Smallest amount")


def test_the_summary_tells_apart_fields_that_went_wrong_in_the_same_words(app: Flask) -> None:
    with app.test_request_context():
        form = Twins(MultiDict({"first": "too long", "asked": "ten", "least": "many"}), meta={"csrf": False})
        assert not form.validate()
        links = error_links(form)
    assert links[0] == {"text": "“First thing” must be 5 characters or fewer.", "href": "#first"}
    assert [link["text"].split(":")[0] for link in links[1:]] == ["Asked for", "Smallest amount"]
    assert [link["href"] for link in links[1:]] == ["#asked", "#least"]
