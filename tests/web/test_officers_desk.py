"""The duplicates desk in pages: two declarations side by side, a decision, and no choices anywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from pb.extensions import present
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


@pytest.fixture
def from_one_school(app: Flask, client: Reader) -> Round:
    """A round with one ballot of a school's domain in the box, three that wait for it, and a name that came twice."""
    officer = factories.an_officer()
    the_round = a_voting_round(policy=Policy.CONTACT)
    present.use(settings=present.settings.model_copy(update={"most_from_mail_domain": 1}))
    for letter, box in zip("ABCD", ("ann@hill", "ben@hill", "cat@post.hill", "dan@hill"), strict=True):
        person = replace(SAM, name=f"{box[:3].title()} Hill")
        cast(a_paper(the_round, letter), Claim(declaration=person, contact=f"{box}.example", proven=True))
    again = Claim(declaration=replace(SAM, name="Ann Hill"), contact="ann@elsewhere.example", proven=True)
    cast(a_paper(the_round, "E"), again, ask_check=True)
    sign_in(client, officer)
    return the_round


def main(page: object) -> str:
    return " ".join(page.select_one("main").get_text(" ").split())  # type: ignore[attr-defined]


def test_the_desk_tells_a_crowd_from_a_name_that_came_twice(client: Reader, from_one_school: Round) -> None:
    desk = client.read(f"/officers/rounds/{from_one_school.slug}/duplicates")
    rows = {each.select_one("a").get_text(): each for each in desk.select("tbody tr")}  # type: ignore[union-attr]
    why = {name: [told for told in WHYS if told in row.get_text()] for name, row in rows.items()}
    many = ["Many from hill.example"]
    assert why == {"Ben Hill": many, "Cat Hill": many, "Dan Hill": many, "Ann Hill": ["Voted already"]}
    twice = client.read(str(rows["Ann Hill"].select_one("a")["href"]))  # type: ignore[index]
    assert "First ballot" in main(twice)
    assert twice.select_one("[name=whole_domain]") is None
    crowd = client.read(str(rows["Cat Hill"].select_one("a")["href"]))  # type: ignore[index]
    assert "First ballot" not in main(crowd)
    assert "One voter with an address there has a ballot in the box. 3 claims from there wait" in main(crowd)


WHYS = "Many from hill.example", "Voted already"


def test_a_whole_domain_is_settled_at_once_and_counted_as_claims(client: Reader, from_one_school: Round) -> None:
    desk = f"/officers/rounds/{from_one_school.slug}/duplicates"
    (path,) = [str(each["href"]) for each in client.read(desk).select("tbody a") if each.get_text() == "Cat Hill"]
    missing = client.send(path, {"decision": "accept", "whole_domain": "y", "reason": " "})
    assert missing.status_code == 422
    assert soup(missing).select_one("[name=whole_domain]").has_attr("checked"), "nothing is lost"  # type: ignore[union-attr]
    sent = {"decision": "accept", "whole_domain": "y", "reason": "Rang the school"}
    done = soup(client.send(path, sent, follow_redirects=True))
    assert "3 ballots are accepted. Nothing links them to their claims any more." in main(done)
    assert "Accepted 3 Rang the school" in main(done)
    assert held_count(from_one_school.id) == 1


def test_one_of_a_domain_is_settled_alone(client: Reader, from_one_school: Round) -> None:
    desk = f"/officers/rounds/{from_one_school.slug}/duplicates"
    (path,) = [str(each["href"]) for each in client.read(desk).select("tbody a") if each.get_text() == "Cat Hill"]
    done = soup(client.send(path, {"decision": "reject", "reason": "Nobody there"}, follow_redirects=True))
    assert "The ballot is rejected and will never be opened. Nothing links it to the claim any more." in main(done)
    assert held_count(from_one_school.id) == 3


def test_more_claims_than_were_shown_are_not_settled_and_nothing_typed_is_lost(
    client: Reader, from_one_school: Round
) -> None:
    desk = f"/officers/rounds/{from_one_school.slug}/duplicates"
    (path,) = [str(each["href"]) for each in client.read(desk).select("tbody a") if each.get_text() == "Cat Hill"]
    shown = client.read(path).select_one("[name=waiting]")
    assert shown is not None
    late = Claim(declaration=replace(SAM, name="Eve Hill"), contact="eve@hill.example", proven=True)
    cast(a_paper(from_one_school, "F"), late)
    sent = {"decision": "accept", "whole_domain": "y", "reason": "Rang the school", "waiting": str(shown["value"])}
    refused = client.send(path, sent)
    assert refused.status_code == 409
    page = soup(refused)
    assert "4 wait now. Look again." in page.select_one("#whole_domain-error").get_text()  # type: ignore[union-attr]
    assert "Rang the school" in page.select_one("#reason").get_text()  # type: ignore[union-attr]
    assert page.select_one("[name=waiting]")["value"] == "4"  # type: ignore[index]
    assert held_count(from_one_school.id) == 5


def test_a_claim_beside_one_that_was_turned_down_says_so(client: Reader, from_one_school: Round) -> None:
    desk = f"/officers/rounds/{from_one_school.slug}/duplicates"
    elsewhere = Claim(declaration=replace(SAM, name="Cat Hill"), contact="cat@gmail.com", proven=True)
    cast(a_paper(from_one_school, "F"), elsewhere, ask_check=True)
    paths = {each.select_one("td + td + td").get_text(): str(each.select_one("a")["href"])  # type: ignore[union-attr,index]
             for each in client.read(desk).select("tbody tr") if "Cat Hill" in each.get_text()}  # fmt: skip
    crowd = next(path for why, path in paths.items() if "Many from" in why)
    client.send(crowd, {"decision": "reject", "reason": "Nobody there"})
    page = client.read(desk)
    (row,) = [each for each in page.select("tbody tr") if "Cat Hill" in each.get_text()]
    assert "The one before it was turned down" in row.get_text()
    claim = client.read(str(row.select_one("a")["href"]))  # type: ignore[index]
    assert "Nobody has voted under it since" in main(claim)
    assert claim.select_one("[name=whole_domain]") is None
