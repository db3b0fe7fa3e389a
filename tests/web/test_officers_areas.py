"""Areas and lists of postcodes in the pages: looked at first, kept after."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.services.area_postcodes import postcodes_of
from pb.services.areas import all_areas
from tests.factories import an_account, an_area
from tests.reader import Reader, soup
from tests.signing_in import sign_in

P = "/officers/areas/postcodes"


@pytest.fixture
def desk(app: Flask, client: Reader) -> Reader:
    sign_in(client, an_account(Role.OFFICER))
    return client


def test_an_area_is_added_and_changed(desk: Reader) -> None:
    desk.send("/officers/areas/add", {"name": "Abbey", "population": "8,400"})
    (area,) = all_areas()
    desk.send(f"/officers/areas/{area.id}", {"population": "8,500"})
    assert "8,500" in desk.read("/officers/areas").get_text()
    answer = desk.send("/officers/areas/add", {"name": "abbey", "population": "many"})
    assert answer.status_code == 422
    assert soup(answer).select_one(".govuk-error-summary a[href='#population']")


def test_a_list_is_shown_before_it_is_kept(desk: Reader) -> None:
    abbey, castle = an_area("Abbey"), an_area("Castle")
    shown = desk.send(P, {"postcodes": "EH6 6AB\nEH7,Castle", "area": str(abbey.id)})
    page = soup(shown)
    assert [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in page.select("tbody tr")] == [
        ["Abbey", "1"],
        ["Castle", "1"],
    ]
    assert postcodes_of(abbey.id) == []
    form = page.select_one("main form")
    assert form is not None
    fields = {str(field["name"]): field.get("value", "") for field in form.select("input[name]")}
    assert desk.post(str(form["action"]), data=fields).status_code == 303
    assert (postcodes_of(abbey.id), postcodes_of(castle.id)) == (["EH6 6AB"], ["EH7"])


def test_faulty_lines_are_told_with_their_numbers_and_the_list_stays_to_be_mended(desk: Reader) -> None:
    abbey = an_area("Abbey")
    answer = desk.send(P, {"postcodes": "EH6 6AB\nrubbish\nEH7,Atlantis", "area": str(abbey.id)})
    assert answer.status_code == 422
    page = soup(answer)
    told = [line.get_text() for line in page.select("#wrong li")]
    assert [line.split(":")[0] for line in told] == ["Line 2", "Line 3"]
    assert "rubbish" in page.select_one("#postcodes").get_text()  # type: ignore[union-attr]
    assert postcodes_of(abbey.id) == []


def test_a_list_comes_as_a_file_too(desk: Reader) -> None:
    an_area("Abbey")
    file = (BytesIO("postcode,ward\r\nEH6 6AB,Abbey\r\n".encode("utf-8-sig")), "postcodes.csv")
    page = soup(desk.send(P, {"file": file}))
    assert page.select_one("h1").get_text(strip=True) == "Check the list"  # type: ignore[union-attr]


def test_a_picture_is_no_list(desk: Reader) -> None:
    abbey = an_area("Abbey")
    file = (BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20), "postcodes.png")
    answer = desk.send(P, {"file": file, "area": str(abbey.id)})
    assert answer.status_code == 422
    assert "This is not a list in plain text." in soup(answer).get_text()
    assert postcodes_of(abbey.id) == []


def test_a_list_saved_by_an_old_spreadsheet_is_read(desk: Reader) -> None:
    area = an_area("Château")
    file = (BytesIO("EH6 6AB,Château\r\n".encode("cp1252")), "postcodes.csv")
    page = soup(desk.send(P, {"file": file}))
    assert area.name in page.select_one("tbody").get_text()  # type: ignore[union-attr]


def test_an_empty_list_asks_for_one(desk: Reader) -> None:
    an_area("Abbey")
    answer = desk.send(P)
    assert answer.status_code == 422
    assert soup(answer).select_one(".govuk-error-summary a[href='#postcodes']")
