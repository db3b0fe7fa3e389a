"""Approvals read in bulk give the same file as approvals read row by row, or are left to the rows."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pb.core.pabulib import BadFile, PbFile, read
from pb.core.packed import PackedGroups
from pb.core.rules.index import index_of
from tests.core.pb_files import SAMPLE, loaded, spoilt


class Drip(BytesIO):
    """A file, or a pipe, that gives no more than so many bytes at a time."""

    def __init__(self, raw: bytes, most: int = 1 << 20, pipe: bool = False) -> None:
        super().__init__(raw)
        self.most = most
        self.pipe = pipe

    def seekable(self) -> bool:
        return not self.pipe

    def seek(self, *args: Any) -> int:
        assert not self.pipe, "a pipe cannot go back"
        return super().seek(*args)

    def tell(self) -> int:
        assert not self.pipe, "a pipe has no places"
        return super().tell()

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or self.most, self.most) if size != -1 else self.most)


def _told(stream: BytesIO, **options: Any) -> tuple[object, ...]:
    """All that reading tells: the file and its digests, or the refusal and its place."""
    try:
        file = read(stream, **options)
    except BadFile as refused:
        return (refused.code, refused.line, refused.column, str(refused))
    return (file, file.instance.digest(), file.profile.digest(), list(file.profile.groups), file.profile.size)


def _in_bulk(file: PbFile) -> bool:
    return isinstance(file.profile.groups, PackedGroups)


IDS = [
    "1",
    "2",
    "10",
    "a",
    "ab",
    "abc",
    "a b",
    "BO.D18.9/23",
    "2022/CHW/0026",
    "2022/CHW/0027",
    "é",
    "x" * 33,
    "a!",
    "a\0",
]
ODD = ["", " ", "é", '"', ",", ";", "\n", "\r", "\r\n", "\t", "\0", "1", "a", "a,a", "zz", "\x1c", "\u2028"]


@st.composite
def _files(draw: st.DrawFn) -> bytes:
    """Files of approvals, most of them as the format wants, some with something odd put into their text."""
    ids = draw(st.lists(st.sampled_from(IDS), min_size=1, unique=True))
    ballots = draw(st.lists(st.lists(st.sampled_from(ids), min_size=1, max_size=4, unique=True), max_size=8))
    columns = draw(st.permutations(["voter_id", "vote", "age", "note"]))[: draw(st.integers(2, 4))]
    columns += [name for name in ("voter_id", "vote") if name not in columns]
    notes = st.sampled_from(["", "34", "Łódź", "a,b,c", " "])
    rows = [";".join(columns)]
    for number, ballot in enumerate(ballots):
        cells = {"voter_id": draw(st.sampled_from([str(number), f"voter-{number:09}"])), "vote": ",".join(ballot)}
        rows.append(";".join(cells[name] if name in cells else draw(notes) for name in columns))
    said = len(ballots) + draw(st.sampled_from([0, 0, 0, 0, 1]))
    limit = draw(st.sampled_from(["", "max_length;2\n", "max_sum_cost;15\n"]))
    head = f"META\nkey;value\nnum_projects;{len(ids)}\nnum_votes;{said}\nbudget;30\nvote_type;approval\n{limit}"
    projects = "".join(f"{each};10\n" for each in ids)
    votes = draw(st.sampled_from(["\n", "\n", "\r\n"])).join(rows) + draw(st.sampled_from(["\n", "", "\n\n"]))
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        at = draw(st.integers(0, len(votes)))
        votes = votes[:at] + draw(st.sampled_from(ODD)) + votes[at + draw(st.integers(0, 2)) :]
    return f"{head}PROJECTS\nproject_id;cost\n{projects}VOTES\n{votes}".encode()


@pytest.mark.campaign
@given(
    _files(), st.integers(1, 200), st.booleans(), st.binary(max_size=2), st.sampled_from(["count", "once", "refuse"])
)
@example(SAMPLE.encode(), 7, True, b"", "count")
def test_reading_in_bulk_and_row_by_row_tell_the_same(
    raw: bytes, most: int, pipe: bool, bytes_within: bytes, repeats: str
) -> None:
    raw = raw[: -len(bytes_within) or None] + bytes_within
    told = _told(Drip(raw, most, pipe), repeats=repeats)
    assert told == _told(BytesIO(raw), repeats=repeats, bulk=False)


def test_a_file_as_the_format_wants_it_is_read_in_bulk() -> None:
    for text in (
        SAMPLE,
        SAMPLE.rstrip(),
        SAMPLE.replace("\n", "\r\n"),
        spoilt(("F;internet;North\n2", "F;Łódź,é;\n2")),
    ):
        file = loaded(text)
        assert _in_bulk(file)
        assert file == loaded(text, bulk=False)
        assert file.profile.digest() == loaded(text, bulk=False).profile.digest()


def test_knapsack_and_choose_one_ballots_are_read_in_bulk() -> None:
    knapsack = spoilt(("max_length;3", "max_sum_cost;30000"))
    head = "META\nkey;value\nnum_projects;1\nnum_votes;2\nbudget;1\nvote_type;choose-1\n"
    one = head + "PROJECTS\nproject_id;cost\na;1\nVOTES\nvoter_id;vote\n1;a\n2;a\n"
    for text in (knapsack, one):
        assert _in_bulk(loaded(text))
        assert loaded(text) == loaded(text, bulk=False)


@pytest.mark.parametrize(
    "change",
    [
        ("6;a3,a4;", "6;a3,a3,a4;"),
        ("6;a3,a4;", "6;a3, a4;"),
        ("6;a3,a4;", '6;"a3,a4";'),
        ("6;a3,a4;", "6;;"),
        ("6;a3,a4;", "6;a1,a2,a3,a4;"),
        ("O;internet;South\n", "O;internet;South\n\n"),
        ("O;internet;South\n", "O;internet;South;\n"),
        ("O;internet;South\n", "O;internet;So\tuth\n"),
        ("6;a3", " ;a3"),
    ],
)
def test_what_is_odd_is_left_to_the_rows_which_read_it_as_ever(change: tuple[str, str]) -> None:
    text = spoilt(change)
    assert _told(BytesIO(text.encode())) == _told(BytesIO(text.encode()), bulk=False)


def test_ids_that_json_would_put_in_another_order_are_left_to_the_rows() -> None:
    """The order of a profile's groups, and so its digest, is that of their JSON, in which ! comes before a mark."""
    text = SAMPLE.replace("a1", "a").replace("a2", "a!")
    assert not _in_bulk(loaded(text))
    assert loaded(text) == loaded(text, bulk=False)


def test_more_projects_than_fit_in_one_word_are_told_apart() -> None:
    ids = [f"p{number}" for number in range(200)]
    rows = "".join(f"{number};{ids[number]},{ids[199 - number]}\n" for number in range(100))
    head = (
        "META\nkey;value\nnum_projects;200\nnum_votes;100\nbudget;30\nvote_type;approval\nPROJECTS\nproject_id;cost\n"
    )
    text = head + "".join(f"{each};10\n" for each in ids) + "VOTES\nvoter_id;vote\n" + rows
    assert _in_bulk(loaded(text))
    assert loaded(text) == loaded(text, bulk=False)


def test_a_pipe_is_read_once_even_where_its_end_is_odd() -> None:
    text = spoilt(("6;a3,a4;", "6;a3, a4;"))
    file = read(Drip(text.encode(), 11, pipe=True))
    assert file.profile == loaded(SAMPLE).profile
    assert "spaces" in file.notes[0].sentence


def test_rows_that_are_kept_are_read_one_by_one() -> None:
    file = loaded(SAMPLE, keep_voters=True)
    assert file == loaded(SAMPLE, keep_voters=True, bulk=False)
    assert len(file.voters.rows) == 6


def test_the_arrays_of_both_ways_are_the_same() -> None:
    one, other = loaded(SAMPLE), loaded(SAMPLE, bulk=False)
    for name in ("sizes", "starts", "groups", "marks", "ordinary"):
        mine, plain = (getattr(index_of(each.instance, each.profile), name) for each in (one, other))
        assert mine.dtype == plain.dtype
        assert mine.tolist() == plain.tolist()
