"""Checks: answered with reasons, passed, refused by two people."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from pb.core.actors import Actor, Role
from pb.core.checks import CHECKS, CheckResult
from pb.core.errors import Refusal
from pb.core.states import BidState, RoundState
from pb.extensions import db
from pb.models.bids import Bid, Check
from pb.models.events import Event
from pb.models.organisations import OrganisationKind
from pb.models.outbox import Message
from pb.services.bid_lists import answers_of, refusals_waiting, steps_of, unanswered
from pb.services.bids import withdraw_bid
from pb.services.checks import (
    Answer,
    answer_checks,
    confirm_refusal,
    pass_bid,
    refuse_bid,
    reopen_bid,
    return_refusal,
    run_automatic_checks,
)
from pb.services.frozen import bids_for_ballot
from pb.services.round_states import set_round_state
from pb.services.transactions import transaction
from tests.bidding import a_bid, a_contact, a_draft, an_eligible_bid, an_organisation, contact_of, pass_every_check
from tests.conftest import TurningClock
from tests.factories import a_round_taking_bids, actor_again, owner_of, someone

MET, NOT_MET, CONDITION = Answer(CheckResult.MET), CheckResult.NOT_MET, CheckResult.CONDITION
REASON = "The rules ask for an account in the group’s name."


@pytest.fixture
def officer(app: Flask) -> Actor:
    return someone(Role.OFFICER)


@pytest.fixture
def bid(app: Flask) -> Bid:
    return a_bid(a_round_taking_bids())


def refused(code: str, deed: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        deed()
    assert caught.value.code == code
    return caught.value


def check_of(bid: Bid, rule: str) -> Check:
    db.session.expire_all()
    return next(check for check in bid.checks if check.rule == rule)


def not_met_bank(bid: Bid, officer: Actor) -> None:
    answer_checks(bid.id, {"bank": Answer(NOT_MET, "No account in the group's name.")}, by=officer)


def test_the_first_answer_takes_the_bid_into_review(bid: Bid, officer: Actor) -> None:
    answer_checks(bid.id, {"lawful": Answer(CONDITION, "Ask the owner of the land first.")}, by=officer)

    check = check_of(bid, "lawful")
    assert bid.state == BidState.IN_REVIEW
    assert (check.result, check.reason) == (CONDITION, "Ask the owner of the land first.")
    assert (check.automatic, check.answered_by) == (False, officer.account_id)


def test_met_without_a_reason_says_why_in_the_words_of_the_question(bid: Bid, officer: Actor) -> None:
    answer_checks(bid.id, {"lawful": MET}, by=officer)

    assert check_of(bid, "lawful").reason == CHECKS["lawful"].met


@pytest.mark.parametrize("result", [NOT_MET, CONDITION])
def test_anything_but_met_needs_a_reason_and_then_no_answer_is_kept(
    bid: Bid, officer: Actor, result: CheckResult
) -> None:
    answers = {"wording": MET, "lawful": Answer(result, "  ")}

    refusal = refused("reason_missing", lambda: answer_checks(bid.id, answers, by=officer))

    assert refusal.field == "lawful"
    assert bid.state == BidState.SUBMITTED
    assert "wording" not in answers_of(bid)


def test_a_question_that_is_not_asked_of_this_bid_cannot_be_answered(bid: Bid, officer: Actor) -> None:
    refused("check_unknown", lambda: answer_checks(bid.id, {"school": MET}, by=officer))
    refused("check_unknown", lambda: answer_checks(bid.id, {"dragons": MET}, by=officer))
    refused("reason_long", lambda: answer_checks(bid.id, {"lawful": Answer(NOT_MET, "x" * 1001)}, by=officer))


def test_a_bid_is_passed_when_every_question_is_answered(bid: Bid, officer: Actor) -> None:
    refused("checks_unanswered", lambda: pass_bid(bid.id, by=officer))
    pass_every_check(bid, officer)

    assert bid.state == BidState.ELIGIBLE
    assert bids_for_ballot(bid.round_id) == [bid]
    assert {message.kind for message in db.session.scalars(select(Message))} == {"bid_received", "bid_eligible"}


def test_a_condition_does_not_stop_a_bid_and_not_met_does(bid: Bid, officer: Actor) -> None:
    rest = {key: MET for key in CHECKS if key not in answers_of(bid) and key != "school"}
    answers = rest | {"lawful": Answer(CONDITION, "Insure it."), "wording": Answer(NOT_MET, "It names a child.")}
    answer_checks(bid.id, answers, by=officer)

    assert "fit to publish" in str(refused("check_not_met", lambda: pass_bid(bid.id, by=officer)))
    answer_checks(bid.id, {"wording": MET}, by=officer)
    pass_bid(bid.id, by=officer)
    assert bid.state == BidState.ELIGIBLE


def test_passing_with_answers_keeps_all_of_them_or_none(bid: Bid, officer: Actor) -> None:
    refused("checks_unanswered", lambda: pass_bid(bid.id, {"lawful": MET}, by=officer))

    assert "lawful" not in answers_of(bid)
    assert bid.state == BidState.SUBMITTED


def test_an_officers_answer_stands_when_the_system_looks_again(bid: Bid, officer: Actor) -> None:
    answer_checks(bid.id, {"bank": Answer(CONDITION, "Open the account before the payment.")}, by=officer)
    bid.total_cost = 130_000
    db.session.commit()

    run_automatic_checks(bid.id, by=officer)

    assert check_of(bid, "bank").result == CONDITION
    assert check_of(bid, "costs").result == NOT_MET


def test_one_officer_alone_cannot_refuse_a_bid(bid: Bid, officer: Actor) -> None:
    not_met_bank(bid, officer)
    refuse_bid(bid.id, REASON, by=officer)

    assert bid.state == BidState.IN_REVIEW
    assert refusals_waiting(bid.round_id) == [bid]
    refused("same_person", lambda: confirm_refusal(bid.id, by=officer))
    refused("same_person", lambda: return_refusal(bid.id, "On second thoughts.", by=officer))
    assert bid.state == BidState.IN_REVIEW


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER])
def test_a_second_person_confirms_and_the_group_learns_the_reason(bid: Bid, officer: Actor, role: Role) -> None:
    not_met_bank(bid, officer)
    refuse_bid(bid.id, REASON, by=officer)
    second = someone(role)

    confirm_refusal(bid.id, by=second)

    assert bid.state == BidState.INELIGIBLE
    assert check_of(bid, "bank").confirmed_by == second.account_id
    assert steps_of(bid)[-1].reason == REASON
    assert refusals_waiting(bid.round_id) == []
    assert "bid_ineligible" in {message.kind for message in db.session.scalars(select(Message))}


def test_a_second_person_may_disagree_and_the_bid_is_checked_again(bid: Bid, officer: Actor) -> None:
    not_met_bank(bid, officer)
    refuse_bid(bid.id, REASON, by=officer)

    return_refusal(bid.id, "A host body would do.", by=someone(Role.APPROVER))
    answer_checks(bid.id, {"bank": Answer(CONDITION, "The parish holds the money.")}, by=officer)

    assert (bid.state, bid.refusal_reason, bid.refusal_asked_by) == (BidState.IN_REVIEW, "", None)


def test_whoever_asked_cannot_confirm_in_another_role(bid: Bid) -> None:
    both = someone(Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)
    not_met_bank(bid, both)
    refuse_bid(bid.id, REASON, by=both)

    refused("same_person", lambda: confirm_refusal(bid.id, by=both))


def test_a_refusal_needs_a_question_that_is_not_met_and_a_reason(bid: Bid, officer: Actor) -> None:
    refused("nothing_not_met", lambda: refuse_bid(bid.id, REASON, by=officer))
    not_met_bank(bid, officer)
    refused("reason_missing", lambda: refuse_bid(bid.id, " \n ", by=officer))

    assert bid.refusal_asked_by is None
    refused("no_refusal_waits", lambda: confirm_refusal(bid.id, by=someone(Role.OFFICER)))


def test_while_a_refusal_waits_nothing_else_is_done_to_the_bid(bid: Bid, officer: Actor) -> None:
    not_met_bank(bid, officer)
    refuse_bid(bid.id, REASON, by=officer)

    for deed in (
        lambda: answer_checks(bid.id, {"bank": MET}, by=officer),
        lambda: pass_bid(bid.id, by=officer),
        lambda: refuse_bid(bid.id, REASON, by=officer),
    ):
        refused("refusal_waits", deed)


def test_officers_do_not_check_a_bid_of_a_group_that_they_act_for(app: Flask) -> None:
    both = someone(Role.OFFICER, Role.GROUP_CONTACT)
    own = a_bid(a_round_taking_bids(), both, an_organisation(both))
    both = actor_again(both.account_id)
    not_met_bank(own, someone(Role.OFFICER))
    refuse_bid(own.id, REASON, by=someone(Role.OFFICER))

    refused("may_not_check", lambda: answer_checks(own.id, {"lawful": MET}, by=both))
    refused("same_person", lambda: confirm_refusal(own.id, by=both))


@pytest.mark.parametrize("role", [Role.GROUP_CONTACT, Role.APPROVER, Role.MEMBER, Role.SCRUTINY, Role.READING_PANEL])
def test_only_officers_answer(bid: Bid, role: Role) -> None:
    refused("may_not_check", lambda: answer_checks(bid.id, {"lawful": MET}, by=someone(role)))
    refused("may_not_check", lambda: pass_bid(bid.id, by=someone(role)))


def test_drafts_are_nobodys_to_check(app: Flask, officer: Actor) -> None:
    draft = a_draft(a_round_taking_bids())

    refused("no_bid", lambda: answer_checks(draft.id, {"lawful": MET}, by=officer))


def test_settled_checks_stay_settled_unless_the_bid_is_reopened_with_a_reason(app: Flask, officer: Actor) -> None:
    bid = an_eligible_bid(a_round_taking_bids(), officer=officer)
    refused("not_open_to_checks", lambda: answer_checks(bid.id, {"lawful": MET}, by=officer))
    refused("reason_missing", lambda: reopen_bid(bid.id, "", by=officer))

    reopen_bid(bid.id, "The owner of the land wrote to us.", by=officer)
    answer_checks(bid.id, {"lawful": Answer(NOT_MET, "The owner says no.")}, by=officer)

    assert bid.state == BidState.IN_REVIEW


def test_a_withdrawn_bid_is_not_checked_any_more(bid: Bid, officer: Actor) -> None:
    withdraw_bid(bid.id, by=contact_of(bid))

    refused("not_open_to_checks", lambda: pass_bid(bid.id, by=officer))


def test_after_the_lock_no_check_is_answered(bid: Bid, officer: Actor, clock: TurningClock) -> None:
    the_round = bid.round
    with transaction():
        set_round_state(the_round, RoundState.CHECKING, owner_of(the_round))
        set_round_state(the_round, RoundState.LOCKED, owner_of(the_round))

    refused("not_now", lambda: answer_checks(bid.id, {"lawful": MET}, by=officer))


def test_what_has_no_answer_is_counted_in_the_order_of_the_questions(app: Flask, officer: Actor) -> None:
    the_round = a_round_taking_bids()
    contact = a_contact()
    a_bid(the_round, contact, an_organisation(contact, kind=OrganisationKind.SCHOOL))
    other = a_bid(the_round)
    answer_checks(other.id, {"lawful": MET}, by=officer)

    found = unanswered(the_round.id)

    assert ("lawful and deliverable", 1) in found
    assert ("beyond school", 1) in found
    assert ("fit to publish", 2) in found
    assert "bank account" not in dict(found)
    assert [label for label, _count in found] == [rule.label for rule in CHECKS.values() if rule.label in dict(found)]


def test_the_ledger_holds_each_answer_with_its_reason_and_nobodys_name(app: Flask) -> None:
    officer = someone(Role.OFFICER, name="Ottoline Quux")
    bid = a_bid(a_round_taking_bids())
    answer_checks(bid.id, {"lawful": Answer(CONDITION, "Insure it.")}, by=officer)
    answer_checks(bid.id, {"lawful": Answer(CONDITION, "Insure it.")}, by=officer)

    events = list(db.session.scalars(select(Event).where(Event.kind == "check_answered").order_by(Event.id)))
    assert [event.facts for event in events] == [{"rule": "lawful", "result": "condition", "reason": "Insure it."}]
    assert "Quux" not in json.dumps([event.facts for event in db.session.scalars(select(Event))])
