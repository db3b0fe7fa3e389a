"""Make the list of known passwords: `python -m tools.known_passwords LIST`, one a line, the most used first.

Of the 3,000 most used that are long enough, those that the rules of core let through are kept, as digests. The list in
the project was made from the first million of Mark Burnett's ten million passwords, which he gave to the public domain.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from pb.core.passwords import LEAST_LENGTH, password_faults
from pb.services.passwords import KNOWN, digest_of

MOST = 3000


def digests(passwords: Iterable[str]) -> list[str]:
    """The digests to keep, sorted."""
    long = islice((each for each in passwords if len(each) >= LEAST_LENGTH), MOST)
    return sorted({digest_of(each) for each in long if not password_faults(each)})


if __name__ == "__main__":
    listed = Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace").split("\n")
    KNOWN.write_text("\n".join(digests(listed)) + "\n", encoding="ascii")
