"""How long what belongs to a round is kept: the clocks of deletion, in calendar days and months."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta

#: The challenge period: until then envelopes and keys can prove what was in the box.
CHALLENGE_DAYS = 28
#: Names and contacts are needed until nobody can appeal against a decision any more.
NAMES_MONTHS = 3


def box_due(published_at: datetime | None) -> datetime | None:
    """From when envelopes, codes and keys are destroyed: 28 days after the newest publication; None before it."""
    return published_at + timedelta(days=CHALLENGE_DAYS) if published_at else None


def names_due(decided_at: datetime | None) -> datetime | None:
    """From when names and contacts are destroyed: three months after the last decision; None before it."""
    return months_after(decided_at, NAMES_MONTHS) if decided_at else None


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and time so many months later; the month's last day where it has no such day."""
    year, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + year, month + 1
    last = calendar.monthrange(year, month)[1]
    return moment.replace(year=year, month=month, day=min(moment.day, last))
