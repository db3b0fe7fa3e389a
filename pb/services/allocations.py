"""Allocations: which station a batch of cards or papers goes to."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.errors import NotFound, Refusal, Refusals
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.codes import Code, CodeBatch, CodeState, Declarer
from pb.models.papers import PaperBatch
from pb.models.rounds import Round
from pb.models.stations import Station, StationState
from pb.services.batches import find_batch
from pb.services.codes import MAKING
from pb.services.ledger import record
from pb.services.paper_faults import right_faults
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import round_to_change
from pb.services.stations import find_station
from pb.services.transactions import transaction


def allocate_cards(round_id: int, batch_id: int, station_id: int | None, *, by: Actor) -> None:
    """Send a batch of cards to a station, or take it back; its codes then sleep until the station has opened.

    Raises NotFound `no_round`, `no_batch`, `no_station`; NotAllowed `not_your_round`; Refusal `not_now`,
    `batch_revoked`, `codes_of_invitations`, `batch_in_use`. Event `cards_allocated`.
    """
    with transaction() as session:
        station = _place(session, round_id, station_id, by)
        batch = find_batch(round_id, batch_id)
        _refuse_cards(batch)
        batch.station_id = station_id
        batch.activated_at = present.now() if station and station.state == StationState.OPEN else None
        facts = {"batch": batch_id, "station": station_id}
        record("cards_allocated", by, round_id=round_id, subject=f"batch:{batch_id}", **facts)


def allocate_papers(round_id: int, batch_id: int, station_id: int | None, *, by: Actor) -> None:
    """Send a batch of papers to a station, or take it back.

    Raises NotFound `no_round`, `no_batch`, `no_station`; NotAllowed `not_your_round`; Refusal `not_now`,
    `batch_in_use`; Refusals with those of `right_faults`. Event `papers_allocated`.
    """
    with transaction() as session:
        _place(session, round_id, station_id, by)
        batch = session.get(PaperBatch, batch_id)
        if batch is None or batch.round_id != round_id:
            raise NotFound("no_batch", N_("This round has no such batch of papers."))
        if batch.issued:
            raise _in_use()
        batch.station_id = station_id
        faults = list(right_faults(session.get_one(Round, round_id), batch))
        if faults:
            raise Refusals([replace(each, field="batch") for each in faults])
        facts = {"batch": batch_id, "station": station_id}
        record("papers_allocated", by, round_id=round_id, subject=f"paper_batch:{batch_id}", **facts)


def cards_to_allocate(round_id: int) -> list[CodeBatch]:
    """The batches of a round that can be sent to a station, in the order in which they were made."""
    mine = select(CodeBatch).where(CodeBatch.round_id == round_id, CodeBatch.declarer != Declarer.LIST)
    return list(db.session.scalars(mine.where(CodeBatch.revoked_at.is_(None)).order_by(CodeBatch.id)))


def papers_to_allocate(round_id: int) -> list[PaperBatch]:
    """The batches of papers of a round, in the order in which they were made."""
    mine = select(PaperBatch).where(PaperBatch.round_id == round_id).order_by(PaperBatch.id)
    return list(db.session.scalars(mine))


def _place(session: Session, round_id: int, station_id: int | None, by: Actor) -> Station | None:
    the_round = round_to_change(session, round_id, by)
    record_due_arrows(the_round)
    must_be(the_round, *MAKING)
    return find_station(round_id, station_id) if station_id is not None else None


def _refuse_cards(batch: CodeBatch) -> None:
    if batch.declarer == Declarer.LIST:
        raise Refusal("codes_of_invitations", N_("These codes belong to invitations, not to a station."))
    if batch.revoked_at is not None:
        raise Refusal("batch_revoked", N_("This batch is cancelled."))
    used = select(Code.slot).where(Code.batch_id == batch.id, Code.state != CodeState.UNUSED).limit(1)
    if batch.handed_out or db.session.scalar(used) is not None:
        raise _in_use()


def _in_use() -> Refusal:
    sentence = N_("Some of this batch has been handed out or used where it is, so its account stays there.")
    return Refusal("batch_in_use", sentence, field="station")
