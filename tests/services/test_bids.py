"""Bids: started, written, sent before the closing minute, withdrawn."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from pb.core.actors import ANYONE, Role
from pb.core.errors import NotFound, Refusal, Refusals
from pb.core.states import BidState, RoundState
from pb.extensions import db
from pb.models.bids import Bid
from pb.models.events import Event
from pb.models.organisations import Organisation
from pb.models.outbox import Message
from pb.services.bids import save_section, start_bid, submit_bid, withdraw_bid
from pb.services.pots import PotEntry
from pb.services.round_states import round_phase
from tests.bidding import a_bid, a_blank_bid, a_contact, a_draft, an_eligible_bid, an_organisation, contact_of
from tests.conftest import TurningClock
from tests.factories import DATES, a_round, a_round_taking_bids, actor_again, someone

#: Midday in London on the last day, when the clocks have gone forward.
CLOSES = datetime(2026, 4, 13, 11, 0, tzinfo=UTC)


def refused(code: str, deed: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        deed()
    assert caught.value.code == code
    return caught.value


def test_a_bid_that_is_complete_is_sent_and_checked_by_the_system(clock: TurningClock) -> None:
    bid = a_bid(a_round_taking_bids())

    assert bid.state == BidState.SUBMITTED
    assert bid.submitted_at == clock.at
    assert {check.result.value for check in bid.checks if check.automatic} == {"met"}


def test_a_group_has_one_bid_in_a_round_until_it_withdraws_it(app: Flask) -> None:
    the_round, contact = a_round_taking_bids(), a_contact()
    group = an_organisation(contact)
    contact = actor_again(contact.account_id)
    first = start_bid(the_round.id, group.id, by=contact)

    refused("already_bidding", lambda: start_bid(the_round.id, group.id, by=contact))
    withdraw_bid(first.id, by=contact)

    assert start_bid(the_round.id, group.id, by=contact).id != first.id


def test_nobody_starts_a_bid_for_a_group_that_is_not_theirs(app: Flask) -> None:
    the_round, group = a_round_taking_bids(), an_organisation()

    refused("no_organisation", lambda: start_bid(the_round.id, group.id, by=a_contact()))
    refused("no_organisation", lambda: start_bid(the_round.id, group.id, by=ANYONE))
    assert db.session.scalar(select(Bid)) is None


def test_a_bid_is_not_started_before_bids_open_nor_in_a_round_that_is_not_open(clock: TurningClock) -> None:
    later = a_round_taking_bids()
    later.bids_open_at = clock.at + timedelta(days=1)
    db.session.commit()

    assert "10am on Tuesday 3 March 2026" in str(refused("bids_not_open", lambda: a_blank_bid(later)))
    refused("bids_closed", lambda: a_blank_bid(a_round()))


def test_the_pot_must_be_one_of_the_rounds(app: Flask) -> None:
    the_round, other = a_round_taking_bids(), a_round_taking_bids()
    bid = a_blank_bid(the_round)

    strange = {"pot_id": other.pots[0].id}
    refused("pot_unknown", lambda: save_section(bid.id, "pot", strange, by=contact_of(bid)))
    assert bid.pot_id == the_round.pots[0].id


def test_a_draft_keeps_what_is_written_however_little(app: Flask) -> None:
    bid = a_blank_bid(a_round_taking_bids())

    save_section(bid.id, "title", {"title": " Benches  along\nthe brook "}, by=contact_of(bid))
    save_section(bid.id, "amount", {"asked": 50_000}, by=contact_of(bid))

    assert (bid.title, bid.summary, bid.asked, bid.workable_minimum) == ("Benches along the brook", "", 50_000, None)


@pytest.mark.parametrize(
    "section, values, code",
    [
        ("title", {"title": "x" * 61}, "too_long"),
        ("plan", {"what": "word " * 201}, "too_many_words"),
        ("amount", {"asked": 0, "workable_minimum": None}, "amount_not_positive"),
        ("amount", {"asked": -1, "workable_minimum": None}, "amount_not_positive"),
        ("amount", {"asked": 1_600_000}, "above_most"),
        ("amount", {"asked": 50_000, "workable_minimum": 50_001}, "workable_above_asked"),
        ("costs", {"total_cost": 10**12}, "amount_too_large"),
        ("costs", {"cost_lines": [("", 500)]}, "item_missing"),
        ("costs", {"cost_lines": [("x" * 121, 500)]}, "item_too_long"),
        ("costs", {"cost_lines": [("Bench", -500)]}, "amount_not_positive"),
        ("group", {"name": " "}, "name_missing"),
    ],
)
def test_what_cannot_be_is_refused_and_the_draft_stays_as_it_was(
    app: Flask, section: str, values: dict[str, Any], code: str
) -> None:
    bid = a_draft(a_round_taking_bids())
    before = (bid.title, bid.what, bid.asked, bid.workable_minimum, bid.total_cost, len(bid.cost_lines))

    refused(code, lambda: save_section(bid.id, section, values, by=contact_of(bid)))

    db.session.expire_all()
    assert (bid.title, bid.what, bid.asked, bid.workable_minimum, bid.total_cost, len(bid.cost_lines)) == before


def test_a_page_takes_only_what_belongs_on_it(app: Flask) -> None:
    bid = a_blank_bid(a_round_taking_bids())

    with pytest.raises(ValueError, match="state"):
        save_section(bid.id, "title", {"state": "eligible"}, by=contact_of(bid))


def test_another_groups_bid_is_not_there(app: Flask) -> None:
    bid, stranger = a_draft(a_round_taking_bids()), a_contact()

    for deed in (
        lambda: save_section(bid.id, "title", {"title": "Mine"}, by=stranger),
        lambda: submit_bid(bid.id, by=stranger),
        lambda: withdraw_bid(bid.id, by=stranger),
    ):
        with pytest.raises(NotFound):
            deed()


def test_sending_an_unfinished_bid_names_everything_that_is_missing_at_once(app: Flask) -> None:
    bid = a_blank_bid(a_round_taking_bids())

    with pytest.raises(Refusals) as caught:
        submit_bid(bid.id, by=contact_of(bid))

    assert {"title", "asked", "cost_lines", "declarations"} <= {fault.field for fault in caught.value.faults}
    assert bid.state == BidState.DRAFT


def test_sending_a_bid_whose_lines_do_not_add_up_is_refused(app: Flask) -> None:
    bid = a_draft(a_round_taking_bids(), cost_lines=[("Benches", 119_999)])

    refused("costs_do_not_add_up", lambda: submit_bid(bid.id, by=contact_of(bid)))


def test_limits_that_moved_after_the_page_was_saved_count_when_the_bid_is_sent(app: Flask) -> None:
    the_round = a_round_taking_bids()
    bid = a_draft(the_round)
    the_round.most_grant = 90_000
    db.session.commit()

    refused("above_most", lambda: submit_bid(bid.id, by=contact_of(bid)))


def test_the_last_second_before_the_closing_minute_counts(clock: TurningClock) -> None:
    bid = a_draft(a_round_taking_bids())
    clock.at = CLOSES - timedelta(seconds=1)

    assert submit_bid(bid.id, by=contact_of(bid)).state == BidState.SUBMITTED


def test_at_the_closing_minute_in_london_it_is_too_late_and_nothing_is_lost(clock: TurningClock) -> None:
    the_round = a_round_taking_bids()
    bid = a_draft(the_round)
    clock.at = CLOSES

    refusal = refused("bids_closed", lambda: submit_bid(bid.id, by=contact_of(bid)))
    save_section(bid.id, "title", {"title": "Still written after the close"}, by=contact_of(bid))

    assert "midday on Monday 13 April 2026" in str(refusal)
    assert (bid.state, bid.title, bid.asked) == (BidState.DRAFT, "Still written after the close", 100_000)
    assert round_phase(the_round) == RoundState.CHECKING


def test_a_bid_sent_twice_is_sent_once(app: Flask) -> None:
    bid = a_bid(a_round_taking_bids())
    first = bid.submitted_at

    submit_bid(bid.id, by=contact_of(bid))

    assert bid.submitted_at == first
    steps = db.session.scalars(
        select(Event).where(Event.kind == "bid_state", Event.subject == f"bid:{bid.id}").order_by(Event.id)
    )
    assert [event.facts["to"] for event in steps] == ["submitted"]


def test_sending_again_after_the_close_still_answers_as_the_first_time(clock: TurningClock) -> None:
    bid = a_bid(a_round_taking_bids())
    clock.at = CLOSES + timedelta(minutes=1)

    assert submit_bid(bid.id, by=contact_of(bid)).state == BidState.SUBMITTED


def test_a_sent_bid_cannot_be_changed(app: Flask) -> None:
    bid = a_bid(a_round_taking_bids())

    refused("bid_sent", lambda: save_section(bid.id, "title", {"title": "Another"}, by=contact_of(bid)))


def test_a_group_withdraws_its_bid_at_any_time_and_only_once(app: Flask) -> None:
    bid = an_eligible_bid(a_round_taking_bids())

    withdraw_bid(bid.id, by=contact_of(bid))
    withdraw_bid(bid.id, by=contact_of(bid))

    assert bid.state == BidState.WITHDRAWN
    refused("bid_withdrawn", lambda: submit_bid(bid.id, by=contact_of(bid)))


def test_the_group_is_told_that_its_bid_arrived(app: Flask) -> None:
    a_bid(a_round_taking_bids())

    assert [message.kind for message in db.session.scalars(select(Message))] == ["bid_received"]


def test_the_same_group_under_another_contact_is_noticed(app: Flask) -> None:
    the_round = a_round_taking_bids()
    for name in ("Friends of the Brook", "friends  of THE brook."):
        contact = a_contact()
        bid = a_bid(the_round, contact, an_organisation(contact, name))

    assert {check.rule for check in bid.checks if check.result == "not_met"} == {"one_bid"}


def test_the_ledger_tells_what_was_done_without_a_name_or_a_contact(app: Flask) -> None:
    contact = a_contact("Zebedee Quux")
    a_bid(a_round_taking_bids(), contact, an_organisation(contact, "Quux Society"), declared_name="Zebedee Quux")

    events = list(db.session.scalars(select(Event).order_by(Event.id)))
    assert {"organisation_added", "bid_started", "bid_saved", "bid_state", "checks_run"} <= {e.kind for e in events}
    told = json.dumps([event.facts for event in events])
    assert "Quux" not in told
    assert "@" not in told


def test_saving_the_same_again_tells_the_ledger_nothing(app: Flask) -> None:
    bid = a_blank_bid(a_round_taking_bids())
    for _time in range(2):
        save_section(bid.id, "title", {"title": "Benches"}, by=contact_of(bid))

    saved = db.session.scalars(select(Event).where(Event.kind == "bid_saved").order_by(Event.id))
    assert [event.facts for event in saved] == [{"fields": ["title"]}]


def test_the_group_page_changes_the_group_itself(app: Flask) -> None:
    bid = a_blank_bid(a_round_taking_bids())
    save_section(bid.id, "group", {"name": "Friends of the Mill", "postcode": "EX4 3AB"}, by=contact_of(bid))

    group = db.session.get_one(Organisation, bid.organisation_id)
    assert (group.name, group.postcode) == ("Friends of the Mill", "EX4 3AB")


def test_a_bid_for_one_of_several_pots_waits_for_the_choice(app: Flask) -> None:
    the_round = a_round_taking_bids(pots=[PotEntry("Small", 500_000), PotEntry("Large", 1_000_000)], dates=DATES)

    assert a_blank_bid(the_round).pot_id is None


def test_a_support_worker_or_officer_cannot_send_for_a_group(app: Flask) -> None:
    bid = a_draft(a_round_taking_bids())

    for role in (Role.SUPPORT_WORKER, Role.OFFICER, Role.ADMINISTRATOR):
        refused("no_bid", lambda role=role: submit_bid(bid.id, by=someone(role)))


def test_two_contacts_who_start_at_once_start_one_bid(app: Flask) -> None:
    the_round, contact = a_round_taking_bids(), a_contact()
    group = an_organisation(contact)
    contact, round_id, group_id = actor_again(contact.account_id), the_round.id, group.id
    db.session.rollback()

    def start(_time: int) -> str:
        with app.app_context():
            try:
                return start_bid(round_id, group_id, by=contact).reference
            except Refusal as refusal:
                return refusal.code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(start, range(6)))

    assert answers.count("already_bidding") == 5
    assert db.session.scalar(select(func.count()).select_from(Bid)) == 1
