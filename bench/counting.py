"""Counting real elections: read, group and count, ours and (where it is installed) the reference library's.

Every figure comes from a process of its own, so that peaks of memory can be told apart. The reference is pabutools
in an environment of its own: `PB_BENCH_REFERENCE=/there/bin/python make bench`. It is never a dependency of ours.
Both count the same ballots by the same variant of a rule; ties may be broken in another way.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.ways import WAYS

COLLECTION = Path(__file__).resolve().parents[2] / "shared" / "pabulib"
#: Eight elections of rising size.
FILES = (
    "Netherlands_Assen_2024.pb",
    "Poland_Swiecie_2023.pb",
    "Poland_Warszawa_2024_Ochota.pb",
    "Poland_Warszawa_2023_Bemowo.pb",
    "Poland_Warszawa_2021_Praga-Poludnie.pb",
    "Poland_Wroclaw_2025.pb",
    "Poland_Lodz_2022.pb",
    "Poland_Wroclaw_2015_150_-_500.pb",
)
#: The reference counts single ballots or grouped ones; the better of the two stands.
FORMS = ("single", "grouped")
#: CPU seconds after which a count is given up.
LIMIT = int(os.environ.get("PB_BENCH_LIMIT", "900"))
HEADING = "                 read+group       rule      whole    peak"


@dataclass(frozen=True)
class Measured:
    """One count: CPU seconds of reading and grouping, and of the rule; MB at the peak; who won."""

    reading: float
    rule: float
    peak: float
    won: list[str]

    @property
    def whole(self) -> float:
        """Seconds from the file to the outcome."""
        return self.reading + self.rule

    def __str__(self) -> str:
        """The figures in columns."""
        return f"{shown(self.reading)}{shown(self.rule)}{shown(self.whole)}{self.peak:5.0f} MB"


def shown(seconds: float) -> str:
    """A time in the unit that it needs."""
    return f"{seconds * 1000:8.1f} ms" if seconds < 1 else f"{seconds:8.2f} s "


def counting() -> None:
    """Count every file in every way, and print it."""
    if not COLLECTION.is_dir():
        say(f"Counting needs the collection of real elections beside the project, as {COLLECTION.name}.")
        return
    reference = os.environ.get("PB_BENCH_REFERENCE", "")
    ratios: dict[str, list[float]] = {}
    for name in FILES:
        for way, times in of_file(COLLECTION / name, reference):
            ratios.setdefault(way, []).append(times)
    for way, times in ratios.items():
        say(f"{way}: in the median of {len(times)} files the whole count is {median(times):.0f} times as fast")


def of_file(path: Path, reference: str) -> Iterator[tuple[str, float]]:
    """Print the counts of one file; how many times as fast each whole count is as the reference's, if that is there."""
    better = ""
    for way in WAYS:
        told = run(sys.executable, "-m", "bench.one_count", str(path), way)
        assert told is not None, "ours has no limit"
        if way == WAYS[0]:
            size = f"{told['ballots']:,} ballots ({told['different']:,} different), {told['projects']} projects"
            say(f"\n{path.stem}: {size}\n{HEADING}")
        ours = measured(told, way)
        say(f"  {way:14} {ours}")
        if not reference:
            continue
        forms = (better,) if way == "Add1u" and better else FORMS
        found = {form: run(reference, REFERENCE, str(path), way, form) for form in forms}
        theirs = {form: measured(each, way) for form, each in found.items() if each}
        if not theirs:
            say(f"    reference    given up after {LIMIT} s")
            continue
        better = min(theirs, key=lambda form: theirs[form].whole)
        yield way, compare(ours, list(theirs.values()))


def compare(ours: Measured, theirs: list[Measured]) -> float:
    """Print the best that the reference did, and the ratios; that of the whole count."""
    best = min(theirs, key=lambda each: each.whole)
    rule = min(each.rule for each in theirs) / ours.rule
    whole = best.whole / ours.whole
    memory = min(each.peak for each in theirs) / ours.peak
    say(f"    reference    {best}")
    same = "same winners" if best.won == ours.won else f"{len(set(best.won) ^ set(ours.won))} winners differ"
    say(f"    times as fast            {rule:8.1f}   {whole:8.1f}   {memory:5.1f} times less memory; {same}")
    return whole


def measured(told: dict[str, Any], way: str) -> Measured:
    """The figures of one process."""
    seconds = told["seconds"]
    return Measured(seconds["read"] + seconds["group"], seconds[way], told["peak"], told["won"][way])


REFERENCE = str(Path(__file__).with_name("reference.py"))


def run(*command: str) -> dict[str, Any] | None:
    """What a process of its own tells; None if it took more CPU time than the limit."""
    done = subprocess.run(command, stdout=subprocess.PIPE, preexec_fn=_limit, check=False)  # noqa: S603 - our own
    if done.returncode == -signal.SIGXCPU:
        return None
    done.check_returncode()
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT + 1))


def say(line: str) -> None:
    """Print a line at once: the next may take a while."""
    print(line, flush=True)  # noqa: T201 - what the command is for
