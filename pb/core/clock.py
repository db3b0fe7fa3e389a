"""Time: UTC inside, Europe/London on pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time as an aware UTC datetime."""
    return datetime.now(UTC)


def to_london(moment: datetime) -> datetime:
    """An aware datetime as the wall clock in London shows it."""
    return moment.astimezone(LONDON)


_NAMED_HOURS = {(0, 0): "midnight", (12, 0): "midday"}


def in_london(moment: datetime) -> str:
    """A moment as English sentences of refusals name it: 5:30pm on Friday 27 March 2026."""
    local = to_london(moment)
    half = "am" if local.hour < 12 else "pm"
    figures = f"{(local.hour - 1) % 12 + 1}" + (f":{local.minute:02}" if local.minute else "") + half
    time = _NAMED_HOURS.get((local.hour, local.minute), figures)
    return f"{time} on {local:%A} {local.day} {local:%B %Y}"


def from_london(wall: datetime) -> datetime:
    """A naive London wall-clock datetime in UTC.

    Raises ValueError for a minute that does not exist (the spring change). The repeated hour in autumn
    means its first pass, so that a round never closes an hour later than a poster may be read.
    """
    aware = wall.replace(tzinfo=LONDON, fold=0)
    utc = aware.astimezone(UTC)
    if utc.astimezone(LONDON).replace(tzinfo=None) != wall:
        msg = "that minute does not exist on that day"
        raise ValueError(msg)
    return utc
