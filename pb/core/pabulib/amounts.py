"""Amounts in .pb files: decimal text to whole minor units and back, exactly."""

from __future__ import annotations

import re
from typing import NamedTuple

from pb.core.money import minor_figures

_AMOUNT = re.compile(r"(-?)(\d{1,15})(?:\.(\d{1,6}))?", re.ASCII)


class Amount(NamedTuple):
    """A decimal number: `digits` divided by ten to the power of `places`."""

    digits: int
    places: int

    def minor(self, scale: int) -> int:
        """The amount in minor units, of which `scale` make one. The scale must be fine enough."""
        return self.digits * scale // int("1" + "0" * self.places)


def parse_amount(text: str) -> Amount | None:
    """Read a decimal number as people write it in .pb files; None if it is none."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    sign, whole, fraction = match.groups()
    fraction = (fraction or "").rstrip("0")
    return Amount(int(sign + whole + fraction), len(fraction))


def scale_for(amounts: list[Amount], currency: str) -> int:
    """The minor units to one unit of a currency: its pence, or finer if one of these amounts needs it."""
    places = max([minor_figures(currency), *(amount.places for amount in amounts)])
    return int("1" + "0" * places)


def written(minor: int, scale: int) -> str:
    """An amount in minor units as decimal text: 30000 or 2458488.22."""
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), scale)
    digits = len(str(scale)) - 1
    fraction = f"{rest:0{digits}d}".rstrip("0") if rest else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
