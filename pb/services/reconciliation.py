"""The numbers of a round's box, as the tables hold them now, for the equations of core."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from pb.core.reconciliation import BoxNumbers, OpenedNumbers
from pb.extensions import db
from pb.models.codes import Code, CodeState
from pb.models.envelopes import CastHour, DeskDecision, Envelope, EnvelopeState, OpenedBallot, Opening, Receipt
from pb.models.roll import RollEntry, RollState
from pb.models.rounds import Pot, Round
from pb.services.batches import numbers_of_batches
from pb.services.codes import CODE_ALONE
from pb.services.kiosks import numbers_of_kiosks
from pb.services.papers import numbers_of_papers
from pb.services.stations import boxes_of, stations_of

#: The roll also lists people who are invited; those who cast a ballot or claimed one are these.
_TOOK_PART = RollEntry.state.in_((RollState.VOTED, RollState.PENDING, RollState.REFUSED))
#: Where the account of an opening keeps the numbers that could not be counted after the box was destroyed.
KEPT = "at_destruction"
#: Hours and channels with fewer envelopes are not told apart: a small number may point at a person.
FEWEST = 20


@dataclass(frozen=True)
class DeskNumbers:
    """How many envelopes were held for the duplicates desk, and how many of them it let in and turned down."""

    held: int
    accepted: int
    rejected: int


def numbers_of(the_round: Round) -> BoxNumbers:
    """Everything about a round's box that can be counted without its content; as it was, once that is destroyed."""
    if the_round.box_purged_at is not None:
        opening = opening_of(the_round.id)
        if opening is not None and KEPT in opening.account:
            return BoxNumbers.from_json(opening.account[KEPT])
    codes, batches = _codes(the_round.id), numbers_of_batches(the_round.id)
    envelopes = _counts(select(Envelope.state, func.count()).where(_of(Envelope, the_round)).group_by(Envelope.state))
    # Codes may have been made before the policy was settled; what was asked at the casting is the round's policy.
    silent = [each for each in batches if the_round.policy in CODE_ALONE or each.marks is not None]
    return BoxNumbers(
        batches=tuple(batches),
        own_codes=codes[None, CodeState.USED],
        people=_count(select(func.count()).select_from(RollEntry).where(_of(RollEntry, the_round), _TOOK_PART)),
        code_alone=sum(batch.used for batch in silent),
        accepted=envelopes[EnvelopeState.ACCEPTED],
        held=envelopes[EnvelopeState.HELD],
        rejected=envelopes[EnvelopeState.REJECTED],
        without_code=_count(
            select(func.count()).select_from(Envelope).where(_of(Envelope, the_round), Envelope.slot.is_(None))
        ),
        opened=_opened(the_round),
        replacing=_replacing(the_round),
        paper_batches=numbers_of_papers(the_round.id),
        kiosks=numbers_of_kiosks(the_round.id),
        at_closings=sum(boxes_of(each) for each in stations_of(the_round.id)),
    )


def held_envelopes(round_id: int) -> int:
    """How many envelopes wait for the duplicates desk."""
    query = select(func.count()).select_from(Envelope)
    return _count(query.where(Envelope.round_id == round_id, Envelope.state == EnvelopeState.HELD))


def desk_of(round_id: int) -> DeskNumbers:
    """What became of the envelopes that were held for the duplicates desk."""
    query = select(DeskDecision.accepted, func.sum(DeskDecision.claims)).where(DeskDecision.round_id == round_id)
    found = _counts(query.group_by(DeskDecision.accepted))
    return DeskNumbers(held_envelopes(round_id) + found.total(), found[True], found[False])


def channels_of(round_id: int) -> dict[str, int]:
    """How many envelopes came in by each channel, all hours together."""
    total = func.sum(CastHour.count)
    query = select(CastHour.channel, total).where(CastHour.round_id == round_id).group_by(CastHour.channel)
    return dict(sorted(_counts(query).items(), key=lambda each: (-each[1], each[0])))


def opening_of(round_id: int) -> Opening | None:
    """What the opening of a round's box found; None before it."""
    return db.session.get(Opening, round_id)


def audit_in_box(opening: Opening) -> int:
    """How many envelopes were audit cards."""
    found: dict[str, int] = opening.account.get("audit") or {}
    return sum(count for key, count in found.items() if key != "missing")


def sections_now(round_id: int) -> dict[str, int]:
    """How many opened ballots lie in each pot's table, by the pot's key."""
    query = select(Pot.key, func.count()).join(OpenedBallot, OpenedBallot.pot_id == Pot.id)
    return dict(_counts(query.where(Pot.round_id == round_id).group_by(Pot.key)))


def _of(table: Any, the_round: Round) -> Any:
    return table.round_id == the_round.id


def _codes(round_id: int) -> Counter[Any]:
    """Codes by batch and state; no batch for those made at the casting itself."""
    query = select(Code.batch_id, Code.state, func.count()).where(Code.round_id == round_id)
    rows: Sequence[Any] = db.session.execute(query.group_by(Code.batch_id, Code.state)).all()
    return Counter({(batch, state): count for batch, state, count in rows})


def _replacing(the_round: Round) -> int:
    """How many cards were given to people on the roll for spoilt ones, and have not been used yet."""
    if the_round.policy in CODE_ALONE:
        return 0
    given = select(func.count()).select_from(Code).where(_of(Code, the_round), Code.declared)
    return _count(given.where(Code.state != CodeState.USED))


def _opened(the_round: Round) -> OpenedNumbers | None:
    opening = opening_of(the_round.id)
    if opening is None:
        return None
    names = {pot.key: pot.name for pot in the_round.pots}
    return OpenedNumbers(
        envelopes=opening.envelopes,
        valid=opening.valid,
        invalid=opening.invalid,
        receipts=opening.receipts,
        sections={names[key]: count for key, count in opening.account["sections"].items()},
        receipts_now=_count(select(func.count()).select_from(Receipt).where(_of(Receipt, the_round))),
        sections_now={names[key]: count for key, count in sections_now(the_round.id).items()},
        audit_cards=audit_in_box(opening),
    )


def _counts(query: Any) -> Counter[Any]:
    return Counter({row[0]: int(row[1]) for row in db.session.execute(query)})


def _count(query: Any) -> int:
    return int(db.session.scalar(query) or 0)
