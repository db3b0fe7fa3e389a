"""Bids: starting one, writing it page by page, sending it before the closing minute, withdrawing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.bids import ITEM_LIMIT, LONG_FIELDS, SECTIONS, faults_in, gaps_in
from pb.core.clock import in_london
from pb.core.errors import Fault, NotFound, Refusal, Refusals
from pb.core.permissions import may_bid_for
from pb.core.plain_text import many_lines, one_line
from pb.core.states import BidState, RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.ballots import Project
from pb.models.bids import Bid, CostLine
from pb.models.rounds import Round
from pb.services.bid_facts import facts_of
from pb.services.bid_letters import tell_group
from pb.services.bid_states import set_bid_state
from pb.services.checks import judge_bid
from pb.services.ledger import record
from pb.services.organisations import write_organisation
from pb.services.round_states import record_due_arrows, round_phase
from pb.services.transactions import transaction
from pb.services.withdrawals import withdraw_with_bid

#: Letters and figures that nobody reads as another.
SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REFERENCE_LENGTH = 6
GROUP_FIELDS = frozenset({"name", "registration", *SECTIONS["group"].fields})


def start_bid(round_id: int, organisation_id: int, *, by: Actor, pot_id: int | None = None) -> Bid:
    """A new draft of a group in a round that takes bids; its only pot is chosen where the round has just one.

    Raises NotFound `no_organisation`, `no_round`; Refusal `bids_not_open`, `bids_closed`, `already_bidding`,
    `pot_unknown`. Event `bid_started`.
    """
    if not may_bid_for(by, organisation_id) or by.account_id is None:
        raise NotFound("no_organisation", N_("There is no such group, or you do not act for it."))
    with transaction() as session:
        the_round = _round_taking_bids(session, round_id)
        _refuse_second_bid(session, round_id, organisation_id)
        if pot_id is None and len(the_round.pots) == 1:
            pot_id = the_round.pots[0].id
        if pot_id is not None:
            _refuse_strange_pot(the_round, pot_id)
        bid = Bid(
            round_id=round_id,
            pot_id=pot_id,
            organisation_id=organisation_id,
            state=BidState.DRAFT,
            reference=_new_reference(session),
            created_by=by.account_id,
            created_at=present.now(),
            saved_at=present.now(),
        )
        session.add(bid)
        _flush_only_bid(session)
        record("bid_started", by, round_id=round_id, subject=f"bid:{bid.id}", pot=pot_id)
    return bid


def save_section(bid_id: int, section: str, values: Mapping[str, Any], *, by: Actor) -> None:
    """Keep what a group wrote on one page of its draft, complete or not, whatever the time is.

    `values` may hold fields of `section` only (ValueError otherwise): text, whole numbers, dates, minor units,
    lists of keys; `cost_lines` is a list of (item, minor units). Raises NotFound `no_bid`, Refusal `bid_sent`, and
    Refusals with the codes of `core.bids.faults_in`, `pot_unknown`, `item_missing`, `item_too_long`. Event `bid_saved`.
    """
    allowed = GROUP_FIELDS if section == "group" else set(SECTIONS[section].fields)
    if set(values) - allowed:
        msg = f"not on this page: {sorted(set(values) - allowed)}"
        raise ValueError(msg)
    with transaction() as session, session.no_autoflush:
        bid = _own_draft(session, bid_id, by)
        changed = write_organisation(bid.organisation, values) if section == "group" else _write(bid, values)
        faults = faults_in(facts_of(bid), SECTIONS[section].fields)
        if faults:
            raise Refusals(faults)
        bid.saved_at = present.now()
        if changed:
            record("bid_saved", by, round_id=bid.round_id, subject=f"bid:{bid.id}", fields=sorted(changed))


def submit_bid(bid_id: int, *, by: Actor) -> Bid:
    """Send a bid before the closing minute, by the server's clock; sent once more, it stays as it was.

    Its automatic checks are answered in the same transaction. Raises NotFound `no_bid`, Refusal `bids_not_open`,
    `bids_closed`, `bid_withdrawn`, and Refusals with everything that is missing or wrong (`core.bids`).
    Events `bid_state`, `checks_run`.
    """
    with transaction() as session:
        bid = _own_bid(session, bid_id, by)
        if bid.state == BidState.WITHDRAWN:
            raise Refusal("bid_withdrawn", N_("This bid was withdrawn."))
        if bid.state != BidState.DRAFT:
            return bid
        _round_taking_bids(session, bid.round_id)
        facts = facts_of(bid)
        faults = faults_in(facts) + gaps_in(facts)
        if faults:
            raise Refusals(faults)
        set_bid_state(bid, BidState.SUBMITTED, by)
        bid.submitted_at = bid.saved_at = present.now()
        judge_bid(bid, by)
        tell_group(bid, "bid_received")
    return bid


def withdraw_bid(bid_id: int, *, by: Actor) -> None:
    """Take a bid back, at any time before the grant is agreed; while people vote, the ballot is a new one without it.

    Withdrawn once more, it stays as it was. Raises NotFound `no_bid`, Refusal `not_from_here`. Event `bid_state`.
    """
    with transaction() as session:
        bid = _own_bid(session, bid_id, by)
        if bid.state == BidState.WITHDRAWN:
            return
        record_due_arrows(session.get_one(Round, bid.round_id))
        set_bid_state(bid, BidState.WITHDRAWN, by)
        project = session.scalar(select(Project).where(Project.bid_id == bid.id))
        if project is not None and project.withdrawn_at is None:
            withdraw_with_bid(session, project, by=by)


def takes_bids(the_round: Round) -> bool:
    """Whether a bid can be started and sent now, by the clock."""
    opens = the_round.bids_open_at
    return round_phase(the_round) == RoundState.BIDDING and (opens is None or opens <= present.now())


def _round_taking_bids(session: Session, round_id: int) -> Round:
    the_round = session.get(Round, round_id, with_for_update=True, populate_existing=True)
    if the_round is None:
        raise NotFound("no_round", N_("There is no such round. It may have another address now."))
    record_due_arrows(the_round)
    if takes_bids(the_round):
        return the_round
    opens, closes = the_round.bids_open_at, the_round.bids_close_at
    if the_round.state == RoundState.BIDDING and opens is not None and opens > present.now():
        raise Refusal("bids_not_open", N_("Bids open at %(opens)s."), opens=in_london(opens))
    if closes is not None and closes <= present.now():
        sentence = N_("Bids closed at %(closes)s. What you wrote is kept, but it cannot be sent any more.")
        raise Refusal("bids_closed", sentence, closes=in_london(closes))
    raise Refusal("bids_closed", N_("This round does not take bids now. What you wrote is kept."))


def _refuse_second_bid(session: Session, round_id: int, organisation_id: int) -> None:
    live = select(Bid.id).where(
        Bid.round_id == round_id, Bid.organisation_id == organisation_id, Bid.state != BidState.WITHDRAWN
    )
    if session.scalar(live.limit(1)) is not None:
        raise _second_bid()


def _second_bid() -> Refusal:
    sentence = N_("Your group has a bid in this round already. Each group may send one.")
    return Refusal("already_bidding", sentence, field="organisation")


def _flush_only_bid(session: Session) -> None:
    """Two that start at once on PostgreSQL meet at the unique index."""
    try:
        session.flush()
    except IntegrityError as error:
        if "uq_bid_one_for_each_group" in str(error.orig) or "bid.organisation_id" in str(error.orig):
            raise _second_bid() from error
        raise


def _refuse_strange_pot(the_round: Round, pot_id: int) -> None:
    if pot_id not in {pot.id for pot in the_round.pots}:
        sentence = N_("Choose one of the pots of this round.")
        raise Refusals([Fault("pot_unknown", sentence, field="pot_id")])


def _new_reference(session: Session) -> str:
    """A reference that can be read out over the telephone and says nothing."""
    while True:
        reference = "".join(SIGNS[each % len(SIGNS)] for each in present.chance(REFERENCE_LENGTH))
        if session.scalar(select(Bid.id).where(Bid.reference == reference)) is None:
            return reference


def _own_bid(session: Session, bid_id: int, by: Actor) -> Bid:
    bid = session.get(Bid, bid_id, with_for_update=True, populate_existing=True)
    if bid is None or not may_bid_for(by, bid.organisation_id):
        raise NotFound("no_bid", N_("There is no such bid, or it belongs to another group."))
    return bid


def _own_draft(session: Session, bid_id: int, by: Actor) -> Bid:
    bid = _own_bid(session, bid_id, by)
    if bid.state != BidState.DRAFT:
        raise Refusal("bid_sent", N_("This bid has been sent, so it cannot be changed any more."))
    return bid


def _write(bid: Bid, values: Mapping[str, Any]) -> set[str]:
    """Write the values of one page on a bid; returns the names of what changed."""
    changed = set()
    for name, value in values.items():
        if name == "cost_lines":
            changed |= _write_lines(bid, value)
            continue
        if name == "pot_id" and value is not None:
            _refuse_strange_pot(bid.round, value)
        tidy = _tidy(name, value)
        if getattr(bid, name) != tidy:
            setattr(bid, name, tidy)
            changed.add(name)
    if "pot_id" in changed:
        bid.pot = next((pot for pot in bid.round.pots if pot.id == bid.pot_id), None)
    return changed


def _tidy(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return many_lines(value) if name in LONG_FIELDS else one_line(value)
    return value


def _write_lines(bid: Bid, lines: list[tuple[str, int]]) -> set[str]:
    tidy = [(one_line(item), amount) for item, amount in lines]
    if any(not item for item, _amount in tidy):
        raise Refusals([Fault("item_missing", N_("Say what each amount is for."), field="cost_lines")])
    if any(len(item) > ITEM_LIMIT for item, _amount in tidy):
        sentence = N_("Keep what each amount is for to %(limit)s characters.")
        raise Refusals([Fault("item_too_long", sentence, {"limit": ITEM_LIMIT}, "cost_lines")])
    if tidy == [(line.item, line.amount) for line in bid.cost_lines]:
        return set()
    bid.cost_lines = [
        CostLine(position=place, item=item, amount=amount) for place, (item, amount) in enumerate(tidy, start=1)
    ]
    return {"cost_lines"}
