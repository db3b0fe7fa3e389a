"""Officers check bids on one page each."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.core.actors import Actor, Role
from pb.core.checks import CheckResult
from pb.core.states import BidState
from pb.models.bids import Bid
from pb.services.bid_lists import answers_of, sent_bid
from pb.services.checks import Answer, answer_checks, refuse_bid
from pb.services.round_ballots import choose_preset
from tests.bidding import a_bid, an_eligible_bid
from tests.conftest import TurningClock
from tests.factories import a_round_taking_bids, an_account, owner_of, someone
from tests.reader import Reader, soup
from tests.signing_in import sign_in

FORM = "form[action$='/answers']"


@pytest.fixture
def officer(app: Flask, client: Reader, clock: TurningClock) -> Actor:
    """An officer, signed in."""
    who = an_account(Role.OFFICER)
    sign_in(client, who)
    return who


def a_refused_bid(by: Actor) -> Bid:
    """A bid whose refusal by an officer waits for a second person."""
    bid = a_bid(a_round_taking_bids(), title="A new pew")
    answer_checks(bid.id, {"bank": Answer(CheckResult.NOT_MET, "No account.")}, by=by)
    refuse_bid(bid.id, "The rules ask for an account.", by=by)
    return bid


def test_a_clean_bid_is_passed_with_one_press_and_the_next_one_follows(client: Reader, officer: Actor) -> None:
    the_round = a_round_taking_bids()
    first, second = a_bid(the_round), a_bid(the_round)

    answer = client.send(f"/officers/bids/{first.reference}", {"then": "pass"}, form=FORM)
    assert answer.location == f"/officers/bids/{second.reference}"
    last = client.send(f"/officers/bids/{second.reference}", {"then": "pass"}, form=FORM)

    assert last.location == f"/officers/rounds/{the_round.slug}/bids"
    assert sent_bid(first.reference, officer).state == BidState.ELIGIBLE


def test_the_rest_is_met_but_what_the_officer_chose_stands(client: Reader, officer: Actor) -> None:
    bid = a_bid(a_round_taking_bids())
    chosen = {"then": "rest", "lawful-result": "condition", "lawful-reason": "Ask the owner first."}

    client.send(f"/officers/bids/{bid.reference}", chosen, form=FORM)

    answers = answers_of(sent_bid(bid.reference, officer))
    assert answers["lawful"] == CheckResult.CONDITION
    assert answers["wording"] == CheckResult.MET


def test_an_officer_overrules_the_system_with_a_reason(client: Reader, officer: Actor) -> None:
    bid = a_bid(a_round_taking_bids(), bank_account="none")
    chosen = {"then": "pass", "bank-result": "condition", "bank-reason": "The parish holds the money."}

    client.send(f"/officers/bids/{bid.reference}", chosen, form=FORM)

    assert sent_bid(bid.reference, officer).state == BidState.ELIGIBLE


def test_a_bid_with_something_not_met_is_not_passed_and_nothing_is_kept(client: Reader, officer: Actor) -> None:
    bid = a_bid(a_round_taking_bids(), bank_account="none")

    answer = client.send(f"/officers/bids/{bid.reference}", {"then": "pass"}, form=FORM)

    assert answer.status_code == 409
    assert "“bank account” is not met" in soup(answer).select_one(".govuk-error-summary").get_text()
    assert "lawful" not in answers_of(sent_bid(bid.reference, officer))


def test_not_met_without_a_reason_is_said_beside_the_question_and_nothing_typed_is_lost(
    client: Reader, officer: Actor
) -> None:
    bid = a_bid(a_round_taking_bids())
    typed = {"then": "save", "lawful-result": "not_met", "wording-result": "met", "wording-reason": "Reads well."}

    answer = client.send(f"/officers/bids/{bid.reference}", typed, form=FORM)

    page = soup(answer)
    assert answer.status_code == 422
    assert "Give the reason" in page.select_one("#lawful-error").get_text()
    assert page.select_one("#wording-reason")["value"] == "Reads well."
    assert page.select_one("#lawful-not_met").has_attr("checked")


def test_an_answer_that_was_not_offered_changes_nothing(client: Reader, officer: Actor) -> None:
    bid = a_bid(a_round_taking_bids())

    client.send(f"/officers/bids/{bid.reference}", {"then": "save", "lawful-result": "perhaps"}, form=FORM)

    assert "lawful" not in answers_of(sent_bid(bid.reference, officer))


def test_whoever_asked_for_a_refusal_is_not_offered_to_confirm_it_and_may_not(client: Reader, officer: Actor) -> None:
    bid = a_refused_bid(by=officer)
    page = client.read(f"/officers/bids/{bid.reference}")
    token = page.select_one("input[name=csrf_token]")["value"]

    answer = client.post(f"/officers/bids/{bid.reference}/confirm", data={"csrf_token": token})

    assert "It waits for a second person" in page.get_text()
    assert page.select_one("form[action$='/confirm']") is None
    assert answer.status_code == 403
    assert sent_bid(bid.reference, officer).state == BidState.IN_REVIEW


def test_a_second_person_confirms_and_the_page_shows_the_reason(client: Reader, officer: Actor) -> None:
    bid = a_refused_bid(by=someone(Role.OFFICER))

    client.send(f"/officers/bids/{bid.reference}", form="form[action$='/confirm']")

    page = client.read(f"/officers/bids/{bid.reference}").get_text()
    assert "Not eligible" in page
    assert "The rules ask for an account." in page


def test_a_second_person_gives_a_refusal_back(client: Reader, officer: Actor) -> None:
    bid = a_refused_bid(by=someone(Role.OFFICER))

    client.send(f"/officers/bids/{bid.reference}/return", {"reason": "A host body would do."})

    assert client.read(f"/officers/bids/{bid.reference}").select_one(FORM) is not None


def test_refusing_without_a_question_that_fails_says_what_to_do_first(client: Reader, officer: Actor) -> None:
    bid = a_bid(a_round_taking_bids())

    page = soup(client.get(f"/officers/bids/{bid.reference}/refuse"))

    assert page.select_one("textarea") is None, "no reason is asked for that could not count"
    assert page.select_one(f"a[href='/officers/bids/{bid.reference}#checks']") is not None


def test_a_passed_bid_is_opened_again_with_a_reason(client: Reader, officer: Actor) -> None:
    bid = an_eligible_bid(a_round_taking_bids())

    client.send(f"/officers/bids/{bid.reference}/reopen", {"reason": "The owner wrote to us."})

    assert sent_bid(bid.reference, officer).state == BidState.IN_REVIEW
    assert "The owner wrote to us." in client.read(f"/officers/bids/{bid.reference}").get_text()


def test_the_system_looks_again_when_asked(client: Reader, officer: Actor) -> None:
    bid = a_bid(a_round_taking_bids())

    answer = client.send(f"/officers/bids/{bid.reference}", form="form[action$='/run-checks']")

    assert answer.location == f"/officers/bids/{bid.reference}"
    assert "answered its questions again" in client.read(answer.location).get_text()


def test_a_bid_is_marked_for_the_extra_vote_from_its_page(client: Reader, officer: Actor) -> None:
    the_round = a_round_taking_bids()
    choose_preset(the_round.id, "boost", by=owner_of(the_round))
    bid = a_bid(the_round)
    link = soup(client.get(f"/officers/bids/{bid.reference}")).select_one("a[href$='/mark']")
    assert link is not None

    missing = client.send(str(link["href"]), {"reason": ""})
    assert missing.status_code == 422
    client.send(str(link["href"]), {"reason": "Their first bid."})

    text = soup(client.get(f"/officers/bids/{bid.reference}")).get_text(" ", strip=True)
    assert "Voters may give this bid their extra vote. Their first bid." in text
    assert "Take the mark away" in text
