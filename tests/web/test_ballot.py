"""What a ballot tells its voter besides the marks: whose money it is, where a page went, and the choices in order."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.models.rounds import Policy, Round
from tests.reader import Reader, soup
from tests.voters import a_voting_round, codes_for, filled, go_on, two_wards


@pytest.fixture
def the_round(app: Flask) -> Round:
    """An open round in which a code is the whole check."""
    return a_voting_round()


def test_somebody_with_one_of_several_pots_is_told_which_it_is(client: Reader, app: Flask) -> None:
    areas, pots = two_wards()
    bids = [("Bench", "harbour", 1, None), ("Hall", "northfield", 1, None)]
    the_round = a_voting_round(areas=areas, pots=pots, bids=bids, vote={"ballot_settings": {"most": 1}})
    (code,) = codes_for(the_round)
    asked = client.send(f"/rounds/{the_round.slug}/vote", {"code": code})
    ballot = soup(go_on(client, asked, {"area": str(areas[1].id)}))
    assert [each.get_text() for each in ballot.select("main fieldset h2")] == ["Northfield"]
    assert [each.get_text(strip=True) for each in ballot.select("main .yd-ballot label")] == ["Hall"]


def test_choices_are_read_back_in_the_order_of_the_ballot(client: Reader, the_round: Round) -> None:
    (code,) = codes_for(the_round)
    ballot = client.send(f"/rounds/{the_round.slug}/vote", {"code": code})
    titles = [each.get_text(strip=True) for each in soup(ballot).select("main .yd-ballot label")]
    check = soup(go_on(client, ballot, {"p3": "1", "p1": "1"}))
    assert [each.get_text(strip=True) for each in check.select("main dt")] == [titles[0], titles[2]]


def test_a_voting_page_that_is_loaded_anew_says_why_it_begins_again(client: Reader, the_round: Round) -> None:
    for page in ("ballot", "check", "done"):
        begun = client.get(f"/rounds/{the_round.slug}/vote/{page}", follow_redirects=True)
        assert "so here is the beginning" in soup(begun).select_one("main [role=status]").get_text()  # type: ignore[union-attr]


def test_links_and_buttons_that_repeat_say_what_they_are_for(client: Reader) -> None:
    vote = {"ballot_settings": {"most": 2}, "allow_change": True}
    the_round = a_voting_round(policy=Policy.DECLARED, vote=vote)
    ballot = client.send(f"/rounds/{the_round.slug}/vote", filled())
    links = [each.get_text(" ", strip=True) for each in soup(ballot).select("main .yd-ballot a")]
    assert len(set(links)) == len(links) > 1
    done = go_on(client, go_on(client, ballot, {"p1": "1"}))
    copies = [each.get_text(strip=True) for each in soup(done).select("main [data-yd-copy]")]
    assert copies == ["Copy the receipt", "Copy the change code"]


def test_a_wrong_code_beside_a_declaration_is_in_sight(client: Reader, app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    begun = soup(client.get(f"/rounds/{the_round.slug}/vote"))
    assert not begun.select_one("details:has(#code)").has_attr("open")  # type: ignore[union-attr]
    wrong = soup(client.send(f"/rounds/{the_round.slug}/vote", filled() | {"code": "7K2M"}))
    assert wrong.select_one("details[open] #code-error")
