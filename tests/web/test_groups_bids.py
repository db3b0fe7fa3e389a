"""Groups write, send and follow their bids in pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from pb.core.actors import Actor, Role
from pb.core.bids import SECTIONS
from pb.core.checks import CheckResult
from pb.core.states import BidState
from pb.models.bids import Bid
from pb.services.checks import Answer, answer_checks, confirm_refusal, refuse_bid
from tests.bidding import a_bid, a_contact, a_draft, an_organisation
from tests.conftest import TurningClock
from tests.factories import PASSWORD, a_round, a_round_taking_bids, an_account, someone
from tests.reader import Reader, form_values, soup
from tests.signing_in import sign_in

GROUP = {
    "name": "Friends of the Brook",
    "kind": "residents",
    "address": "The Old School, Mill Lane",
    "postcode": "ex4 3ab",
    "active_in": "Northfield",
    "role_there": "Treasurer",
}
PAGES: dict[str, dict[str, Any]] = {
    "group": {},
    "papers": {"bank_account": "two_signatories", "governing_document": "adopted"},
    "title": {"title": "Benches along the brook", "summary": "Three benches, so that everybody can rest."},
    "plan": {"what": "We put three benches there.", "why": "Fifty neighbours asked."},
    "people": {"who": "Older people", "people": "400", "outcome": "We count who sits there."},
    "place-and-dates": {
        "where": "By the brook",
        "starts_on": ["1", "9", "2026"],
        "ends_on": ["30", "11", "2026"],
    },
    "pot": {},
    "costs": {
        "total_cost": "1,200",
        "cost_lines-0-item": "Three benches",
        "cost_lines-0-amount": "900",
        "cost_lines-1-item": "Putting them in",
        "cost_lines-1-amount": "300.00",
    },
    "amount": {"asked": "£1,000", "workable_minimum": "600"},
    "other-money": {"other_funding": "150", "own_money": "50", "nothing_started": "yes"},
    "interests": {"has_interest": "no"},
    "declarations": {
        "declarations": [
            "true",
            "no_party",
            "no_religion",
            "no_profit",
            "law",
            "conditions",
            "recommendation",
            "data",
            "authority",
        ],
        "declared_name": "Ada Mensah",
        "declared_role": "Treasurer",
    },
}


def test_a_group_writes_a_bid_page_by_page_and_sends_it(client: Reader, clock: TurningClock) -> None:
    the_round = a_round_taking_bids(title="Northfield Decides")
    sign_in(client, a_contact(password=PASSWORD))

    added = client.send("/groups/organisations/add", GROUP)
    assert added.location == "/groups/"
    started = client.send(f"/groups/rounds/{the_round.slug}/bid")
    address = started.location
    for key in SECTIONS:
        kept = client.send(f"{address}/pages/{key}", PAGES[key])
        assert kept.status_code == 303, soup(kept).get_text()
    check = client.read(f"{address}/check")
    assert "£1,000" in check.get_text()
    sent = client.send(f"{address}/check")

    assert sent.location == f"{address}/done"
    assert "Your bid has arrived" in client.read(sent.location).get_text()
    assert "Sent in" in client.read(address).get_text()


ADDRESS = "/groups/bids"
XSS = '<script>alert("x")</script>"\'><img src=x onerror=alert(1)>'


@pytest.fixture
def ada(app: Flask, client: Reader, clock: TurningClock) -> Actor:
    """A contact of a group, signed in."""
    who = a_contact("Ada Mensah", password=PASSWORD)
    sign_in(client, who)
    return who


def page_of(bid: Bid, key: str) -> str:
    return f"{ADDRESS}/{bid.reference}/pages/{key}"


def summary(answer: TestResponse) -> str:
    return soup(answer).select_one(".govuk-error-summary").get_text()


@pytest.mark.parametrize("typed", ["0", "-1", "1e9", "1000000000", "12.345", "ten"])
@pytest.mark.parametrize("field", ["asked", "workable_minimum"])
def test_an_amount_that_is_none_is_refused_beside_its_field_and_shown_as_typed(
    client: Reader, ada: Actor, field: str, typed: str
) -> None:
    draft = a_draft(a_round_taking_bids(), ada)

    answer = client.send(page_of(draft, "amount"), {field: typed})

    page = soup(answer)
    assert answer.status_code == 422
    assert page.select_one(f"#{field}-error") is not None
    assert page.select_one(f"#{field}")["value"] == typed
    assert (draft.asked, draft.workable_minimum) == (100_000, 60_000)


def test_an_amount_outside_the_rounds_limits_is_told_with_the_limit(client: Reader, ada: Actor) -> None:
    draft = a_draft(a_round_taking_bids(most_grant=110_000), ada)

    answer = client.send(page_of(draft, "amount"), {"asked": "1,100.01"})

    assert answer.status_code == 422
    assert "£1,100 or less" in summary(answer)
    assert "up to £1,100" in client.read(page_of(draft, "amount")).get_text()


def test_half_a_line_of_costs_is_told_beside_it(client: Reader, ada: Actor) -> None:
    draft = a_draft(a_round_taking_bids(), ada)

    answer = client.send(page_of(draft, "costs"), {"cost_lines-0-item": "", "cost_lines-1-amount": ""})

    assert soup(answer).select_one("[id='cost_lines-0-item-error']") is not None
    assert soup(answer).select_one("[id='cost_lines-1-amount-error']") is not None


def test_each_line_of_the_costs_has_a_name_of_its_own(client: Reader, ada: Actor) -> None:
    draft = a_draft(a_round_taking_bids(), ada)
    page = soup(client.get(page_of(draft, "costs")))
    names = [str(each.get("aria-label")) for each in page.select("main ol input")]
    assert names[:2] == ["What it is, line 1", "Amount, line 1"]
    assert len(set(names)) == len(names) >= 2


@pytest.mark.parametrize(
    "name", ["cost_lines-²-item", "cost_lines-999999-item", "cost_lines--1-amount", "cost_lines-x"]
)
def test_lines_with_numbers_that_no_page_has_are_passed_over(client: Reader, ada: Actor, name: str) -> None:
    draft = a_draft(a_round_taking_bids(), ada)

    assert client.send(page_of(draft, "costs"), {name: "Gold"}).status_code == 303
    assert [line.item for line in draft.cost_lines] == ["Three benches", "Putting them in"]


def test_what_a_group_types_is_text_wherever_it_is_shown(client: Reader, ada: Actor) -> None:
    group = an_organisation(ada, XSS)
    words = {"title": XSS[:60], "summary": XSS, "what": XSS, "why": XSS, "who": XSS, "where": XSS, "outcome": XSS}
    bid = a_bid(
        a_round_taking_bids(),
        ada,
        group,
        **words,
        cost_lines=[(XSS, 120_000)],
        has_interest=True,
        interests=XSS,
        declared_name=XSS,
        declared_role=XSS[:80],
    )
    for address in ("/groups/", f"{ADDRESS}/{bid.reference}", f"{ADDRESS}/{bid.reference}/withdraw"):
        page = client.get(address)
        assert "alert(" in page.get_data(as_text=True)
        assert soup(page).select("main script, main img[onerror]") == []


def test_officers_see_what_a_group_types_as_text_too(client: Reader, clock: TurningClock) -> None:
    contact = a_contact()
    the_round = a_round_taking_bids()
    bid = a_bid(the_round, contact, an_organisation(contact, XSS), title=XSS[:60], summary=XSS, what=XSS)
    sign_in(client, an_account(Role.OFFICER))
    for address in (f"/officers/rounds/{the_round.slug}/bids", f"/officers/bids/{bid.reference}"):
        page = client.get(address)
        assert "alert(" in page.get_data(as_text=True)
        assert soup(page).select("main script, main img[onerror]") == []


def test_another_groups_bid_is_not_there(client: Reader, ada: Actor) -> None:
    draft, sent = a_draft(a_round_taking_bids(), title="Secret"), a_bid(a_round_taking_bids(), title="Secret")
    for address in (
        f"{ADDRESS}/{draft.reference}",
        f"{ADDRESS}/{draft.reference}/check",
        f"{ADDRESS}/{draft.reference}/withdraw",
        page_of(draft, "title"),
        f"{ADDRESS}/{sent.reference}",
        f"{ADDRESS}/{sent.reference}/done",
    ):
        answer = client.get(address)
        assert (answer.status_code, "Secret" in answer.get_data(as_text=True)) == (404, False)


def test_a_page_that_no_bid_has_is_not_there(client: Reader, ada: Actor) -> None:
    draft = a_draft(a_round_taking_bids(), ada)

    assert "no such page" in soup(client.get(page_of(draft, "dragons"))).get_text()


def test_the_check_page_marks_what_is_missing_and_sending_lists_it_with_the_way_there(
    client: Reader, ada: Actor
) -> None:
    draft = a_draft(a_round_taking_bids(), ada, why="", cost_lines=[("Benches", 100_000)])
    address = f"{ADDRESS}/{draft.reference}/check"
    assert "Say why it is needed" in client.read(address).select_one("#card-plan").get_text()

    answer = client.send(address)

    assert answer.status_code == 422
    links = {link["href"]: link.get_text() for link in soup(answer).select(".govuk-error-summary a")}
    assert set(links) == {"#card-plan", "#card-costs"}
    assert "£1,000" in links["#card-costs"]


def test_too_late_is_said_with_the_minute_and_the_draft_is_still_there(
    client: Reader, ada: Actor, clock: TurningClock
) -> None:
    draft = a_draft(a_round_taking_bids(), ada)
    address = f"{ADDRESS}/{draft.reference}"
    page = client.read(f"{address}/check")
    clock.at = datetime(2026, 4, 13, 11, 0, tzinfo=UTC)
    sign_in(client, ada)

    answer = client.send(f"{address}/check")

    assert page.select_one("main form button") is not None
    assert answer.status_code == 409
    assert "midday on Monday 13 April 2026" in summary(answer)
    assert "What you wrote is kept" in client.read(address).get_text()
    assert draft.state == BidState.DRAFT


def test_a_sent_bid_has_no_pages_to_change_any_more(client: Reader, ada: Actor) -> None:
    draft = a_draft(a_round_taking_bids(), ada)
    form = form_values(client.read(page_of(draft, "title")).select_one("main form"))
    client.send(f"{ADDRESS}/{draft.reference}/check")

    answer = client.post(page_of(draft, "title"), data=form | {"title": "Changed after all"})

    assert answer.location == f"{ADDRESS}/{draft.reference}"
    assert "cannot be changed any more" in client.read(answer.location).get_text()
    assert draft.title == "Benches along the brook"


def test_sending_again_after_the_answer_was_lost_leads_to_the_same_place(client: Reader, ada: Actor) -> None:
    draft = a_draft(a_round_taking_bids(), ada)
    address = f"{ADDRESS}/{draft.reference}/check"
    form = form_values(client.read(address).select_one("main form"))

    places = [client.post(address, data=form).location for _time in range(2)]

    assert places == [f"{ADDRESS}/{draft.reference}/done"] * 2
    assert draft.reference in client.read(places[0]).get_text()


def test_a_second_bid_in_a_round_is_refused_with_the_way_to_the_first(client: Reader, ada: Actor) -> None:
    the_round = a_round_taking_bids()
    draft = a_draft(the_round, ada, title="The first one")

    answer = client.send(f"/groups/rounds/{the_round.slug}/bid")

    assert answer.status_code == 409
    assert soup(answer).select_one(f"main a[href='{ADDRESS}/{draft.reference}']").get_text() == "The first one"


def test_a_round_that_is_not_public_takes_no_bids_and_does_not_show_itself(client: Reader, ada: Actor) -> None:
    the_round = a_round(title="Not yet for anybody")

    answer = client.get(f"/groups/rounds/{the_round.slug}/bid")
    assert (answer.status_code, "Not yet" in answer.get_data(as_text=True)) == (404, False)
    assert "Not yet" not in client.read("/groups/start").get_text()


def test_a_refused_bid_tells_the_group_why_and_whom_to_ask(client: Reader, ada: Actor) -> None:
    bid = a_bid(a_round_taking_bids(), ada)
    officer = someone(Role.OFFICER)
    answer_checks(bid.id, {"bank": Answer(CheckResult.NOT_MET, "No account.")}, by=officer)
    refuse_bid(bid.id, "The rules ask for an account.\n\nA host body would do.", by=officer)
    before = client.read(f"{ADDRESS}/{bid.reference}").get_text()
    confirm_refusal(bid.id, by=someone(Role.APPROVER))

    after = client.read(f"{ADDRESS}/{bid.reference}").get_text()
    assert "A host body would do." not in before
    assert "A host body would do." in after
    assert "within 10 working days" in after


def test_a_group_withdraws_only_after_it_said_that_it_means_it(client: Reader, ada: Actor) -> None:
    bid = a_bid(a_round_taking_bids(), ada)
    address = f"{ADDRESS}/{bid.reference}/withdraw"

    assert client.send(address).status_code == 422
    assert bid.state == BidState.SUBMITTED
    client.send(address, {"sure": "y"})

    assert bid.state == BidState.WITHDRAWN


def test_the_list_names_the_next_step_of_each_bid(client: Reader, ada: Actor) -> None:
    assert "First, tell us about your group" in client.read("/groups/").get_text()
    a_draft(a_round_taking_bids(), ada, title="A pond")

    page = client.read("/groups/").get_text()
    assert "A pond" in page
    assert "Send it before bids close" in page


def test_what_was_sent_after_the_session_ended_is_carried_on_and_nothing_is_kept_unasked(
    client: Reader, ada: Actor, clock: TurningClock
) -> None:
    draft = a_draft(a_round_taking_bids(), ada)
    form = form_values(client.read(page_of(draft, "plan")).select_one("main form"))
    clock.turn(hours=5)

    kept = client.post(page_of(draft, "plan"), data=form | {"why": "Typed\r\nall evening."})
    page = soup(kept)
    carried = form_values(page.select_one("main form"))
    sign_in(client, ada)
    again = client.post(page.select_one("main form")["action"], data=carried)

    assert kept.status_code == 403
    assert draft.why != "Typed\nall evening."
    assert "all evening." in soup(again).select_one("#why").get_text()
    saved = client.post(page_of(draft, "plan"), data=form_values(soup(again).select_one("main form")))
    assert saved.status_code == 303
    assert draft.why == "Typed\nall evening."


def test_a_form_without_its_proof_shows_nobody_elses_draft_and_keeps_nothing(client: Reader, ada: Actor) -> None:
    own, other = a_draft(a_round_taking_bids(), ada), a_draft(a_round_taking_bids(), title="Secret")

    answers = [client.post(page_of(bid, "title"), data={"title": "Unproven"}) for bid in (own, other)]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert soup(answers[0]).select_one("#title")["value"] == "Unproven"
    assert "Secret" not in answers[1].get_data(as_text=True)
    assert (own.title, other.title) == ("Benches along the brook", "Secret")


def test_officers_have_no_door_to_the_groups_pages(client: Reader, clock: TurningClock) -> None:
    draft = a_draft(a_round_taking_bids(), title="Secret")
    sign_in(client, an_account(Role.OFFICER))

    answer = client.get(f"{ADDRESS}/{draft.reference}")
    assert (answer.status_code, "Secret" in answer.get_data(as_text=True)) == (403, False)
