"""Opening the box: frozen under a published root, then opened by two holders or, in simple mode, two approvals."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.audit import Compared, counts_of
from pb.core.errors import NotAllowed, Refusal
from pb.core.permissions import has_stepped_up, may_approve_opening, may_open_box
from pb.core.states import RoundState
from pb.core.unsealing import (
    BoxKey,
    Contents,
    Progress,
    SealedEnvelope,
    ballot_root,
    open_all,
    sealed_root,
    sections_of,
)
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.accounts import Account
from pb.models.codes import Code
from pb.models.envelopes import Envelope, EnvelopeState, OpenedBallot, Opening, Receipt
from pb.models.keys import OpeningApproval
from pb.models.rounds import KeyMode, Pot, Round
from pb.services.accounts import actor_of
from pb.services.anchor_letters import tell_sealed_root
from pb.services.audits import compare_cards, keep_comparison, refuse_unrevealed, set_apart
from pb.services.ballot_versions import altered_versions
from pb.services.elections import rules_by_version
from pb.services.invited import forget_links
from pb.services.late_items import quarantined_count
from pb.services.ledger import record
from pb.services.papers import unkeyed
from pb.services.reconciliation import channels_of, held_envelopes, numbers_of
from pb.services.round_keys import key_by_passphrases, key_from_file
from pb.services.round_states import must_be, record_due_arrows, set_round_state
from pb.services.rounds import locked_round
from pb.services.transactions import transaction

APPROVALS = 2
BALLOT_KEY_BYTES = 16
_CHUNK = 5_000


def freeze_box(round_id: int, *, by: Actor) -> str:
    """Freeze the closed box: the Merkle root over its envelopes goes on the ledger before any of them is opened.

    Frozen once more, it stays as it was. Raises NotFound `no_round`; NotAllowed `not_count_lead`; Refusal `not_now`,
    `too_early` (forms opened before the close may still arrive), `envelopes_held`, `items_quarantined`,
    `papers_not_keyed`. Event `box_sealed`; scrutineers are told the root. From here on nothing says, even
    under the server's keys, which code somebody on a list of invited people had.
    """
    _refuse_others(by)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        record_due_arrows(the_round)
        must_be(the_round, RoundState.CLOSED)
        if the_round.sealed_root is not None:
            return the_round.sealed_root
        _refuse_unready(the_round)
        envelopes = _envelopes(round_id)
        the_round.sealed_root = sealed_root(envelopes)
        forget_links(session, round_id)
        record(
            "box_sealed", by, round_id=round_id, subject=f"round:{round_id}",
            sealed_root=the_round.sealed_root, envelopes=len(envelopes),
        )  # fmt: skip
        tell_sealed_root(the_round, the_round.sealed_root, len(envelopes))
        return the_round.sealed_root


def approve_opening(round_id: int, *, by: Actor) -> int:
    """An officer's approval to open the box of a round in simple mode; gives how many there are.

    Raises NotFound `no_round`; NotAllowed `may_not_approve`, `step_up`; Refusal `not_now`, `not_simple_mode`,
    `approved_already`. Event `opening_approved`.
    """
    if not may_approve_opening(by):
        raise NotAllowed("may_not_approve", N_("Two officers approve the opening."))
    _refuse_without_second_factor(by)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        record_due_arrows(the_round)
        must_be(the_round, RoundState.CLOSED)
        if the_round.key_mode != KeyMode.SIMPLE:
            raise Refusal("not_simple_mode", N_("This round is opened by its key holders."))
        if session.get(OpeningApproval, (round_id, by.account_id)) is not None:
            raise Refusal("approved_already", N_("You have approved the opening. A second officer is needed."))
        session.add(OpeningApproval(round_id=round_id, account_id=by.account_id, approved_at=present.now()))
        record("opening_approved", by, round_id=round_id, subject=f"round:{round_id}", account=by.account_id)
        return len(approvals_of(round_id))


def approvals_of(round_id: int) -> list[int]:
    """The accounts whose approval of the opening counts: in simple mode, and as long as they may still give it."""
    return [each.id for each in _approvers(round_id) if _still_approves(each)]


def lapsed_approvals(round_id: int) -> list[str]:
    """Who approved the opening, but was stopped or lost the role since, by name: their approval opens no box."""
    return [each.name for each in _approvers(round_id) if not _still_approves(each)]


def _approvers(round_id: int) -> list[Account]:
    query = select(Account).join(OpeningApproval, OpeningApproval.account_id == Account.id)
    query = query.where(OpeningApproval.round_id == round_id).order_by(OpeningApproval.approved_at)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _still_approves(account: Account) -> bool:
    return account.active and may_approve_opening(actor_of(account))


def open_box(
    round_id: int,
    *,
    by: Actor,
    passphrases: Sequence[tuple[int, str]] = (),
    witnesses: Sequence[str] = (),
    progress: Progress | None = None,
) -> Opening:
    """Open the frozen box; by the count lead, with two key holders' passphrases (account, words) or two approvals.

    Envelopes are opened in memory, outside the transaction. In it, the sections of valid papers are written under
    fresh random keys with the receipts, the invalid are counted by reason, audit cards are compared and left out,
    and the round is `opened`, or `no_valid_ballots`. Raises NotFound `no_round`; NotAllowed `not_count_lead`,
    `step_up`; Refusal `not_now`, `not_frozen`, `ballot_altered`, `approvals_missing`, `approvals_lapsed`,
    `box_changed`, `audit_not_revealed`, and those of `key_by_passphrases` and `key_from_file`. Event `box_opened`.
    """
    _refuse_others(by)
    _refuse_without_second_factor(by)
    the_round = _frozen_round(round_id)
    _refuse_altered(the_round)
    key = BoxKey(
        _private_key(the_round, passphrases),
        round_id,
        the_round.envelope_size or 0,
        rules_by_version(round_id),
    )
    envelopes = _envelopes(round_id)
    if sealed_root(envelopes) != the_round.sealed_root:
        raise Refusal("box_changed", N_("The box is not as it was frozen. Do not open it: ask the monitoring officer."))
    ballots, planned = set_apart(round_id, envelopes)
    contents = open_all(key, ballots, progress)
    compared = compare_cards(round_id, key, envelopes, planned)
    return _write(round_id, contents, compared, len(envelopes), list(witnesses), by)


def receipt_is_counted(round_id: int, receipt: str) -> bool:
    """Whether a receipt (as `read_receipt` gives it) belongs to a ballot that was counted; nothing else is known."""
    return db.session.get(Receipt, (round_id, receipt)) is not None


def _refuse_others(by: Actor) -> None:
    if not may_open_box(by):
        raise NotAllowed("not_count_lead", N_("Only the count lead opens the box."))


def _refuse_without_second_factor(by: Actor) -> None:
    if not has_stepped_up(by):
        raise NotAllowed("step_up", N_("Show your second factor again before you do this."))


def may_be_frozen_at(the_round: Round) -> datetime | None:
    """The moment from which no ballot can arrive any more: the close and its grace; None without a close."""
    closes = the_round.voting_closes_at
    return closes + timedelta(minutes=the_round.grace_minutes) if closes else None


def _refuse_unready(the_round: Round) -> None:
    ready_at = may_be_frozen_at(the_round)
    if ready_at is not None and present.now() < ready_at:
        sentence = N_("Ballots that were being sent at the close may still arrive. Try again in a few minutes.")
        raise Refusal("too_early", sentence)
    held = held_envelopes(the_round.id)
    if held:
        sentence = N_("Envelopes that wait at the duplicates desk: %(count)s. Settle them before the box is frozen.")
        raise Refusal("envelopes_held", sentence, count=held)
    late = quarantined_count(the_round.id)
    if late:
        sentence = N_("Ballots of kiosks that came too late: %(count)s. Two officers decide on them first.")
        raise Refusal("items_quarantined", sentence, count=late)
    papers = unkeyed(the_round.id)
    if papers:
        sentence = N_("Papers that are not counted, or not keyed by two people: %(batches)s. Key them first.")
        raise Refusal("papers_not_keyed", sentence, batches=", ".join(papers))


def _frozen_round(round_id: int) -> Round:
    """The round whose box may be opened; the close is recorded if the clock has decided it since."""
    with transaction() as session:
        the_round = locked_round(session, round_id)
        record_due_arrows(the_round)
        _refuse_unfrozen(the_round)
        refuse_unrevealed(round_id)
    return the_round


def _refuse_unfrozen(the_round: Round) -> None:
    must_be(the_round, RoundState.CLOSED)
    if the_round.sealed_root is None:
        raise Refusal("not_frozen", N_("Freeze the box first, so that its fingerprint is known before it is opened."))


def _refuse_altered(the_round: Round) -> None:
    """An envelope names its ballot by a number, so each number must still mean what was published under it."""
    altered = altered_versions(the_round)
    if altered:
        sentence = N_(
            "The ballot is not as it was published: version %(versions)s was altered since. Do not open the box: ask "
            "the monitoring officer."
        )
        raise Refusal("ballot_altered", sentence, versions=", ".join(map(str, altered)))


def _private_key(the_round: Round, passphrases: Sequence[tuple[int, str]]) -> bytes:
    if the_round.key_mode == KeyMode.HOLDERS:
        return key_by_passphrases(the_round, passphrases)
    _refuse_unapproved(the_round)
    return key_from_file(the_round)


def _refuse_unapproved(the_round: Round) -> None:
    """Look again at who approved: an account that was stopped, or holds another role now, approves nothing."""
    missing = APPROVALS - len(approvals_of(the_round.id))
    lapsed = lapsed_approvals(the_round.id)
    if missing > 0 and lapsed:
        sentence = N_(
            "The approval of %(names)s no longer counts: their account was stopped, or has another role now. Somebody "
            "else approves the opening in their place. Approvals that are still missing: %(count)s."
        )
        raise Refusal("approvals_lapsed", sentence, names=", ".join(lapsed), count=missing)
    if missing > 0:
        sentence = N_("Approvals that are still missing: %(count)s. Two different officers approve the opening.")
        raise Refusal("approvals_missing", sentence, count=missing)


def _envelopes(round_id: int) -> list[SealedEnvelope]:
    """The accepted envelopes of a round, each with the pots that are not those of the area its code voted in."""
    query = select(Envelope.id, Envelope.slot, Envelope.version, Envelope.sealed, Code.area_id).where(
        Envelope.round_id == round_id, Envelope.state == EnvelopeState.ACCEPTED
    )
    pots = db.session.execute(select(Pot.key, Pot.area_id).where(Pot.round_id == round_id, Pot.area_id.is_not(None)))
    areas = [(key, area) for key, area in pots]
    elsewhere = {area: frozenset(key for key, own in areas if own != area) for _, area in areas}
    every = frozenset(key for key, _ in areas)
    return [
        SealedEnvelope(id_, slot, version, sealed or b"", elsewhere.get(area, every) if slot else frozenset())
        for id_, slot, version, sealed, area in db.session.execute(query.outerjoin(Code, Envelope.slot == Code.slot))
    ]


def _write(
    round_id: int, contents: Contents, compared: Sequence[Compared], envelopes: int, witnesses: list[str], by: Actor
) -> Opening:
    ballots = [(secrets.token_bytes(BALLOT_KEY_BYTES), *section) for section in sections_of(contents.papers)]
    root = ballot_root(ballots)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        record_due_arrows(the_round)
        _refuse_unfrozen(the_round)
        account = {
            "sections": dict(Counter(pot for _key, pot, _choices in ballots)),
            "channels": channels_of(round_id),
            "numbers": numbers_of(the_round).to_json(),
            "audit": counts_of(compared) if compared else {},
        }
        opening = Opening(
            round_id=round_id, opened_at=present.now(), opened_by=by.account_id, envelopes=envelopes,
            valid=contents.valid, invalid=contents.invalid, receipts=len(contents.receipts), account=account,
            witnesses=witnesses,
        )  # fmt: skip
        session.add(opening)
        the_round.ballot_root = root
        pots = {pot.key: pot.id for pot in the_round.pots}
        rows = [{"key": key, "pot_id": pots[pot], "choices": dict(choices)} for key, pot, choices in ballots]
        _insert(session, OpenedBallot, rows, "key")
        _insert(session, Receipt, [{"round_id": round_id, "receipt": each} for each in contents.receipts], "receipt")
        keep_comparison(session, round_id, compared, opening.account["audit"])
        _move(the_round, opening, by)
    return opening


def _insert(session: Session, table: type[Any], rows: list[dict[str, Any]], sorted_by: str) -> None:
    """Write rows in the order of a random or keyed value, so that their place tells nothing of when they came."""
    rows.sort(key=lambda row: row[sorted_by])
    for start in range(0, len(rows), _CHUNK):
        session.connection().execute(insert(table.__table__), rows[start : start + _CHUNK])


def _move(the_round: Round, opening: Opening, by: Actor) -> None:
    """Record the opening; a box without a valid ballot ends the round."""
    set_round_state(the_round, RoundState.OPENED, by)
    record(
        "box_opened", by, round_id=the_round.id, subject=f"round:{the_round.id}",
        envelopes=opening.envelopes, valid=opening.valid, invalid=opening.invalid, receipts=opening.receipts,
        sealed_root=the_round.sealed_root, audit=opening.account["audit"],
    )  # fmt: skip
    if not opening.valid:
        set_round_state(the_round, RoundState.NO_VALID_BALLOTS, by)
