"""Numbers of a round that ask for a look, from what is counted by hour and by stack; never from what was chosen."""

from __future__ import annotations

import structlog
from sqlalchemy import func, select

from pb.core.states import RoundState
from pb.core.unusual import Hour, Stack, Unusual, bursts, odd_stacks
from pb.extensions import db
from pb.models.codes import CodeBatch, Declarer
from pb.models.envelopes import CastHour
from pb.models.rounds import Round
from pb.services.batches import numbers_of_batches

log = structlog.get_logger()


def unusual_of(round_id: int) -> list[Unusual]:
    """What asks for a look in a round: bursts of ballots, the earliest first, and then stacks of cards.

    Only stacks are compared of which somebody has counted what was given out.
    """
    return [*bursts(_hours(round_id)), *odd_stacks(_stacks(round_id))]


def warn_of_unusual() -> dict[int, list[Unusual]]:
    """Write into the log, for each round that people vote in, how many numbers ask for a look, and of what kind.

    The log has ids and counts alone. Gives what was found, by round.
    """
    found = {}
    for round_id in db.session.scalars(select(Round.id).where(Round.state == RoundState.VOTING).order_by(Round.id)):
        unusual = unusual_of(round_id)
        if unusual:
            found[round_id] = unusual
            log.warning("unusual_numbers", round=round_id, kinds=sorted({each.code for each in unusual}))
    return found


def _hours(round_id: int) -> list[Hour]:
    parts = select(CastHour.hour, CastHour.channel, func.sum(CastHour.count)).where(CastHour.round_id == round_id)
    whole = parts.group_by(CastHour.hour, CastHour.channel)
    return [Hour(at, channel, int(count)) for at, channel, count in db.session.execute(whole)]


def _stacks(round_id: int) -> list[Stack]:
    """Cards whose given-out number somebody typed, or stewards counted one by one."""
    counted = select(CodeBatch.name).where(
        CodeBatch.round_id == round_id,
        (CodeBatch.handed_out.is_not(None)) | (CodeBatch.declarer == Declarer.STEWARD),
    )
    names = set(db.session.scalars(counted))
    numbers = [each for each in numbers_of_batches(round_id) if each.name in names]
    return [Stack(each.name, each.handed_out, each.used - each.audit) for each in numbers]
