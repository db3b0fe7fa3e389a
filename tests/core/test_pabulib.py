"""Reading .pb files: what the format says, what real files do, and a place for every fault."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.ballots.knapsack import KnapsackSettings
from pb.core.ballots.points import PointsSettings
from pb.core.ballots.ranked import RankedSettings
from pb.core.pabulib import BadFile, PbFile, read
from pb.core.rules.support import add_up
from tests.core.pb_files import SAMPLE, loaded, spoilt


def _scores(file: PbFile) -> dict[str, int]:
    totals = add_up(file.instance, file.profile)
    return {key: support.score for key, support in totals.support.items()}


def test_the_sample_is_read_as_it_stands() -> None:
    file = loaded(SAMPLE)
    assert file.ids == ("a1", "a2", "a3", "a4", "a5")
    assert file.instance.money(file.instance.budget) == "£30,000"
    assert file.instance.by_id["a4"].name == "Footpath lights; river walk"
    assert file.profile.size == 6
    assert file.published("votes") == _scores(file)
    assert file.published("selected") == {"a1": 1, "a2": 1, "a3": 1, "a4": 0, "a5": 0}
    assert file.notes == ()


def test_the_drawn_number_of_a_project_is_its_place_in_the_file() -> None:
    assert [project.number for project in loaded(SAMPLE).instance.projects] == [1, 2, 3, 4, 5]


def test_unknown_keys_and_columns_are_kept() -> None:
    file = loaded(spoilt(("language;en", "weather;fair"), (";name;", ";colour;")), keep_voters=True)
    assert file.meta["weather"] == "fair"
    assert file.projects.column("colour") is not None
    assert file.voters.column("neighborhood") == ("North", "South", "North", "South", "North", "South")


def test_the_old_name_of_beneficiaries_is_understood() -> None:
    file = loaded(spoilt((";beneficiaries;", ";target;")))
    assert file.projects.column("target") is None
    assert (file.projects.column("beneficiaries") or ())[0] == "children,families"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("experimental;1", ""),
        ("fully_funded;0", "should be 1"),
        ("scoring_fn;Borda", ""),
        ("scoring_fn;plurality", "as in Borda"),
    ],
)
def test_what_meta_says_in_a_way_that_is_not_known_is_noted_where_it_stands(line: str, told: str) -> None:
    file = loaded(spoilt(("language;en", line)))
    assert [(note.line, told in note.sentence) for note in file.notes] == ([(17, True)] if told else [])
    assert file.profile == loaded(SAMPLE).profile


@pytest.mark.parametrize("ends", ["\r\n", "\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_byte_order_marks_and_a_missing_last_line_end_make_no_difference(
    ends: str, start: str, last: bool
) -> None:
    text = start + (SAMPLE if last else SAMPLE.rstrip()).replace("\n", ends)
    assert loaded(text) == loaded(SAMPLE)


def test_spreadsheets_may_leave_empty_cells_at_the_end_of_lines() -> None:
    wide = "\n".join(line + ";;;" for line in SAMPLE.splitlines())
    assert loaded(wide).profile == loaded(SAMPLE).profile


def test_money_with_a_fraction_is_exact() -> None:
    file = loaded(spoilt(("budget;30000", "budget;30000.07"), ("a1;9000", "a1;9000.1")))
    assert file.instance.budget == 3000007
    assert file.instance.by_id["a1"].cost == 900010
    assert file.amount(3000007) == "30000.07"


def test_money_finer_than_pence_gets_a_finer_scale_and_stays_exact() -> None:
    file = loaded(spoilt(("a1;9000", "a1;0.0001")))
    assert file.instance.scale == 10_000
    assert file.instance.by_id["a1"].cost == 1
    assert file.amount(file.instance.budget) == "30000"


def test_a_currency_without_pence_is_read_in_whole_units() -> None:
    assert loaded(spoilt(("currency;GBP", "currency;JPY"))).instance.scale == 1


def test_a_ballot_that_names_a_project_twice_counts_twice_as_published_and_is_noted() -> None:
    file = loaded(spoilt(("6;a3,a4;", "6;a3,a3,a4;")))
    assert _scores(file)["a3"] == 3
    assert [(note.line, "twice" in note.sentence) for note in file.notes] == [(33, True)]


def test_a_ballot_that_names_a_project_twice_can_be_refused() -> None:
    with pytest.raises(BadFile) as refused:
        loaded(spoilt(("6;a3,a4;", "6;a3,a3,a4;")), repeats="refuse")
    assert (refused.value.code, refused.value.line, refused.value.column) == ("repeated_project", 33, 3)


def test_a_ballot_that_names_a_project_twice_can_count_once() -> None:
    file = loaded(spoilt(("6;a3,a4;", "6;a3,a4,a3;")), repeats="once")
    assert file.profile == loaded(SAMPLE).profile
    assert [(note.line, "first mention" in note.sentence) for note in file.notes] == [(33, True)]


def test_of_points_for_a_project_that_is_named_twice_the_first_can_count() -> None:
    rows = "voter_id;vote;points\n1;a,b,a;3,2,1\n"
    head = "META\nkey;value\nnum_projects;2\nnum_votes;1\nbudget;30\nvote_type;cumulative\nmax_sum_points;9\n"
    text = f"{head}PROJECTS\nproject_id;cost\na;10\nb;10\nVOTES\n{rows}"
    assert _scores(loaded(text)) == {"a": 4, "b": 2}
    assert _scores(loaded(text, repeats="once")) == {"a": 3, "b": 2}


def test_spaces_in_a_list_are_passed_over_and_noted() -> None:
    file = loaded(spoilt(("6;a3,a4;", "6;a3, a4;")))
    assert file.profile == loaded(SAMPLE).profile
    assert "spaces" in file.notes[0].sentence


def test_a_ballot_that_is_longer_than_meta_allows_counts_and_is_noted() -> None:
    file = loaded(spoilt(("max_length;3", "max_length;2")))
    assert file.profile.size == 6
    assert "more projects than META allows" in file.notes[0].sentence


def test_empty_lines_are_passed_over_and_noted() -> None:
    file = loaded(SAMPLE.replace("PROJECTS\n", "\nPROJECTS\n"))
    assert file.profile == loaded(SAMPLE).profile
    assert [note.line for note in file.notes] == [19]


def test_the_marker_cost_says_which_projects_were_found_not_feasible() -> None:
    assert loaded(spoilt(("a4;15000", "a4;999999999"))).not_feasible == ("a4",)


def test_approvals_with_a_limit_on_their_cost_are_knapsack_ballots() -> None:
    file = loaded(spoilt(("max_length;3", "max_sum_cost;30000")))
    assert file.profile.settings == KnapsackSettings(cap=3000000)


def _typed(vote_type: str, more: str, votes: str) -> PbFile:
    head = f"META\nkey;value\nnum_projects;3\nnum_votes;{len(votes.splitlines()) - 1}\nbudget;30\n"
    projects = "PROJECTS\nproject_id;cost\na;10\nb;10\nc;10\n"
    return loaded(f"{head}vote_type;{vote_type}\n{more}{projects}VOTES\n{votes}")


def test_choose_one_ballots_are_approvals_of_one() -> None:
    file = _typed("choose-1", "", "voter_id;vote\n1;a\n2;a\n3;b\n")
    assert _scores(file) == {"a": 2, "b": 1, "c": 0}
    assert file.profile.settings.to_json()["most"] == 1


def test_ordinal_ballots_count_from_the_length_that_meta_fixes() -> None:
    file = _typed("ordinal", "max_length;3\n", "voter_id;vote\n1;a,b\n")
    assert file.profile.settings == RankedSettings(most=3)
    assert _scores(file) == {"a": 3, "b": 2, "c": 0}


def test_ordinal_ballots_without_a_fixed_length_count_from_their_own() -> None:
    assert _scores(_typed("ordinal", "", "voter_id;vote\n1;a,b\n")) == {"a": 2, "b": 1, "c": 0}


def test_published_scores_settle_from_where_ordinal_ballots_count() -> None:
    text = (
        "META\nkey;value\nnum_projects;2\nnum_votes;1\nbudget;30\nvote_type;ordinal\nmax_length;2\n"
        "PROJECTS\nproject_id;cost;score\na;10;1\nb;10;0\nVOTES\nvoter_id;vote\n1;a\n"
    )
    assert _scores(loaded(text)) == {"a": 1, "b": 0}
    assert _scores(loaded(text.replace("a;10;1", "a;10;2"))) == {"a": 2, "b": 0}


def test_cumulative_ballots_have_points_beside_their_ids() -> None:
    file = _typed("cumulative", "max_sum_points;10\nmax_points;7\n", "points;vote;voter_id\n7,3;b,a;1\n1;b;2\n")
    assert file.profile.settings == PointsSettings(total=10, most_each=7)
    assert _scores(file) == {"a": 3, "b": 8, "c": 0}


def test_scoring_ballots_give_unlisted_projects_the_default_score() -> None:
    file = _typed("scoring", "min_points;-1\nmax_points;1\ndefault_score;1\n", "voter_id;vote;points\n1;a,b;-1,1\n")
    assert _scores(file) == {"a": -1, "b": 1, "c": 1}
    assert add_up(file.instance, file.profile)["c"].votes == 0


BAD: dict[str, tuple[str, str, int, int]] = {
    "an id that is there twice": (spoilt(("a2;12500", "a1;12500")), "duplicate_project", 22, 1),
    "an id with a comma": (spoilt(("a2;12500", '"a,2";12500')), "bad_row", 22, 1),
    "an id that is empty": (spoilt(("a2;12500", ";12500")), "bad_row", 22, 1),
    "a project that is not there": (spoilt(("6;a3,a4", "6;a3,a9")), "unknown_project", 33, 3),
    "a negative cost": (spoilt(("a2;12500", "a2;-12500")), "negative", 22, 4),
    "a cost in words": (spoilt(("a2;12500", "a2;ten")), "bad_number", 22, 4),
    "a cost in powers of ten": (spoilt(("a2;12500", "a2;1e9")), "bad_number", 22, 4),
    "a cost with a decimal comma": (spoilt(("a2;12500", "a2;125,00")), "bad_number", 22, 4),
    "a negative budget": (spoilt(("budget;30000", "budget;-1")), "negative", 10, 8),
    "a budget in words": (spoilt(("budget;30000", "budget;lots")), "bad_number", 10, 8),
    "a cost beyond exact numbers": (spoilt(("a2;12500", "a2;999999999999999")), "bad_number", 0, 1),
    "no budget": (spoilt(("budget;30000\n", "")), "missing", 18, 1),
    "two budgets": (spoilt(("language;en", "budget;1")), "duplicate_key", 17, 1),
    "a vote type that is not there": (spoilt(("vote_type;approval", "vote_type;lottery")), "unknown_vote_type", 0, 1),
    "votes that are no number": (spoilt(("a2;12500;3", "a2;12500;some")), "bad_number", 22, 10),
    "a selected of two minus signs": (spoilt(("adults;0\na5", "adults;--0\na5")), "bad_number", 24, 62),
    "a voter that is there twice": (spoilt(("6;a3,a4", "5;a3,a4")), "duplicate_voter", 33, 1),
    "fewer ballots than said": (spoilt(("num_votes;6", "num_votes;7")), "cut_off", 33, 1),
    "more projects than said": (spoilt(("num_projects;5", "num_projects;4")), "cut_off", 26, 1),
    "a row with too many cells": (spoilt(("O;internet;South", "O;internet;South;x")), "bad_row", 33, 29),
    "a row with too few cells": (spoilt(("O;internet;South", "O")), "bad_row", 33, 13),
    "a quotation mark that is not closed": (spoilt(("Tool library", '"Tool library')), "bad_quotes", 25, 1),
    "text after a quotation": (spoilt(("Tool library", '"Tool" library')), "bad_quotes", 25, 1),
    "no header": (spoilt(("key;value\n", "")), "bad_header", 2, 1),
    "a header without costs": (spoilt(("project_id;cost;", "project_id;price;")), "bad_header", 20, 1),
    "a column that is there twice": (spoilt((";age;", ";sex;")), "bad_header", 27, 1),
    "no section of votes": (SAMPLE[: SAMPLE.index("VOTES")], "cut_off", 25, 1),
    "nothing at all": ("", "empty", 1, 1),
    "something else": ("<!doctype html>\n" * 50, "bad_section", 1, 1),
    "commas for semicolons": (SAMPLE.replace(";", ","), "bad_header", 2, 1),
}


@pytest.mark.parametrize("what", BAD)
def test_a_fault_is_refused_at_its_line_and_column(what: str) -> None:
    text, code, line, column = BAD[what]
    with pytest.raises(BadFile) as refused:
        loaded(text)
    assert refused.value.code == code
    if line:
        assert (refused.value.line, refused.value.column) == (line, column)
    assert "%(" not in str(refused.value)


def test_a_refusal_says_in_a_sentence_where_and_what() -> None:
    with pytest.raises(BadFile) as refused:
        loaded(spoilt(("6;a3,a4", "6;a3,a9")))
    assert str(refused.value) == "Line 33, column 3: there is no project “a9” in this file"


def test_another_encoding_is_refused_at_the_letter_that_shows_it() -> None:
    with pytest.raises(BadFile) as refused:
        loaded(spoilt(("Tool library", "Gęś")).encode("cp1250"))
    assert (refused.value.code, refused.value.line, refused.value.column) == ("not_utf8", 25, 12)


@pytest.mark.parametrize("start", [b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b\x08", b"PK\x03\x04", b"%PDF-1.7"])
def test_another_kind_of_file_is_refused_by_name(start: bytes) -> None:
    with pytest.raises(BadFile) as refused:
        loaded(start + SAMPLE.encode())
    assert (refused.value.code, refused.value.line) == ("not_utf8", 1)


def test_points_that_do_not_match_the_ids_are_refused() -> None:
    with pytest.raises(BadFile) as refused:
        _typed("cumulative", "max_sum_points;10\n", "voter_id;vote;points\n1;a,b;3\n")
    assert (refused.value.code, refused.value.column) == ("bad_row", 7)


def test_a_vote_type_with_points_needs_their_column() -> None:
    with pytest.raises(BadFile, match="points") as refused:
        _typed("cumulative", "", "voter_id;vote\n1;a\n")
    assert refused.value.code == "bad_header"


@pytest.mark.parametrize("end", range(0, len(SAMPLE) - len("South\n"), 7))
def test_a_file_that_is_cut_off_anywhere_is_refused(end: int) -> None:
    with pytest.raises(BadFile):
        loaded(SAMPLE[:end])


@given(st.binary(max_size=200))
def test_no_junk_whatever_does_more_than_be_refused(junk: bytes) -> None:
    with pytest.raises(BadFile):
        loaded(junk)


@given(st.integers(0, len(SAMPLE)), st.integers(0, 5), st.binary(max_size=5))
def test_a_file_with_a_few_bytes_changed_is_read_or_refused_at_a_line_that_it_has(
    at: int, gone: int, new: bytes
) -> None:
    raw = SAMPLE.encode()
    damaged = raw[:at] + new + raw[at + gone :]
    try:
        file = loaded(damaged)
    except BadFile as refusal:
        line, column = refusal.line, refusal.column
    else:
        line, column = 1, 1
        assert len(file.ids) == 5
    assert 1 <= line <= damaged.count(b"\n") + 1
    assert column >= 1


class _Junk(BytesIO):
    """A file of two hundred megabytes that is made as it is read, and counts what was taken."""

    def __init__(self, start: bytes, junk: bytes) -> None:
        super().__init__(start)
        self.junk = junk
        self.taken = 0

    def readline(self, size: Any = -1) -> bytes:
        return self._take(super().readline(size), size)

    def read(self, size: Any = -1) -> bytes:
        return self._take(super().read(size), size)

    def _take(self, read: bytes, size: int) -> bytes:
        read = read or self.junk[: size if size >= 0 else None]
        self.taken += len(read)
        if self.taken > 4 << 20:
            raise AssertionError("far too much was read")
        return read


@pytest.mark.parametrize(
    "start",
    [
        b"",
        SAMPLE[: SAMPLE.index("budget")].encode(),
        SAMPLE[: SAMPLE.index("a3;")].encode(),
        SAMPLE[: SAMPLE.index("4;a1")].encode(),
        SAMPLE[: SAMPLE.index("Tool")].encode() + b'"',
    ],
)
@pytest.mark.parametrize(
    "junk", [b"x" * (8 << 20), b"junk\n", b'"\n', b"\0" * (8 << 20), b"a;b;c;d;e;f\n", b"8;a1,a2;;;;\n"]
)
def test_two_hundred_megabytes_of_junk_are_refused_after_a_little_of_them(start: bytes, junk: bytes) -> None:
    stream = _Junk(start, junk)
    with pytest.raises(BadFile):
        read(stream)
    assert stream.taken < 4 << 20


def test_endless_meta_is_refused() -> None:
    rows = "".join(f"k{number};v\n" for number in range(2000))
    with pytest.raises(BadFile) as refused:
        loaded("META\nkey;value\n" + rows)
    assert refused.value.code == "too_much"
