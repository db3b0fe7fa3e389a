"""The calendar of a round: when bids and voting open and close, and by when it is decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace

from pb.core.actors import Actor
from pb.core.calendar import RoundDates, calendar_faults
from pb.core.errors import Fault, Refusals
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.rounds import Round
from pb.services.ledger import record
from pb.services.round_sections import changed_fields, may_change
from pb.services.rounds import round_to_change
from pb.services.transactions import transaction

LONGEST_REASON = 300
NAMES = ("bids_open_at", "bids_close_at", "voting_opens_at", "voting_closes_at", "decision_by")


def set_dates(round_id: int, dates: RoundDates, *, by: Actor) -> None:
    """Set the calendar of a round; what is not known yet may be left out until it opens for bids.

    Raises NotAllowed `not_your_round`; Refusal `not_now`, `with_approver`; Refusals with the faults of
    `calendar_faults`, each beside the later of two dates, and `reason_long`. Event `round_changed`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        may_change(the_round, "dates")
        dates = replace(dates, few_days_reason=" ".join(dates.few_days_reason.split()))
        faults = [*date_faults(dates), *_reason_faults(dates), *_moved_in_public(the_round, dates)]
        if faults:
            raise Refusals(faults)
        wanted = asdict(dates)
        changed = changed_fields(the_round, {name: wanted[name] for name in (*NAMES, "few_days_reason")})
        if changed:
            record("round_changed", by, round_id=round_id, subject=f"round:{round_id}", fields=changed)


def _reason_faults(dates: RoundDates) -> Iterator[Fault]:
    if len(dates.few_days_reason) > LONGEST_REASON:
        sentence = N_("The reason must be %(most)s characters or fewer.")
        yield Fault("reason_long", sentence, {"most": LONGEST_REASON}, "few_days_reason")


def _moved_in_public(the_round: Round, dates: RoundDates) -> Iterator[Fault]:
    """Once a round is public, no date of it can go, what has passed stays, and nothing is moved into the past."""
    if the_round.state not in (RoundState.BIDDING, RoundState.CHECKING):
        return
    now = present.now()
    for name in NAMES:
        was, wanted = getattr(the_round, name), getattr(dates, name)
        if was == wanted:
            continue
        if wanted is None:
            yield Fault("date_missing", N_("The round is public, so this date must stand."), field=name)
        elif was is not None and was <= now:
            yield Fault("date_passed", N_("This moment has passed and stays as it was."), field=name)
        elif wanted <= now:
            yield Fault("date_past", N_("This must be in the future."), field=name)


def dates_of(the_round: Round) -> RoundDates:
    """The calendar of a round."""
    moments = {name: getattr(the_round, name) for name in NAMES}
    return RoundDates(**moments, few_days_reason=the_round.few_days_reason or "")


def date_faults(dates: RoundDates) -> list[Fault]:
    """What is wrong with the dates that are known; those that are missing are no fault yet."""
    return [fault for fault in calendar_faults(dates) if fault.code != "date_missing"]
