"""Locking the ballot: the owner asks, an approver confirms, and everything that fixes the vote is frozen."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.blockers import Blocked
from pb.core.errors import NotAllowed, Refusal
from pb.core.frozen import instances_from
from pb.core.papers import PaperRules
from pb.core.permissions import has_stepped_up, may_approve
from pb.core.sealing import KEY_BYTES, envelope_size, new_round_key
from pb.core.states import BidState, RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.ballots import Project
from pb.models.rounds import Round
from pb.services.bid_states import set_bid_state
from pb.services.elections import ballot_of, projects_of
from pb.services.event_days import order_days
from pb.services.frozen import bids_for_ballot, draft_digest, draft_of, keep_version, with_draw
from pb.services.ledger import record
from pb.services.lock_blockers import lock_blockers
from pb.services.round_keys import keep_key
from pb.services.round_states import record_due_arrows, set_round_state
from pb.services.rounds import locked_round, round_to_change
from pb.services.transactions import transaction

SEED_BYTES = 32


def ask_lock(round_id: int, *, by: Actor) -> str:
    """The owner asks for the lock; gives the digest of what would be frozen, which the approver confirms.

    Raises NotFound `no_round`, NotAllowed `not_your_round`, Blocked with what still stops it. Event `lock_asked`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        _refuse_blocked(the_round)
        sha256 = draft_digest(the_round)
        the_round.lock_asked_by, the_round.lock_asked_sha256 = by.account_id, sha256
        record("lock_asked", by, round_id=round_id, subject=f"round:{round_id}", sha256=sha256)
    return sha256


def lock_ballot(round_id: int, *, sha256: str, by: Actor) -> Round:
    """Lock the ballot that the owner asked for; by an approver who is not the owner and did not ask.

    `sha256` is the digest that the approver read. Side effects in order: the order is drawn, eligible bids become
    projects, the round's key is made, everything is frozen with its digest as ballot version 1, the round is
    locked. Raises NotFound `no_round`; NotAllowed `not_the_approver`, `step_up`; Refusal `lock_not_asked`,
    `lock_changed` (409: something changed since the owner asked, or since the page was read); Blocked. Event
    `ballot_locked`.
    """
    with transaction() as session:
        the_round = locked_round(session, round_id)
        _refuse_approver(the_round, by)
        _refuse_blocked(the_round)
        if the_round.lock_asked_sha256 is None:
            raise Refusal("lock_not_asked", N_("The officer who owns this round has not asked for the lock."))
        if not the_round.lock_asked_sha256 == sha256 == draft_digest(the_round):
            sentence = N_("Something has changed since the lock was asked for. The owner must look and ask again.")
            raise Refusal("lock_changed", sentence)
        _freeze(session, the_round, by)
    return the_round


def lock_imported(round_id: int, *, by: Actor) -> Round:
    """Lock a round that was imported from a file, without a second person or a rehearsal: its ballot is the file's.

    Raises NotFound `no_round`, Refusal `not_imported`, Blocked. Event `ballot_locked`.
    """
    with transaction() as session:
        the_round = locked_round(session, round_id)
        if the_round.imported_from is None:
            raise Refusal("not_imported", N_("Only a round from a file can be locked by one person."))
        _refuse_blocked(the_round)
        the_round.rehearsed_at = present.now()
        _freeze(session, the_round, by)
    return the_round


def _refuse_approver(the_round: Round, by: Actor) -> None:
    if not may_approve(by, the_round.owner_id) or by.account_id == the_round.lock_asked_by:
        sentence = N_("The ballot is locked by an approver who is not the round's owner.")
        raise NotAllowed("not_the_approver", sentence)
    if not has_stepped_up(by):
        raise NotAllowed("step_up", N_("Show your second factor again before you do this."))


def _refuse_blocked(the_round: Round) -> None:
    record_due_arrows(the_round)
    blockers = lock_blockers(the_round)
    if blockers:
        raise Blocked(blockers)


def _freeze(session: Session, the_round: Round, by: Actor) -> None:
    """Draw, freeze, make the key and lock, inside the caller's transaction."""
    seed = present.chance(SEED_BYTES).hex()
    frozen = with_draw(draft_of(the_round), seed)
    key = new_round_key(secrets.token_bytes(KEY_BYTES))
    rules = PaperRules(*ballot_of(the_round), instances_from(frozen))
    frozen["key"] = {**frozen["key"], "public": key.public.hex(), "envelope_size": envelope_size(rules.largest())}
    _put_on_ballot(session, the_round, frozen["projects"], by)
    order_days(session, the_round.id)
    the_round.order_seed = frozen.get("order_seed")
    the_round.envelope_size = frozen["key"]["envelope_size"]
    the_round.round_public_key = frozen["key"]["public"]
    keep_version(session, the_round, frozen)
    set_round_state(the_round, RoundState.LOCKED, by)
    record(
        "ballot_locked",
        by,
        round_id=the_round.id,
        subject=f"round:{the_round.id}",
        version=the_round.ballot_version,
        sha256=the_round.frozen_sha256,
        projects=len(frozen["projects"]),
        seed=the_round.order_seed,
    )
    keep_key(the_round, key.private)


def _put_on_ballot(session: Session, the_round: Round, projects: list[dict[str, Any]], by: Actor) -> None:
    """A project row for every bid that goes on the ballot, at its drawn place."""
    pots = {pot.key: pot.id for pot in the_round.pots}
    bids = {bid.reference: bid for bid in bids_for_ballot(the_round.id)}
    for each in projects:
        bid = bids.get(each["key"])
        if bid is None:
            continue
        session.add(_project(the_round.id, pots[each["pot"]], bid.id, each))
        set_bid_state(bid, BidState.ON_BALLOT, by)
    for project in projects_of(the_round.id):
        project.number = next(each["number"] for each in projects if each["key"] == project.key)
    session.flush()


def _project(round_id: int, pot_id: int, bid_id: int, frozen: dict[str, Any]) -> Project:
    return Project(
        round_id=round_id,
        pot_id=pot_id,
        bid_id=bid_id,
        key=frozen["key"],
        number=frozen["number"],
        title=frozen["title"],
        summary=frozen["summary"],
        organisation=frozen["organisation"],
        cost=frozen["cost"],
        workable_minimum=frozen["minimum"],
        category=frozen["category"],
        themes=frozen["themes"],
        boost=frozen["boost"],
    )
