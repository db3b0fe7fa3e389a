"""The forms that bytes must have: canonical JSON, digests, fingerprints in words, Merkle roots."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

BIGGEST = 2**53 - 1
STARTS = ("ch", "dr", "fr", "g", "h", "j", "k", "m", "p", "r", "s", "sh", "t", "v", "w", "z")
ENDS = ("a", "e", "i", "o", "u", "an", "en", "in", "on", "un", "al", "el", "il", "ol", "ul", "ay")
SYLLABLE = "(ch|dr|fr|sh|[ghjkmprstvwz])(a[nly]|[eiou][nl]|[aeiou])"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
#: What is told of words that were mistyped: so many of them, and so many guesses at each.
MOST_TOLD = 3


class Wrong(Exception):
    """Something does not hold; the text says what, in plain words."""


class CannotTell(Exception):
    """A check that this package does not hold enough to make; the text says why."""


def sha256(data: bytes) -> str:
    """SHA-256 as 64 hexadecimal figures."""
    return hashlib.sha256(data).hexdigest()


def written(value: Any) -> bytes:
    """The RFC 8785 form of JSON data that holds only text, whole numbers, yes and no, nothing, lists and objects."""
    text = json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise Wrong("a text holds half a character") from None


def read(data: bytes, name: str) -> Any:
    """JSON data from bytes that must be in their RFC 8785 form."""
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Wrong(f"{name} is not JSON") from None
    if written(value) != data:
        raise Wrong(f"{name} is not in the canonical form of RFC 8785")
    return value


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be", "replace"))}
    if isinstance(value, list):
        return [_sorted(each) for each in value]
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > BIGGEST):
        raise Wrong("a number is not a whole number that every program can hold")
    return value


def fingerprint_words(digest: str) -> str:
    """A digest as eight words: each byte is a syllable, its first half chooses the start and its second the end."""
    syllables = [STARTS[byte >> 4] + ENDS[byte & 15] for byte in bytes.fromhex(digest)]
    return " ".join("".join(syllables[at : at + 4]) for at in range(0, 32, 4))


def digest_from(text: str) -> str:
    """The digest that somebody typed: eight words, or 64 figures, however they are spaced."""
    letters = re.sub(r"[^a-z0-9]", "", text.lower())
    if re.fullmatch("[0-9a-f]{64}", letters):
        return letters
    found = re.findall(SYLLABLE, letters)
    if len(found) != 32 or "".join(start + end for start, end in found) != letters:
        raise Wrong(_mistyped(re.findall(r"[^\W_]+", text.lower())))
    return bytes(STARTS.index(start) << 4 | ENDS.index(end) for start, end in found).hex()


def _mistyped(typed: list[str]) -> str:
    """What is wrong with words, or figures, that are no fingerprint; guesses come from the letters typed alone."""
    said = "what you entered is neither the eight words nor the 64 figures of a fingerprint"
    whole = "".join(typed)
    if re.fullmatch("[0-9a-f]*[0-9][0-9a-f]*", whole):
        return f"{said}: it has {len(whole)} figures"
    strange = [(at, each) for at, each in enumerate(typed, 1) if not _is_word(each)]
    if not strange:
        return f"{said}: it has {len(typed)} words"
    told = []
    for at, each in strange[:MOST_TOLD]:
        near = " or ".join(f"“{guess}”" for guess in _near(each))
        told.append(f"word {at}, “{each[:20]}”, is none that a fingerprint has{near and f' (did you mean {near}?)'}")
    return f"{said}: {'; '.join(told)}"


def _is_word(text: str) -> bool:
    return re.fullmatch(f"({SYLLABLE}){{4}}", text) is not None


def _near(word: str) -> list[str]:
    """Words of fingerprints that one slip of the finger makes into this one, the likeliest slips first."""
    if len(word) > 4 * 4 + 1:
        return []
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    slips = [
        *(left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1),
        *(left + right[1:] for left, right in parts if right),
        *(left + letter + right[1:] for left, right in parts if right for letter in LETTERS),
        *(left + letter + right for left, right in parts for letter in LETTERS),
    ]
    return list(dict.fromkeys(each for each in slips if _is_word(each)))[:MOST_TOLD]


def root_of_leaves(digests: Iterable[bytes]) -> str:
    """The Merkle root (RFC 6962, 2.1) over leaves that are digests already, in their order."""
    row = list(digests)
    if not row:
        return sha256(b"")
    while len(row) > 1:
        pairs = [hashlib.sha256(b"\1" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
        row = pairs + row[len(row) & ~1 :]
    return row[0].hex()


def leaf(data: bytes) -> bytes:
    """The digest of one leaf of a Merkle tree."""
    return hashlib.sha256(b"\0" + data).digest()
