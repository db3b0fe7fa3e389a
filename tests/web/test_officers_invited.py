"""The officers' pages about people who are invited."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from pb.models.rounds import Policy, Round
from pb.services.casting import cast
from pb.services.invited import list_counts
from pb.services.rights import Claim
from tests import factories
from tests.reader import Reader, form_values, soup
from tests.signing_in import sign_in
from tests.voters import PEOPLE, a_paper, a_voting_round, as_csv, go_on, invitation_codes, invite


@pytest.fixture
def the_round(app: Flask, client: Reader) -> Round:
    owner = factories.an_officer()
    the_round = a_voting_round(by=owner, policy=Policy.INVITED)
    sign_in(client, owner)
    return the_round


def path(the_round: Round, page: str = "") -> str:
    return f"/officers/rounds/{the_round.slug}/invited{page}"


def upload(client: Reader, the_round: Round, content: bytes, name: str = "list.csv") -> TestResponse:
    page = client.get(path(the_round, "/upload"))
    form = form_values(soup(page).select_one("main form"))  # type: ignore[arg-type]
    return client.post(path(the_round, "/upload"), data={**form, "file": (io.BytesIO(content), name)})


def press(client: Reader, page: TestResponse, action: str, **more: str) -> TestResponse:
    form = next(each for each in soup(page).select("main form") if str(each["action"]).endswith(action))
    return client.post(str(form["action"]), data=form_values(form) | more)


def test_a_list_goes_from_the_file_to_the_letters(client: Reader, the_round: Round) -> None:
    assert "Nobody is on the list yet" in client.read(path(the_round)).get_text()
    assert upload(client, the_round, as_csv()).location.endswith("/columns")
    columns = client.get(path(the_round, "/columns"))
    chosen = {each["name"]: each.select_one("[selected]") for each in soup(columns).select("select")}
    assert chosen["name"].get_text(strip=True) == "Name"  # type: ignore[union-attr]
    assert chosen["year"] is None or chosen["year"]["value"] == ""
    checked = go_on(client, columns)
    assert checked.location.endswith("/check")
    check = client.get(path(the_round, "/check"))
    assert "Nothing is kept yet" in soup(check).get_text()
    assert list_counts(the_round.id).eligible == 0
    go_on(client, check)
    listed = client.get(path(the_round))
    assert "Zoë Wyn" in soup(listed).get_text()
    file = press(client, listed, "/letters", to="all")
    assert file.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(file.get_data(as_text=True).removeprefix("\ufeff"))))
    assert {row["Name"] for row in rows} == {person["Name"] for person in PEOPLE}
    assert "'=2 Hill Road" in {row["Address 1"] for row in rows}
    assert rows[0]["Link"].startswith("http://localhost/c#")
    cast(a_paper(the_round), Claim(rows[0]["Code"]))
    again = press(client, listed, "/letters", to="all")
    assert again.status_code == 409
    assert "Nobody waits" in soup(again).get_text()


def test_errors_are_told_page_by_page_and_leaving_them_out_is_a_tick(client: Reader, the_round: Round) -> None:
    bad = [{**PEOPLE[0], "Name": f"Person {number}", "Postcode": "nowhere"} for number in range(60)]
    upload(client, the_round, as_csv([*PEOPLE, *bad]))
    go_on(client, client.get(path(the_round, "/columns")))
    check = client.get(path(the_round, "/check"))
    assert len([line for line in soup(check).select("li") if line.get_text().startswith("Line ")]) == 50
    assert "Person 0 · " in soup(check).get_text(), "what the line says stands under its error"
    more = client.read(path(the_round, "/check?page=2"))
    assert len([line for line in more.select("li") if line.get_text().startswith("Line ")]) == 10
    refused = go_on(client, check)
    assert refused.status_code == 422
    upload(client, the_round, as_csv(PEOPLE[:1]))
    changed = go_on(client, refused, {"leave_out": "y"})
    assert list_counts(the_round.id).eligible == 0
    assert "The list was uploaded again" in soup(changed).get_text()
    upload(client, the_round, as_csv([*PEOPLE, *bad]))
    check = client.get(path(the_round, "/check"))
    assert "tick that they are left out" in soup(refused).select_one("#leave_out-error").get_text()  # type: ignore[union-attr]
    assert go_on(client, check, {"leave_out": "y"}).status_code == 303
    assert list_counts(the_round.id).eligible == 3


def test_columns_that_are_not_said_are_asked_for_beside_their_menus(client: Reader, the_round: Round) -> None:
    upload(client, the_round, b"A,B\nSam Okafor,EX1 1AB\n")
    page = client.get(path(the_round, "/columns"))
    refused = go_on(client, page, {"name": "0", "postcode": ""})
    assert refused.status_code == 422
    assert "postcode" in soup(refused).select_one("#postcode-error").get_text()  # type: ignore[union-attr]
    assert go_on(client, page, {"name": "0", "postcode": "7"}).status_code == 422
    assert go_on(client, page, {"name": "0", "postcode": "1"}).status_code == 303


@pytest.mark.parametrize(
    "content, name, told",
    [
        (b"", "", "Choose a file"),
        (b"%PDF", "list.pdf", "CSV or XLSX"),
        (b"Name\n", "list.csv", "at least one row"),
        (b"PK\x03\x04rubbish", "list.xlsx", "cannot be read"),
    ],
)
def test_a_file_that_will_not_do_is_told_beside_its_field(
    client: Reader, the_round: Round, content: bytes, name: str, told: str
) -> None:
    refused = upload(client, the_round, content, name)
    assert refused.status_code == 422
    assert told in soup(refused).select_one("#file-error").get_text()  # type: ignore[union-attr]


def test_a_list_can_be_thrown_away(client: Reader, the_round: Round) -> None:
    upload(client, the_round, as_csv())
    press(client, client.get(path(the_round, "/columns")), "/drop")
    for page in ("/columns", "/check"):
        assert client.get(path(the_round, page)).location.endswith("/upload")


def test_somebody_is_found_struck_off_and_put_back(client: Reader, the_round: Round) -> None:
    invite(the_round)
    found = go_on(client, client.get(path(the_round)), {"words": "okafor"}, form="form[action$='/invited']")
    (link,) = soup(found).select("tbody a")
    page = client.get(str(link["href"]))
    assert "1 Quay Street" in soup(page).get_text()
    form = "form:has(textarea)"
    assert go_on(client, page, {"reason": ""}, form=form).status_code == 422
    go_on(client, page, {"reason": "Moved away."}, form=form)
    struck = client.get(str(link["href"]))
    assert "Moved away." in soup(struck).get_text()
    press(client, struck, "/put-back")
    assert list_counts(the_round.id).eligible == 3


def test_a_lost_letter_is_cancelled_unless_its_code_was_used(client: Reader, the_round: Round) -> None:
    invite(the_round)
    codes = invitation_codes(the_round)
    found = go_on(client, client.get(path(the_round)), {"words": "okafor"}, form="form[action$='/invited']")
    page = client.get(str(soup(found).select("tbody a")[0]["href"]))
    cast(a_paper(the_round), Claim(codes["Sam Okafor"]))
    told = press(client, page, "/withdraw")
    assert told.status_code == 409
    assert "stays in the box" in soup(told).get_text()


def test_the_unused_codes_of_a_lost_file_are_cancelled(client: Reader, the_round: Round) -> None:
    invite(the_round)
    invitation_codes(the_round)
    listed = client.get(path(the_round))
    press(client, listed, "/withdraw")
    assert list_counts(the_round.id).without_code == 3
    assert press(client, listed, "/withdraw").status_code == 409


def test_e_mails_leave_for_those_who_have_an_address(client: Reader, the_round: Round) -> None:
    invite(the_round)
    press(client, client.get(path(the_round)), "/emails")
    assert list_counts(the_round.id).with_code == 1


def test_the_voter_types_the_code_of_the_letter(client: Reader, the_round: Round) -> None:
    invite(the_round)
    code = invitation_codes(the_round)["Sam Okafor"]
    start = client.get(f"/rounds/{the_round.slug}/vote")
    assert "invited you" in soup(start).get_text()
    ballot = go_on(client, start, {"code": code})
    done = go_on(client, go_on(client, ballot, {"p1": "1"}))
    assert "in the box" in soup(done).get_text()
    card = client.send("/c", {"code": code})
    assert "has been used" in soup(card).get_text()


def test_a_colleague_may_read_and_change_nothing(app: Flask, the_round: Round) -> None:
    invite(the_round)
    client: Reader = app.test_client()  # type: ignore[assignment]
    sign_in(client, factories.an_officer())
    page = client.get(path(the_round))
    assert page.status_code == 200
    assert not soup(page).select("form[action$='/letters']")
    assert upload(client, the_round, as_csv()).status_code == 403
