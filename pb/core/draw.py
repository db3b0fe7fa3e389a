"""The drawn order of the projects on a ballot: anybody can repeat it from the published seed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def drawn_order(seed: str, keys: Iterable[str]) -> list[str]:
    """The keys in the order that `seed` gives them, whatever order they come in.

    Each key is put after the seed and a stroke, `seed|key`, in UTF-8; the keys are sorted by the SHA-256 of that,
    written in hexadecimal, the least first. `printf '%s' "$seed|$key" | sha256sum`, once a key, repeats the draw.
    """
    return sorted(keys, key=lambda key: (hashlib.sha256(f"{seed}|{key}".encode()).hexdigest(), key))


def drawn_sample(seed: str, most: int, size: int) -> list[int]:
    """`size` of the numbers from 1 to `most`, drawn by a public seed as `drawn_order` draws, the least first."""
    return sorted(int(key) for key in drawn_order(seed, map(str, range(1, most + 1)))[:size])
