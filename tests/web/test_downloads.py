"""Tables to download that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from flask import Flask

from pb.web.downloads import csv_lines, csv_response, minor_as_cell, safe_cell


@pytest.mark.parametrize(
    "typed",
    [
        "=1+1",
        "+44 1632",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\0=1",
        "  =1",
        "\u00a0=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
    ],
)
def test_text_that_a_spreadsheet_would_reckon_with_is_marked_as_text(typed: str) -> None:
    assert safe_cell(typed) == f"'{typed}"


@pytest.mark.parametrize("typed", ["Benches", "", "a=b", "3 benches", "£5", "'quoted'", "Grŵp Llŷn"])
def test_other_text_stays_as_it_is(typed: str) -> None:
    assert safe_cell(typed) == typed


def test_numbers_stay_numbers_even_below_nought() -> None:
    assert [safe_cell(value) for value in (-5, Decimal("-12.50"), 0, None)] == ["-5", "-12.50", "0", ""]


def test_pence_are_written_as_pounds_with_a_point() -> None:
    assert safe_cell(minor_as_cell(125_050)) == "1250.50"
    assert minor_as_cell(None) is None


def test_commas_quotes_and_line_ends_come_back_as_they_were() -> None:
    row = ["Tea, cake", 'The "Hub"', "one\r\ntwo", ""]
    lines = list(csv_lines(["a", "b", "c", "d"], [row]))

    assert lines[0] == "a,b,c,d\r\n"
    assert list(csv.reader(io.StringIO("".join(lines), newline="")))[1] == row


def test_rows_are_made_one_at_a_time_as_they_are_sent(app: Flask) -> None:
    made = []

    def rows():
        for number in range(3):
            made.append(number)
            yield [number]

    lines = csv_lines(["n"], rows())
    assert next(lines) == "n\r\n"
    assert made == []
    assert next(lines) == "0\r\n"
    assert made == [0]


def test_a_download_says_what_it_is(app: Flask) -> None:
    with app.test_request_context():
        answer = csv_response("northfield-bids", ["Reference"], [["ABC"]])
        body = answer.get_data()

    assert answer.headers["Content-Disposition"] == 'attachment; filename="northfield-bids.csv"'
    assert answer.content_type == "text/csv; charset=utf-8"
    assert body.decode("utf-8-sig") == "Reference\r\nABC\r\n"
