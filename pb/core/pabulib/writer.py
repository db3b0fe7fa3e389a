"""Writing .pb files: the text of a file, line by line, as the format's checker wants it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from pb.core.pabulib.file import PbFile


def lines(file: PbFile) -> Iterator[str]:
    """The text of a .pb file, each line with its end; to be encoded as UTF-8.

    The rows of VOTES must be there: read with `keep_voters`, or made by `compose`.
    """
    yield "META\n"
    yield from _rows([("key", "value"), *file.meta.items()])
    yield "PROJECTS\n"
    yield from _rows([file.projects.columns, *file.projects.rows])
    yield "VOTES\n"
    yield from _rows([file.voters.columns])
    yield from _rows(file.voters.rows)


class _Echo:
    """Hands a row's text back to whoever writes it."""

    def write(self, text: str) -> str:
        return text


def _rows(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\n")
    for row in rows:
        yield str(writer.writerow(row))
