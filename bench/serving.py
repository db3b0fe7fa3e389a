"""Voting over HTTP, end to end through the server: against a bare hello and against the plain site, in one run.

Sides that are compared take turns, in short rounds, so that a machine's moods fall on all of them; the medians of the
rounds' own ratios are printed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.counting import say
from bench.phones import Run, at_a_rate, at_one_instant, get, one_after_another, sending
from bench.served import HALL_PROJECTS, SCORES, Served, our_site, plain_site

ROUNDS = 7
CASTS = 400
HELLOS = 2_000
PHONES = 16
JOURNEYS = 600
RATES = {40: 30, 120: 80}
RATE_SECONDS = 10
AT_ONCE = 300
CROWDS = (16, 32, 64)
HALL_SECONDS = 120
#: So many visits a second for so many seconds: a whole city at the close, and a town of 2,000 voters in ten minutes.
SUSTAINED = ((50.0, 300), (2_000 / 600, 300))
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
        _hall(Path(folder))
        if shutil.which("gcc"):
            _slow_disk(Path(folder))


def _rates(folder: Path) -> None:
    say(f"\ndurable casts a second, each until its receipt is shown, {PHONES} phones, medians of {ROUNDS} turns")
    casts = (ROUNDS + 1) * CASTS
    with plain_site(folder / "plain", casts) as plain, _ours(folder / "ours", casts) as sites:
        hello = sending(get("/hello"))
        sides: dict[str, Callable[[int], Run]] = {
            "a bare hello": lambda _: one_after_another(plain.port, [hello] * HELLOS, PHONES),
            "the plain site": lambda turn: _casts(plain, turn),
            **{name: lambda turn, site=site: _casts(site, turn) for name, site in sites.items()},  # type: ignore[misc]
        }
        for turn in (side(ROUNDS) for side in sides.values()):
            del turn  # each side once, so that nothing is timed for the first time
        rounds = [{name: side(turn) for name, side in sides.items()} for turn in range(ROUNDS)]
        for name in sides:
            say(_line(name, rounds) + (f"   memory {sites[name].memory() / 2**20:.0f} MiB" if name in sites else ""))


def _casts(site: Served, turn: int) -> Run:
    return one_after_another(site.port, site.casting(CASTS, turn * CASTS), PHONES)


def _line(name: str, rounds: list[Mapping[str, Run]]) -> str:
    own = [each[name] for each in rounds]
    text = (
        f"{name:18} {median(run.rate for run in own):6.0f}/s   p99 {median(run.slowest(0.99) for run in own):5.0f} ms"
    )
    if not name.startswith("ours"):
        return text
    of_hello = median(each[name].rate / each["a bare hello"].rate for each in rounds)
    plain = median(each[name].rate / each["the plain site"].rate for each in rounds)
    slower = median(each["the plain site"].slowest(0.99) / each[name].slowest(0.99) for each in rounds)
    return (
        f"{text}   of hello {of_hello:.2f} (pass 0.2)   plain x {plain:.1f} (pass 2.5)   "
        f"plain's p99 / {slower:.0f} (pass 10)   faults {sum(run.faults for run in own)}"
    )


@contextmanager
def _ours(folder: Path, ballots: int) -> Iterator[dict[str, Served]]:
    with our_site(folder / "sqlite", ballots) as sqlite:
        if not POSTGRESQL:
            yield {"ours, SQLite": sqlite}
            return
        with our_site(folder / "postgresql", ballots, database_url=POSTGRESQL) as postgresql:
            yield {"ours, SQLite": sqlite, "ours, PostgreSQL": postgresql}


def _visits(folder: Path) -> None:
    rated = {rate: rate * RATE_SECONDS for rate in RATES}
    wanted = JOURNEYS + sum(rated.values()) + (2 + len(CROWDS)) * AT_ONCE
    with our_site(folder / "visits", wanted) as site:
        numbers = iter(range(wanted))
        _whole_visits(site, [next(numbers) for _ in range(JOURNEYS)])
        for rate, most in RATES.items():
            visits = site.journeys([site.codes[next(numbers)] for _ in range(rated[rate])])
            run = at_a_rate(site.port, visits, rate, seed=rate)
            say(
                f"{rate} visits a second: the casting p50 {median(run.lasts):.0f} ms, p99 {run.slowest_last(0.99):.0f} "
                f"ms (pass {most}); the visit p50 {median(run.times):.0f} ms, p99 {run.slowest(0.99):.0f} ms; "
                f"faults {run.faults}"
            )
        start = next(numbers)
        run = at_one_instant(site.port, site.journeys(site.codes[start : start + AT_ONCE]))
        say(f"{AT_ONCE} phones at one instant, whole visits: done in {run.seconds:.2f} s (pass 3), faults {run.faults}")
        for phones in CROWDS:
            start += AT_ONCE
            run = one_after_another(site.port, site.casting(AT_ONCE, start), phones)
            say(f"{phones} phones without pause: {run.rate:.0f}/s, p99 {run.slowest(0.99):.0f} ms, faults {run.faults}")


def _whole_visits(site: Served, numbers: list[int]) -> None:
    before = site.cpu_seconds()
    run = one_after_another(site.port, site.journeys([site.codes[number] for number in numbers]), PHONES)
    used = site.cpu_seconds() - before
    say(
        f"\nwhole visits (who you are, the ballot, the check, the casting), {PHONES} phones: {run.rate:.0f}/s, "
        f"{len(numbers) / used:.0f} a CPU second, the casting p99 {run.slowest_last(0.99):.0f} ms, faults {run.faults}"
    )


def _hall(folder: Path) -> None:
    """A hall scores on its phones, from one address, within two minutes; then what is in the box is counted."""
    with our_site(folder / "hall", AT_ONCE, ballot=SCORES) as site:
        run = at_a_rate(site.port, site.journeys(site.codes), AT_ONCE / HALL_SECONDS, seed=AT_ONCE)
        say(
            f"a hall: {AT_ONCE} phones from one address score {HALL_PROJECTS} projects within {run.seconds:.0f} s, "
            f"{site.in_the_box()} in the box, {run.faults} refused; "
            f"the casting p99 {run.slowest_last(0.99):.0f} ms (pass 1000), the visit p99 {run.slowest(0.99):.0f} ms"
        )


def sustained() -> None:
    """Print what five minutes of each load do, on every database that there is."""
    with tempfile.TemporaryDirectory() as folder:
        _sustained("SQLite", Path(folder) / "sqlite")
        if POSTGRESQL:
            _sustained("PostgreSQL", Path(folder) / "postgresql", POSTGRESQL)


def _sustained(name: str, folder: Path, database_url: str = "") -> None:
    visits = [round(rate * seconds) for rate, seconds in SUSTAINED]
    with our_site(folder, sum(visits), database_url=database_url) as site:
        start = 0
        for (rate, _), count in zip(SUSTAINED, visits, strict=True):
            run = at_a_rate(site.port, site.journeys(site.codes[start : start + count]), rate, seed=count)
            start += count
            say(
                f"{name}: {rate:.1f} visits a second for {run.seconds:.0f} s; "
                f"the casting p99 {run.slowest_last(0.99):.0f} ms (pass 1000), "
                f"the visit p99 {run.slowest(0.99):.0f} ms, faults {run.faults} (pass 0); "
                f"{start - run.faults} cast and {site.in_the_box()} in the box"
            )


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
