"""Millions of invented ballots on a hundred projects: read, grouped and counted in one process."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import numpy as np

from bench.counting import run, say, shown

SEED = 2026
PROJECTS = 100
TASTES = 12
MOST = 10
BATCH = 100_000
COUNTED = ("greedy", "equal shares")


def millions(ballots: int) -> None:
    """Write so many ballots to a file, count it, and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "invented.pb"
        start = process_time()
        with path.open("w", encoding="utf-8") as out:
            out.writelines(lines(ballots))
        made = process_time() - start
        say(f"\n{ballots:,} invented ballots, seed {SEED}, {path.stat().st_size >> 20} MB, made in {made:.0f} s")
        told = run(sys.executable, "-m", "bench.one_count", str(path), *COUNTED)
    if told is None:
        say("  given up")
        return
    seconds = told["seconds"]
    say(f"  {told['different']:,} different ballots, peak {told['peak']:.0f} MB")
    say("  " + ", ".join(f"{step} {shown(each).strip()}" for step, each in seconds.items()))
    say(f"  in all {shown(sum(seconds.values())).strip()}")


def lines(ballots: int) -> Iterator[str]:
    """The text of the file. Voters of a dozen tastes choose one to ten projects, the liked ones more often."""
    chance = np.random.default_rng(SEED)
    costs = chance.integers(2_000, 60_000, PROJECTS)
    liking = chance.gamma(0.6, size=(TASTES, PROJECTS))
    yield "META\nkey;value\ndescription;Invented ballots\ncountry;Worldwide\nunit;Exampleton\ninstance;2026\n"
    yield f"num_projects;{PROJECTS}\nnum_votes;{ballots}\nbudget;{int(costs.sum()) // 3}\nvote_type;approval\n"
    yield f"rule;greedy\ndate_begin;2026\ndate_end;2026\nmax_length;{MOST}\nPROJECTS\nproject_id;cost\n"
    yield from (f"{number};{cost}\n" for number, cost in enumerate(costs.tolist(), start=1))
    yield "VOTES\nvoter_id;vote\n"
    for first in range(0, ballots, BATCH):
        size = min(BATCH, ballots - first)
        chosen, lengths = _batch(chance, liking, size)
        for voter, (ids, length) in enumerate(zip(chosen, lengths, strict=True), start=first + 1):
            yield f"{voter};{','.join(map(str, ids[:length]))}\n"


def _batch(chance: np.random.Generator, liking: np.ndarray, size: int) -> tuple[list[list[int]], list[int]]:
    """Ten projects in order of choice for each of so many voters, and how many of them each names."""
    taste = chance.integers(0, TASTES, size)
    waiting = chance.exponential(size=(size, PROJECTS)) / liking[taste]
    first = np.argpartition(waiting, MOST, axis=1)[:, :MOST]
    order = np.argsort(np.take_along_axis(waiting, first, axis=1), axis=1)
    chosen = np.take_along_axis(first, order, axis=1) + 1
    return chosen.tolist(), chance.integers(1, MOST + 1, size).tolist()
