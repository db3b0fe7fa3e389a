"""UK postcodes: their shape, and which area of a round one lies in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

from pb.core.errors import Refusal
from pb.core.words import N_

Area = TypeVar("Area")

#: Outward part: area letters and district; inward part: sector figure and two letters, never C I K M O V.
_AREA = r"[A-PR-UWYZ][A-HK-Y]?"
_OUTWARD = rf"(?:{_AREA}[0-9][0-9A-Z]?|GIR)"
_UNIT = r"[ABD-HJLNP-UW-Z]{2}"
_POSTCODE = re.compile(rf"({_OUTWARD})([0-9]{_UNIT})")
_PREFIX = re.compile(rf"{_AREA}|{_OUTWARD}(?: [0-9](?:{_UNIT})?)?")
_FIGURES = str.maketrans("OIL", "011")


def read_postcode(text: str, field: str = "postcode") -> str:
    """A postcode as the post writes it, `EH6 6AB`, from what a person typed; case, spaces and stops do not matter.

    A letter O, I or L where only a figure can stand is read as that figure. Only the shape is checked: whether
    the postcode exists is not known here. Raises Refusal, 422: `postcode_missing`, `postcode_shape`.
    """
    found = _letters_and_figures(text)
    if not found:
        raise Refusal("postcode_missing", N_("Enter a postcode."), field=field, status=422)
    outward, sector = found[:-3], found[-3:-2].translate(_FIGURES)
    if outward[-2:-1].isdecimal():  # of the letters that may end a district (W1A, EC1V), none is O, I or L
        outward = outward[:-1] + outward[-1:].translate(_FIGURES)
    match = _POSTCODE.fullmatch(f"{outward}{sector}{found[-2:]}")
    if not match:
        raise Refusal(
            "postcode_shape",
            N_("Enter a full UK postcode, such as EH6 6AB."),
            field=field,
            status=422,
        )
    return f"{match[1]} {match[2]}"


def read_prefix(text: str, field: str = "postcodes") -> str:
    """One line of an area's list: `EH`, `EH6`, `EH6 6` or `EH6 6AB`, tidied.

    The space before a sector is needed, for EH66 is a district and EH6 6 a sector. Raises Refusal, 422:
    `postcode_prefix`.
    """
    found = " ".join(unicodedata.normalize("NFKC", text).upper().split())
    full = _POSTCODE.fullmatch(found)
    if full:
        return f"{full[1]} {full[2]}"
    if not _PREFIX.fullmatch(found):
        raise Refusal(
            "postcode_prefix",
            N_("%(text)s is not the beginning of a UK postcode. Write EH, EH6, EH6 6 or EH6 6AB."),
            field=field,
            status=422,
            text=found[:20],
        )
    return found


def prefixes(postcode: str) -> tuple[str, str, str, str]:
    """A postcode, as `read_postcode` gives it, and all it begins with, longest first: unit, sector, district, area."""
    outward, inward = postcode.split(" ")
    letters = re.match("[A-Z]+", outward)
    return postcode, f"{outward} {inward[0]}", outward, letters[0] if letters else outward


def wider(prefix: str) -> tuple[str, ...]:
    """The lines of a list that hold all of another line (as `read_prefix` gives it) and more, the narrowest first."""
    outward, _, inward = prefix.partition(" ")
    letters = re.match("[A-Z]+", outward)
    found = [f"{outward} {inward[0]}"] if inward else []
    return tuple(each for each in (*found, outward, letters[0] if letters else outward) if each != prefix)


def area_for(postcode: str, table: Mapping[str, Area]) -> Area | None:
    """The area whose line in `table` (keys as `read_prefix` gives them) fits the postcode best; None if none does.

    The longest line wins, so that one street can belong to another ward than its district.
    """
    return next((table[prefix] for prefix in prefixes(postcode) if prefix in table), None)


def _letters_and_figures(text: str) -> str:
    return re.sub("[^A-Z0-9]", "", unicodedata.normalize("NFKC", text).upper())
