"""Codes: one right to vote each, written so that people can read, type and scan them."""

from __future__ import annotations

import unicodedata

from pb.core.canonical import keyed
from pb.core.errors import Refusal
from pb.core.words import N_

#: Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_BYTES = 10
CODE_LENGTH = 17
#: Beyond so many places a weight would come again.
MOST_CHECKED = 30

_BITS = 5
_MIXED_UP = str.maketrans("OIL", "011")
#: x^5 + x^2 + 1, primitive over GF(2): the powers of x reach all 31 elements of GF(32) that are not zero.
_FIELD = 0b100101
_SEPARATORS = frozenset("_.,'\"|/\\")
_LETTERS = frozenset(ALPHABET)


def make_code(random: bytes) -> str:
    """A code of 16 characters and a check character from 10 random bytes (80 bits).

    Raises ValueError for more or fewer bytes.
    """
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"a code is made from {RANDOM_BYTES} random bytes")
    return with_check(symbols(random, CODE_LENGTH - 1))


def read_code(text: str) -> str:
    """The code that a person typed, pasted or scanned, as `make_code` wrote it.

    Case, spaces and dashes do not matter, O is read as 0, I and L as 1, and of a web address what follows the
    last # is read. Raises Refusal, 422, beside the field `code`: `code_missing`, `code_characters`,
    `code_too_short`, `code_too_long`, `code_check`.
    """
    return read_checked(text, CODE_LENGTH)


def print_form(code: str) -> str:
    """A code as cards show it: groups of four characters, the check character last and alone."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def slot(k_code: bytes, round_id: int | str, code: str) -> bytes:
    """The key of the ballot slot that a code opens: HMAC-SHA256(K_code, round|code), 32 bytes.

    Only this is stored, so a copy of the database without the key names no code.
    """
    return keyed(k_code, round_id, code)


def symbols(random: bytes, count: int) -> str:
    """The first `count` characters, of five bits each, of so many bytes. Raises ValueError if they do not reach."""
    spare = len(random) * 8 - count * _BITS
    if spare < 0:
        raise ValueError("too few bytes for so many characters")
    number = int.from_bytes(random, "big") >> spare
    return "".join([ALPHABET[number >> at * _BITS & 31] for at in reversed(range(count))])


def with_check(text: str) -> str:
    """`text` of up to MOST_CHECKED characters of the alphabet, and its check character.

    The check character is a Reed-Solomon symbol over GF(32): the sum of a^i times the i-th character, a = x.
    All weights differ and none is zero, so no single wrong character and no swap of two goes unseen.
    """
    check = 0
    for products, character in zip(_PRODUCTS[: len(text)], text, strict=True):
        check ^= products[character]
    return text + ALPHABET[check]


def read_checked(text: str, length: int) -> str:
    """The `length` characters, check character last, that a person typed. Refusals as in `read_code`."""
    found = _tidy(text)
    _refuse_strange(found)
    _refuse_length(found, length)
    if with_check(found[:-1]) != found:
        raise Refusal(
            "code_check",
            N_("One or more of these characters is not right. Look at the code again and check each group of four."),
            field="code",
            status=422,
        )
    return found


def _tidy(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text.upper().translate(_MIXED_UP)
    typed = unicodedata.normalize("NFKC", text).rpartition("#")[2]
    kept = [each for each in typed if not _is_separator(each)]
    return "".join(kept).upper().translate(_MIXED_UP)


def _is_separator(character: str) -> bool:
    """Spaces, dashes, stops and invisible marks, which people and their phones put between groups."""
    return (
        character in _SEPARATORS
        or character.isspace()
        or unicodedata.category(character) in {"Pd", "Cf", "Cc", "Zs", "Pi", "Pf"}
    )


def _refuse_strange(found: str) -> None:
    if not found:
        raise Refusal("code_missing", N_("Enter the code."), field="code", status=422)
    strange = sorted(set(found) - _LETTERS)
    if strange:
        raise Refusal(
            "code_characters",
            N_("A code has only letters and numbers, and never the letter U. Look again at: %(characters)s"),
            field="code",
            status=422,
            characters=" ".join(strange[:5]),
        )


def _refuse_length(found: str, length: int) -> None:
    missing = length - len(found)
    if missing == 0:
        return
    code = "code_too_short" if missing > 0 else "code_too_long"
    raise Refusal(
        code, _LENGTH_WORDS[code, abs(missing) == 1], field="code", status=422, count=abs(missing), length=length
    )


_LENGTH_WORDS = {
    ("code_too_short", True): N_("One character is missing. The code has %(length)s characters."),
    ("code_too_short", False): N_("%(count)s characters are missing. The code has %(length)s characters."),
    ("code_too_long", True): N_("There is one character too many. The code has %(length)s characters."),
    ("code_too_long", False): N_("There are %(count)s characters too many. The code has %(length)s characters."),
}


def _times(left: int, right: int) -> int:
    """The product of two elements of GF(32)."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 32:
            left ^= _FIELD
        right >>= 1
    return product


def _products() -> list[dict[str, int]]:
    """For each place of a text, the product of its weight and each character."""
    weights = [2]
    while len(weights) < MOST_CHECKED:
        weights.append(_times(weights[-1], 2))
    return [{character: _times(weight, at) for at, character in enumerate(ALPHABET)} for weight in weights]


_PRODUCTS = _products()
