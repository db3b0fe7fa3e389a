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
from pb.services.rights import DECLARING
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import round_to_change
from pb.services.stations import find_station
from pb.services.transactions import transaction


def allocate_cards(round_id: int, batch_id: int, station_id: int | None, *, by: Actor) -> None:
    """Send a batch of cards to a station, or take it back; its codes then sleep until the station has opened.

    Raises NotFound `no_round`, `no_batch`, `no_station`; NotAllowed `not_your_round`; Refusal `not_now`,
    `batch_revoked`, `codes_of_invitations`, `batch_in_use`, `papers_without_sheet`, `papers_with_sheet`. Event
    `cards_allocated`.
    """
    with transaction() as session:
        station = _place(session, round_id, station_id, by)
        batch = find_batch(round_id, batch_id)
        _refuse_cards(batch)
        if station is not None:
            _refuse_beside_papers(session, batch, station)
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


def _refuse_beside_papers(session: Session, batch: CodeBatch, station: Station) -> None:
    """Refuse cards whose codes could not be used on the papers that are at a station: nobody can mend that at keying.

    A voter who declares needs the papers' sheet to do so, and whom a steward put on the roll would come onto it twice.
    """
    if session.get_one(Round, station.round_id).policy not in DECLARING:
        return
    asks = batch.declarer == Declarer.VOTER
    here = select(PaperBatch).where(PaperBatch.station_id == station.id, PaperBatch.with_code)
    papers = session.scalar(here.where(PaperBatch.declares.is_not(asks)).order_by(PaperBatch.id).limit(1))
    if papers is None:
        return
    if asks:
        sentence = N_(
            "The papers “%(papers)s” of this station have no sheet on which the holders of these cards say who they "
            "are, so their papers could not count. Send cards for which stewards put people on the roll, or send the "
            "papers elsewhere first."
        )
        raise Refusal("papers_without_sheet", sentence, field="station", papers=papers.name)
    sentence = N_(
        "The papers “%(papers)s” of this station have a sheet on which voters say who they are. For these cards "
        "stewards put people on the roll, so the sheet would look like a second ballot. Send cards whose holders "
        "declare themselves, or send the papers elsewhere first."
    )
    raise Refusal("papers_with_sheet", sentence, field="station", papers=papers.name)


def _in_use() -> Refusal:
    sentence = N_("Some of this batch has been handed out or used where it is, so its account stays there.")
    return Refusal("batch_in_use", sentence, field="station")
