"""The audit cards of a round: scrutineers fix their list by its fingerprint and show it once the box is frozen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.audit import MOST, Compared, Planned, compare, fingerprint, read_list
from pb.core.errors import NotAllowed, Refusal
from pb.core.papers import PaperRules
from pb.core.permissions import may_audit, may_give_up_audit
from pb.core.reasons import read_reason
from pb.core.states import RoundState
from pb.core.unsealing import BoxKey, SealedEnvelope, read_envelope
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.audits import Audit
from pb.models.codes import Code, CodeState, Declarer
from pb.models.rounds import Round
from pb.services.codes import find_code, slots_of
from pb.services.elections import rules_by_version
from pb.services.ledger import record
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import locked_round
from pb.services.transactions import transaction

#: While the list may be fixed: from the lock until nobody votes any more.
WHEN = (RoundState.LOCKED, RoundState.VOTING)


def audit_of(round_id: int) -> Audit | None:
    """The audit of a round; None where scrutineers have registered none."""
    return db.session.get(Audit, round_id)


def register_audit(round_id: int, sha256: str, cards: int, *, by: Actor) -> Audit:
    """A scrutineer fixes the list of the round's audit cards by its fingerprint; the list itself stays with them.

    Once for a round. Raises NotFound `no_round`; NotAllowed `not_scrutiny`; Refusal `not_now`, `registered_already`,
    `not_a_fingerprint`, `wrong_number`. Event `audit_registered`.
    """
    if not may_audit(by) or by.account_id is None:
        raise NotAllowed("not_scrutiny", N_("Audit cards are for scrutineers, who do not work for the council here."))
    sha256 = "".join(sha256.split()).lower()
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        sentence = N_("A fingerprint has 64 figures and letters from a to f, as sha256sum prints it.")
        raise Refusal("not_a_fingerprint", sentence, field="sha256", status=422)
    if not 1 <= cards <= MOST:
        sentence = N_("Say how many cards are on the list: from 1 to %(most)s.")
        raise Refusal("wrong_number", sentence, field="cards", status=422, most=MOST)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        record_due_arrows(the_round)
        must_be(the_round, *WHEN)
        if session.get(Audit, round_id) is not None:
            raise Refusal("registered_already", N_("A list of audit cards is fixed already. It cannot be changed."))
        audit = Audit(
            round_id=round_id, sha256=sha256, cards=cards, registered_by=by.account_id, registered_at=present.now()
        )
        session.add(audit)
        record("audit_registered", by, round_id=round_id, subject=f"round:{round_id}", sha256=sha256, cards=cards)
    return audit


def reveal_audit(round_id: int, listed: bytes, *, by: Actor) -> Audit:
    """A scrutineer shows the list, once the box is frozen and before it is opened.

    It must be the very file whose fingerprint was registered. Raises NotFound `no_round`; NotAllowed `not_scrutiny`;
    Refusal `not_now`, `not_frozen`, `no_audit`, `audit_settled`, `other_list`, `wrong_number`, `not_a_card` (what is
    found is published, so no code that somebody was given by name may be on the list) and those of `read_list`.
    Event `audit_revealed`.
    """
    if not may_audit(by):
        raise NotAllowed("not_scrutiny", N_("Audit cards are for scrutineers, who do not work for the council here."))
    with transaction() as session:
        the_round, audit = _open_audit(session, round_id)
        if the_round.sealed_root is None:
            sentence = N_("Show the list only once the box is frozen: before that, ballots could still be put right.")
            raise Refusal("not_frozen", sentence)
        if fingerprint(listed) != audit.sha256:
            sentence = N_("This is not the list that was fixed: its fingerprint is another one.")
            raise Refusal("other_list", sentence, field="listed", status=422)
        planned = read_list(listed)
        if len(planned) != audit.cards:
            sentence = N_("The list has %(found)s cards, and %(cards)s were announced.")
            raise Refusal("wrong_number", sentence, field="listed", status=422, found=len(planned), cards=audit.cards)
        rules = _first_rules(round_id)
        for each in planned:
            each.paper(rules)
            _refuse_named(round_id, each)
        audit.listed, audit.revealed_at = listed.decode("utf-8"), present.now()
        record("audit_revealed", by, round_id=round_id, subject=f"round:{round_id}", cards=audit.cards)
    return audit


def _refuse_named(round_id: int, planned: Planned) -> None:
    """Refuse the code of an invitation, or one with which somebody who declared changes their ballot."""
    found = find_code(round_id, planned.code)
    if found is not None and (found.batch_id is None or found.declarer == Declarer.LIST):
        sentence = N_(
            "The code that begins with %(begins)s is on no card of a stack: it is one person’s, whose choices nobody "
            "may see. This list cannot be used."
        )
        raise Refusal("not_a_card", sentence, field="listed", status=422, begins=planned.code[:4])


def give_up_audit(round_id: int, reason: str, *, by: Actor) -> Audit:
    """Go on without the list, for a reason that is published: its ballots are then counted like all others.

    By the scrutineer, or by an approver who does not own the round. Raises NotFound `no_round`; NotAllowed
    `may_not_give_up`; Refusal `not_now`, `no_audit`, `audit_settled`, `reason_missing`, `reason_long`.
    Event `audit_given_up`.
    """
    with transaction() as session:
        the_round, audit = _open_audit(session, round_id)
        if not may_give_up_audit(by, the_round.owner_id):
            sentence = N_("A scrutineer, or an approver who does not own the round, gives the audit up.")
            raise NotAllowed("may_not_give_up", sentence)
        missing = N_("Say why there is no list. The reason is published.")
        audit.given_up_reason = read_reason(reason, missing, lines=True)
        record("audit_given_up", by, round_id=round_id, subject=f"round:{round_id}", reason=audit.given_up_reason)
    return audit


def refuse_unrevealed(round_id: int) -> None:
    """Raise Refusal `audit_not_revealed` while the box waits for the list of its audit cards."""
    audit = audit_of(round_id)
    if audit is not None and audit.revealed_at is None and not audit.given_up_reason:
        sentence = N_("Scrutineers put audit cards into this box. They show their list before it is opened.")
        raise Refusal("audit_not_revealed", sentence)


def set_apart(round_id: int, envelopes: Sequence[SealedEnvelope]) -> tuple[list[SealedEnvelope], list[Planned]]:
    """The envelopes that are no audit cards, and the cards whose list was shown (none where there is no list)."""
    planned = _planned(round_id)
    slots = set(_slots(round_id, planned))
    return [each for each in envelopes if each.slot not in slots], planned


def compare_cards(
    round_id: int, key: BoxKey, envelopes: Sequence[SealedEnvelope], planned: Sequence[Planned]
) -> list[Compared]:
    """What lay in the box under each audit card, in the order of the list."""
    lying = {each.slot: each for each in envelopes if each.slot is not None}
    rules = _first_rules(round_id)
    return [
        _compared(card.paper(rules), key, lying.get(slot))
        for card, slot in zip(planned, _slots(round_id, planned), strict=True)
    ]


def used_audit_cards(round_id: int) -> dict[int | None, int]:
    """How many cards of each batch are audit cards with a ballot in the box; nothing before their list is shown."""
    slots = _slots(round_id, _planned(round_id))
    if not slots:
        return {}
    query = select(Code.batch_id, func.count()).where(Code.slot.in_(slots), Code.state == CodeState.USED)
    return {row[0]: int(row[1]) for row in db.session.execute(query.group_by(Code.batch_id))}


def keep_comparison(session: Session, round_id: int, compared: Sequence[Compared], counts: Mapping[str, int]) -> None:
    """Keep what the opening found, inside its transaction."""
    audit = session.get(Audit, round_id)
    if audit is not None and compared:
        audit.found = {"counts": dict(counts), "cards": [each.to_json() for each in compared]}


def _compared(paper: Mapping[str, Mapping[str, object]], key: BoxKey, envelope: SealedEnvelope | None) -> Compared:
    read = read_envelope(key, envelope) if envelope is not None else None
    return compare(paper, read, in_box=envelope is not None)


def _open_audit(session: Session, round_id: int) -> tuple[Round, Audit]:
    the_round = locked_round(session, round_id)
    record_due_arrows(the_round)
    must_be(the_round, RoundState.CLOSED)
    audit = session.get(Audit, round_id)
    if audit is None:
        raise Refusal("no_audit", N_("No list of audit cards was fixed for this round."))
    if audit.revealed_at is not None or audit.given_up_reason:
        raise Refusal("audit_settled", N_("The list was shown, or given up, already."))
    return the_round, audit


def _planned(round_id: int) -> list[Planned]:
    audit = audit_of(round_id)
    return read_list(audit.listed.encode()) if audit is not None and audit.revealed_at is not None else []


def _slots(round_id: int, planned: Sequence[Planned]) -> list[bytes]:
    """The slots of the cards in the order of the list; `slots_of` gives many in another order, on purpose."""
    return [slots_of(round_id, [each.code])[0] for each in planned]


def _first_rules(round_id: int) -> PaperRules:
    """The rules of the ballot's first version, which has every project."""
    rules = rules_by_version(round_id)
    return rules[min(rules)]
