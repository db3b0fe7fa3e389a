"""Progress of long work, on standard error: one line that renews itself on a terminal, or a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

TENTHS = 10


@dataclass
class Progress:
    """Tells how far some named stages of work are, and ends them when `seconds` are over (None: never).

    It says something on a terminal, or where it is `asked` to; never on standard output.
    """

    labels: Mapping[str, str]
    seconds: float | None = None
    asked: bool = False
    _begun: float = field(default_factory=time.monotonic)
    _last: str = ""

    def __call__(self, stage: str, done: int, total: int) -> bool:
        """Tell how much of a stage is done; whether there is time to go on."""
        if sys.stderr.isatty():
            self._renew(f"{self.labels[stage]}: {done} of {total}")
        elif self.asked:
            self._write(f"{self.labels[stage]}: {TENTHS * done // max(total, 1) * TENTHS}%")
        return self.seconds is None or time.monotonic() - self._begun < self.seconds

    def close(self) -> None:
        """Clear the line that was renewed."""
        if self._last and sys.stderr.isatty():
            sys.stderr.write("\r" + " " * len(self._last) + "\r")
            sys.stderr.flush()

    def _renew(self, line: str) -> None:
        if line != self._last:
            sys.stderr.write("\r" + line.ljust(len(self._last)))
            sys.stderr.flush()
            self._last = line

    def _write(self, line: str) -> None:
        if line != self._last:
            sys.stderr.write(line + "\n")
            self._last = line
