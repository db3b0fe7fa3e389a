"""Lists of postcodes: every faulty line is told, and nothing is kept until there is none."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.core.errors import NotAllowed, Refusal, Refusals
from pb.services.area_postcodes import MOST_LINES, load_postcodes, postcodes_of, read_postcodes
from pb.services.areas import postcode_counts
from tests.factories import a_locked_round, an_area, someone, turn_to

FILE = """\ufeffpostcode,ward
EH6 6AB,Abbey
eh6 7,abbey

"EH7","Castle"
"""


def test_a_list_names_the_area_of_each_line(app: Flask) -> None:
    abbey, castle = an_area("Abbey"), an_area("Castle")
    found = read_postcodes(FILE)
    assert found.faults == []
    assert found.areas == {"EH6 6AB": abbey.id, "EH6 7": abbey.id, "EH7": castle.id}
    assert found.counts() == {abbey.id: 2, castle.id: 1}
    assert postcode_counts() == {}


def test_lines_without_an_area_belong_to_the_one_chosen(app: Flask) -> None:
    abbey = an_area("Abbey")
    assert load_postcodes("EH6 6AB\r\nEH6 6AD\r\n", abbey.id, by=someone(Role.OFFICER)) == 2
    assert postcodes_of(abbey.id) == ["EH6 6AB", "EH6 6AD"]


@pytest.mark.parametrize(
    ("lines", "line", "code"),
    [
        ("EH6 6AB,Abbey\nnonsense,Abbey", 2, "postcode_prefix"),
        ("EH6 6AB,Abbey\n\nEH7,Atlantis", 3, "area_unknown"),
        ("EH6 6AB", 1, "area_missing"),
        ("EH7,Abbey\neh7,Castle", 2, "postcode_twice"),
        ("EH1,Castle", 1, "postcode_elsewhere"),
        ("<script>,Abbey", 1, "postcode_prefix"),
    ],
)
def test_a_faulty_line_is_told_with_its_number_and_nothing_is_kept(
    app: Flask, lines: str, line: int, code: str
) -> None:
    abbey, _castle = an_area("Abbey"), an_area("Castle")
    by = someone(Role.OFFICER)
    load_postcodes("EH1", abbey.id, by=by)
    assert [(number, fault.code) for number, fault in read_postcodes(lines).faults] == [(line, code)]
    with pytest.raises(Refusals) as refused:
        load_postcodes(lines, by=by)
    assert refused.value.code == code
    assert postcode_counts() == {abbey.id: 1}


def test_the_same_line_twice_is_no_fault_and_counts_once(app: Flask) -> None:
    abbey = an_area("Abbey")
    by = someone(Role.OFFICER)
    assert load_postcodes("EH6\nEH6", abbey.id, by=by) == 1
    assert load_postcodes("EH6\nEH7", abbey.id, by=by) == 1


def test_a_list_can_replace_what_its_areas_had_and_leaves_others_alone(app: Flask) -> None:
    abbey, castle = an_area("Abbey"), an_area("Castle")
    by = someone(Role.OFFICER)
    load_postcodes("EH1,Abbey\nEH2,Abbey\nEH3,Castle", by=by)
    load_postcodes("EH2,Abbey\nEH4,Abbey", replace=True, by=by)
    assert (postcodes_of(abbey.id), postcodes_of(castle.id)) == (["EH2", "EH4"], ["EH3"])


@pytest.mark.parametrize("text", ["", "\n\n", "postcode\n", " , \n"])
def test_an_empty_list_is_refused(app: Flask, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_postcodes(text)
    assert refused.value.code == "postcodes_missing"


def test_a_list_that_is_far_too_long_is_refused_unread(app: Flask) -> None:
    with pytest.raises(Refusal) as refused:
        read_postcodes("x\n" * (MOST_LINES + 1))
    assert refused.value.code == "too_many_lines"


@pytest.mark.parametrize("text", ["EH6\x00", "\x1fPNG", "EH6 \ufffd"])
def test_what_is_no_text_is_refused(app: Flask, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_postcodes(text, an_area().id)
    assert refused.value.code == "not_text"


def test_only_those_who_keep_areas_load_postcodes(app: Flask) -> None:
    with pytest.raises(NotAllowed):
        load_postcodes("EH6", an_area().id, by=someone(Role.MEMBER))


@pytest.mark.parametrize("moment", ["the ballot is locked", "people vote"])
def test_while_people_vote_in_an_area_its_postcodes_are_only_added_to(app: Flask, moment: str) -> None:
    abbey, castle, officer = an_area("Abbey"), an_area("Castle"), someone(Role.OFFICER)
    load_postcodes("EH6", abbey.id, by=officer)
    the_round = a_locked_round(areas=[abbey])
    if moment == "people vote":
        turn_to(the_round.voting_opens_at)
    with pytest.raises(Refusal) as replaced:
        load_postcodes("EH9", abbey.id, replace=True, by=officer)
    with pytest.raises(Refusal) as moved:
        load_postcodes("EH6 6,Castle", by=officer)
    assert (replaced.value.code, moved.value.code) == ("area_voted_on", "postcode_would_move")
    assert (postcodes_of(abbey.id), postcodes_of(castle.id)) == (["EH6"], [])
    load_postcodes("EH9", abbey.id, by=officer)
    load_postcodes("EH7", castle.id, replace=True, by=officer)
    assert (postcodes_of(abbey.id), postcodes_of(castle.id)) == (["EH6", "EH9"], ["EH7"])
    turn_to(the_round.voting_closes_at)
    load_postcodes("EH6 6,Castle", by=officer)
    assert postcodes_of(castle.id) == ["EH6 6", "EH7"]


def test_no_street_comes_into_a_vote_by_taking_its_line_out_of_another_area(app: Flask) -> None:
    abbey, castle, officer = an_area("Abbey"), an_area("Castle"), someone(Role.OFFICER)
    load_postcodes("EH6,Abbey\nEH6 6,Castle\nEH7,Castle", by=officer)
    a_locked_round(areas=[abbey])
    with pytest.raises(Refusal) as moved:
        load_postcodes("EH7", castle.id, replace=True, by=officer)
    assert moved.value.code == "postcode_would_move"
    load_postcodes("EH6 6\nEH8", castle.id, replace=True, by=officer)
    assert postcodes_of(castle.id) == ["EH6 6", "EH8"]


def test_where_every_postcode_will_do_no_list_shuts_people_out_while_they_vote(app: Flask) -> None:
    abbey, castle, officer = an_area("Abbey"), an_area("Castle"), someone(Role.OFFICER)
    the_round = a_locked_round(areas=[abbey])
    with pytest.raises(Refusal) as first:
        load_postcodes("EH6,Abbey\nEH7,Castle", by=officer)
    assert (first.value.code, postcodes_of(abbey.id), postcodes_of(castle.id)) == ("area_without_list", [], [])
    load_postcodes("EH7", castle.id, by=officer)
    turn_to(the_round.voting_closes_at)
    load_postcodes("EH6", abbey.id, by=officer)
    assert postcodes_of(abbey.id) == ["EH6"]


def test_a_list_with_a_quotation_mark_that_is_never_closed_is_refused(app: Flask) -> None:
    """Its first cell would be all the rest of the file."""
    with pytest.raises(Refusal) as refused:
        read_postcodes('"' + "EX1 1AB" * 20_000)
    assert (refused.value.code, refused.value.status) == ("postcodes_broken", 422)
