"""Approvals packed into bits: a million ballots in a few arrays, made into groups of choices only where needed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pb.core.election import Group, LazyGroups

Words = NDArray[np.uint64]
Ints = NDArray[np.int64]

BITS = 64
OCTETS = 8
#: Groups that are made at a time.
BLOCK = 4_096
_GOLDEN = 0x9E3779B97F4A7C15


@dataclass(frozen=True, eq=False)
class PackedGroups(LazyGroups):
    """Groups of equal approval ballots, in the order in which `Profile.of` would put them.

    Group g names project `ids[p]` where `bit(p)` is set in `words[p // 64, g]`; `sizes[g]` ballots are in it. Its
    choices are a list of ids under `key`. Make one with `pack`.
    """

    key: str
    ids: tuple[str, ...]
    words: Words
    sizes: Ints

    @cached_property
    def ballots(self) -> int:
        """How many ballots there are."""
        return int(self.sizes.sum())

    def _make(self) -> Iterator[Group]:
        for first in range(0, len(self), BLOCK):
            columns = self.words[:, first : first + BLOCK].T.astype(">u8", order="C")
            groups, numbers = np.nonzero(np.unpackbits(columns.view(np.uint8), axis=1))
            ids = [self.ids[number] for number in numbers.tolist()]
            ends = np.cumsum(np.bincount(groups, minlength=len(columns))).tolist()
            sizes = self.sizes[first : first + BLOCK].tolist()
            for start, end, size in zip([0, *ends], ends, sizes, strict=False):
                yield Group({self.key: ids[start:end]}, size)

    def rows(self, ids: Iterable[str]) -> Iterator[NDArray[np.intp]]:
        """For each of these projects the numbers of the groups that name it, ascending."""
        numbers = {project: number for number, project in enumerate(self.ids)}
        held, octets = -1, np.empty((OCTETS, 0), dtype=np.uint8)
        for project in ids:
            number = numbers.get(project)
            if number is None:
                yield np.empty(0, dtype=np.intp)
                continue
            if number // BITS != held:
                held = number // BITS
                octets = self.words[held].astype(">u8").view(np.uint8).reshape(-1, OCTETS).T.copy()
            octet, place = divmod(number % BITS, 8)
            yield np.flatnonzero((octets[octet] & (128 >> place)) != 0)

    def __len__(self) -> int:
        return len(self.sizes)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PackedGroups) and (self.key, self.ids) == (other.key, other.ids):
            return np.array_equal(self.words, other.words) and np.array_equal(self.sizes, other.sizes)
        return isinstance(other, Sequence) and self._made == tuple(other)

    __hash__ = None  # type: ignore[assignment]


def bit(number: int) -> np.uint64:
    """The bit of a project in its word: the first project has the highest."""
    return np.uint64(1 << (BITS - 1 - number % BITS))


def can_pack(ids: Sequence[str]) -> bool:
    """Whether ids sort alike as text and as JSON, so that the order of packed ballots is that of `Profile.of`."""
    return sorted(ids) == sorted(ids, key=json.dumps)


def pack_lists(
    key: str, ids: tuple[str, ...], lists: Collection[Collection[str]], sizes: Collection[int]
) -> PackedGroups:
    """Put equal ballots together, given as lists of ids, none of them twice, and how many ballots hold each list."""
    numbers = {project: number for number, project in enumerate(ids)}
    named = np.fromiter((numbers[project] for each in lists for project in each), dtype=np.int64)
    ballots = np.repeat(np.arange(len(lists)), np.fromiter(map(len, lists), dtype=np.int64, count=len(lists)))
    words = np.zeros((-(-len(ids) // BITS), len(lists)), dtype=np.uint64)
    bits = np.array([bit(number) for number in range(len(ids))])
    np.bitwise_or.at(words.reshape(-1), named // BITS * len(lists) + ballots, bits[named])
    return pack(key, ids, words, np.fromiter(sizes, dtype=np.int64, count=len(lists)))


def pack(key: str, ids: tuple[str, ...], words: Words, sizes: Ints | None = None) -> PackedGroups:
    """Put equal ballots together; there is at least one.

    `words` has a column for each ballot (or for as many equal ones as `sizes` says), its bits by the order of
    `ids`, which ascend.

    The order is that of the JSON of the choices: of two lists of ids, the one with the first id that is not in both
    comes first (and a list before its own beginning, since `,` comes before `]`). That is the order of the bits as
    numbers, the greatest first.
    """
    words, sizes = _gathered(words, sizes)
    ranks, count = _ranks(words)
    at = np.empty(count, dtype=np.intp)
    at[ranks] = np.arange(len(ranks))
    # Each size is a whole number below 2^53, so that floats add them up exactly.
    sizes = np.bincount(ranks, sizes, count).astype(np.int64)
    return PackedGroups(key, ids, words[:, at[::-1]], sizes[::-1])


def _gathered(words: Words, sizes: Ints | None) -> tuple[Words, Ints]:
    """Most of the equal columns put together, and how many ballots are in each; the order means nothing."""
    mixtures = mixed(iter(words))
    order = np.argsort(mixtures)
    firsts = np.flatnonzero(_steps(mixtures[order]))
    runs = np.diff(firsts, append=len(order))
    kept = words[:, order[firsts]]
    for word, first in zip(words, kept, strict=True):
        if not np.array_equal(word[order], np.repeat(first, runs)):  # two different ballots mix to the same number
            return words, np.ones(len(order), dtype=np.int64) if sizes is None else sizes
    return kept, runs if sizes is None else np.add.reduceat(sizes[order], firsts)


def mixed(words: Iterator[Words]) -> Words:
    """One number for the words of each column: unequal numbers tell of unequal columns, not the other way round."""
    total = next(words).copy()
    for number, word in enumerate(words, start=1):
        half = np.uint64(BITS // 2)
        scattered = (word ^ (word >> half)) * scatter(number)
        total += scattered ^ (scattered >> half)
    return total


def scatter(number: int) -> np.uint64:
    """An odd number that scatters what it multiplies over all bits (Knuth, "Sorting and Searching", 6.4)."""
    return np.uint64((_GOLDEN * (2 * number + 1)) & (2**BITS - 1) | 1)


def _ranks(words: Words) -> tuple[Ints, int]:
    """For each column its place among the different columns, the least first; and how many different ones there are."""
    ranks, count = _dense(words[0])
    for word in words[1:]:
        more, width = _dense(word)
        ranks, count = _dense(ranks * width + more)
    return ranks, count


def _dense(values: NDArray[np.uint64] | Ints) -> tuple[Ints, int]:
    """The place of each value among the different values, the least first; and how many different ones there are."""
    order = np.argsort(values)
    places = np.cumsum(_steps(values[order])) - 1
    ranks = np.empty_like(places)
    ranks[order] = places
    return ranks, int(places[-1]) + 1


def _steps(ordered: NDArray[np.uint64] | Ints) -> NDArray[np.bool_]:
    """Where another value begins than the one before."""
    steps = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=steps[1:])
    return steps
