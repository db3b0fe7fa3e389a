"""The officers' page of codes: made once, shown once, counted ever after."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.core.codes import read_code
from pb.models.rounds import Round
from pb.services.casting import cast
from pb.services.rights import Claim
from tests import factories
from tests.conftest import TurningClock
from tests.reader import Reader, form_values, soup
from tests.signing_in import sign_in
from tests.voters import a_paper, a_voting_round


@pytest.fixture
def the_round(app: Flask, client: Reader) -> Round:
    """An open round whose owner is signed in."""
    owner = factories.an_officer()
    the_round = a_voting_round(by=owner)
    sign_in(client, owner)
    return the_round


def test_an_officer_makes_codes_and_takes_them_away_as_a_file(client: Reader, the_round: Round) -> None:
    path = f"/officers/rounds/{the_round.slug}/codes"
    assert "No codes yet" in client.read(path).get_text()
    made = client.send(f"{path}/add", {"name": "Central Library", "count": "3"})
    shown = [read_code(each.get_text()) for each in soup(made).select(".yd-codes__code")]
    assert len(set(shown)) == 3
    assert made.headers["Cache-Control"] == "no-store"
    form = next(each for each in soup(made).select("main form") if str(each["action"]).endswith("/file"))
    file = client.post(str(form["action"]), data=form_values(form))
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert [read_code(line) for line in file.get_data(as_text=True).split("\r\n")[1:] if line] == shown
    cast(a_paper(the_round), Claim(shown[0]))
    page = client.read(path)
    assert [cell.get_text(strip=True) for cell in page.select("tbody td")][1:5] == ["3", "2", "1", "0"]
    assert not any(code in page.get_text().replace(" ", "") for code in shown)


def test_a_file_of_codes_cannot_be_fetched_later_or_for_another_batch(
    client: Reader, the_round: Round, clock: TurningClock
) -> None:
    path = f"/officers/rounds/{the_round.slug}/codes"
    made = client.send(f"{path}/add", {"name": "Central Library", "count": "3"})
    form = next(each for each in soup(made).select("main form") if str(each["action"]).endswith("/file"))
    action, values = str(form["action"]), form_values(form)
    assert client.post(action.replace("/1/", "/2/"), data=values).status_code == 404
    clock.turn(minutes=29)
    assert client.post(action, data=values).status_code == 200
    clock.turn(minutes=2)
    assert "Make a new batch" in soup(client.post(action, data=values)).get_text()


@pytest.mark.parametrize(
    "data, field, told",
    [
        ({"name": "", "count": "3"}, "name", "Give the batch a name"),
        ({"name": "Library", "count": "0"}, "count", "Enter a number from 1"),
        ({"name": "Library", "count": "ten"}, "count", "whole number"),
        ({"name": "Library", "count": "1000000000"}, "count", "Enter a number from 1"),
    ],
)
def test_what_is_wrong_with_a_batch_stands_beside_it(
    client: Reader, the_round: Round, data: dict[str, str], field: str, told: str
) -> None:
    page = client.send(f"/officers/rounds/{the_round.slug}/codes/add", data)
    assert page.status_code == 422
    assert told in soup(page).select_one(f"#{field}-error").get_text()  # type: ignore[union-attr]


def test_a_batch_sent_twice_is_made_once(client: Reader, the_round: Round) -> None:
    path = f"/officers/rounds/{the_round.slug}/codes"
    client.send(f"{path}/add", {"name": "Library", "count": "2"})
    again = client.send(f"{path}/add", {"name": "Library", "count": "2"})
    assert "a batch of that name already" in soup(again).get_text()
    assert len(client.read(path).select("tbody tr")) == 1


def test_another_officer_sees_the_numbers_and_makes_none(app: Flask, client: Reader, the_round: Round) -> None:
    other = app.test_client()
    sign_in(other, factories.an_officer())  # type: ignore[arg-type]
    page = other.read(f"/officers/rounds/{the_round.slug}/codes")  # type: ignore[attr-defined]
    assert page.select(f'a[href$="/{the_round.slug}/codes/add"]') == []
    refused = other.send(f"/officers/rounds/{the_round.slug}/codes/add", {"name": "Mine", "count": "1"})  # type: ignore[attr-defined]
    assert refused.status_code == 403
    stranger = app.test_client()
    sign_in(stranger, factories.an_account(Role.GROUP_CONTACT))  # type: ignore[arg-type]
    assert stranger.get(f"/officers/rounds/{the_round.slug}/codes").status_code == 403
