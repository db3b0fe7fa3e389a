"""The duplicates desk in pages: two declarations side by side, a decision, and no choices anywhere."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.models.rounds import Policy, Round
from pb.services.casting import cast
from pb.services.duplicates import held_count
from pb.services.rights import Claim
from tests import factories, stations
from tests.conftest import TurningClock
from tests.reader import Reader, soup
from tests.signing_in import sign_in
from tests.voters import SAM, a_paper, a_voting_round


@pytest.fixture
def the_round(app: Flask, client: Reader) -> Round:
    """A round with one claim that waits, and an officer who is signed in."""
    officer = factories.an_officer()
    the_round = a_voting_round(policy=Policy.DECLARED)
    cast(a_paper(the_round), Claim(declaration=SAM))
    cast(a_paper(the_round, "B"), Claim(declaration=SAM), ask_check=True)
    sign_in(client, officer)
    return the_round


def claim_path(client: Reader, the_round: Round) -> str:
    return str(client.read(f"/officers/rounds/{the_round.slug}/duplicates").select_one("tbody a")["href"])  # type: ignore[index]


@pytest.mark.parametrize(
    "decision, told", [("accept", "The ballot is accepted."), ("reject", "The ballot is rejected")]
)
def test_a_claim_is_settled_with_a_reason(client: Reader, the_round: Round, decision: str, told: str) -> None:
    path = claim_path(client, the_round)
    page = client.read(path)
    assert page.get_text().count("Sam Okafor") == 2
    assert [title for title in ("Bench", "Hall", "Pond") if title in page.select_one("main").get_text()] == []  # type: ignore[union-attr]
    done = client.send(path, {"decision": decision, "reason": "Asked them both"}, follow_redirects=True)
    words = soup(done).get_text()
    assert told in words
    assert "No claim waits" in words
    assert "Asked them both" in words
    assert held_count(the_round.id) == 0
    assert client.get(path).status_code == 404


def test_the_desk_names_the_station_of_a_claims_card(client: Reader, the_round: Round) -> None:
    station = stations.a_station(the_round, "Market")
    made = stations.cards_at(the_round, station)
    stations.opened(station, stations.on_rota(the_round, station), stations.on_rota(the_round, station))
    cast(a_paper(the_round, "C"), Claim(code=made.codes[0], declaration=SAM), ask_check=True)
    desk = client.read(f"/officers/rounds/{the_round.slug}/duplicates")
    (row,) = [each for each in desk.select("tbody tr") if "Market" in each.get_text()]
    assert "Market" in client.read(str(row.select_one("a")["href"])).select_one("main").get_text()  # type: ignore[index,union-attr]


def test_a_decision_without_a_reason_is_asked_for_it(client: Reader, the_round: Round) -> None:
    path = claim_path(client, the_round)
    page = client.send(path, {"decision": "accept", "reason": " "})
    assert page.status_code == 422
    assert "Give the reason" in soup(page).select_one("#reason-error").get_text()  # type: ignore[union-attr]
    assert held_count(the_round.id) == 1


def test_the_desk_asks_for_the_second_factor_again_after_a_while(
    client: Reader, the_round: Round, clock: TurningClock
) -> None:
    clock.turn(minutes=20)
    asked = client.get(f"/officers/rounds/{the_round.slug}/duplicates")
    assert asked.status_code == 302
    assert "/account/" in asked.location
