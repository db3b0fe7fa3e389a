"""A diary of deeds, played in the order of time with the clock turned to the minute of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pb.core.clock import from_london
from pb.extensions import present

Deed = Callable[[], object]


@dataclass(frozen=True)
class Entry:
    """A deed and the moment (aware) at which it is done."""

    at: datetime
    deed: Deed


class Diary:
    """The entries of one story, written as days before and after its day nought."""

    def __init__(self, day_nought: date) -> None:
        self.day_nought = day_nought
        self.entries: list[Entry] = []

    def moment(self, day: int, clock: str) -> datetime:
        """A day counted from day nought, at a time by the clock in London, such as "17:00"."""
        return from_london(datetime.combine(self.day_nought + timedelta(days=day), time.fromisoformat(clock)))

    def on(self, day: int, clock: str, deed: Deed) -> None:
        """Write down a deed."""
        self.entries.append(Entry(self.moment(day, clock), deed))

    def at(self, moment: datetime, deed: Deed) -> None:
        """Write down a deed at a moment."""
        self.entries.append(Entry(moment, deed))


def due(diaries: Iterable[Diary], now: datetime) -> list[Entry]:
    """What all diaries say is done before `now`, in the order of time."""
    entries = (entry for diary in diaries for entry in diary.entries if entry.at < now)
    return sorted(entries, key=lambda entry: entry.at)


def play(entry: Entry) -> None:
    """Turn the clock to a deed's moment and do it."""
    present.use(clock=lambda: entry.at)
    entry.deed()
