"""The sections of a .pb file: headings, headers, rows of the right width, and numbers in cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pb.core.pabulib.amounts import Amount, parse_amount
from pb.core.pabulib.file import Note
from pb.core.pabulib.text import BadFile, Lines, Rows, is_blank

MOST_NOTES = 100
MOST_BLANK = 1_000
#: Names that columns had before April 2026.
OLD_COLUMNS = {"target": "beneficiaries"}
_WHOLE = re.compile(r"\s*-?\d{1,12}\s*", re.ASCII)
_SHOWN = 40


class Sheet:
    """A .pb file being read, section by section. `notes` gathers what is odd and does no harm."""

    def __init__(self, stream: Lines) -> None:
        self.rows = Rows(stream)
        self.notes: list[Note] = []
        self._cells = iter(self.rows)
        self._blank = 0

    def begin(self, name: str) -> None:
        """Pass over the line that begins the first section. Raises BadFile `empty`, `bad_section`."""
        row = next(self._cells, None)
        if row is None:
            raise BadFile("empty", "the file is empty", 1)
        if not _is_section(row, name):
            self.rows.fail("bad_section", "a .pb file begins with the word %(name)s on this line", name=name)

    def until(self, name: str | None) -> Iterator[list[str]]:
        """The rows up to the line that begins section `name`, or to the end of the file where it is None.

        Raises BadFile `cut_off` if the file ends before.
        """
        for row in self._cells:
            if not (row and row[0].strip()) and is_blank(row):
                self._pass_over()
            elif name is not None and _is_section(row, name):
                return
            else:
                yield row
        if name is not None:
            sentence = "the file ends before its section %(name)s; it may be cut off"
            raise BadFile("cut_off", sentence, self.rows.end, name=name)

    def _pass_over(self) -> None:
        self._blank += 1
        if self._blank > MOST_BLANK:
            self.rows.fail("too_much", "there are far too many empty lines")
        self.note("an empty line was passed over")

    def header(self, *needed: str) -> tuple[str, ...]:
        """The column names of a section, old ones renamed. Raises BadFile `bad_header`."""
        row = [cell.strip() for cell in next(self._cells, [])]
        while row and not row[-1]:
            row.pop()
        columns = tuple(OLD_COLUMNS.get(cell, cell) for cell in row)
        for name in needed:
            if name not in columns:
                sentence = "this line should name the columns, and one of them %(name)s"
                self.rows.fail("bad_header", sentence, name=name)
        if len(set(columns)) < len(columns):
            self.rows.fail("bad_header", "a column is named twice")
        return columns

    def fitted(self, row: list[str], width: int) -> list[str]:
        """A row of so many cells; beyond them there may only be empty ones. Raises BadFile `bad_row`."""
        if len(row) < width:
            sentence = "this row has %(cells)s cells and the header has %(width)s; the line may be cut off"
            self.rows.fail("bad_row", sentence, len(row), cells=len(row), width=width)
        if not is_blank(row[width:]):
            sentence = "this row has more cells than the header; a cell with ; in it needs quotation marks"
            self.rows.fail("bad_row", sentence, width)
        return row[:width]

    def amount(self, text: str, name: str, cell: int, *, signed: bool = False) -> Amount:
        """A decimal number in a cell. Raises BadFile `bad_number`, `negative`."""
        amount = parse_amount(text)
        if amount is None:
            sentence = "%(name)s should be a number, and is “%(text)s”"
            self.rows.fail("bad_number", sentence, cell, name=name, text=text[:_SHOWN])
        if amount.digits < 0 and not signed:
            self.rows.fail("negative", "%(name)s cannot be less than nothing", cell, name=name)
        return amount

    def whole(self, text: str, name: str, cell: int) -> int:
        """A whole number in a cell. Raises BadFile `bad_number`."""
        if not _WHOLE.fullmatch(text):
            sentence = "%(name)s should be a whole number, and is “%(text)s”"
            self.rows.fail("bad_number", sentence, cell, name=name, text=text[:_SHOWN])
        return int(text)

    def note(self, sentence: str) -> None:
        """Keep a note about the row that was read last; past a hundred notes, nothing more is kept."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append(Note(self.rows.line, sentence))

    def agree(self, said: str, found: int, things: str) -> None:
        """Raise BadFile `cut_off` unless META says how many rows were found."""
        if said != str(found):
            sentence = "META says %(said)s %(things)s and there are %(found)s; the file may be cut off"
            raise BadFile("cut_off", sentence, self.rows.end, said=said, things=things, found=found)


def _is_section(row: list[str], name: str) -> bool:
    return bool(row) and row[0].strip().upper() == name and is_blank(row[1:])
