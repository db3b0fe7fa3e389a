"""What waits for whom: one sentence for each thing, with the page where it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from sqlalchemy import ColumnElement, func, select

from pb.core.actors import Actor, Role
from pb.core.errors import NO_PARAMS, Params
from pb.core.permissions import (
    may_approve,
    may_approve_opening,
    may_certify,
    may_confirm_cancellation,
    may_open_box,
    may_read_decisions,
    may_see_bids,
    may_settle_duplicates,
)
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db
from pb.models.ballots import Project
from pb.models.bids import Bid
from pb.models.questions import Question
from pb.models.rounds import KeyMode, Round
from pb.services.assessments import waiting_assessments
from pb.services.checks import OPEN_TO_CHECKS
from pb.services.counts import last_count
from pb.services.decision_desk import DECIDING, PUBLISHED, desk_of, rounds_to_decide
from pb.services.duplicates import held_count
from pb.services.key_holders import appointments_of
from pb.services.lock_blockers import lock_blockers
from pb.services.offers import pending_results
from pb.services.opening import APPROVALS, approvals_of
from pb.services.papers import unkeyed
from pb.services.publication_blockers import release_blockers
from pb.services.rehearsals import CANCEL, never_opened, rehearsal_blockers
from pb.services.round_states import round_phase
from pb.services.round_steps import VOTING_BEGUN

S = RoundState
BOX = "officers_box.index"
COUNT = "officers_counts.index"
REHEARSAL = "officers_rehearsals.index"
CANCEL_VOTE = "officers_cancelling.index"


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for somebody: a sentence with its params, the round, and the page where it is done."""

    message: str
    round: Round
    endpoint: str
    params: Params = field(default_factory=lambda: NO_PARAMS)


def waiting_for(by: Actor) -> list[Waiting]:
    """What waits for this person, the longest waiting first within each kind; reads only."""
    kinds = (
        _assessments, _locks, _releases, _refusals, _checks, _set_up, _lock_to_ask, _keys, _rehearsals, _withdrawals,
        _cancellations, _claims, _papers, _opening, _count, _decisions, _release_to_ask, _questions,
    )  # fmt: skip
    return list(chain.from_iterable(kind(by) for kind in kinds))


def _rounds(*conditions: ColumnElement[bool]) -> Iterator[Round]:
    yield from db.session.scalars(select(Round).where(*conditions).order_by(Round.state_since, Round.id))


def _closed() -> Iterator[Round]:
    """The rounds whose voting is over by the clock, whether or not the ledger says so yet."""
    states = Round.state.in_([S.LOCKED, S.VOTING, S.CLOSED])
    return (each for each in _rounds(states) if round_phase(each) == S.CLOSED)


def _assessments(by: Actor) -> Iterator[Waiting]:
    for the_round in waiting_assessments(by):
        yield Waiting(N_("Assess whether it should go ahead"), the_round, "officers_assessments.overview")


def _locks(by: Actor) -> Iterator[Waiting]:
    if not by.has(Role.APPROVER):
        return
    for the_round in _rounds(Round.state.in_([S.BIDDING, S.CHECKING]), Round.lock_asked_by.is_not(None)):
        if by.account_id not in (the_round.owner_id, the_round.lock_asked_by):
            yield Waiting(N_("Check and lock the ballot"), the_round, "officers_lock.index")


def _releases(by: Actor) -> Iterator[Waiting]:
    if not by.has(Role.APPROVER):
        return
    asked = Round.release_asked_by.is_not(None)
    # a round that was cancelled keeps on its row that somebody had asked
    for the_round in _rounds(asked, Round.state.in_([*DECIDING, *PUBLISHED])):
        if by.account_id not in (the_round.owner_id, the_round.release_asked_by):
            yield Waiting(N_("Read and release the result"), the_round, "officers_publications.index")


def _refusals(by: Actor) -> Iterator[Waiting]:
    if not may_see_bids(by):
        return
    asked = Bid.refusal_asked_by.is_not(None) & (Bid.refusal_asked_by != by.account_id)
    for the_round, count in _bids(asked):
        sentence = N_("Refused bids that need a second person: %(count)s")
        yield Waiting(sentence, the_round, "officers_bids.to_confirm", {"count": count})


def _checks(by: Actor) -> Iterator[Waiting]:
    for the_round, count in _bids(Bid.refusal_asked_by.is_(None) & (Round.owner_id == by.account_id)):
        yield Waiting(N_("Bids to check: %(count)s"), the_round, "officers_bids.index", {"count": count})


def _bids(condition: ColumnElement[bool]) -> Iterator[tuple[Round, int]]:
    """The rounds with bids that are being checked, and how many of them fit."""
    query = (
        select(Round, func.count(Bid.id))
        .join(Bid, Bid.round_id == Round.id)
        .where(Bid.state.in_(OPEN_TO_CHECKS), Round.state.in_([S.BIDDING, S.CHECKING]), condition)
        .group_by(Round.id)
        .order_by(Round.id)
    )
    for row in db.session.execute(query):
        yield row[0], row[1]


def _set_up(by: Actor) -> Iterator[Waiting]:
    for the_round in _rounds(Round.owner_id == by.account_id, Round.state == S.ASSESSED):
        yield Waiting(N_("Agreed to go ahead: start the set-up"), the_round, "officers_rounds.overview")


def _lock_to_ask(by: Actor) -> Iterator[Waiting]:
    mine = (Round.owner_id == by.account_id, Round.lock_asked_by.is_(None))
    for the_round in _rounds(*mine, Round.state.in_([S.BIDDING, S.CHECKING])):
        if round_phase(the_round) == S.CHECKING and not lock_blockers(the_round):
            yield Waiting(N_("Everything is checked: ask for the lock"), the_round, "officers_lock.index")


def _keys(by: Actor) -> Iterator[Waiting]:
    """What a key holder has to do: choose and test a passphrase before the lock, and come to the opening."""
    for the_round, holder in appointments_of(by):
        if the_round.frozen is None and holder.ready_at is None and the_round.state != S.CANCELLED:
            sentence = N_("You hold a key: choose and test your passphrase")
            yield Waiting(sentence, the_round, "officers_key_holders.passphrase")
        elif rehearsal_blockers(the_round) and not never_opened(the_round):
            sentence = N_("You hold a key: rehearse the opening with another key holder")
            yield Waiting(sentence, the_round, REHEARSAL)
        elif the_round.frozen is not None and round_phase(the_round) == S.CLOSED:
            sentence = N_("Voting is over: the count lead needs two key holders to open the box")
            yield Waiting(sentence, the_round, BOX)


def _rehearsals(by: Actor) -> Iterator[Waiting]:
    for the_round in _rounds(Round.state == S.LOCKED, Round.owner_id == by.account_id):
        if never_opened(the_round):
            yield Waiting(N_("Voting never opened: cancel the round and set up another"), the_round, CANCEL)
        elif rehearsal_blockers(the_round):
            yield Waiting(N_("The ballot is locked: rehearse the opening of its box"), the_round, REHEARSAL)


def _withdrawals(by: Actor) -> Iterator[Waiting]:
    asked = select(Project.round_id).where(Project.withdrawal_asked_by.is_not(None), Project.withdrawn_at.is_(None))
    asked = asked.where(Project.withdrawal_asked_by != by.account_id)
    for the_round in _rounds(Round.id.in_(asked), Round.state.in_([S.LOCKED, S.VOTING, S.CLOSED, S.OPENED])):
        if may_approve(by, the_round.owner_id):
            sentence = N_("A project is to leave the ballot: confirm it")
            yield Waiting(sentence, the_round, "officers_withdrawals.index")


def _cancellations(by: Actor) -> Iterator[Waiting]:
    for the_round in _rounds(Round.cancel_asked_by.is_not(None), Round.state.in_(VOTING_BEGUN)):
        if may_confirm_cancellation(by, the_round.owner_id, the_round.cancel_asked_by):
            yield Waiting(N_("The round is to be cancelled: confirm or refuse it"), the_round, CANCEL_VOTE)


def _claims(by: Actor) -> Iterator[Waiting]:
    if not may_settle_duplicates(by):
        return
    mine = Round.owner_id == by.account_id
    for the_round in _rounds(Round.state.in_([S.LOCKED, S.VOTING, S.CLOSED]), mine):
        count = held_count(the_round.id)
        if count:
            sentence = N_("Claims at the duplicates desk: %(count)s")
            yield Waiting(sentence, the_round, "officers_desk.index", {"count": count})


def _papers(by: Actor) -> Iterator[Waiting]:
    for the_round in _closed():
        count = len(unkeyed(the_round.id)) if the_round.owner_id == by.account_id and not the_round.sealed_root else 0
        if count:
            sentence = N_("Batches of papers to count or key: %(count)s")
            yield Waiting(sentence, the_round, "officers_papers.index", {"count": count})


def _opening(by: Actor) -> Iterator[Waiting]:
    for the_round in _closed():
        if may_open_box(by):
            yield Waiting(N_("Voting is over: open the box"), the_round, BOX)
        elif the_round.key_mode == KeyMode.SIMPLE and may_approve_opening(by):
            approved = approvals_of(the_round.id)
            if len(approved) < APPROVALS and by.account_id not in approved:
                yield Waiting(N_("Voting is over: approve the opening of the box"), the_round, BOX)


def _count(by: Actor) -> Iterator[Waiting]:
    for the_round in _rounds(Round.state == S.OPENED):
        count = last_count(the_round.id)
        if count is None:
            if may_open_box(by):
                yield Waiting(N_("The box is open: count the ballots"), the_round, COUNT)
            continue
        pending = len(pending_results(the_round.id))
        if pending and (may_open_box(by) or by.account_id == the_round.owner_id):
            yield Waiting(N_("Part offers without an answer: %(count)s"), the_round, COUNT, {"count": pending})
        elif not pending and may_certify(by, count.recorded_by):
            yield Waiting(N_("The ballots are counted: compare and certify"), the_round, COUNT)


def _decisions(by: Actor) -> Iterator[Waiting]:
    if not may_read_decisions(by):
        return
    for the_round in rounds_to_decide(by):
        if the_round.state != S.DECIDING:
            continue
        desks = [desk for pot in desk_of(the_round) for desk in pot.projects]
        count = sum(desk.waits and desk.may_be_decided(by) for desk in desks)
        if count:
            sentence = N_("Bids that wait for your decision: %(count)s")
            yield Waiting(sentence, the_round, "members_decisions.overview", {"count": count})
        own = [desk.decision for desk in desks if desk.decision and desk.decision.decided_by == by.account_id]
        count = sum(decision.published_at is None for decision in own)
        if count:
            sentence = N_("Decisions that you have not published yet: %(count)s")
            yield Waiting(sentence, the_round, "members_decisions.overview", {"count": count})


def _release_to_ask(by: Actor) -> Iterator[Waiting]:
    mine = (Round.owner_id == by.account_id, Round.release_asked_by.is_(None))
    for the_round in _rounds(Round.state == S.DECIDING, *mine):
        if not release_blockers(the_round):
            sentence = N_("Everything is decided: ask for the release")
            yield Waiting(sentence, the_round, "officers_publications.index")


def _questions(by: Actor) -> Iterator[Waiting]:
    query = (
        select(Round, func.count(Question.id))
        .join(Question, Question.round_id == Round.id)
        .where(Round.owner_id == by.account_id, Question.answered_at.is_(None))
        .group_by(Round.id)
        .order_by(Round.id)
    )
    for the_round, count in db.session.execute(query):
        sentence = N_("Questions from residents: %(count)s")
        yield Waiting(sentence, the_round, "officers_publications.questions", {"count": count})
