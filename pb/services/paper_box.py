"""Paper into the box: a paper that two people read alike is sealed as every other ballot, or void by its reason."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.errors import NotAllowed, Refusal
from pb.core.paper_marks import VOID_REASONS, Keyed
from pb.core.permissions import may_settle_papers
from pb.core.receipts import NONCE_BYTES, make_nonce, make_receipt, make_retry_tag
from pb.core.sealing import PaperContent, pack, seal
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.codes import CodeState, Declarer
from pb.models.papers import PaperBallot, PaperBatch, PaperState
from pb.models.rounds import Policy
from pb.services import box
from pb.services.codes import FoundCode, find_code
from pb.services.ledger import record
from pb.services.papers import paper_in
from pb.services.rights import DECLARING, asks_nothing_more
from pb.services.sealed_fields import open_field, seal_field
from pb.services.voting import Paper, VotingRound, voting_round_of

#: Bytes for a code and for reasons why a paper or its parts are void, beside twice the largest marks.
ROOM_FOR_REASONS = 512
#: Why the code on a paper opens no right to vote, in words for the officer who looks at it.
HELD_REASONS = {
    "unknown": N_("Nobody made this code. It may have been misread: key the paper again, or choose why it is void."),
    "cancelled": N_("This code was cancelled, as that of a spoilt card is. Choose why the paper is void."),
    "other_area": N_("This code votes in another area than the paper is for. Choose why the paper is void."),
    "not_invited": N_("This code belongs to no invitation of this round. Choose why the paper is void."),
    "not_declared": N_(
        "The voter of this card says themselves who they are, and these papers have no sheet for it. Choose why the "
        "paper is void."
    ),
}


def room_for(paper: Paper) -> int:
    """The length that every keying of a paper is filled up to, so that none tells how much is marked."""
    return 2 * paper.rules.largest() + ROOM_FOR_REASONS


def seal_keyed(row: PaperBallot, which: int, keyed: Keyed, room: int) -> bytes:
    """Seal what the first (1) or second (2) person read on a paper, so that nobody reads it before both agree.

    `room` is that of `room_for`, whatever was read.
    """
    return seal_field(_purpose(row, which), keyed.to_json(), room=room)


def open_keyed(row: PaperBallot, which: int) -> Keyed:
    """What the first or second person read on a paper that is not settled."""
    sealed = row.sealed_1 if which == 1 else row.sealed_2
    return Keyed.from_json(open_field(_purpose(row, which), sealed or b""))


def _purpose(row: PaperBallot, which: int) -> str:
    return f"paper:{row.batch_id}:{row.number}:{which}"


def settle(session: Session, batch: PaperBatch, row: PaperBallot, keyed: Keyed) -> PaperState:
    """Settle a paper that two people read alike, inside the caller's transaction; gives what it is now.

    Void by the reason they chose, or as `duplicate` where its code is used; held where its code opens no right; else
    an envelope in the box. What was keyed is gone then, but for a held paper.
    """
    the_round = voting_round_of(batch.round_id)
    if keyed.void:
        return _void(row, keyed.void)
    code = find_code(the_round.id, keyed.code) if keyed.code else None
    if code is not None and code.state == CodeState.USED:
        return _void(row, "duplicate")
    if keyed.code and _why_held(the_round, batch, code):
        room = room_for(paper_in(batch))
        row.sealed_1, row.sealed_2 = seal_keyed(row, 1, keyed, room), seal_keyed(row, 2, keyed, room)
        row.state = PaperState.HELD
        return PaperState.HELD
    box.put(session, _envelope(the_round, batch, keyed, code), opening=False, ask_check=False)
    batch.coded += code is not None
    batch.by_sheet += code is not None and _asks(the_round, code)
    parts = dict(batch.void_parts)
    for reason in keyed.void_parts.values():
        parts[reason] = parts.get(reason, 0) + 1
    batch.void_parts = parts
    row.state, row.sealed_1, row.sealed_2 = PaperState.VALID, None, None
    return PaperState.VALID


def _void(row: PaperBallot, reason: str) -> PaperState:
    row.state, row.void_reason, row.sealed_1, row.sealed_2 = PaperState.VOID, reason, None, None
    return PaperState.VOID


def _why_held(the_round: VotingRound, batch: PaperBatch, code: FoundCode | None) -> str:
    if code is None:
        return "unknown"
    if code.state == CodeState.VOID:
        return "cancelled"
    if batch.area_id is not None and code.area_id not in (None, batch.area_id):
        return "other_area"
    if the_round.policy == Policy.INVITED and code.declarer != Declarer.LIST:
        return "not_invited"
    # Where the papers have a sheet, it was gone through before anybody unfolded one.
    return "not_declared" if _asks(the_round, code) and not batch.declares else ""


def _asks(the_round: VotingRound, code: FoundCode) -> bool:
    """Whether whoever uses a code has still to say who they are."""
    return the_round.policy in DECLARING and not asks_nothing_more(code)


def _envelope(the_round: VotingRound, batch: PaperBatch, keyed: Keyed, code: FoundCode | None) -> box.Entry:
    """The envelope of a paper. Its receipt is known to nobody: who filled a paper in has none."""
    envelope_id, nonce = str(uuid4()), make_nonce(secrets.token_bytes(NONCE_BYTES))
    sections = {key: dict(choices) for key, choices in keyed.sections.items()}
    sections |= {key: {} for key in keyed.void_parts}
    receipt = make_receipt(present.secrets.receipt_key, the_round.id, nonce)
    content = pack(PaperContent(sections, receipt, batch.version))
    public_key, size = bytes.fromhex(the_round.round_public_key or ""), the_round.envelope_size or 0
    return box.Entry(
        round_id=the_round.id,
        version=batch.version,
        envelope_id=envelope_id,
        retry_tag=make_retry_tag(present.secrets.retry_key, nonce),
        sealed=seal(public_key, the_round.id, batch.version, envelope_id, content, size),
        slot=code.slot if code else None,
        fresh=False,
        area_id=batch.area_id,
        place=None,
        replaces=b"",
        channel=batch.channel,
        formed_at=None,
        late=True,
    )


@dataclass(frozen=True)
class HeldPaper:
    """A paper whose code opens no right to vote: its number and why, a key of HELD_REASONS; never its choices."""

    number: int
    why: str


def held_papers(batch: PaperBatch) -> list[HeldPaper]:
    """The papers of a batch that wait for an officer, by number; `why` is empty where the way is free now."""
    the_round = voting_round_of(batch.round_id)
    query = select(PaperBallot).where(PaperBallot.batch_id == batch.id, PaperBallot.state == PaperState.HELD)
    found = []
    for row in db.session.scalars(query.order_by(PaperBallot.number)):
        code = find_code(the_round.id, open_keyed(row, 1).code)
        found.append(HeldPaper(row.number, _why_held(the_round, batch, code)))
    return found


def settle_held(session: Session, batch: PaperBatch, row: PaperBallot | None, reason: str, *, by: Actor) -> PaperState:
    """Settle a held paper, inside the caller's transaction: void by a reason, or looked at once more without one.

    Raises NotAllowed `may_not_settle`; Refusal `not_held`, `reason_wrong`, `still_held`. Event `paper_settled`.
    """
    if not may_settle_papers(by):
        raise NotAllowed("may_not_settle", N_("An officer or the count lead settles these papers."))
    if row is None or row.state != PaperState.HELD:
        raise Refusal("not_held", N_("This paper does not wait any more."))
    if reason and reason not in VOID_REASONS:
        raise Refusal("reason_wrong", N_("Choose one of the reasons."), field="void", status=422)
    state = _void(row, reason) if reason else settle(session, batch, row, open_keyed(row, 1))
    if state == PaperState.HELD:
        raise Refusal("still_held", N_("The code on this paper still opens no right to vote."), field="void")
    record(
        "paper_settled", by, round_id=batch.round_id, subject=f"papers:{batch.id}", batch=batch.id,
        reason=reason or state.value,
    )  # fmt: skip
    return state
