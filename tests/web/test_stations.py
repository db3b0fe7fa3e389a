"""Stations: officers plan them, two stewards open and close them, and everybody finds where and when."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from pb.core.actors import Actor, Role
from pb.core.codes import print_form
from pb.extensions import db, present
from pb.models.codes import Code, CodeState
from pb.models.roll import RollEntry
from pb.models.rounds import Policy, Round
from pb.models.stations import Duty, StationState
from pb.services.accounts import account_of
from pb.services.batches import note_card_counts
from pb.services.station_reports import report_of
from pb.services.stations import find_station, stations_of
from tests import factories
from tests.factories import PASSWORD
from tests.printed import SHIPPED, fonts_of
from tests.reader import Reader, pressed, soup
from tests.signing_in import sign_in
from tests.stations import a_station, cards_at, on_rota, opened
from tests.voters import SAM, a_voting_round, codes_for, filled

ASKED = {key: value for key, value in filled(SAM).items() if key in ("postcode", "year_of_birth", "link")}


@pytest.fixture
def the_round(app: Flask) -> Round:
    return a_voting_round(policy=Policy.DECLARED)


def second(who: Actor) -> dict[str, str]:
    return {"email": account_of(who.account_id).email, "password": PASSWORD}


def test_an_officer_plans_a_station_and_nobody_unbriefed_stands_there(client: Reader, the_round: Round) -> None:
    sign_in(client, factories.an_account(Role.ADMINISTRATOR))
    at = f"/officers/rounds/{the_round.slug}"
    wanted = {
        "name": "Tesco car park", "kind": "stall", "place": "Kingsway, by the doors", "offers": ["seating", "large_print"],
        "languages": "English, Polish", "notes": "Bus 31 stops outside.",
    }  # fmt: skip
    half = {"times-0-starts_at": ["12", "5", "2026", "10am"]}
    page = client.send(f"{at}/stations/add", wanted | half)
    assert page.status_code == 422
    assert "Enter both: from when, and until when." in soup(page).get_text()
    backwards = client.send(f"{at}/stations/add", wanted | half | {"times-0-ends_at": ["12", "5", "2026", "9am"]})
    told = soup(backwards).select_one(".govuk-error-summary a")
    assert told is not None, "the fault of a row is in the summary too"
    assert told.get_text() == "The station must close after it opens."
    empty = {f"times-0-{end}": ["", "", "", ""] for end in ("starts_at", "ends_at")}
    second_row = {"times-1-starts_at": half["times-0-starts_at"], "times-1-ends_at": ["12", "5", "2026", "9am"]}
    below = soup(client.send(f"{at}/stations/add", wanted | empty | second_row))
    assert [str(each["href"])[:15] for each in below.select(".govuk-error-summary a")] == ["#times-1-ends_a"]
    whole = {"times-0-ends_at": ["12", "5", "2026", "4pm"]}
    assert client.send(f"{at}/stations/add", wanted | half | whole).status_code == 303
    (station,) = stations_of(the_round.id)
    public = client.read(f"/rounds/{the_round.slug}").get_text()
    for words in (
        "Tesco car park",
        "Kingsway, by the doors",
        "Large print",
        "English, Polish",
        "Bus 31 stops outside.",
    ):
        assert words in public
    steward = factories.someone(Role.STEWARD, name="Joe Baptiste")
    duty = {"station": str(station.id), "steward": str(steward.account_id)}
    times = {"starts_at": ["12", "5", "2026", "10am"], "ends_at": ["12", "5", "2026", "4pm"]}
    page = client.send(f"{at}/rota", duty | times)
    error = soup(page).select_one("#steward-error")
    assert error is not None
    assert "Brief them first" in error.get_text()
    day = {"given_on": ["10", "5", "2026"]}
    assert client.send(f"{at}/rota/briefings", {"steward": str(steward.account_id)} | day).status_code == 303
    assert client.send(f"{at}/rota", duty | times).status_code == 303
    assert "Joe Baptiste" in client.read(f"{at}/stations/{station.id}").get_text()
    double = client.send(f"{at}/rota", duty | times, form="form:has(#steward)")
    assert "They are on the rota of Tesco car park at that time." in soup(double).get_text()
    assert db.session.scalar(select(func.count()).select_from(Duty)) == 1


def test_two_stewards_open_hand_out_spoil_and_close_on_one_tablet(client: Reader, the_round: Round) -> None:
    station = a_station(the_round, offers=["bsl"], languages="Polish")
    cards = cards_at(the_round, station, 4, by_steward=True)
    note_card_counts(the_round.id, cards.batch_id, {"printed": 4}, by=factories.owner_of(the_round))
    one, other = (on_rota(the_round, station, factories.an_account(Role.STEWARD)) for _ in range(2))
    at = f"/stations/{the_round.slug}/{station.id}"
    sign_in(client, one)
    assert "Tesco car park" in client.read("/stations").get_text()
    count = f"cards_{cards.batch_id}"
    # Somebody else, an empty box and numbers that add up: each is asked for, beside its field.
    page = client.send(f"{at}/open", {count: "3"} | second(one))
    assert "The second person must be somebody else" in soup(page).select_one("#email-error").get_text()  # type: ignore[union-attr]
    page = soup(client.send(f"{at}/open", {count: "3"} | second(other)))
    assert "there should be 4; you counted 3" in page.select_one(f"#{count}-error").get_text()  # type: ignore[union-attr]
    assert "tick that it is empty" in page.get_text()
    sure = {"box_empty": "y", "explanation": "One card was torn when the parcel was opened."}
    assert client.send(f"{at}/open", {count: "3"} | sure | second(other)).status_code == 303
    assert find_station(the_round.id, station.id).state == StationState.OPEN
    tablet = client.read(at).get_text()
    assert "British Sign Language" in tablet
    assert "Polish" in tablet
    # Who may not vote is told why; who may is offered a card; nobody is on the roll before it is given.
    young = pressed(client, at, f"{at}/eligible", filled(SAM, year_of_birth="2024"))
    assert "They cannot vote in this round, which is from the age of 11. Thank them" in soup(young).get_text()
    nobody = soup(pressed(client, at, f"{at}/eligible", {})).get_text()
    for words in ("Ask for their full name.", "Ask for the postcode.", "Tick it once they say yes."):
        assert words in nobody
    assert "your" not in nobody.split("There is a problem")[1].split("May they vote?")[0].lower(), "a steward reads it"
    answer = pressed(client, at, f"{at}/eligible", filled(SAM))
    assert "Yes, they may vote" in soup(answer).get_text()
    # Enter in a field presses the first button of the form: it looks again, and gives nothing.
    assert soup(answer).select("main form button")[0].get("formaction") is None
    assert db.session.scalar(select(func.count()).select_from(RollEntry)) == 0
    assert pressed(client, at, f"{at}/hand", filled(SAM) | {"what": "card"}).status_code == 303
    again = pressed(client, at, f"{at}/hand", filled(SAM) | {"what": "card"})
    assert again.status_code == 409
    assert "Give no other." in soup(again).get_text()
    old, new = map(print_form, cards.codes[:2])
    page = soup(client.send(f"{at}/spoilt", {"code": old}))
    assert "tick that they do not want another" in page.select_one("#replacement-error").get_text()  # type: ignore[union-attr]
    assert page.select_one("#code")["value"] == old  # type: ignore[index]
    assert client.send(f"{at}/spoilt", {"code": old, "replacement": new}).status_code == 303
    assert db.session.scalar(select(func.count()).where(Code.state == CodeState.VOID)) == 1
    # Two cards are gone: one was given, one stood in for it. One of two is left, so one is missing.
    assert "Papers" not in client.read(f"{at}/close").get_text(), "no papers are at this station"
    told = soup(client.send(f"{at}/close")).select(".govuk-error-summary li")
    assert [each.get_text(strip=True).split()[0] for each in told] == ["Count", "The", "The"], "all that is missing"
    wrong = soup(client.send(f"{at}/close", {count: "0"} | second(other) | {"password": "not their password"}))
    error = "The e-mail address or the password of the second person is not right."
    assert error in wrong.select_one("#email-error").get_text()  # type: ignore[union-attr]
    closing = {count: "0"}
    assert "They enter it again" not in wrong.get_text(), "the password was the fault"
    page = soup(client.send(f"{at}/close", closing | second(other)))
    assert "They enter it again" in page.select_one("#password-hint").get_text()  # type: ignore[union-attr]
    assert "there should be 1; you counted 0" in page.select_one(f"#{count}-error").get_text()  # type: ignore[union-attr]
    assert (
        client.send(f"{at}/close", closing | {"explanation": "The wind took one."} | second(other)).status_code == 303
    )
    page = client.read(f"{at}/report")
    report = page.get_text()
    assert "The wind took one." in report
    rows = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in page.select("tbody tr")]
    counted = {row[0]: row[1] for row in rows}
    of_four = {"Printed": "4", "Given in all": "2", "Spoilt": "1", "Missing": "2", "Left by the records": "0"}
    assert {name: counted[name] for name in of_four} == of_four
    assert account_of(other.account_id).name in report
    pressed(client, "/stations", "/account/sign-out")
    sign_in(client, factories.an_account(Role.ADMINISTRATOR))
    assert "The wind took one." in client.read(f"/officers/rounds/{the_round.slug}/stations/{station.id}").get_text()
    box = client.read(f"/officers/rounds/{the_round.slug}/box").get_text()
    assert "still open" in box, "a card that was given out may still be used"
    assert "differs by" not in box


def test_more_cards_than_codes_are_counted_once_more_before_a_station_opens(client: Reader, the_round: Round) -> None:
    station = a_station(the_round)
    cards = cards_at(the_round, station, 2)
    one, other = (on_rota(the_round, station, factories.an_account(Role.STEWARD)) for _ in range(2))
    sign_in(client, one)
    count = f"cards_{cards.batch_id}"
    at = f"/stations/{the_round.slug}/{station.id}/open"
    page = soup(client.send(at, {count: "20", "box_empty": "y"} | second(other)))
    assert "there should be 2; you counted 20" in page.select_one(f"#{count}-error").get_text()  # type: ignore[union-attr]
    assert client.send(at, {count: "2", "box_empty": "y"} | second(other)).status_code == 303


def test_where_voters_declare_the_tablet_asks_no_name_and_keeps_nothing(client: Reader, the_round: Round) -> None:
    station = a_station(the_round)
    cards_at(the_round, station, 2)
    one, other = (on_rota(the_round, station, factories.an_account(Role.STEWARD)) for _ in range(2))
    opened(station, one, other)
    at = f"/stations/{the_round.slug}/{station.id}"
    sign_in(client, one)
    assert client.read(at).select_one("[name=name]") is None
    assert "Yes, they may vote" in soup(pressed(client, at, f"{at}/eligible", ASKED)).get_text()
    assert pressed(client, at, f"{at}/hand", ASKED | {"what": "card"}).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(RollEntry)) == 0
    assert report_of(find_station(the_round.id, station.id)).given == 1
    assert client.get(f"/stations/{the_round.slug}/{a_station(the_round, 'Library').id}").status_code == 403


def test_the_poster_leads_to_the_round_and_a_look_is_a_number(client: Reader, the_round: Round, tmp_path: Path) -> None:
    station = a_station(the_round, "Library", offers=["step_free"])
    sign_in(client, factories.an_account(Role.ADMINISTRATOR))
    made = client.get(f"/officers/rounds/{the_round.slug}/stations/{station.id}/poster.pdf").data
    (tmp_path / "poster.pdf").write_bytes(made)
    subprocess.run(["pdftoppm", "-r", "100", "-gray", tmp_path / "poster.pdf", tmp_path / "page"], check=True)
    (picture,) = tmp_path.glob("page*.pgm")
    (symbol,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.read_bytes())))
    assert symbol.text == f"{present.settings.public_url}/r/{the_round.slug}?from={station.mark}"
    assert fonts_of(made) <= SHIPPED
    assert b"/StructTreeRoot" in made
    there = f"/r/{the_round.slug}?from={station.mark}"
    moved = client.get(there)
    page = client.read(moved.location)
    form = page.select_one("form[data-yd-look]")
    assert form is not None
    assert report_of(station).looks == 0, "a page that is asked for counts nothing by itself"
    for mark, looks in ((station.mark, 1), ("nobody", 1), (station.mark, 2)):
        values = {"csrf_token": form.select_one("[name=csrf_token]")["value"], "from": mark}  # type: ignore[index]
        client.post(str(form["action"]), data=values)
        assert report_of(station).looks == looks


def test_a_card_s_page_shows_nobody_the_code_of_whoever_came_before(client: Reader, the_round: Round) -> None:
    for code in codes_for(the_round, 2):
        shown = soup(client.send("/c", {"code": print_form(code)})).select_one("#code")
        assert shown is not None
        assert shown["value"] == print_form(code)
