"""Officers check bids on one page each."""

from __future__ import annotations

from pb.core.actors import Role
from pb.core.states import BidState
from pb.services.bid_lists import sent_bid
from tests.bidding import a_bid
from tests.conftest import TurningClock
from tests.factories import a_round_taking_bids, an_account
from tests.reader import Reader, soup
from tests.signing_in import sign_in

FORM = "form[action$='/answers']"


def test_a_clean_bid_is_passed_with_one_press_and_the_next_one_follows(client: Reader, clock: TurningClock) -> None:
    the_round, officer = a_round_taking_bids(), an_account(Role.OFFICER)
    first, second = a_bid(the_round), a_bid(the_round)
    sign_in(client, officer)

    answer = client.send(f"/officers/bids/{first.reference}", {"then": "pass"}, form=FORM)

    assert answer.location == f"/officers/bids/{second.reference}"
    assert sent_bid(first.reference, officer).state == BidState.ELIGIBLE


def test_not_met_without_a_reason_is_said_beside_the_question_and_nothing_typed_is_lost(
    client: Reader, clock: TurningClock
) -> None:
    the_round, officer = a_round_taking_bids(), an_account(Role.OFFICER)
    bid = a_bid(the_round)
    sign_in(client, officer)

    answer = client.send(
        f"/officers/bids/{bid.reference}",
        {"then": "save", "lawful-result": "not_met", "wording-result": "met", "wording-reason": "Reads well."},
        form=FORM,
    )

    page = soup(answer)
    assert answer.status_code == 422
    assert "Give the reason" in page.select_one("#lawful-error").get_text()
    assert page.select_one("#wording-reason")["value"] == "Reads well."
    assert page.select_one("#lawful-not_met").has_attr("checked")
