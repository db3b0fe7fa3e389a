"""How long the counting engine takes to load, numpy left out: what a command pays before it counts."""

from __future__ import annotations

import subprocess
import sys
from statistics import median

from bench.counting import say

TURNS = 7
CODE = """
import numpy
from time import process_time
start = process_time()
import pb.core.rules, pb.core.pabulib
print(process_time() - start)
"""


def loading() -> None:
    """Load it in processes of their own, and print the median."""
    command = (sys.executable, "-c", CODE)
    times = [float(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(TURNS)]  # noqa: S603
    say(f"\nthe whole engine loads in {median(times) * 1000:.0f} ms of CPU time beyond numpy")
