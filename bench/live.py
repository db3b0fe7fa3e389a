"""Five hundred phones that follow a round while people vote in it: what they cost, and what voting notices."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from bench.counting import say
from bench.phones import MILLISECONDS, Run, at_a_rate
from bench.served import Served, our_site

FOLLOWERS = 500
#: As static/js/live.js has it: every four seconds, a quarter sooner or later.
EVERY, JITTER = 4.0, 0.25
ALONE_SECONDS = 20
RATE = 40
CASTS = 600
ROUNDS = 3


@dataclass(frozen=True)
class Followed:
    """What the followers saw: how long each answer took (ms), how many said "nothing new", how many went wrong."""

    times: list[float]
    unchanged: int
    faults: int

    def __str__(self) -> str:
        ordered = sorted(self.times)
        slowest = ordered[int(len(ordered) * 0.99)]
        return (
            f"{len(ordered)} answers, p50 {median(ordered):.1f} ms, p99 {slowest:.0f} ms, "
            f"{self.unchanged} unchanged, faults {self.faults}"
        )


def live() -> None:
    """Print every line."""
    with tempfile.TemporaryDirectory() as folder, our_site(Path(folder) / "live", 2 * ROUNDS * CASTS) as site:
        say(f"\n{FOLLOWERS} phones that follow a round, one answer each every {EVERY:.0f} s")
        alone, share = _alone(site)
        say(f"nobody votes: {share:.2f} core for the server; {alone}")
        without, with_them = [], []
        for turn in range(ROUNDS):
            without.append(_voting(site, 2 * turn))
            with _followers(site, CASTS / RATE + 2):
                with_them.append(_voting(site, 2 * turn + 1))
        for name, runs in (("without them", without), ("with them", with_them)):
            runs.sort(key=lambda run: run.slowest(0.99))
            middle = runs[len(runs) // 2]
            told = f"p50 {median(middle.times):.0f} ms, p99 {middle.slowest(0.99):.0f} ms"
            say(f"{RATE} casts a second {name}: {told}, faults {sum(run.faults for run in runs)}")


def _alone(site: Served) -> tuple[Followed, float]:
    with _followers(site, ALONE_SECONDS) as following:
        sleep(EVERY)  # the first round of all phones, each of which gets the whole answer once
        before, begun = site.cpu_seconds(), perf_counter()
        followed = following.result()
        return followed, (site.cpu_seconds() - before) / (perf_counter() - begun)


def _voting(site: Served, turn: int) -> Run:
    return at_a_rate(site.port, site.casting(CASTS, turn * CASTS), RATE, seed=RATE + turn)


@contextmanager
def _followers(site: Served, seconds: float) -> Iterator[object]:
    """The followers in a process of their own, until they have followed for so many seconds."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        following = pool.submit(follow, site.port, f"/rounds/{site.slug}/live.json?in=en_GB", seconds)
        sleep(1)
        yield following


def follow(port: int, path: str, seconds: float) -> Followed:
    """Follow with every phone for so many seconds."""
    return asyncio.run(_all(port, path, seconds))


async def _all(port: int, path: str, seconds: float) -> Followed:
    ends = perf_counter() + seconds
    parts = await asyncio.gather(*(_phone(port, path, ends, seed) for seed in range(FOLLOWERS)))
    statuses = [status for part in parts for _time, status in part]
    return Followed(
        [time for part in parts for time, _status in part],
        statuses.count(304),
        sum(status not in (200, 304) for status in statuses),
    )


async def _phone(port: int, path: str, ends: float, seed: int) -> list[tuple[float, int]]:
    """One phone: a new connection each time, since the server closes one that waits so long."""
    chance, mark, done = random.Random(seed), "", []
    await asyncio.sleep(chance.uniform(0, EVERY))
    while perf_counter() < ends:
        begun = perf_counter()
        status, mark = await _ask(port, path, mark)
        done.append(((perf_counter() - begun) * MILLISECONDS, status))
        await asyncio.sleep(EVERY * chance.uniform(1 - JITTER, 1 + JITTER))
    return done


async def _ask(port: int, path: str, mark: str) -> tuple[int, str]:
    """Ask once; the status, and the mark to ask with next."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    known = f"If-None-Match: {mark}\r\n" if mark else ""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{known}\r\n".encode())
    head, _, _body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]) if lines[0] else 0, headers.get("etag", mark).replace("w/", "W/")
