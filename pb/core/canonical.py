"""One way to write a thing down, so that its digest is the same everywhere; and digests that can be read aloud."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"

#: RFC 8785 numbers are IEEE doubles: whole numbers beyond this are not exact in every reader.
LARGEST_NUMBER = 2**53 - 1
LEAST_KEY = 32

#: Each has a letter that no hexadecimal figure is, so that words and figures are never mistaken for each other.
CONSONANTS = ("ch", "dr", "fr", "g", "h", "j", "k", "m", "p", "r", "s", "sh", "t", "v", "w", "z")
ENDINGS = ("a", "e", "i", "o", "u", "an", "en", "in", "on", "un", "al", "el", "il", "ol", "ul", "ay")
_SYLLABLES_A_WORD = 4
_AS_THEY_ARE = (str, bool, type(None))
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class NotCanonical(ValueError):
    """A thing that has no canonical form, or bytes that are not in it."""


def canonical(value: Json) -> bytes:
    """The RFC 8785 form of `value` as UTF-8, for text, whole numbers, booleans, null, lists and dicts.

    Raises NotCanonical for a float, a whole number beyond 2^53 - 1, a key that is not text, half a surrogate
    pair, or any other kind of thing.
    """
    try:
        return _WRITER.encode(_ordered(value)).encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("text with half a surrogate pair") from error


def parse(data: bytes) -> Any:
    """Read bytes that `canonical` wrote.

    Raises NotCanonical for anything else, even if it is other valid JSON: two files with the same meaning and
    different bytes would have two digests.
    """
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise NotCanonical("not JSON in UTF-8") from error
    if canonical(value) != data:
        raise NotCanonical("JSON, but not in its canonical form")
    return value


def digest(value: Json) -> str:
    """SHA-256 of the canonical form, as 64 hexadecimal figures."""
    return hashlib.sha256(canonical(value)).hexdigest()


def joined(*parts: str | int) -> bytes:
    """Parts with `|` between them, as UTF-8: `round|code`. Raises ValueError for a part that holds a `|`."""
    whole = "|".join([str(part) for part in parts])
    if whole.count("|") >= max(1, len(parts)):
        raise ValueError("a part may not hold the mark that separates parts")
    return whole.encode("utf-8")


def keyed(key: bytes, *parts: str | int) -> bytes:
    """HMAC-SHA256 under `key` over the joined parts: 32 bytes. Raises ValueError for a key under 32 bytes."""
    if len(key) < LEAST_KEY:
        raise ValueError(f"a key has at least {LEAST_KEY} bytes")
    return hmac.digest(key, joined(*parts), "sha256")


def hex_groups(sha256: str) -> str:
    """A SHA-256 digest as sixteen groups of four figures, to compare by eye."""
    figures = _digest_bytes(sha256).hex()
    return " ".join(figures[at : at + 4] for at in range(0, len(figures), 4))


def words(sha256: str) -> str:
    """A SHA-256 digest as eight words that can be read aloud and typed back; nothing is left out.

    Each byte is a syllable: its high four bits choose one of CONSONANTS, its low four one of ENDINGS. Four
    syllables are a word. No ending's last letter can begin a syllable, so the words read back in one way only,
    wherever the spaces fall.
    """
    syllables = [CONSONANTS[byte >> 4] + ENDINGS[byte & 15] for byte in _digest_bytes(sha256)]
    starts = range(0, len(syllables), _SYLLABLES_A_WORD)
    return " ".join("".join(syllables[at : at + _SYLLABLES_A_WORD]) for at in starts)


def _ordered(value: Any) -> Any:
    if isinstance(value, _AS_THEY_ARE):
        return value
    if isinstance(value, int):
        return _whole(value)
    if type(value) is dict or isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value, key=_code_units)}
    if isinstance(value, (list, tuple)):
        return [each if type(each) is str else _ordered(each) for each in value]
    raise NotCanonical(f"a {type(value).__name__} has no canonical form here")


def _whole(value: int) -> int:
    if abs(value) > LARGEST_NUMBER:
        raise NotCanonical("a number beyond 2^53 - 1 is not exact in every reader")
    return int(value)


def _code_units(key: object) -> bytes:
    """RFC 8785 sorts keys by UTF-16 code units, which differs from code points beyond the basic plane."""
    if not isinstance(key, str):
        raise NotCanonical("a key is text")
    return key.encode("utf-16-be")


def _digest_bytes(sha256: str) -> bytes:
    raw = bytes.fromhex(sha256)
    if len(raw) != hashlib.sha256().digest_size:
        raise ValueError("a SHA-256 digest has 64 figures")
    return raw
