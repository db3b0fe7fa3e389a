"""Ballots of kiosks that came too late, or with a doubt: two officers decide, and the number is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.errors import NotFound, Refusal
from pb.core.kiosks import read_item
from pb.core.permissions import has_stepped_up, may_supervise_kiosks
from pb.core.reasons import SAY_WHY, read_reason
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db
from pb.models.kiosks import ItemState, Kiosk, KioskItem
from pb.services.kiosk_uploads import prepared, put_in
from pb.services.kiosks import may_not_supervise, step_up
from pb.services.ledger import record
from pb.services.round_states import must_be
from pb.services.rounds import locked_round
from pb.services.transactions import transaction
from pb.services.voting import VotingRound, voting_round_of

#: Until the box is frozen.
SETTLING = (RoundState.VOTING, RoundState.CLOSED)


@dataclass(frozen=True)
class LateItems:
    """The items of one kiosk that wait: how many by each reason, and what one officer asks for, if anybody did."""

    kiosk_id: int
    kiosk: str
    reasons: dict[str, int]
    count: int
    asked_by: int | None
    asked_to_accept: bool
    asked_reason: str
    asked_count: int


def quarantined_count(round_id: int) -> int:
    """How many items of a round's kiosks wait for two officers. None may be when the box is frozen."""
    query = select(func.count()).select_from(KioskItem).join(Kiosk, KioskItem.kiosk_id == Kiosk.id)
    waiting = query.where(Kiosk.round_id == round_id, KioskItem.state == ItemState.QUARANTINED)
    return db.session.scalar(waiting) or 0


def late_items(round_id: int) -> list[LateItems]:
    """What waits, kiosk by kiosk; nothing of any ballot is known."""
    query = select(KioskItem, Kiosk.name).join(Kiosk, KioskItem.kiosk_id == Kiosk.id)
    rows = db.session.execute(
        query.where(Kiosk.round_id == round_id, KioskItem.state == ItemState.QUARANTINED).order_by(Kiosk.name)
    ).all()
    names = dict.fromkeys((item.kiosk_id, name) for item, name in rows)
    return [_group(kiosk, name, [item for item, _ in rows if item.kiosk_id == kiosk]) for kiosk, name in names]


def _group(kiosk_id: int, name: str, items: Sequence[KioskItem]) -> LateItems:
    reasons: dict[str, int] = {}
    for item in items:
        reasons[item.reason] = reasons.get(item.reason, 0) + 1
    asked = [item for item in items if item.asked_by is not None]
    first = asked[0] if asked else None
    return LateItems(
        kiosk_id,
        name,
        reasons,
        len(items),
        first.asked_by if first else None,
        bool(first and first.asked_to_accept),
        first.asked_reason if first else "",
        len(asked),
    )


def ask_late(kiosk_id: int, *, accept: bool, reason: str, by: Actor) -> int:
    """Ask for everything of a kiosk that waits to be let in, or turned down; gives how many. A second officer confirms.

    Raises NotFound `no_kiosk`; NotAllowed `may_not_supervise`, `step_up`; Refusal `not_now`, `nothing_waits`,
    `asked_already`, `reason_missing`, `reason_long`. Event `late_items_asked`.
    """
    reason = read_reason(reason, SAY_WHY)
    _refuse_others(by)
    with transaction() as session:
        kiosk = _open_kiosk(session, kiosk_id)
        items = _waiting(session, kiosk_id)
        if any(item.asked_by is not None for item in items):
            raise Refusal("asked_already", N_("This has been asked. Another officer confirms it, or sends it back."))
        if not items:
            raise _nothing_waits()
        for item in items:
            item.asked_by, item.asked_to_accept, item.asked_reason = by.account_id, accept, reason
        record(
            "late_items_asked", by, round_id=kiosk.round_id, subject=f"kiosk:{kiosk_id}",
            count=len(items), accept=accept, reason=reason,
        )  # fmt: skip
    return len(items)


def settle_late(kiosk_id: int, *, confirm: bool, by: Actor) -> tuple[int, int]:
    """Confirm what another officer asked for, or send it back; gives how many were accepted and turned down.

    What is let in is taken as any ballot: a code that was used since, or a person who is on the roll, is found here
    too. Raises NotFound `no_kiosk`; NotAllowed `may_not_supervise`, `step_up`; Refusal `not_now`, `nothing_waits`,
    `second_person`. Event `late_items_settled`, unless it was sent back.
    """
    _refuse_others(by)
    with transaction() as session:
        kiosk = _open_kiosk(session, kiosk_id)
        items = [item for item in _waiting(session, kiosk_id) if item.asked_by is not None]
        _refuse_unasked(items, by)
        if not confirm:
            for item in items:
                item.asked_by, item.asked_to_accept, item.asked_reason = None, None, ""
            return 0, 0
        reason, the_round = items[0].asked_reason, voting_round_of(kiosk.round_id)
        accepted = sum(_settle(session, the_round, item) for item in items)
        record(
            "late_items_settled", by, round_id=kiosk.round_id, subject=f"kiosk:{kiosk_id}",
            accepted=accepted, rejected=len(items) - accepted, reason=reason,
        )  # fmt: skip
        return accepted, len(items) - accepted


def _settle(session: Session, the_round: VotingRound, item: KioskItem) -> bool:
    """Settle one item; True where it went into the box."""
    if not item.asked_to_accept:
        item.state, item.reason = ItemState.REJECTED, item.reason or "late"
    else:
        state, reason = put_in(session, prepared(the_round, item.kiosk_id, read_item(item.kept or {}), any_ward=True))
        item.state, item.reason = (ItemState.REJECTED if state == ItemState.QUARANTINED else state), reason
    item.kept = None
    return item.state in (ItemState.ACCEPTED, ItemState.HELD)


def _waiting(session: Session, kiosk_id: int) -> list[KioskItem]:
    query = select(KioskItem).where(KioskItem.kiosk_id == kiosk_id, KioskItem.state == ItemState.QUARANTINED)
    return list(session.scalars(query.order_by(KioskItem.id)))


def _open_kiosk(session: Session, kiosk_id: int) -> Kiosk:
    """The kiosk, its round and then itself locked, while the round's box is not frozen."""
    the_round = locked_round(session, _found(session.get(Kiosk, kiosk_id)).round_id)
    kiosk = session.get_one(Kiosk, kiosk_id, with_for_update=True, populate_existing=True)
    must_be(the_round, *SETTLING)
    if the_round.sealed_root is not None:
        raise Refusal("not_now", N_("The box is frozen. Nothing more goes into it."))
    return kiosk


def _found(kiosk: Kiosk | None) -> Kiosk:
    if kiosk is None:
        raise NotFound("no_kiosk", N_("There is no such tablet."))
    return kiosk


def _refuse_others(by: Actor) -> None:
    if not may_supervise_kiosks(by):
        raise may_not_supervise()
    if not has_stepped_up(by):
        raise step_up()


def _refuse_unasked(items: Sequence[KioskItem], by: Actor) -> None:
    if not items:
        raise _nothing_waits()
    if any(item.asked_by == by.account_id for item in items):
        raise Refusal("second_person", N_("You asked for this. Another officer confirms it."))


def _nothing_waits() -> Refusal:
    return Refusal("nothing_waits", N_("Nothing waits here."))
