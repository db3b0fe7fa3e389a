"""Casting a ballot: ours (validated, sealed, durable, one queue for writers) against plain rows."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path
from time import perf_counter

from flask import Flask

from bench.plain import PlainBox
from bench.sides import MILLISECONDS, Comparison, in_turns
from pb.extensions import db, present
from pb.services.casting import cast
from pb.services.rights import Claim
from tests.voters import a_paper, a_voting_round, codes_for

TURNS = 150
WRITERS = 16
EACH = 20
PROJECTS = (1, 2, 3, 4, 5)


def _sides(folder: Path, codes: int) -> tuple[Callable[[int], object], Callable[[int], object]]:
    the_round = a_voting_round()
    ours = codes_for(the_round, codes)
    folder.mkdir(parents=True, exist_ok=True)
    box = PlainBox(folder, secrets.token_bytes(32), ours)
    paper = a_paper(the_round)

    def cast_ours(number: int) -> object:
        return cast(replace(paper, nonce=f"{number:032d}"), Claim(code=ours[number]))

    return cast_ours, lambda number: box.cast(ours[number], PROJECTS, present.now())


def one_after_another(folder: Path) -> Comparison:
    """One voter at a time."""
    ours, plain = _sides(folder / "one", TURNS + 10)
    mine, theirs = count(), count()
    return in_turns("a ballot cast, median", lambda: ours(next(mine)), lambda: plain(next(theirs)), TURNS)


def sixteen_at_once(app: Flask, folder: Path) -> Comparison:
    """Sixteen writers at once: the slowest of a hundred."""
    ours, plain = _sides(folder / "sixteen", WRITERS * EACH)
    slowest = []
    for deed in (ours, plain):

        def turn(number: int, deed: Callable[[int], object] = deed) -> float:
            with app.app_context():
                start = perf_counter()
                deed(number)
                took = (perf_counter() - start) * MILLISECONDS
                db.session.remove()
            return took

        with ThreadPoolExecutor(WRITERS) as pool:
            times = sorted(pool.map(turn, range(WRITERS * EACH)))
        slowest.append(times[int(len(times) * 0.99) - 1])
    return Comparison("a ballot cast among sixteen, 99th percentile", slowest[0], slowest[1])
