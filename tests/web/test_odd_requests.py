"""What no page of ours sends gets a page in plain words, never a fault of the server, on either database."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from pb.core.actors import Role
from pb.extensions import db
from pb.models.rounds import Policy
from pb.services.stations import stations_of
from pb.web.odd_requests import row_number
from tests import factories
from tests.reader import Reader, soup
from tests.signing_in import sign_in
from tests.voters import a_voting_round, filled

FAR = "9" * 30


@pytest.mark.parametrize(
    "path", ["/rounds/%00", "/rounds/%00/vote", "/rounds/a%00b/result.csv", "/account/password/%00"]
)
def test_an_address_with_a_nul_leads_nowhere(app: Flask, client: Reader, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("number", ["9999999999", FAR])
def test_a_number_that_no_row_has_leads_nowhere(app: Flask, client: Reader, number: str) -> None:
    the_round = factories.a_round_taking_bids()
    assert client.get(f"/rounds/{the_round.slug}/result/publication-{number}.json").status_code == 404


@pytest.mark.parametrize("typed", [None, "", "a", "-1", "1.0", "²", "١٢", "9999999999", FAR])
def test_what_a_form_sends_in_place_of_a_number_is_none(typed: str | None) -> None:
    assert row_number(typed) is None
    assert row_number("000000012") == 12


def test_a_nul_in_a_form_or_a_question_is_told_and_nothing_is_kept(app: Flask, client: Reader) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    db.session.rollback()
    sent = client.send(f"/rounds/{the_round.slug}/vote", filled(name="Sam\0 Okafor"))
    asked = client.get("/", query_string={"words": "\0"})
    signed_in = client.send("/account/sign-in", {"email": "sam\0@example.org", "password": "long enough"})
    assert [each.status_code for each in (sent, asked, signed_in)] == [400, 400, 400]
    assert "a character that cannot be kept" in soup(sent).get_text()


def test_whoever_comes_second_at_one_moment_is_told_so_and_nothing_is_kept(app: Flask, client: Reader) -> None:
    owner = factories.an_account(Role.OFFICER)
    the_round = factories.a_round(owner)
    sign_in(client, owner)

    def taken(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT INTO station "):
            raise IntegrityError(statement, {}, Exception("UNIQUE constraint failed: station.round_id, station.name"))

    event.listen(db.engine, "before_cursor_execute", taken)
    answer = client.send(f"/officers/rounds/{the_round.slug}/stations/add", {"name": "Library", "kind": "stall"})
    event.remove(db.engine, "before_cursor_execute", taken)
    assert answer.status_code == 409
    assert "Something else may have happened first" in soup(answer).get_text()
    assert stations_of(the_round.id) == []
