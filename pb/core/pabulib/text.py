"""The text of a .pb file: cells out of bytes, one row at a time, in bounded memory, with the place of every fault."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import NoReturn, Protocol

from pb.core.errors import Fault, Refusal

#: No line of a real file comes near this; junk without line ends is refused here rather than read to its end.
LONGEST_LINE = 1 << 20
_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x1f\x8b": "gzip", b"PK": "zip", b"%PDF": "PDF"}


class BadFile(Refusal):
    """A .pb file that cannot be read. `sentence` is the message without the place; lines and columns count from 1."""

    status = 422

    def __init__(self, code: str, sentence: str, line: int, column: int = 1, **params: str | int) -> None:
        message = "Line %(line)s, column %(column)s: " + sentence
        super().__init__(code, message)
        self.fault = Fault(code, message, {"line": line, "column": column, **params})
        self.line = line
        self.column = column
        self.sentence = sentence % params if params else sentence


class Lines(Protocol):
    """Where lines come from, as bytes: a file, or whatever has its `readline`."""

    def readline(self, size: int, /) -> bytes:
        """The next line with its end, no longer than so many bytes; none at the end."""


class Rows:
    """The rows of a file, each a list of cells. `line` is the first line of the row that was read last."""

    def __init__(self, stream: Lines) -> None:
        self.line = 0
        self._stream = stream
        self._read = 0
        self._raw = ""
        self._cells = csv.reader(self._lines(), delimiter=";", quotechar='"', strict=True)

    def __iter__(self) -> Iterator[list[str]]:
        while True:
            before = self._read
            try:
                row = next(self._cells)
            except StopIteration:
                return
            except csv.Error:
                self.line = before + 1
                sentence = "a cell in quotation marks is not closed as it should be, or is far too long"
                raise BadFile("bad_quotes", sentence, self.line) from None
            self.line = before + 1
            yield row

    @property
    def end(self) -> int:
        """The number of the last line that was read."""
        return self._read

    def fail(self, code: str, sentence: str, cell: int = 0, **params: str | int) -> NoReturn:
        """Refuse the file because of a cell (counted from 0) of the row that was read last."""
        raise BadFile(code, sentence, self.line, self._column(cell), **params)

    def _lines(self) -> Iterator[str]:
        readline = self._stream.readline
        while raw := readline(LONGEST_LINE + 1):
            self._read += 1
            if self._read == 1:
                raw = _without_mark(raw)
            if len(raw) > LONGEST_LINE:
                raise BadFile("line_too_long", "this line is far too long for a .pb file", self._read)
            try:
                self._raw = raw.decode()
            except UnicodeDecodeError as error:
                column = len(raw[: error.start].decode()) + 1
                sentence = "this is not UTF-8 text; save the file as UTF-8 and try again"
                raise BadFile("not_utf8", sentence, self._read, column) from None
            yield self._raw

    def _column(self, cell: int) -> int:
        """Where a cell of the last row begins; 1 for a row of several lines."""
        if self.line != self._read:
            return 1
        quoted = False
        for place, letter in enumerate(self._raw):
            if cell == 0:
                return place + 1
            if letter == '"':
                quoted = not quoted
            elif letter == ";" and not quoted:
                cell -= 1
        return len(self._raw.rstrip("\r\n")) + 1


def is_blank(row: list[str]) -> bool:
    """Whether a row holds nothing at all."""
    return not any(cell.strip() for cell in row)


def _without_mark(raw: bytes) -> bytes:
    """The first line without a byte order mark. Raises BadFile where the mark is that of another kind of file."""
    for mark, kind in _MARKS.items():
        if raw.startswith(mark):
            sentence = "this is a %(kind)s file, not a .pb file in UTF-8 text"
            raise BadFile("not_utf8", sentence, 1, kind=kind)
    return raw.removeprefix(b"\xef\xbb\xbf")
