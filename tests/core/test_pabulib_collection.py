"""Real elections, counted by the rules that their files name, give the winners that the cities published."""

from __future__ import annotations

import csv
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest

from pb.core.outcome import Award
from pb.core.pabulib import PbFile, facts_of, lines, official_method, read
from pb.core.packed import PackedGroups
from pb.core.rules import count
from pb.core.rules.support import add_up

COLLECTION = Path(__file__).resolve().parents[3] / "shared" / "pabulib"
NAMES = sorted(path.name for path in COLLECTION.glob("*.pb"))

#: Projects that the rule does not decide about, with the words of the file's own comment.
WITHDRAWN = {
    "Poland_Krakow_2023_Nowa_Huta.pb": {
        "BO.D18.9/23": "Project BO.D18.9/23 was withdrawn after the voting due to a cost mistake made by the project "
        "proposer, who wrote '325' instead of '325000'.",
    },
}
PAID_ELSEWHERE = {
    "Poland_Gdynia_2022_Chwarzno-Wiczlino__large.pb": {
        "2022/CHW/0026": "Projects marked with selected=2 were funded as additional turnout-award projects under "
        'Gdynia\'s "Projekt +1" rule: one extra large project and two extra small projects are implemented in the '
        "districts with the highest voting turnout, using city funds outside the regular BO allocation.",
    },
}

pytestmark = [
    pytest.mark.real_input,
    pytest.mark.skipif(not NAMES, reason="the shared collection of real elections is not here"),
]


@cache
def _file(name: str) -> PbFile:
    with (COLLECTION / name).open("rb") as stream:
        return read(stream)


def _with_official_result() -> list[str]:
    if not NAMES:
        return []
    with (COLLECTION / "index.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [row["file"] for row in rows if row["has_official_result"] == "yes"]


@pytest.mark.parametrize("name", NAMES)
def test_votes_and_scores_are_those_published(name: str) -> None:
    file = _file(name)
    totals = add_up(file.instance, file.profile)
    assert file.published("votes") == {each: totals[each].votes for each in file.ids}
    assert file.published("score") in (None, {each: totals[each].score for each in file.ids})


@pytest.mark.parametrize("name", _with_official_result())
def test_the_winners_are_those_that_the_city_announced(name: str) -> None:
    file = _file(name)
    outcome = count(file.instance, file.profile, official_method(file), facts_of(file, WITHDRAWN.get(name)))
    selected = file.published("selected")
    assert selected is not None
    by_the_rule = {project for project, value in selected.items() if value in (1, 2)}
    assert set(outcome.selected) == by_the_rule - set(PAID_ELSEWHERE.get(name, {}))


@pytest.mark.parametrize("name", [name for name in _with_official_result() if "Poznan" in name])
def test_in_poznan_the_reserve_pays_for_just_the_projects_that_it_paid_for(name: str) -> None:
    file = _file(name)
    outcome = count(file.instance, file.profile, official_method(file), facts_of(file))
    selected = file.published("selected")
    assert selected is not None
    helped = {each.id for each in outcome.projects if each.award is Award.RESERVE}
    assert helped == {project for project, value in selected.items() if value == 2}


@pytest.mark.parametrize("name", WITHDRAWN | PAID_ELSEWHERE)
def test_what_is_left_to_a_comment_is_in_the_files_own_comment(name: str) -> None:
    comment = _file(name).meta["comment"]
    for why in (WITHDRAWN | PAID_ELSEWHERE)[name].values():
        assert why in comment


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_real_file_is_odd_enough_for_a_note(name: str) -> None:
    assert _file(name).notes == ()


@pytest.mark.parametrize("name", NAMES)
def test_reading_in_bulk_gives_the_same_file_as_reading_row_by_row(name: str) -> None:
    file = _file(name)
    with (COLLECTION / name).open("rb") as stream:
        by_rows = read(stream, bulk=False)
    assert isinstance(file.profile.groups, PackedGroups) == (file.profile.ballot_type in ("approval", "knapsack"))
    assert file == by_rows
    assert file.profile.digest() == by_rows.profile.digest()


@pytest.mark.parametrize("name", NAMES)
def test_a_real_file_that_was_read_is_written_letter_for_letter(name: str) -> None:
    """But for the line ends, which come out as the format has them."""
    raw = (COLLECTION / name).read_bytes()
    text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    file = read(BytesIO(raw), keep_voters=True)
    assert "".join(lines(file)) == text.removesuffix("\n") + "\n"
