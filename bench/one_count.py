"""One file read, grouped and counted, in a process of its own: `python -m bench.one_count FILE WAY...` prints JSON.

CPU seconds are medians over a few turns, each from the file anew; the peak of memory (MB) is that of the process.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

from bench.ways import method_of
from pb.core.pabulib import read
from pb.core.rules import count
from pb.core.rules.index import index_of

TURNS = 5
ENOUGH = 1.0
Turn = tuple[dict[str, float], dict[str, object]]


def turn(path: Path, ways: list[str]) -> Turn:
    """Seconds for each step of one turn; the size of the election and who won by each way."""
    clock = [process_time()]
    with path.open("rb") as stream:
        file = read(stream)
    clock.append(process_time())
    index = index_of(file.instance, file.profile)
    clock.append(process_time())
    won = {}
    for way in ways:
        won[way] = sorted(count(file.instance, file.profile, method_of(way)).selected)
        clock.append(process_time())
    steps = ("read", "group", *ways)
    size = {"ballots": index.ballots, "different": len(index.sizes), "projects": len(index.projects)}
    return {step: clock[at + 1] - clock[at] for at, step in enumerate(steps)}, {**size, "won": won}


def told(one_turn: Callable[[], Turn]) -> str:
    """Take turns until they are enough; what they took and told, and the peak, as JSON."""
    turns: list[dict[str, float]] = []
    start = process_time()
    while not turns or (len(turns) < TURNS and process_time() - start < ENOUGH):
        took, facts = one_turn()
        turns.append(took)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = {step: median(each[step] for each in turns) for step in turns[0]}
    return json.dumps({"seconds": seconds, "peak": peak, **facts})


if __name__ == "__main__":
    print(told(lambda: turn(Path(sys.argv[1]), sys.argv[2:])))  # noqa: T201 - what the command is for
