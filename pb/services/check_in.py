"""The check-in desk of an event day: cards and slips for those who may vote, badges for observers, and numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.eligibility import Declaration
from pb.core.errors import Refusal
from pb.core.event_days import NEEDS, too_late
from pb.core.words import N_
from pb.extensions import db
from pb.models.codes import Code, CodeBatch, CodeState
from pb.models.event_days import Attendance, EventDay
from pb.models.papers import PaperBatch
from pb.models.rounds import Round
from pb.services.elections import ballot_of
from pb.services.event_days import day_to_change, hand_in_closed
from pb.services.handing_out import Handed, What, hand_over, left_of, stacks_at
from pb.services.ledger import record
from pb.services.rounds import locked_round
from pb.services.stations import refuse_stranger
from pb.services.transactions import transaction

OBSERVER = "observer"
#: What somebody at the door may be given.
GIVEN = ("card", "slip", OBSERVER)
#: What an access need is counted under.
NEED = "need:"


@dataclass(frozen=True)
class DoorList:
    """Who came, in numbers alone: by what they were given, and by what they need; and ballots that came in by card."""

    given: Mapping[str, int] = field(default_factory=dict)
    needs: Mapping[str, int] = field(default_factory=dict)
    cast: int = 0

    @property
    def people(self) -> int:
        """Everybody who was let in."""
        return sum(self.given.values())


def check_in(
    station_id: int,
    declaration: Declaration | None,
    *,
    what: What,
    by: Actor,
    needs: Collection[str] = (),
    area_id: int | None = None,
) -> Handed:
    """Let somebody in who may vote: they are on the roll, have a card or a slip, and are counted at the door.

    What they need is kept as a number, beside nobody's name. Raises the refusals of `hand_over`, NotFound
    `no_event_day` and Refusal `came_too_late`, after which somebody may still come in as an observer.
    """
    with transaction() as session:
        refuse_stranger(station_id, by)
        day = day_to_change(session, station_id)
        the_round = locked_round(session, day.round_id)
        if comes_too_late(the_round, day):
            sentence = N_(
                "The presentations have begun, and in this round every project must be scored by somebody who heard "
                "it. Give them an observer badge: they are welcome to watch."
            )
            raise Refusal("came_too_late", sentence)
        handed = hand_over(station_id, declaration, what=what, by=by, area_id=area_id)
        _count_in(session, station_id, what, needs)
    return handed


def let_observe(station_id: int, *, by: Actor, needs: Collection[str] = ()) -> None:
    """Let somebody in who may not vote, or does not want to. Nobody is asked who they are.

    Raises NotFound `no_station`, `no_event_day`; NotAllowed `not_at_station`.
    """
    with transaction() as session:
        refuse_stranger(station_id, by)
        day_to_change(session, station_id)
        _count_in(session, station_id, OBSERVER, needs)


def swap_slip(station_id: int, *, by: Actor, batch_id: int | None = None) -> PaperBatch:
    """Give a fresh slip for one that was spoilt and handed back; it goes into the envelope of spoilt slips.

    Nobody is asked who they are: they are on the roll already. Without `batch_id` it is from the first batch that has
    one left. Raises NotFound `no_station`, `no_event_day`; NotAllowed `not_at_station`; Refusal `no_slips`. Event
    `slip_swapped`.
    """
    with transaction() as session:
        refuse_stranger(station_id, by)
        day = day_to_change(session, station_id)
        locked_round(session, day.round_id)  # whoever hands over locks that, and takes from the same stacks
        there = [each for each in stacks_at(station_id, what="slip") if batch_id in (None, each.id) and left_of(each)]
        batch = there[0] if there and not hand_in_closed(station_id) else None
        if not isinstance(batch, PaperBatch):
            raise Refusal("no_slips", N_("No slip is left here to swap it for. Ask the officer who runs the round."))
        batch.issued, batch.spoilt = (batch.issued or 0) + 1, batch.spoilt + 1
        record("slip_swapped", by, round_id=day.round_id, subject=f"papers:{batch.id}", batch=batch.id)
    return batch


def comes_too_late(the_round: Round, day: EventDay) -> bool:
    """Whether somebody who comes now gets no ballot, by the round's rule for late-comers."""
    _kind, settings = ballot_of(the_round)
    score_all = bool(getattr(settings, "score_all", False))
    begun = int(day.pitch_id is not None)
    return too_late(score_all=score_all, summaries_are_enough=day.late_comers_may_score, presented=begun)


def door_list(station_id: int) -> DoorList:
    """How many were let in and what they need, and how many cards of this station have a ballot in the box.

    A number of ballots is all that there is: what they say is sealed.
    """
    rows = db.session.scalars(select(Attendance).where(Attendance.station_id == station_id))
    counts = {each.kind: each.count for each in rows}
    used = select(func.count()).select_from(Code).join(CodeBatch, Code.batch_id == CodeBatch.id)
    cast = db.session.scalar(used.where(CodeBatch.station_id == station_id, Code.state == CodeState.USED))
    needs = {key: counts[NEED + key] for key in NEEDS if NEED + key in counts}
    return DoorList({kind: counts.get(kind, 0) for kind in GIVEN}, needs, cast or 0)


def _count_in(session: Session, station_id: int, what: str, needs: Collection[str]) -> None:
    for kind in (what, *(NEED + key for key in NEEDS if key in needs)):
        row = session.get(Attendance, (station_id, kind))
        if row is None:
            session.add(Attendance(station_id=station_id, kind=kind, count=1))
        else:
            row.count += 1
