"""Merkle roots: one digest for a whole set, in which no member can be changed, added or left out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

_LEAF = b"\0"
_NODE = b"\1"


def root(leaves: Iterable[bytes]) -> str:
    """The root over `leaves`, sorted, as 64 hexadecimal figures; their order as given does not matter.

    The tree of RFC 6962, 2.1: SHA-256, a zero byte before a leaf and a one before a pair, so that no pair can pass
    for a leaf; the root of nothing is the digest of nothing. A leaf that stands twice counts twice. Sorting is
    ours: the order in which ballots came must not be told.
    """
    level = [_sha256(_LEAF, leaf) for leaf in sorted(leaves)]
    while len(level) > 1:
        level = [_pair(level, at) for at in range(0, len(level), 2)]
    return (level[0] if level else _sha256()).hex()


def _pair(level: list[bytes], at: int) -> bytes:
    """Two neighbours as one; the last of an odd number goes up as it is, which gives RFC 6962's tree."""
    if at + 1 == len(level):
        return level[at]
    return _sha256(_NODE, level[at], level[at + 1])


def _sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()
