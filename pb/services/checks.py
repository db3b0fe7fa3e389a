"""Checks: answering the eligibility questions about a bid, passing it, and refusing it by two people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.checks import CHECKS, CheckResult, automatic_findings, questions_for, stands_in_the_way, unanswered_in
from pb.core.errors import Fault, NotAllowed, NotFound, Refusal, Refusals
from pb.core.permissions import may_check, may_confirm_refusal
from pb.core.plain_text import many_lines
from pb.core.reasons import read_reason
from pb.core.states import BidState, RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.bids import Bid, Check
from pb.models.rounds import Round
from pb.services.bid_facts import facts_of, same_group_bids
from pb.services.bid_letters import tell_group
from pb.services.bid_states import set_bid_state
from pb.services.ledger import record
from pb.services.round_states import must_be, record_due_arrows
from pb.services.transactions import transaction

LONGEST_REASON = 1000
OPEN_TO_CHECKS = frozenset({BidState.SUBMITTED, BidState.IN_REVIEW})


@dataclass(frozen=True)
class Answer:
    """An officer's answer to one question. "Not met" and "on a condition" need a reason in plain words."""

    result: CheckResult
    reason: str = ""


def run_automatic_checks(bid_id: int, *, by: Actor) -> None:
    """Answer again what the system answers by itself; what an officer answered stays.

    Raises NotFound `no_bid`, NotAllowed `may_not_check`, Refusal `not_open_to_checks`, `not_now`. Event `checks_run`.
    """
    with transaction() as session:
        judge_bid(_bid_to_check(session, bid_id, by), by)


def judge_bid(bid: Bid, by: Actor) -> None:
    """Write the system's own answers, inside the caller's transaction. Event `checks_run`."""
    findings = automatic_findings(facts_of(bid, same_group=same_group_bids(bid)))
    present_checks = {check.rule: check for check in bid.checks}
    for rule, check in present_checks.items():
        if check.automatic and rule not in findings:
            bid.checks.remove(check)
    for rule, finding in findings.items():
        if rule not in present_checks or present_checks[rule].automatic:
            _write(bid, rule, Answer(finding.result, str(finding)), None)
    results = {rule: finding.result.value for rule, finding in findings.items()}
    record("checks_run", by, round_id=bid.round_id, subject=f"bid:{bid.id}", results=results)


def answer_checks(bid_id: int, answers: Mapping[str, Answer], *, by: Actor) -> None:
    """Answer questions about a bid, all of them or none; an officer's answer stands above the system's.

    The first answer takes the bid into review. Raises NotFound `no_bid`, NotAllowed `may_not_check`, Refusals
    `check_unknown`, `reason_missing`, `reason_long`, Refusal `not_open_to_checks`, `refusal_waits`, `not_now`.
    Event `check_answered` for each answer that is new or changed.
    """
    answers = {rule: Answer(answer.result, many_lines(answer.reason)) for rule, answer in answers.items()}
    with transaction() as session:
        bid = _bid_to_check(session, bid_id, by)
        _refuse_faulty(bid, answers)
        if answers and bid.state == BidState.SUBMITTED:
            set_bid_state(bid, BidState.IN_REVIEW, by)
        for rule, answer in answers.items():
            _answer(bid, rule, answer, by)


def pass_bid(bid_id: int, answers: Mapping[str, Answer] | None = None, *, by: Actor) -> None:
    """Find a bid eligible, once every question is answered and none "not met"; `answers` are answered first.

    Raises what `answer_checks` raises, and Refusal `checks_unanswered`, `check_not_met`, in which case nothing is
    kept. Event `bid_state`.
    """
    with transaction() as session:
        if answers:
            answer_checks(bid_id, answers, by=by)
        bid = _bid_to_check(session, bid_id, by)
        facts, results = facts_of(bid), {check.rule: check.result for check in bid.checks}
        waiting = unanswered_in(facts, results)
        if waiting:
            raise Refusal(
                "checks_unanswered",
                N_("%(count)s questions about this bid have no answer yet, “%(first)s” among them."),
                count=len(waiting),
                first=CHECKS[waiting[0]].label,
            )
        failed = stands_in_the_way(facts, results)
        if failed:
            sentence = N_("“%(first)s” is not met: refuse the bid, or answer the question again with a reason.")
            raise Refusal("check_not_met", sentence, first=CHECKS[failed[0]].label)
        set_bid_state(bid, BidState.ELIGIBLE, by)
        tell_group(bid, "bid_eligible")


def reopen_bid(bid_id: int, reason: str, *, by: Actor) -> None:
    """Take a bid that was passed back into review, before the ballot is locked.

    Raises NotFound `no_bid`, NotAllowed `may_not_check`, Refusal `reason_missing`, `not_from_here`, `not_now`.
    Event `bid_state`.
    """
    with transaction() as session:
        bid = bid_of_open_round(session, bid_id)
        refuse_stranger(bid, by)
        set_bid_state(bid, BidState.IN_REVIEW, by, reason=reason_given(reason))


def refuse_bid(bid_id: int, reason: str, *, by: Actor) -> None:
    """Find a bid ineligible, with a reason that the group reads; it counts once a second person confirms it.

    Raises NotFound `no_bid`, NotAllowed `may_not_check`, Refusal `not_open_to_checks`, `refusal_waits`,
    `reason_missing`, `reason_long`, `nothing_not_met`, `not_now`. Event `refusal_asked`.
    """
    with transaction() as session:
        bid = _bid_to_check(session, bid_id, by)
        if not any(check.result == CheckResult.NOT_MET for check in bid.checks):
            sentence = N_("Answer “not met” to the question that the bid fails, then refuse it.")
            raise Refusal("nothing_not_met", sentence)
        bid.refusal_reason = reason_given(reason)
        bid.refusal_asked_by, bid.refusal_asked_at = by.account_id, present.now()
        if bid.state == BidState.SUBMITTED:
            set_bid_state(bid, BidState.IN_REVIEW, by)
        record("refusal_asked", by, round_id=bid.round_id, subject=f"bid:{bid.id}", reason=bid.refusal_reason)


def confirm_refusal(bid_id: int, *, by: Actor) -> None:
    """Confirm, as the second person, that a bid is ineligible.

    Raises NotFound `no_bid`, NotAllowed `same_person`, Refusal `no_refusal_waits`, `not_now`. Event `bid_state`.
    """
    with transaction() as session:
        bid = _refusal_waiting(session, bid_id, by)
        for check in bid.checks:
            if check.result == CheckResult.NOT_MET:
                check.confirmed_by = by.account_id
        set_bid_state(bid, BidState.INELIGIBLE, by, reason=bid.refusal_reason)
        tell_group(bid, "bid_ineligible", reason=bid.refusal_reason)


def return_refusal(bid_id: int, reason: str, *, by: Actor) -> None:
    """Disagree, as the second person, and give the bid back to be checked again.

    Raises NotFound `no_bid`, NotAllowed `same_person`, Refusal `no_refusal_waits`, `reason_missing`, `not_now`.
    Event `refusal_returned`.
    """
    with transaction() as session:
        bid = _refusal_waiting(session, bid_id, by)
        bid.refusal_reason, bid.refusal_asked_by, bid.refusal_asked_at = "", None, None
        record("refusal_returned", by, round_id=bid.round_id, subject=f"bid:{bid.id}", reason=reason_given(reason))


def bid_of_open_round(session: Session, bid_id: int) -> Bid:
    """A sent bid whose round still checks bids, locked against others. Raises NotFound `no_bid`, Refusal `not_now`."""
    bid = session.get(Bid, bid_id, with_for_update=True, populate_existing=True)
    if bid is None or bid.state == BidState.DRAFT:
        raise NotFound("no_bid", N_("There is no such bid."))
    the_round = session.get_one(Round, bid.round_id)
    record_due_arrows(the_round)
    must_be(the_round, RoundState.BIDDING, RoundState.CHECKING)
    return bid


def refuse_stranger(bid: Bid, by: Actor) -> None:
    """Raise NotAllowed `may_not_check` unless the person checks bids and does not act for this one's group."""
    if not may_check(by, bid.organisation_id):
        sentence = N_("Bids are checked by officers who do not act for the group.")
        raise NotAllowed("may_not_check", sentence)


def _bid_to_check(session: Session, bid_id: int, by: Actor) -> Bid:
    bid = bid_of_open_round(session, bid_id)
    refuse_stranger(bid, by)
    if bid.state not in OPEN_TO_CHECKS:
        sentence = N_("This bid is “%(state)s”: its checks are settled.")
        raise Refusal("not_open_to_checks", sentence, state=bid.state.value.replace("_", " "))
    if bid.refusal_asked_by is not None:
        raise Refusal("refusal_waits", N_("A refusal of this bid waits for a second person."))
    return bid


def _refusal_waiting(session: Session, bid_id: int, by: Actor) -> Bid:
    bid = bid_of_open_round(session, bid_id)
    if bid.refusal_asked_by is None or bid.state not in OPEN_TO_CHECKS:
        raise Refusal("no_refusal_waits", N_("No refusal of this bid waits to be confirmed."))
    if not may_confirm_refusal(by, bid.organisation_id, bid.refusal_asked_by):
        sentence = N_("A refusal is settled by a second person, who did not ask for it and does not act for the group.")
        raise NotAllowed("same_person", sentence)
    return bid


def _refuse_faulty(bid: Bid, answers: Mapping[str, Answer]) -> None:
    asked = questions_for(facts_of(bid))
    faults = []
    for rule, answer in answers.items():
        if rule not in asked:
            faults.append(Fault("check_unknown", N_("That question is not asked of this bid."), field=rule))
        elif answer.result != CheckResult.MET and not answer.reason:
            faults.append(Fault("reason_missing", N_("Give the reason, in words for the group."), field=rule))
        elif len(answer.reason) > LONGEST_REASON:
            sentence = N_("The reason must be %(most)s characters or fewer.")
            faults.append(Fault("reason_long", sentence, {"most": LONGEST_REASON}, rule))
    if faults:
        raise Refusals(faults)


def reason_given(text: str) -> str:
    """A reason, tidied. Raises Refusal `reason_missing`, `reason_long`."""
    return read_reason(text, N_("Give the reason, in words for the group."), most=LONGEST_REASON, lines=True)


def _answer(bid: Bid, rule: str, answer: Answer, by: Actor) -> None:
    """Write an officer's answer and record it, unless it says what already stands."""
    reason = answer.reason or CHECKS[rule].met
    standing = next((check for check in bid.checks if check.rule == rule), None)
    if standing and (standing.result, standing.reason) == (answer.result, reason):
        return
    _write(bid, rule, Answer(answer.result, reason), by.account_id)
    record(
        "check_answered",
        by,
        round_id=bid.round_id,
        subject=f"bid:{bid.id}",
        rule=rule,
        result=answer.result.value,
        reason=reason,
    )


def _write(bid: Bid, rule: str, answer: Answer, officer_id: int | None) -> None:
    check = next((each for each in bid.checks if each.rule == rule), None)
    if check is None:
        check = Check(rule=rule)
        bid.checks.append(check)
    check.automatic, check.answered_by = officer_id is None, officer_id
    check.result, check.reason = answer.result, answer.reason
    check.answered_at, check.confirmed_by = present.now(), None
