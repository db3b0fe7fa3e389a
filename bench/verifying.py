"""Checking a package of 100,000 ballots by the file that everybody may download, with Python alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter

from tests.packages import Made, a_city
from tools.one_file import TARGET

BALLOTS = 100_000
PASS = 10.0
SEED = 91


def verifying() -> None:
    """A city's approvals of forty projects, published in full: counted by most votes first, then by the other rules."""
    for rule in ("greedy", "equal-shares", "phragmen", "bounded-overspending", "max-welfare"):
        _check(rule, a_city(SEED, rule, BALLOTS))


def _check(rule: str, package: Made) -> None:
    """Check a package in a process of its own; print seconds and memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "package.zip"
        path.write_bytes(package.zip)
        before, started = getrusage(RUSAGE_CHILDREN), perf_counter()
        command = [sys.executable, "-I", str(TARGET), str(path), "--anchor", package.anchor]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        seconds, used = perf_counter() - started, getrusage(RUSAGE_CHILDREN)
    lines = package.files["ballots.jsonl"].count(b"\n")
    print(f"Checking a package of {lines:,} ballots with Python alone ({rule}):")  # noqa: T201
    held = done.returncode == os.EX_OK and done.stdout.rstrip().endswith(
        "Everything holds, and the package is the one in the minutes."
    )
    verdict = f"{'passes' if held and seconds < PASS else 'FAILS'} (under {PASS:.0f} s)"
    if rule != "greedy":
        verdict = "holds" if held else "FAILS"
    memory = f"at most {used.ru_maxrss / 1024:.0f} MB so far"
    print(f"  {seconds:.2f} s, {used.ru_utime - before.ru_utime:.2f} s of CPU, {memory}; {verdict}")  # noqa: T201
    print(f"  {done.stdout.rstrip().splitlines()[-1]}")  # noqa: T201
