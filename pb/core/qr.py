"""QR symbols: the squares of a text, and one path that draws them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import cast

import qrcode

#: White squares around a symbol, as ISO/IEC 18004 asks for.
QUIET = 4
#: Trying all eight masks takes four times as long and was read no better in the trial of docs/adr/0010.
_MASK = 0

Rows = Sequence[Sequence[bool]]


def qr_rows(text: str) -> Rows:
    """The squares of `text` as a QR symbol of level Q, True for a dark one, without the white around it.

    Level Q mends a quarter of the symbol. Always in bytes, as every phone reads it.
    """
    symbol = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_Q, mask_pattern=_MASK)
    symbol.add_data(text, optimize=0)
    return cast(Rows, symbol.get_matrix())


def runs_path(rows: Rows) -> str:
    """An SVG path, one unit a square, that draws each run of dark squares in a row as one rectangle."""
    return "".join(f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in _runs(row))


def _runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    at = 0
    for dark, squares in groupby(row):
        length = len(list(squares))
        if dark:
            yield at, length
        at += length
