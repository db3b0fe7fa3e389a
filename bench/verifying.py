"""Checking a package of 100,000 ballots by the file that everybody may download, with Python alone."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.packages import a_package
from tools.one_file import TARGET

BALLOTS = 100_000
PASS = 10.0
#: A round of approvals in two wards by most votes first, published in full.
SEED = 91


def verifying() -> None:
    """Make the package, check it in a process of its own, print seconds and memory."""
    package = a_package(SEED, most_ballots=BALLOTS, alike=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "package.zip"
        path.write_bytes(package.zip)
        started = perf_counter()
        command = [sys.executable, "-I", str(TARGET), str(path), "--anchor", package.anchor]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        seconds = perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines = package.files["ballots.jsonl"].count(b"\n")
    print(f"Checking a package of {lines:,} ballots with Python alone (greedy):")  # noqa: T201
    verdict = "passes" if done.returncode == os.EX_OK and seconds < PASS else "FAILS"
    figures = f"{seconds:.2f} s, {used.ru_utime:.2f} s of CPU, {used.ru_maxrss / 1024:.0f} MB"
    print(f"  {figures}; {verdict} (under {PASS:.0f} s)")  # noqa: T201
    print(f"  {done.stdout.rstrip().splitlines()[-1]}")  # noqa: T201
