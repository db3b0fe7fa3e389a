"""The pages of somebody who votes in a round that asks for an e-mail address or a mobile number."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from pb.extensions import present
from pb.models.rounds import Policy, Round
from pb.services.casting import cast
from pb.services.duplicates import held_claims, settle
from pb.services.outbox import opened_messages, opened_texts
from pb.services.rights import Claim
from tests import factories
from tests.conftest import TurningClock
from tests.reader import Reader, soup
from tests.signing_in import sign_in
from tests.voters import SAM, a_paper, a_voting_round, filled, go_on, two_wards


@pytest.fixture
def the_round(app: Flask) -> Round:
    return a_voting_round(policy=Policy.CONTACT)


def say_who(client: Reader, the_round: Round, contact: str = "sam@example.org", **changes: str) -> TestResponse:
    start = client.get(f"/rounds/{the_round.slug}/vote")
    return go_on(client, start, filled(**changes) | {"contact": contact})


def newest_code(email: str = "sam@example.org") -> str:
    texts = [each.letter.text for each in opened_messages(email)] if "@" in email else [t.text for t in opened_texts()]
    found = re.search(r"\b\d{3} \d{3}\b", texts[-1])
    assert found
    return found[0]


def test_a_vote_from_the_first_page_to_the_receipt(client: Reader, the_round: Round) -> None:
    asked = say_who(client, the_round)
    assert "sam@example.org" in soup(asked).get_text()
    ballot = go_on(client, asked, {"one_time": newest_code()})
    check = go_on(client, ballot, {"p1": "1"})
    done = go_on(client, check)
    assert "Your ballot is in the box" in soup(done).get_text()


def test_a_number_gets_a_text(client: Reader, the_round: Round) -> None:
    asked = say_who(client, the_round, "07700 900 123")
    assert "+447700900123" in soup(asked).get_text()
    assert "Choose" in soup(go_on(client, asked, {"one_time": newest_code("text")})).get_text()


def test_the_page_is_the_same_for_a_contact_that_has_voted(client: Reader, the_round: Round) -> None:
    def plain(page: TestResponse) -> str:
        text = page.get_data(as_text=True)
        return re.sub(r'(name="(?:carried|csrf_token)"[^>]*value|value)="[^"]*"', "", text)

    unknown = say_who(client, the_round)
    check = go_on(client, go_on(client, unknown, {"one_time": newest_code()}), {"p1": "1"})
    go_on(client, check)
    known = say_who(client, the_round)
    assert (known.status_code, plain(known)) == (unknown.status_code, plain(unknown))


def test_whoever_has_voted_is_told_only_once_they_proved_the_contact(client: Reader, the_round: Round) -> None:
    for _ in range(2):
        asked = say_who(client, the_round)
        check = go_on(client, go_on(client, asked, {"one_time": newest_code()}), {"p1": "1"})
        last = go_on(client, check)
    assert last.status_code == 409
    assert "A ballot has been cast already" in soup(last).get_text()
    held = go_on(client, last, {"ask_check": "yes"})
    assert "waiting for a check" in soup(held).get_text()


@pytest.mark.parametrize(
    "accepted, told",
    [(True, "Your ballot is in the box"), (False, "Your ballot was not accepted"), (None, "waiting for a check")],
)
def test_a_last_page_that_is_loaded_again_says_what_became_of_a_ballot_that_waited(
    client: Reader, the_round: Round, accepted: bool | None, told: str
) -> None:
    present.use(settings=present.settings.model_copy(update={"most_from_mail_domain": 1}))
    first = Claim(declaration=replace(SAM, name="Kim Vale"), contact="kim@example.org", proven=True)
    cast(a_paper(the_round), first)
    check = go_on(client, go_on(client, say_who(client, the_round), {"one_time": newest_code()}), {"p1": "1"})
    waits = soup(go_on(client, check)).get_text()
    assert "waiting for a check" in waits
    assert "where many addresses are at one mail domain" in waits
    officer = factories.an_officer()
    if accepted is not None:
        (claim,) = held_claims(the_round.id, by=officer)
        settle(the_round.id, claim.id, accepted=accepted, reason="Rang them", by=officer)
    again = go_on(client, check)
    assert again.status_code == 200
    assert soup(again).select_one("h1").get_text().strip().endswith(told)  # type: ignore[union-attr]
    assert (soup(again).select_one(".yd-receipt") is None) == (accepted is False)


def test_a_wrong_code_stands_beside_its_field_and_nothing_is_lost(client: Reader, the_round: Round) -> None:
    asked = say_who(client, the_round)
    right = newest_code()
    wrong = "000 000" if right != "000 000" else "000 001"
    again = go_on(client, asked, {"one_time": wrong})
    assert again.status_code == 422
    assert "not the code" in soup(again).select_one("#one_time-error").get_text()  # type: ignore[union-attr]
    assert go_on(client, again, {"one_time": right}).status_code == 200


@pytest.mark.parametrize("typed, told", [("", "Enter the code"), ("12", "six figures"), ("x" * 500, "")])
def test_what_is_no_code_is_told_in_words(client: Reader, the_round: Round, typed: str, told: str) -> None:
    again = go_on(client, say_who(client, the_round), {"one_time": typed})
    assert again.status_code == 422
    assert told in soup(again).get_text()


def test_another_code_makes_the_one_before_worthless_on_the_new_page(client: Reader, the_round: Round) -> None:
    asked = say_who(client, the_round)
    old = newest_code()
    second = go_on(client, asked, {"again": "yes"})
    new = newest_code()
    assert len(opened_messages("sam@example.org")) == 2
    if old != new:
        assert go_on(client, second, {"one_time": old}).status_code == 422
    assert go_on(client, second, {"one_time": new}).status_code == 200


def test_after_ten_minutes_a_new_code_is_wanted(client: Reader, the_round: Round, clock: TurningClock) -> None:
    asked = say_who(client, the_round)
    clock.turn(minutes=11)
    late = go_on(client, asked, {"one_time": newest_code()})
    assert late.status_code == 422
    assert "ten minutes" in soup(late).get_text()
    fresh = go_on(client, late, {"again": "yes"})
    assert go_on(client, fresh, {"one_time": newest_code()}).status_code == 200


def test_a_mailbox_is_not_flooded_and_the_page_says_how_long_to_wait(client: Reader, the_round: Round) -> None:
    for _ in range(5):
        assert say_who(client, the_round).status_code == 200
    told = say_who(client, the_round)
    assert told.status_code == 429
    assert "Wait 60 minutes" in soup(told).get_text()
    assert "Sam Okafor" in told.get_data(as_text=True)


@pytest.mark.parametrize(
    "contact, told",
    [
        ("", "e-mail address or a telephone number"),
        ("sam@", "usual form"),
        ("me@yopmail.com", "of your own"),
        ("01632 960 001", "UK mobile number"),
    ],
)
def test_a_contact_that_will_not_do_is_told_beside_it(
    client: Reader, the_round: Round, contact: str, told: str
) -> None:
    page = say_who(client, the_round, contact)
    assert page.status_code == 422
    assert told in soup(page).select_one("#contact-error").get_text()  # type: ignore[union-attr]
    assert opened_messages() == []


def test_the_pages_cannot_be_made_to_skip_the_code(client: Reader, the_round: Round) -> None:
    asked = say_who(client, the_round)
    carried = str(soup(asked).select_one("input[name=carried]")["value"])  # type: ignore[index]
    csrf = str(soup(asked).select_one("input[name=csrf_token]")["value"])  # type: ignore[index]
    for page in ("ballot", "check", "done"):
        answer = client.post(
            f"/rounds/{the_round.slug}/vote/{page}", data={"carried": carried, "csrf_token": csrf, "p1": "1"}
        )
        assert answer.status_code == 422
        assert "Who you are" in soup(answer).get_text()


def test_a_page_that_is_reloaded_by_its_address_goes_to_the_beginning(client: Reader, the_round: Round) -> None:
    assert client.get(f"/rounds/{the_round.slug}/vote/contact").status_code == 303


def test_the_pages_and_the_message_are_in_welsh(client: Reader, the_round: Round) -> None:
    client.get(f"/rounds/{the_round.slug}/vote?lang=cy")
    say_who(client, the_round)
    (message,) = opened_messages("sam@example.org")
    assert "yw eich cod i bleidleisio" in message.letter.subject


def test_somebody_of_two_wards_is_asked_once_which_and_votes_there(app: Flask, client: Reader) -> None:
    areas, pots = two_wards()
    bids = [("Bench", "harbour", 1, None), ("Hall", "northfield", 1, None), ("Pond", "everybody", 1, None)]
    the_round = a_voting_round(
        policy=Policy.DECLARED,
        areas=areas,
        pots=pots,
        bids=bids,
        links=["live", "work"],
        vote={"ballot_settings": {"most": 1}},
    )
    start = client.get(f"/rounds/{the_round.slug}/vote")
    asked = go_on(client, start, filled(link="work", postcode="EX1 1AB", place_postcode="EX1 2AB"))
    assert asked.status_code == 200
    offered = [each["value"] for each in soup(asked).select("input[name=area]")]
    assert sorted(offered) == sorted(str(area.id) for area in areas)
    ballot = go_on(client, asked, {"area": str(areas[0].id)})
    assert "Bench" in soup(ballot).get_text()
    assert "Hall" not in soup(ballot).select_one("main").get_text()  # type: ignore[union-attr]


def test_staff_may_say_that_they_help_and_nobody_else_is_asked(client: Reader, the_round: Round) -> None:
    path = f"/rounds/{the_round.slug}/vote"
    assert "assisted" not in client.get(path).get_data(as_text=True)
    sign_in(client, factories.an_officer())
    assert soup(client.get(path)).select_one("input[name=assisted]") is not None
