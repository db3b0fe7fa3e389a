"""What everybody sees of the rounds."""

from __future__ import annotations

from flask import Flask

from tests.factories import a_locked_round, a_round, a_round_taking_bids
from tests.reader import Reader


def test_the_start_page_says_what_to_do_when_no_round_is_open(client: Reader) -> None:
    page = client.read("/")
    assert "No round is open just now" in page.get_text()


def test_a_round_is_no_page_before_it_is_public(client: Reader) -> None:
    the_round = a_round()
    assert client.get(f"/rounds/{the_round.slug}").status_code == 404
    assert the_round.title not in client.read("/").get_text()


def test_a_round_shows_its_promise_money_dates_and_voters(client: Reader) -> None:
    the_round = a_round_taking_bids(title="You Decide: Abbey")
    words = client.read(f"/rounds/{the_round.slug}").get_text(" ")
    for said in (
        "£15,000",
        "The ward members, who give reasons where they differ.",
        "Monday 13 April 2026 at midday",
        "I work here",
    ):
        assert said in words
    assert "You Decide: Abbey" in client.read("/").get_text()


def test_a_locked_round_shows_its_projects_in_the_order_drawn(app: Flask, client: Reader) -> None:
    the_round = a_locked_round()
    page = client.read(f"/rounds/{the_round.slug}")
    numbers = [card.get_text() for card in page.select(".yd-card__top")]
    assert numbers == ["Number 1", "Number 2", "Number 3"]
    link = page.select_one(".yd-card a")
    assert link is not None
    assert "£" in client.read(str(link["href"])).get_text()
    client.read(f"/rounds/{the_round.slug}/how-it-works")
