"""Finding projects by their ids in text, many at once: eight bytes a word, one look each, every find compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pb.core.packed import Ints, Words, mixed, scatter

Bytes = NDArray[np.uint8]

WORD = 8
_ATTEMPTS = 64
_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(WORD + 1)], dtype=np.uint64)


class Text:
    """Bytes of which pieces are taken as words. `longest` is the greatest length of a piece that will be asked for."""

    def __init__(self, data: bytes, longest: int) -> None:
        padded = data + bytes(-(-longest // WORD) * WORD + WORD)
        self.bytes: Bytes = np.frombuffer(padded, dtype=np.uint8)[: len(data)]
        self._words: Words = np.ndarray((len(padded) - WORD + 1,), dtype="<u8", buffer=padded, strides=(1,))

    def words(self, starts: Ints, sizes: Ints, width: int) -> Iterator[Words]:
        """The first, second, ... word of each piece, `width` of them, with zeros after its end."""
        for at in range(0, width * WORD, WORD):
            yield self._words[starts + at] & _MASKS[np.clip(sizes - at, 0, WORD)]


class Finder:
    """The ids of a ballot, to be found; none holds a zero byte. `find` gives their numbers in this order."""

    def __init__(self, ids: Sequence[str]) -> None:
        raw = [each.encode() for each in ids]
        self.longest = max(map(len, raw))
        self._width = -(-self.longest // WORD)
        starts = np.cumsum([0, *map(len, raw[:-1])])
        sizes = np.array([len(each) for each in raw], dtype=np.int64)
        self._keys = tuple(Text(b"".join(raw), self.longest).words(starts, sizes, self._width))
        self._lay_out(len(raw))

    def _lay_out(self, count: int) -> None:
        """Look for a table in which each id has a place of its own. Ids that share one would not be found."""
        figures = min(20, max(8, (count * count).bit_length()))
        self._shift = np.uint64(64 - figures)
        self._table = np.zeros(1 << figures, dtype=np.int32)
        sums = mixed(iter(self._keys))
        for attempt in range(_ATTEMPTS):
            self._odd = scatter(attempt)
            places = (sums * self._odd) >> self._shift
            if len(set(places.tolist())) == count:
                break
        self._table[places] = np.arange(count, dtype=np.int32)

    def find(self, text: Text, starts: Ints, sizes: Ints) -> NDArray[np.int32] | None:
        """The number of the id that each piece is; None if one of them is none."""
        if sizes.max() > self.longest:
            return None
        words = tuple(text.words(starts, sizes, self._width))
        numbers: NDArray[np.int32] = self._table[(mixed(iter(words)) * self._odd) >> self._shift]
        for word, key in zip(words, self._keys, strict=True):
            if not np.array_equal(key[numbers], word):
                return None
        return numbers
