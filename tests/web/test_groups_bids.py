"""Groups write, send and follow their bids in pages."""

from __future__ import annotations

from typing import Any

import pytest

from pb.core.bids import SECTIONS
from tests.bidding import a_contact
from tests.conftest import TurningClock
from tests.factories import PASSWORD, a_round_taking_bids
from tests.reader import Reader, soup
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
