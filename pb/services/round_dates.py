"""The calendar of a round: when bids and voting open and close, and when it is decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from pb.core.actors import Actor
from pb.core.errors import Fault, Refusals
from pb.core.words import N_
from pb.models.rounds import Round
from pb.services.ledger import record
from pb.services.round_sections import changed_fields, may_change
from pb.services.rounds import round_to_change
from pb.services.transactions import transaction

NAMES = ("bids_open_at", "bids_close_at", "voting_opens_at", "voting_closes_at", "decision_by")


@dataclass(frozen=True)
class Dates:
    """The five moments of a round, aware; None where not known yet."""

    bids_open_at: datetime | None = None
    bids_close_at: datetime | None = None
    voting_opens_at: datetime | None = None
    voting_closes_at: datetime | None = None
    decision_by: datetime | None = None


def set_dates(round_id: int, dates: Dates, *, by: Actor) -> None:
    """Set the calendar of a round; what is not known yet may be left out until it opens for bids.

    Raises NotAllowed `not_your_round`; Refusal `not_now`, `with_approver`; Refusals. Event `round_changed`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        may_change(the_round, "dates")
        faults = date_faults(dates)
        if faults:
            raise Refusals(faults)
        changed = changed_fields(the_round, dates.__dict__)
        if changed:
            record("round_changed", by, round_id=round_id, subject=f"round:{round_id}", fields=changed)


def dates_of(the_round: Round) -> Dates:
    """The calendar of a round."""
    return Dates(*(getattr(the_round, name) for name in NAMES))


def date_faults(dates: Dates) -> list[Fault]:
    """What is wrong with a calendar, each fault beside the date that must move."""
    faults = []
    known = [(name, getattr(dates, name)) for name in NAMES if getattr(dates, name) is not None]
    for (_, earlier), (name, later) in pairwise(known):
        if later <= earlier:
            faults.append(Fault("dates_order", N_("This must be after the date before it."), field=name))
    return faults
