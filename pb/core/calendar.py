"""A round's calendar: its dates stand in order and leave people enough days, counted as calendars on walls do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pb.core.clock import to_london
from pb.core.errors import Fault
from pb.core.words import N_


@dataclass(frozen=True)
class RoundDates:
    """The dates of a round, aware datetimes; None where one is not set yet. `appeals_end` only where there are any.

    `few_days_reason` says in public why voting is open for less than a week, such as a vote in a hall on one day.
    """

    bids_open_at: datetime | None = None
    bids_close_at: datetime | None = None
    voting_opens_at: datetime | None = None
    voting_closes_at: datetime | None = None
    decision_by: datetime | None = None
    appeals_end: datetime | None = None
    few_days_reason: str = ""


@dataclass(frozen=True)
class MinimumDays:
    """The least days between the dates of a round. Appeals: ten working days from the notice are two weeks."""

    bids: int = 14
    checks: int = 7
    appeals: int = 14
    voting: int = 7
    decision: int = 1


@dataclass(frozen=True)
class Span:
    """One stretch of the calendar: between which dates, and what is said when it is too short or backwards."""

    code: str
    start: str
    end: str
    too_short: str
    one_day: str
    backwards: str


BIDS = Span(
    "bids",
    "bids_open_at",
    "bids_close_at",
    N_("Bids must be open for at least %(least)s days; these dates give %(found)s."),
    N_("Bids must be open for at least one day; these dates give %(found)s."),
    N_("Bids must close after they open."),
)
CHECKS = Span(
    "checks",
    "bids_close_at",
    "voting_opens_at",
    N_("Leave at least %(least)s days between the close of bids and the vote for checks; these dates give %(found)s."),
    N_("Leave at least one day between the close of bids and the vote for checks; these dates give %(found)s."),
    N_("Voting must open after bids have closed."),
)
APPEALS = Span(
    "appeals",
    "bids_close_at",
    "appeals_end",
    N_("Leave at least %(least)s days after the close of bids for checks and appeals; these dates give %(found)s."),
    N_("Leave at least one day after the close of bids for checks and appeals; these dates give %(found)s."),
    N_("Appeals must end after bids have closed."),
)
AFTER_APPEALS = Span(
    "after_appeals",
    "appeals_end",
    "voting_opens_at",
    N_("Leave at least %(least)s days between the end of appeals and the vote; these dates give %(found)s."),
    N_("Leave at least one day between the end of appeals and the vote; these dates give %(found)s."),
    N_("Voting must open after appeals have ended: until then the ballot waits."),
)
VOTING = Span(
    "voting",
    "voting_opens_at",
    "voting_closes_at",
    N_(
        "Voting must be open for at least %(least)s days; these dates give %(found)s. "
        "If people vote on one day, such as in a hall, give the reason below."
    ),
    N_("Voting must be open for at least one day; these dates give %(found)s."),
    N_("Voting must close after it opens."),
)
DECISION = Span(
    "decision",
    "voting_closes_at",
    "decision_by",
    N_("Leave at least %(least)s days between the close of voting and the decision; these dates give %(found)s."),
    N_("Leave at least one day between the close of voting and the decision; these dates give %(found)s."),
    N_("The decision must come after voting has closed and the ballots are counted."),
)

_MISSING = {
    "bids_open_at": N_("Say when bids open."),
    "bids_close_at": N_("Say when bids close."),
    "voting_opens_at": N_("Say when voting opens."),
    "voting_closes_at": N_("Say when voting closes."),
    "decision_by": N_("Say by when the decision is made."),
}


def calendar_faults(dates: RoundDates, minimum: MinimumDays | None = None) -> list[Fault]:
    """What is wrong with a round's dates; empty when all are set, in order and far enough apart.

    The decision comes after the count, so that what people said can still change it (guidance, paragraph 9). A round
    that says why may have fewer days to vote, down to a few hours.
    Codes, beside the later date: `date_missing`, and for each span `bids`, `checks`, `appeals`, `after_appeals`,
    `voting`, `decision`: `<span>_backwards` and `<span>_days`.
    """
    missing = [
        Fault("date_missing", sentence, field=name)
        for name, sentence in _MISSING.items()
        if getattr(dates, name) is None
    ]
    spans = _spans(dates, minimum or MinimumDays())
    return missing + [fault for span, least in spans if (fault := _span_fault(dates, span, least))]


def london_days(start: datetime, end: datetime) -> int:
    """Whole days from `start` to `end` by the clock on a wall in London; negative when `end` comes first.

    Noon to noon is one day, also when clocks change.
    """
    wall = to_london(end).replace(tzinfo=None) - to_london(start).replace(tzinfo=None)
    return wall.days


def _spans(dates: RoundDates, minimum: MinimumDays) -> Iterator[tuple[Span, int]]:
    yield BIDS, minimum.bids
    if dates.appeals_end is None:
        yield CHECKS, minimum.checks
    else:
        yield APPEALS, minimum.checks + minimum.appeals
        yield AFTER_APPEALS, 0
    yield VOTING, 0 if dates.few_days_reason else minimum.voting
    yield DECISION, minimum.decision


def _span_fault(dates: RoundDates, span: Span, least: int) -> Fault | None:
    start, end = getattr(dates, span.start), getattr(dates, span.end)
    if start is None or end is None:
        return None
    if end <= start:
        return Fault(f"{span.code}_backwards", span.backwards, field=span.end)
    found = london_days(start, end)
    if found >= least:
        return None
    sentence = span.one_day if least == 1 else span.too_short
    return Fault(f"{span.code}_days", sentence, {"least": least, "found": max(found, 0)}, span.end)
