"""A stream of which a part can be read twice: by going back where the stream can, else from what was kept."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO


class Source:
    """The stream that a file is read from. `mark` a place, read pieces, and `go_back` to that place."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._place: int | None = None
        self._pieces: list[bytes] = []
        self._kept: BytesIO | None = None

    def mark(self) -> None:
        """Take this place as the one to go back to. A pipe, which cannot go back, has its pieces kept from here."""
        self._place = self._stream.tell() if self._stream.seekable() else None
        self._pieces.clear()

    def piece(self, size: int) -> bytes:
        """The next bytes after the mark, no more than so many; none at the end."""
        piece = self._stream.read(size)
        if self._place is None:
            self._pieces.append(piece)
        return piece

    def go_back(self) -> None:
        """Stand again where `mark` was; `readline` goes on from there."""
        if self._place is None:
            self._kept = BytesIO(b"".join(self._pieces))
            self._pieces.clear()
        else:
            self._stream.seek(self._place)

    def readline(self, size: int) -> bytes:
        """The next line with its end, or the next `size` bytes of a longer one."""
        if self._kept is None:
            return self._stream.readline(size)
        line = self._kept.readline(size)
        if line.endswith(b"\n") or len(line) == size:
            return line
        return line + self._stream.readline(size - len(line))
