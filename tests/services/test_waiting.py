"""What waits for whom: the person who must act is told, and nobody else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pb.core.actors import Actor, Role
from pb.core.checks import CheckResult
from pb.models.rounds import KeyMode, Policy
from pb.services.cancelling import ask_cancellation, cancellation_digest, confirm_cancellation
from pb.services.casting import cast
from pb.services.checks import Answer, answer_checks, refuse_bid
from pb.services.counts import record_count
from pb.services.key_holders import appoint_key_holder, choose_passphrase, rehearse_passphrase
from pb.services.locks import ask_lock
from pb.services.publication import ask_release
from pb.services.rights import Claim
from pb.services.rounds import find_round
from pb.services.waiting import waiting_for
from tests.bidding import a_bid
from tests.deciding import a_decided_round, a_member, a_ward_round, decided
from tests.factories import (
    a_checked_round,
    a_closed_round,
    a_round,
    a_round_taking_bids,
    a_sent_assessment,
    an_assessed_round,
    an_opened_round,
    owner_of,
    someone,
)
from tests.voters import SAM, a_paper, a_voting_round

pytestmark = pytest.mark.usefixtures("app")


def told(who: Actor) -> list[tuple[str, object]]:
    """The pages that wait for somebody, each with its number where there is one."""
    return [(each.endpoint, each.params.get("count")) for each in waiting_for(who)]


def pages(who: Actor) -> list[str]:
    """The pages that wait for somebody."""
    return [endpoint for endpoint, _count in told(who)]


def test_each_person_sees_what_waits_for_them_and_nobody_their_own_approval() -> None:
    both = someone(Role.OFFICER, Role.APPROVER)
    a_sent_assessment(both, title="Own idea")
    a_sent_assessment(title="Other idea")
    an_assessed_round(both, title="Agreed")
    waiting = [(each.round.title, each.endpoint) for each in waiting_for(both)]
    assert waiting == [("Other idea", "officers_assessments.overview"), ("Agreed", "officers_rounds.overview")]


def test_a_checked_round_waits_for_its_owner_to_ask_and_then_for_the_second_person_only() -> None:
    owner, second = someone(Role.OFFICER, Role.APPROVER), someone(Role.APPROVER)
    the_round = a_checked_round(owner)
    assert (pages(owner), pages(second)) == (["officers_lock.index"], [])
    ask_lock(the_round.id, by=owner)
    assert (pages(owner), pages(second)) == ([], ["officers_lock.index"])


def test_a_refused_bid_leaves_the_checking_and_waits_for_a_second_person() -> None:
    owner, second = someone(Role.OFFICER), someone(Role.OFFICER)
    the_round = a_round_taking_bids(owner)
    bid = a_bid(the_round)
    assert (told(owner), told(second)) == ([("officers_bids.index", 1)], [])
    _refuse(bid.id, owner)
    assert (told(owner), told(second)) == ([], [("officers_bids.to_confirm", 1)])


def _refuse(bid_id: int, by: Actor) -> None:
    answer_checks(bid_id, {"lawful": Answer(CheckResult.NOT_MET, "It is for one family only.")}, by=by)
    refuse_bid(bid_id, "It is for one family only.", by=by)


def test_a_key_waits_for_its_holder_until_the_passphrase_is_tested() -> None:
    the_round, holder = a_round(key_mode=KeyMode.HOLDERS), someone(Role.SCRUTINY)
    assert pages(holder) == []
    appoint_key_holder(the_round.id, holder.account_id or 0, by=owner_of(the_round))
    assert pages(holder) == ["officers_key_holders.passphrase"]
    words = "copper kettle over eleven gulls"
    choose_passphrase(the_round.id, words, by=holder)
    assert pages(holder) == ["officers_key_holders.passphrase"]
    rehearse_passphrase(the_round.id, words, by=holder)
    assert pages(holder) == []


def test_a_claim_waits_at_the_owners_desk() -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    for letter in "AB":
        cast(a_paper(the_round, letter), Claim(declaration=replace(SAM)), ask_check=letter == "B")
    assert told(owner_of(the_round)) == [("officers_desk.index", 1)]
    assert told(someone(Role.APPROVER)) == []


def test_a_closed_box_waits_for_the_count_lead_and_the_approvals() -> None:
    lead, teller, officer = someone(Role.COUNT_LEAD), someone(Role.SECOND_TELLER), someone(Role.OFFICER)
    a_closed_round()
    assert [pages(each) for each in (lead, teller, officer)] == [["officers_box.index"], [], ["officers_box.index"]]


def test_an_open_box_waits_for_the_count_lead_and_a_count_for_the_teller_who_did_not_make_it() -> None:
    lead, teller = someone(Role.COUNT_LEAD), someone(Role.SECOND_TELLER)
    the_round = an_opened_round()
    assert (pages(lead), pages(teller)) == (["officers_counts.index"], [])
    record_count(the_round.id, by=lead)
    assert (pages(lead), pages(teller)) == ([], ["officers_counts.index"])


def test_decisions_wait_for_the_wards_member_and_then_for_their_own_publication() -> None:
    the_round, member = a_ward_round()
    assert told(member) == [("members_decisions.overview", 2)]
    assert told(a_member()) == []
    decided(the_round, "Hall", member)
    assert told(member) == [("members_decisions.overview", 1)] * 2


def test_a_release_waits_for_the_owner_to_ask_and_then_for_an_approver() -> None:
    (the_round, _member), approver = a_decided_round(), someone(Role.APPROVER)
    owner = owner_of(the_round)
    assert (pages(owner), pages(approver)) == (["officers_publications.index"], [])
    ask_release(the_round.id, by=owner)
    assert (pages(owner), pages(approver)) == ([], ["officers_publications.index"])


def test_a_release_of_a_round_that_was_cancelled_since_waits_for_nobody() -> None:
    (the_round, _member), approver = a_decided_round(), someone(Role.APPROVER)
    owner = owner_of(the_round)
    ask_release(the_round.id, by=owner)
    ask_cancellation(the_round.id, "A group was left off the ballot.", by=owner)
    assert pages(approver) == ["officers_publications.index", "officers_cancelling.index"]
    sha256 = cancellation_digest(find_round(the_round.slug))
    confirm_cancellation(the_round.id, sha256=sha256, by=approver)
    assert (pages(owner), pages(approver), pages(someone(Role.APPROVER))) == ([], [], [])
