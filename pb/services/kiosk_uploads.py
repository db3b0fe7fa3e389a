"""What kiosks send in: each ballot goes into the box once, however often it is sent, and is answered when durable."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.admission import BOX_SHUT_BY_CLOCK
from pb.core.errors import NotAllowed, Refusal
from pb.core.kiosks import Closing, Item, OfflineClaim, Upload, is_signed, made_after, why_late
from pb.core.receipts import make_retry_tag
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.kiosks import ItemState, Kiosk, KioskItem
from pb.models.rounds import Round
from pb.services import box
from pb.services.box import Entry
from pb.services.kiosks import revoked, working_kiosk
from pb.services.online_key import claim_of
from pb.services.rights import Claim, Right, right_of
from pb.services.roll import place_of
from pb.services.transactions import transaction
from pb.services.voting import VotingRound, paper_of, voting_round_of

CHANNEL = "kiosk"
#: How long after the close what was cast before it may still come.
GRACE = timedelta(hours=24)
#: The mark of an item whose signature, or whose id, is not its device's own: nothing of it is kept.
UNSIGNED = "unsigned"
#: Refusals that say that another ballot was cast with the code.
_USED = frozenset({"code_used", "code_held"})
#: Refusals on which two officers may decide otherwise.
_DOUBTFUL = frozenset({"code_outside_window"})


@dataclass(frozen=True)
class Answered:
    """What came of one item: `stored`, `duplicate` (sent before), `held`, `quarantined`, `rejected` or `unsigned`.

    `reason` says why it was not simply stored. All but `unsigned` are durable.
    """

    id: str
    answer: str
    reason: str = ""


@dataclass(frozen=True)
class Fate:
    """What is to become of an item, as far as it can be told before the transaction: an entry, or a state."""

    item: Item
    entry: Entry | None
    state: ItemState = ItemState.ACCEPTED
    reason: str = ""


def take_upload(kiosk_id: int, upload: Upload) -> list[Answered]:
    """Take what a kiosk sends; every item is answered, and durable, when this returns.

    An item that was sent before is a `duplicate` and changes nothing. Side effects, in one transaction: the ballots
    in the box, a row for each item, and what the kiosk told of itself. Nothing is written on the ledger, as for any
    casting. Raises NotFound `no_kiosk`; NotAllowed `kiosk_revoked`, `wrong_signature`; Refusal `paused`,
    `cancelled`: then nothing was taken, and the tablet keeps all of it.
    """
    kiosk = working_kiosk(kiosk_id)
    key = kiosk.public_key or b""
    if not is_signed(key, upload.signed(kiosk_id), upload.signature):
        raise NotAllowed("wrong_signature", N_("This was not signed by the tablet that it names. Enrol it again."))
    the_round = voting_round_of(kiosk.round_id)
    _refuse_pause(the_round)
    signed = [item for item in upload.items if is_signed(key, item.signed(kiosk_id), item.signature)]
    fates = [_fate(the_round, kiosk, item) for item in sorted(signed, key=lambda item: item.id)]
    with transaction() as session:
        frozen = _is_frozen(session, the_round.id)  # the round before the kiosk, as everybody locks them
        locked = session.get_one(Kiosk, kiosk_id, with_for_update=True)
        if locked.revoked_at is not None:
            raise revoked()
        if frozen:
            fates = [_too_late(fate) for fate in fates]
        answers = [_settle(session, kiosk_id, fate, opening=_opens_now(the_round)) for fate in fates]
        locked.synced_at = present.now()
        locked.told_waiting = upload.waiting
        locked.told_made = max(locked.told_made, upload.made)
    known = {item.id for item in signed}
    return answers + [Answered(item.id, UNSIGNED) for item in upload.items if item.id not in known]


def prepared(
    the_round: VotingRound, kiosk_id: int, item: Item, *, after: datetime | None = None, any_ward: bool = False
) -> Fate:
    """An item as the box would take it, whenever it came; `any_ward`: in the ward that its paper is of.

    `after` is when it was made at the earliest, where that is known: a tablet has no list of codes and takes any
    card, so that it is found here whether the card still worked. Reads the roll and the codes, and changes nothing.
    """
    if len(item.sealed) != the_round.envelope_size:
        return Fate(item, None, ItemState.REJECTED, "size")
    try:
        claim = claim_of(kiosk_id, item)
        right = _right(the_round, claim, after)
    except Refusal as refusal:
        return _refused(item, refusal)
    if right.replaces:
        return Fate(item, None, ItemState.DUPLICATE, "code_used")
    if right.area_id != claim.area_id and not any_ward:
        return Fate(item, None, ItemState.QUARANTINED, "ward")
    return Fate(item, _entry(the_round, item, claim, right))


def put_in(session: Session, fate: Fate, *, opening: bool = False) -> tuple[ItemState, str]:
    """Put a prepared item into the box, inside the caller's transaction: its state, and why it is not accepted."""
    if fate.entry is None:
        return fate.state, fate.reason
    try:
        with session.begin_nested():
            held = box.put(session, fate.entry, opening=opening, ask_check=True)
    except Refusal as refusal:
        refused = _refused(fate.item, refusal)
        return refused.state, refused.reason
    return (ItemState.HELD if held else ItemState.ACCEPTED), ""


def _refuse_pause(the_round: VotingRound) -> None:
    doors = the_round.doors
    if the_round.state == RoundState.CANCELLED:
        raise Refusal("cancelled", N_("This round was cancelled. No ballots are taken."))
    if doors.paused and (doors.paused_until is None or present.now() < doors.paused_until):
        raise Refusal("paused", N_("Voting is paused. What is on the tablet stays there until it goes on."))


def _fate(the_round: VotingRound, kiosk: Kiosk, item: Item) -> Fate:
    if the_round.state not in BOX_SHUT_BY_CLOCK:
        return Fate(item, None, ItemState.REJECTED, "box_frozen")
    closing = Closing(the_round.voting_opens_at, the_round.voting_closes_at, kiosk.closing_seq, kiosk.closed_at, GRACE)
    late = why_late(closing, item.seq, present.now())
    if late:
        return Fate(item, None, ItemState.QUARANTINED, late)
    return prepared(the_round, kiosk.id, item, after=made_after(item.seq, kiosk.told_made, kiosk.synced_at))


def _is_frozen(session: Session, round_id: int) -> bool:
    """Whether the box is frozen; until the transaction ends nobody freezes it."""
    root = select(Round.sealed_root).where(Round.id == round_id).with_for_update(read=True)
    return session.scalar(root) is not None


def _too_late(fate: Fate) -> Fate:
    """What becomes of an item when the box is frozen: nobody can decide on it any more."""
    return Fate(fate.item, None, ItemState.REJECTED, "box_frozen") if fate.state == ItemState.QUARANTINED else fate


def _right(the_round: VotingRound, claim: OfflineClaim, after: datetime | None) -> Right:
    """The right behind a claim; whoever has no code cannot vote at a kiosk."""
    if not claim.code.strip():
        raise Refusal("code_missing", N_("Enter the code."), field="code", status=422)
    asked = Claim(claim.code, claim.declaration, claim.area_id, late=True, made_after=after)
    return right_of(the_round, paper_of(the_round), asked)


def _refused(item: Item, refusal: Refusal) -> Fate:
    if refusal.code in _USED:
        return Fate(item, None, ItemState.DUPLICATE, "code_used")
    if refusal.code in _DOUBTFUL:
        return Fate(item, None, ItemState.QUARANTINED, refusal.code)
    return Fate(item, None, ItemState.REJECTED, refusal.code)


def _entry(the_round: VotingRound, item: Item, claim: OfflineClaim, right: Right) -> Entry:
    assert right.code is not None  # noqa: S101 - `_right` refuses a claim without one
    return Entry(
        round_id=the_round.id,
        version=item.version,
        envelope_id=item.id,
        retry_tag=make_retry_tag(present.secrets.retry_key, item.nonce, CHANNEL),
        sealed=item.sealed,
        slot=right.code.slot,
        fresh=False,
        area_id=claim.area_id,
        place=place_of(the_round.id, right.person, CHANNEL) if right.person else None,
        replaces=b"",
        channel=CHANNEL,
        formed_at=None,
        late=True,
    )


def _opens_now(the_round: VotingRound) -> bool:
    """Whether the clock has opened the vote and the ledger does not say so yet."""
    return the_round.state == RoundState.LOCKED and the_round.phase(present.now()) != RoundState.LOCKED


def _settle(session: Session, kiosk_id: int, fate: Fate, *, opening: bool) -> Answered:
    """Settle an item that its kiosk's row, locked, lets nobody else settle at this moment."""
    there = session.get(KioskItem, fate.item.id)
    if there is not None:
        # Under an id that another tablet used nothing can be kept: it stays on this one, and in its account.
        return Answered(fate.item.id, "duplicate" if there.kiosk_id == kiosk_id else UNSIGNED)
    state, reason = put_in(session, fate, opening=opening)
    kept = as_kept(fate.item) if state == ItemState.QUARANTINED else None
    session.add(KioskItem(id=fate.item.id, kiosk_id=kiosk_id, state=state, reason=reason, kept=kept))
    session.flush()
    return Answered(fate.item.id, _ANSWERS[state], reason)


#: What the tablet is told of each state.
_ANSWERS = {
    ItemState.ACCEPTED: "stored",
    ItemState.HELD: "held",
    ItemState.QUARANTINED: "quarantined",
    ItemState.DUPLICATE: "rejected",
    ItemState.REJECTED: "rejected",
}


def as_kept(item: Item) -> dict[str, Any]:
    """An item as JSON, as it is kept while officers decide on it: as sealed as it came."""
    return {
        "id": item.id,
        "version": item.version,
        "seq": item.seq,
        "nonce": item.nonce,
        **{name: b64encode(getattr(item, name)).decode() for name in ("sealed", "claim", "signature")},
    }
