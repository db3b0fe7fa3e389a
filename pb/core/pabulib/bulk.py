"""The VOTES section by the million: approvals that are written as the format wants, read as arrays.

Whatever is odd (quotation marks, spaces, repeats, strangers, a row too short) is not judged here: the plain reader
in `votes.py` then reads the section from its beginning and says what is wrong with it, if anything is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pb.core.election import Instance, Profile
from pb.core.pabulib.ballots import VoteType
from pb.core.pabulib.finder import Finder, Text
from pb.core.pabulib.source import Source
from pb.core.packed import BITS, Ints, Words, bit, can_pack, mixed, pack

PIECE = 1 << 18
#: Where approvals keep their ids, by ballot type.
KEYS = {"approval": "approved", "knapsack": "chosen"}
#: More projects than this would make rows of bits that are mostly empty.
MOST_PROJECTS = 1_024
#: The plain reader's own limit on a cell is a little more.
LONGEST_ROW = 100_000
LONGEST_VOTER_ID = 64
NEWLINE, RETURN, SPACE, COMMA, SEMICOLON, TILDE = b"\n\r ,;~"


class Odd(Exception):
    """Something for the plain reader to look at."""


def read_bulk(
    source: Source, instance: Instance, vote_type: VoteType, columns: Sequence[str], said: str
) -> Profile | None:
    """The profile of the rows that follow, up to the end; None where the plain reader must read them.

    `said` is how many ballots META says there are. Where None is returned, the source stands where it stood.
    """
    ids = packable(instance, vote_type)
    if not ids:
        return None
    source.mark()
    try:
        words = _Bulk(ids, vote_type.most, columns).read(source, said)
    except Odd:
        source.go_back()
        return None
    key = KEYS[vote_type.ballot_type]
    return Profile(vote_type.ballot_type, vote_type.settings, pack(key, ids, words))


def packable(instance: Instance, vote_type: VoteType) -> tuple[str, ...]:
    """The ids in the order in which ballots of this type are packed; none where they are not."""
    ids = tuple(sorted(instance.by_id))
    few = vote_type.ballot_type in KEYS and len(ids) <= MOST_PROJECTS
    return ids if few and "\0" not in "".join(ids) and can_pack(ids) else ()


class _Bulk:
    def __init__(self, ids: tuple[str, ...], most: int, columns: Sequence[str]) -> None:
        self._finder = Finder(ids)
        self._most = most
        self._columns = len(columns)
        self._at_vote, self._at_voter = columns.index("vote"), columns.index("voter_id")
        self._bits = _bits(len(ids))

    def read(self, source: Source, said: str) -> Words:
        """The bits of every ballot, a column each. Raises Odd."""
        ballots: list[Words] = []
        voters: list[Words] = []
        rest, most = b"", int(said) if said.isdecimal() else 0
        while piece := source.piece(PIECE):
            rows, newline, rest = (rest + piece).rpartition(b"\n")
            if newline:
                self._read_rows(rows + newline, ballots, voters)
            _refuse(len(rest) > LONGEST_ROW or sum(map(len, voters)) > most)
        if rest:
            self._read_rows(rest + b"\n", ballots, voters)
        _refuse(str(sum(map(len, voters))) != said or not ballots)
        _refuse_repeats(np.concatenate(voters))
        return np.concatenate(ballots, axis=1)

    def _read_rows(self, rows: bytes, ballots: list[Words], voters: list[Words]) -> None:
        text = Text(_plain_rows(rows), max(self._finder.longest, LONGEST_VOTER_ID))
        cells = _Cells(text, self._columns)
        voters.append(_voters(text, *cells.bounds(self._at_voter)))
        ballots.append(self._ballots(text, *cells.lists(self._at_vote)))

    def _ballots(self, text: Text, starts: Ints, sizes: Ints, lengths: Ints) -> Words:
        numbers = self._finder.find(text, starts, sizes)
        _refuse(numbers is None or lengths.max() > self._most)
        firsts = np.cumsum(lengths) - lengths
        words = np.stack([np.add.reduceat(bits[numbers], firsts) for bits in self._bits])
        # A project that is named twice carries over to another bit, so that fewer bits are left than were added.
        _refuse(int(np.bitwise_count(words).sum()) != len(starts))
        return words


class _Cells:
    """Where the cells of rows lie, all rows having so many."""

    def __init__(self, text: Text, columns: int) -> None:
        letters = text.bytes
        found = np.flatnonzero((letters == COMMA) | (letters == SEMICOLON) | (letters == NEWLINE))
        #: The place before the first letter ends no cell and begins one.
        self._marks = np.concatenate(([-1], found))
        kinds = letters[found]
        ends = np.flatnonzero(kinds != COMMA) + 1
        _refuse(len(ends) % columns != 0)
        table = kinds[ends - 1].reshape(-1, columns)
        _refuse(bool((table[:, -1] != NEWLINE).any() or (table[:, :-1] != SEMICOLON).any()))
        #: For each row, the numbers in `_marks` of the mark before it and of the end of each of its cells.
        self._ends = np.empty((len(table), columns + 1), dtype=np.int64)
        self._ends[:, 1:] = ends.reshape(-1, columns)
        self._ends[0, 0] = 0
        self._ends[1:, 0] = self._ends[:-1, -1]
        row_ends = self._marks[self._ends]
        _refuse(int((row_ends[:, -1] - row_ends[:, 0]).max()) > LONGEST_ROW)

    def bounds(self, column: int) -> tuple[Ints, Ints]:
        """Where each cell of a column begins, and its size."""
        starts = self._marks[self._ends[:, column]] + 1
        return starts, self._marks[self._ends[:, column + 1]] - starts

    def lists(self, column: int) -> tuple[Ints, Ints, Ints]:
        """Where each item of the lists in a column begins, its size, and how many items each list has."""
        before = self._ends[:, column]
        lengths = self._ends[:, column + 1] - before
        firsts = np.cumsum(lengths) - lengths
        marks = np.arange(int(lengths.sum())) + np.repeat(before - firsts, lengths)
        starts = self._marks[marks] + 1
        return starts, self._marks[marks + 1] - starts, lengths


def _bits(projects: int) -> list[Words]:
    """For each word of a ballot the bit that each project has in it: nothing where its bit is in another."""
    table = np.zeros((-(-projects // BITS), projects), dtype=np.uint64)
    for number in range(projects):
        table[number // BITS, number] = bit(number)
    return list(table)


def _voters(text: Text, starts: Ints, sizes: Ints) -> Words:
    """A number for each voter id: unequal numbers tell of unequal ids. Raises Odd where a row might be blank."""
    _refuse(int(sizes.min()) == 0 or int(sizes.max()) > LONGEST_VOTER_ID)
    first = text.bytes[starts]
    _refuse(bool((first <= SPACE).any() or (first > TILDE).any()))
    return mixed(text.words(starts, sizes, -(-int(sizes.max()) // 8)))


def _plain_rows(rows: bytes) -> bytes:
    """The rows with `\\n` as their line ends.

    Raises Odd for quotation marks, for control characters other than line ends, and for what is not UTF-8.
    """
    letters = np.frombuffer(rows, dtype=np.uint8)
    newlines, returns = letters == NEWLINE, letters == RETURN
    ends = np.count_nonzero(returns)
    _refuse(b'"' in rows or np.count_nonzero(letters < SPACE) != np.count_nonzero(newlines) + ends)
    _refuse(np.count_nonzero(returns[:-1] & newlines[1:]) != ends)
    if not rows.isascii():
        try:
            rows.decode()
        except UnicodeDecodeError:
            raise Odd from None
    return rows.translate(None, b"\r") if ends else rows


def _refuse_repeats(voters: Words) -> None:
    """Raise Odd if two voters may have the same id."""
    voters.sort()
    _refuse(bool((voters[1:] == voters[:-1]).any()))


def _refuse(is_odd: bool) -> None:
    if is_odd:
        raise Odd
