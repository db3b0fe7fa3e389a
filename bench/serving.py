"""Voting over HTTP, end to end through the server: against a bare hello and against the plain site, in one run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.counting import say
from bench.phones import Run, at_a_rate, at_one_instant, get, one_after_another
from bench.served import Served, our_site, plain_site

ROUNDS = 3
CASTS = 1_200
PHONES = 16
JOURNEYS = 600
RATES = (40, 120)
RATED = 600
AT_ONCE = 300
SLOW_MILLISECONDS = 8
SLOW_CASTS = 640
POSTGRESQL = os.environ.get("PB_BENCH_POSTGRESQL", "")
#: fsync and fdatasync that take so much longer, as on a busy disk.
_SLOW = """#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
static int slow(const char *name, int file) {
  usleep(%d);
  return ((int (*)(int)) dlsym(RTLD_NEXT, name))(file);
}
int fsync(int file) { return slow("fsync", file); }
int fdatasync(int file) { return slow("fdatasync", file); }
"""


def serving() -> None:
    """Print every line."""
    with tempfile.TemporaryDirectory() as folder:
        _rates(Path(folder))
        _visits(Path(folder))
        if shutil.which("gcc"):
            _slow_disk(Path(folder))


def _rates(folder: Path) -> None:
    say(f"\ndurable casts a second through the server, {PHONES} phones, median of {ROUNDS}")
    with plain_site(folder / "plain", ROUNDS * CASTS) as plain, _ours(folder / "ours", ROUNDS * CASTS) as sites:
        hello = _median(lambda _: _hello(plain))
        naive = _median(lambda turn: one_after_another(plain.port, plain.casting(CASTS, turn * CASTS), PHONES))
        say(f"{'a bare hello':24} {hello.rate:8.0f}/s")
        say(f"{'the plain site':24} {naive.rate:8.0f}/s   p99 {naive.slowest(0.99):6.0f} ms   faults {naive.faults}")
        for name, site in sites.items():
            run = _median(
                lambda turn, site=site: one_after_another(site.port, site.casting(CASTS, turn * CASTS), PHONES)
            )
            say(
                f"{name:24} {run.rate:8.0f}/s   p99 {run.slowest(0.99):6.0f} ms   faults {run.faults}   "
                f"of hello {run.rate / hello.rate:5.2f} (pass 0.2)   plain x {run.rate / naive.rate:4.1f} (pass 2.5)   "
                f"memory of a process {site.memory() / 2**20:4.0f} MiB"
            )


@contextmanager
def _ours(folder: Path, ballots: int) -> Iterator[dict[str, Served]]:
    with our_site(folder / "sqlite", ballots) as sqlite:
        if not POSTGRESQL:
            yield {"ours, SQLite": sqlite}
            return
        with our_site(folder / "postgresql", ballots, database_url=POSTGRESQL) as postgresql:
            yield {"ours, SQLite": sqlite, "ours, PostgreSQL": postgresql}


def _hello(site: Served) -> Run:
    request = get("/hello")
    return one_after_another(site.port, [lambda phone: phone.ask(request)[0]] * 4_000, PHONES)


def _median(turn: Callable[[int], Run]) -> Run:
    runs = sorted((turn(number) for number in range(ROUNDS)), key=lambda run: run.rate)
    return runs[len(runs) // 2]


def _visits(folder: Path) -> None:
    wanted = JOURNEYS + len(RATES) * (RATED + CASTS) + 4 * AT_ONCE
    with our_site(folder / "visits", wanted) as site:
        codes = list(site.codes)
        journeys = site.journeys(codes[:JOURNEYS])
        before = site.cpu_seconds()
        run = one_after_another(site.port, journeys, PHONES)
        used = site.cpu_seconds() - before
        say(f"\nwhole visits (five pages), {PHONES} phones: {run.rate:.0f}/s, {JOURNEYS / used:.0f} a CPU second")
        del codes[:JOURNEYS]
        for rate in RATES:
            run = at_a_rate(site.port, site.journeys(codes[:RATED]), rate / 4, seed=rate)
            del codes[:RATED]
            say(f"{rate / 4:.0f} visits ({rate} pages) a second: {_times(run)} a visit")
        start = JOURNEYS + len(RATES) * RATED
        for rate in RATES:
            run = at_a_rate(site.port, site.casting(CASTS, start), rate, seed=rate)
            start += CASTS
            say(f"{rate} casts a second: {_times(run)} (pass p99 {30 if rate == RATES[0] else 80})")
        run = at_one_instant(site.port, site.casting(AT_ONCE, start))
        say(f"{AT_ONCE} phones at one instant: all done in {run.seconds:.2f} s (pass 3), faults {run.faults}")
        for phones in (16, 32, 64):
            start += AT_ONCE
            run = one_after_another(site.port, site.casting(AT_ONCE, start), phones)
            say(f"{phones} phones without pause: {run.rate:.0f}/s, p99 {run.slowest(0.99):.0f} ms, faults {run.faults}")


def _times(run: Run) -> str:
    return f"p50 {median(run.times):.0f} ms, p99 {run.slowest(0.99):.0f} ms, faults {run.faults}"


def _slow_disk(folder: Path) -> None:
    library = folder / "slow.so"
    source = folder / "slow.c"
    source.write_text(_SLOW % (SLOW_MILLISECONDS * 1000))
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)  # noqa: S603, S607
    slow = {"LD_PRELOAD": str(library)}
    rates = {}
    for name, module in (("one commit each", "bench.alone"), ("together", "pb")):
        with our_site(folder / module, SLOW_CASTS, environment=slow, module=module) as site:
            rates[name] = one_after_another(site.port, site.casting(SLOW_CASTS), 32).rate
    say(
        f"\nwith a disk {SLOW_MILLISECONDS} ms slower, 32 phones: one commit each {rates['one commit each']:.0f}/s, "
        f"group commit {rates['together']:.0f}/s, {rates['together'] / rates['one commit each']:.1f} times (pass 3)"
    )
