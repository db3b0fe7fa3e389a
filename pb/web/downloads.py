"""Tables to download: one writer of CSV, which no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain

from flask import Response, stream_with_context

Cell = str | int | Decimal | None

#: What spreadsheets take for the beginning of a formula, full-width forms among them (OWASP, CSV injection).
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def safe_cell(value: Cell) -> str:
    """A cell as text. Text that a spreadsheet would reckon with gets a leading apostrophe; numbers stay numbers."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    begins = value.lstrip(" \u00a0")
    return f"'{value}" if begins.startswith(_FORMULA_SIGNS) or value.startswith(_FORMULA_SIGNS) else value


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """A table as lines of CSV, one after the other: commas, quotes where needed, CR LF (RFC 4180)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in chain([head], rows):
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([safe_cell(cell) for cell in row])
        yield buffer.getvalue()


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A CSV file called `name` (letters, figures, dashes; no ending), sent as it is made, in UTF-8 with its mark.

    The mark at the front is what makes spreadsheets read ŵ, £ and – as they are written.
    """
    response = Response(stream_with_context(_marked(csv_lines(head, rows))), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _marked(lines: Iterator[str]) -> Iterator[str]:
    yield "\ufeff"
    yield from lines


def minor_as_cell(minor: int | None, digits: int = 2) -> Decimal | None:
    """Minor units as a plain number of the currency, such as 1250.50."""
    return None if minor is None else Decimal(minor).scaleb(-digits)
