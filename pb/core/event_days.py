"""An event day: how a countdown stands, who comes too late to score, and whether a project may be scored yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from pb.core.words import N_

#: Seconds left at which the countdown warns, and those at which it is said aloud.
WARNING = 30
TOLD_AT = (60, 30, 10, 0)
#: What one part of a presentation may take, in seconds: long enough for a talk, short enough for an evening.
SHORTEST, LONGEST = 10, 3600
#: What somebody at the door may need, by the key that is counted.
NEEDS: Mapping[str, str] = {
    "step_free": N_("Step-free way in"),
    "seating": N_("A seat near the front"),
    "quiet": N_("A quiet space"),
    "hearing_loop": N_("Hearing loop"),
    "bsl": N_("British Sign Language"),
    "large_print": N_("Large print"),
    "easy_read": N_("Easy read"),
    "reader": N_("Somebody who reads it to them"),
    "language": N_("Another language"),
    "children": N_("Care for children"),
    "transport": N_("Help with transport home"),
}


@dataclass(frozen=True)
class Countdown:
    """A countdown that runs until `ends_at`, or stands still with `seconds_left`; neither where nothing is timed."""

    ends_at: datetime | None = None
    seconds_left: int | None = None

    @property
    def stands(self) -> bool:
        """Whether it is paused, or ready and not begun."""
        return self.seconds_left is not None

    def left(self, now: datetime) -> int | None:
        """Whole seconds that are left, never fewer than none; None where nothing is timed."""
        if self.seconds_left is not None:
            return self.seconds_left
        if self.ends_at is None:
            return None
        return max(0, ceil((self.ends_at - now).total_seconds()))


def too_late(*, score_all: bool, summaries_are_enough: bool, presented: int) -> bool:
    """Whether somebody who comes now can no longer hand in a ballot that counts.

    Where every project must be scored, whoever missed one cannot score it by what they heard; a round may say that
    the summaries on paper are enough. `presented` is how many presentations have begun.
    """
    return score_all and not summaries_are_enough and presented > 0
