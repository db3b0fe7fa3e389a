"""Tables from people's own spreadsheets, CSV or XLSX, read row by row and never larger than allowed."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from openpyxl import load_workbook

from pb.core.errors import Refusal
from pb.core.words import N_

#: Larger files hold something else than a list of people.
LARGEST_FILE = 1_900_000
#: What an XLSX, which is a packed file, may unpack to: a small file can be made to fill a machine.
LARGEST_UNPACKED = 60_000_000
MOST_PARTS = 500
MOST_ROWS = 20_000
MOST_COLUMNS = 60
LONGEST_CELL = 500

#: What openpyxl and the libraries beneath it raise for a damaged file: it promises nothing narrower.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, KeyError, ValueError, TypeError, AttributeError,
    IndexError, OSError, SyntaxError,
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One row: the line it has in the spreadsheet, and its cells as text."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table: its headings, and the rows below them that are not empty."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(name: str, content: bytes) -> Table:
    """The table in a file called `name`, .csv or .xlsx; of a workbook the first sheet, and values, not formulas.

    Raises Refusal, 422, beside `file`: `file_kind`, `file_large`, `file_empty`, `file_broken`, `file_rows`,
    `file_columns`.
    """
    if len(content) > LARGEST_FILE:
        raise _refused("file_large", N_("The file is larger than 1.9 MB. Leave out what is not needed, or split it."))
    packed = content.startswith(b"PK\x03\x04")
    kind = name.casefold().rpartition(".")[2]
    if kind not in ("csv", "xlsx") or packed != (kind == "xlsx"):
        raise _refused("file_kind", N_("Choose a CSV or XLSX file. Other spreadsheets can be saved as one of these."))
    return _table(_xlsx(content) if packed else _csv(content))


def _table(rows: Iterable[tuple[int, list[str]]]) -> Table:
    found = [Row(line, tuple(cells)) for line, cells in rows if any(cells)]
    if len(found) < 2:
        raise _refused("file_empty", N_("The file needs a row of headings and at least one row below it."))
    if len(found) > MOST_ROWS + 1:
        raise _refused("file_rows", N_("The list has more than 20,000 rows. Split it into several files."))
    if max(len(row.cells) for row in found) > MOST_COLUMNS:
        raise _refused("file_columns", N_("The list has more than 60 columns. Leave out what is not needed."))
    return Table(found[0].cells, tuple(found[1:]))


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _text(content)
    if "\0" in text:
        raise _broken()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        for cells in islice(reader, MOST_ROWS + 2):
            yield reader.line_num, [_cell(each) for each in cells]
    except csv.Error as error:
        raise _broken() from error


def _text(content: bytes) -> str:
    """Text as spreadsheets write it: UTF-8, with or without its mark, or the Windows code page."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    """The sign between cells: the one that the first line has most of."""
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        _refuse_bomb(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1, values_only=True)
        for line, cells in enumerate(rows, 1):
            yield line, _without_tail([_cell(each) for each in cells])
    except _DAMAGED as error:
        raise _broken() from error


def _refuse_bomb(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise _refused("file_large", N_("The file is larger than 1.9 MB. Leave out what is not needed, or split it."))


def _without_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _cell(value: Any) -> str:
    """A cell as text: a date by its day, a whole number without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()[:LONGEST_CELL]


def _broken() -> Refusal:
    return _refused("file_broken", N_("The file cannot be read. Open it, save it again as CSV, and try once more."))


def _refused(code: str, sentence: str) -> Refusal:
    return Refusal(code, sentence, field="file", status=422)
