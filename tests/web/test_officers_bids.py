"""The officers' list of bids, its filters and its export."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.services.pots import PotEntry
from tests.bidding import a_bid, a_contact, a_draft, an_eligible_bid, an_organisation
from tests.conftest import TurningClock
from tests.factories import a_round_taking_bids, an_account
from tests.reader import Reader
from tests.signing_in import sign_in


@pytest.fixture
def desk(app: Flask, client: Reader, clock: TurningClock) -> Reader:
    """A client signed in as an officer."""
    sign_in(client, an_account(Role.OFFICER))
    return client


def titles(desk: Reader, address: str) -> list[str]:
    return [link.get_text() for link in desk.read(address).select(".yd-rows__main a")]


def test_the_list_can_be_narrowed_to_a_state_or_a_pot_and_shows_no_drafts(desk: Reader) -> None:
    the_round = a_round_taking_bids(pots=[PotEntry("Small", 500_000), PotEntry("Large", 1_000_000)])
    a_bid(the_round, title="Benches", pot_id=the_round.pots[0].id)
    an_eligible_bid(the_round, title="A pond", pot_id=the_round.pots[1].id)
    a_draft(the_round, title="Half a thought")
    address = f"/officers/rounds/{the_round.slug}/bids"

    assert titles(desk, address) == ["Benches", "A pond"]
    assert titles(desk, f"{address}?state=eligible") == ["A pond"]
    assert titles(desk, f"{address}?pot={the_round.pots[0].id}") == ["Benches"]
    assert "1 draft that was not sent" in desk.read(address).get_text()


def test_nonsense_in_the_address_shows_the_whole_list(desk: Reader) -> None:
    the_round = a_round_taking_bids()
    a_bid(the_round, title="Benches")

    assert titles(desk, f"/officers/rounds/{the_round.slug}/bids?state=dragon&pot=x&page=-7") == ["Benches"]


def test_the_list_says_which_questions_wait_and_for_how_many_bids(desk: Reader) -> None:
    the_round = a_round_taking_bids()
    a_bid(the_round)
    a_bid(the_round)

    page = desk.read(f"/officers/rounds/{the_round.slug}/bids").get_text()
    assert "2 bids have no answer to “lawful and deliverable”" in page


def test_the_export_holds_each_bid_and_no_formula_and_no_contact(desk: Reader) -> None:
    the_round, contact = a_round_taking_bids(), a_contact("Zebedee Quux")
    group = an_organisation(contact, "=HYPERLINK(“evil”)")
    a_bid(the_round, contact, group, title="+1 bench", declared_name="Zebedee Quux")

    answer = desk.get(f"/officers/rounds/{the_round.slug}/bids.csv")
    (row,) = csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline=""))

    assert row["Title"] == "'+1 bench"
    assert row["Group"] == "'=HYPERLINK(“evil”)"
    assert (row["Amount asked"], row["Smallest workable amount"]) == ("1000.00", "600.00")
    assert row["Checks unanswered"] == "8"
    assert "Quux" not in answer.get_data(as_text=True)


def test_groups_and_members_do_not_see_the_list(app: Flask, clock: TurningClock) -> None:
    the_round = a_round_taking_bids()
    bid = a_bid(the_round)
    for role in (Role.GROUP_CONTACT, Role.MEMBER, Role.STEWARD, Role.READING_PANEL):
        reader = Reader(app, app.response_class)
        sign_in(reader, an_account(role))
        for page in (f"rounds/{the_round.slug}/bids", f"rounds/{the_round.slug}/bids.csv", f"bids/{bid.reference}"):
            answer = reader.get(f"/officers/{page}")
            assert (answer.status_code, bid.title in answer.get_data(as_text=True)) == (403, False)


def test_a_draft_is_not_there_for_officers(desk: Reader) -> None:
    draft = a_draft(a_round_taking_bids(), title="Half a thought")

    answer = desk.get(f"/officers/bids/{draft.reference}")
    assert (answer.status_code, "Half a thought" in answer.get_data(as_text=True)) == (404, False)
