"""Two ways of doing one thing, timed in turns so that a machine's moods fall on both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

MILLISECONDS = 1000


@dataclass(frozen=True)
class Comparison:
    """Milliseconds of ours and of the plain way, as medians (or whatever `name` says)."""

    name: str
    ours: float
    plain: float


def in_turns(
    name: str, ours: Callable[[], object], plain: Callable[[], object], turns: int, warm_up: int = 3
) -> Comparison:
    """Both, `turns` times, one after the other."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns + warm_up):
        for side, deed in enumerate((ours, plain)):
            start = perf_counter()
            deed()
            if turn >= warm_up:
                times[side].append((perf_counter() - start) * MILLISECONDS)
    return Comparison(name, median(times[0]), median(times[1]))
