"""Writing .pb files: what was read comes out again, and an election of ours comes back as it went."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.ballots.approval import ApprovalSettings
from pb.core.election import Instance, Profile, Project
from pb.core.errors import Refusal
from pb.core.outcome import Award
from pb.core.pabulib import PbFile, compose, facts_of, lines, official_method, read
from pb.core.rules import Facts, count, method_from_json
from pb.core.rules.support import add_up
from tests.core.elections import approvals, elections, instance, method, votes
from tests.core.pb_files import SAMPLE, loaded, spoilt

COLLECTION = Path(__file__).resolve().parents[3] / "shared" / "pabulib"
ABOUT = {"description": "Riverside", "country": "United Kingdom", "unit": "Exampleton", "instance": "2026"}


def _text(file: object) -> str:
    return "".join(lines(file))  # type: ignore[arg-type]


def test_a_file_that_was_read_is_written_as_it_was() -> None:
    """But for the quotation marks around lists, which the format does not need."""
    assert _text(loaded(SAMPLE, keep_voters=True)) == SAMPLE


def test_keys_that_cities_added_come_out_as_they_went_in() -> None:
    added = (
        "min_project_cost;1000", "max_project_cost;15000.5", "neighborhoods;North,South", "subdistricts;", "categories;a",
        "leftover_budget;2458488.22", "budget_per_category;a: 1000", "budget_per_neighborhood;North: 1",
        "min_length_per_category;0", "max_length_per_category;2", "min_sum_cost_per_category;0",
        "max_sum_cost_per_category;9", '"comment;";"#1: Odd. #2: ""Very"" odd; indeed."',
    )  # fmt: skip
    text = spoilt(("language;en", "\n".join(added)))
    file = loaded(text, keep_voters=True)
    assert _text(file) == text
    assert list(compose(file.meta, file.instance, file.profile).meta)[-8:-1] == [
        line.partition(";")[0] for line in added[5:12]
    ]


def test_an_old_column_is_written_by_its_new_name() -> None:
    old = spoilt((";beneficiaries;", ";target;"))
    assert _text(loaded(old, keep_voters=True)) == SAMPLE


def test_cells_with_semicolons_quotation_marks_and_line_ends_survive() -> None:
    file = loaded(spoilt(("Tool library", '"Tool; ""library""\nin two lines"')), keep_voters=True)
    assert file.instance.by_id["a5"].name == 'Tool; "library"\nin two lines'
    assert loaded(_text(file), keep_voters=True) == file


@pytest.mark.real_input
@pytest.mark.skipif(not COLLECTION.is_dir(), reason="the shared collection of real elections is not here")
@pytest.mark.parametrize(
    "name", ["Poland_Krakow_2023_Nowa_Huta", "Poland_Katowice_2021_Zaleze", "Poland_Warszawa_2018_Anin"]
)
def test_a_real_file_survives_being_read_written_and_read_again(name: str) -> None:
    raw = (COLLECTION / f"{name}.pb").read_bytes()
    file = loaded(raw, keep_voters=True)
    assert loaded(_text(file), keep_voters=True) == file
    outcome = count(file.instance, file.profile, official_method(file), facts_of(file))
    again = loaded(_text(compose(dict(file.meta), file.instance, file.profile, outcome)))
    assert again.profile.groups == file.profile.groups
    assert add_up(again.instance, again.profile) == add_up(file.instance, file.profile)


@given(elections())
def test_any_election_comes_back_with_the_same_votes_scores_and_costs(election: tuple[object, ...]) -> None:
    where, profile, how, facts = election
    assert isinstance(where, Instance)
    assert isinstance(profile, Profile)
    file = compose(ABOUT, where, profile, count(where, profile, how, facts))  # type: ignore[arg-type]
    again = loaded(_text(file))
    assert again.instance.budget == where.budget
    assert {each.id: each.cost for each in again.instance.projects} == {each.id: each.cost for each in where.projects}
    before, after = add_up(where, profile), add_up(again.instance, again.profile)
    assert again.profile.size == before.marked
    for key in where.by_id:
        assert after[key].votes == before[key].votes
        assert after[key].score == before[key].score - before[key].unnamed + after[key].unnamed


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_name_and_description_survive(name: str, description: str) -> None:
    pot = Instance((Project("a", 10, name.replace("\r", "").replace("\0", ""), number=1),), 30)
    about = {"description": description.replace("\r", "").replace("\0", "")}
    again = loaded(_text(compose(about, pot, votes(a=1))))
    assert again.instance.by_id["a"].name == pot.projects[0].name
    assert again.meta["description"] == about["description"].strip()


def _rule(**options: object) -> str:
    allocation = str(options.pop("allocation", "skip"))
    pot, profile = instance(30, a=10, b=20), votes(a=2, b=1)
    return compose(ABOUT, pot, profile, count(pot, profile, method(allocation, **options))).rule


def test_the_formats_names_of_rules_are_used_where_they_fit() -> None:
    assert _rule() == "greedy"
    assert _rule(least_score=1) == "greedy-threshold"
    assert _rule(allocation="stop") == "greedy-no-skip"
    assert _rule(allocation="stop", reserve_percent=80) == "greedy-custom"
    assert _rule(allocation="offer") == "greedy-custom"


def _composed(rule: str, pot: Instance | None = None, **options: object) -> PbFile:
    pot, profile = pot or instance(30, a=10, b=20), votes(a=2, b=1)
    how = method_from_json({"rule": rule, "options": options, "ties": ["cheaper"]})
    return compose(ABOUT, pot, profile, count(pot, profile, how))


def test_equal_shares_has_its_names_and_its_options_in_the_comment() -> None:
    assert _composed("equal-shares", completion="none").rule == "equalshares"
    assert _composed("equal-shares", completion="add1", comparison=True).rule == "equalshares/add1-comparison"
    file = _composed("equal-shares", completion="add1u")
    assert file.rule == "equalshares/add1"
    assert "equal-shares with satisfaction=cost, completion=add1u, whole_start=yes" in file.meta["comment"]


def test_a_rule_without_a_name_in_the_format_is_told_in_the_comment() -> None:
    file = _composed("phragmen")
    assert file.rule == "unknown"
    assert "Counted by the rule phragmen" in file.meta["comment"]


def test_bids_that_exclude_each_other_are_named() -> None:
    pot = replace(instance(30, a=10, b=20), exclusive=(frozenset("ab"),))
    file = compose(ABOUT, pot, votes(a=2, b=1), count(pot, votes(a=2, b=1), method("skip")))
    assert file.rule == "greedy-exclusive"
    assert file.meta["comment"] == "#1: At most one of a, b can be funded."


def test_what_was_decided_after_the_lock_is_told_to_whoever_counts_again() -> None:
    pot, profile = instance(30, a=20, b=20, c=5), votes(a=1, b=1, c=3)
    facts = Facts({"c": "The group withdrew it."}, (("b", "a"),))
    file = compose(ABOUT, pot, profile, count(pot, profile, method("skip", "lot", ballots_percent=10), facts))
    assert file.meta["comment"] == (
        "#1: A project needed 10 per cent of the ballots that choose anything to be funded. "
        "#2: c was left out of the count. The group withdrew it. #3: Ties were decided by: lot. #4: Lot drawn: b, a."
    )


def test_a_composed_file_counts_to_the_same_winners_by_the_rule_that_it_names() -> None:
    pot, profile = instance(30, a=20, b=20, c=10), votes(a=3, b=2, c=1)
    outcome = count(pot, profile, method("skip"))
    again = loaded(_text(compose(ABOUT, pot, profile, outcome)))
    assert count(again.instance, again.profile, official_method(again)).selected == outcome.selected


def test_a_part_award_is_marked_and_told_in_the_comment() -> None:
    pot, profile = instance(30, {"b": 5}, a=20, b=20), votes(a=3, b=2)
    outcome = count(pot, profile, method("offer"))
    assert outcome.by_id["b"].award is Award.PARTIAL
    file = compose({**ABOUT, "comment": "Invented."}, pot, profile, outcome)
    assert file.published("selected") == {"a": 1, "b": 2}
    assert file.meta["comment"] == ("#1: Invented. #2: selected=2 marks a project that was offered part of its cost.")


def test_ballots_that_name_nothing_are_left_out_and_counted_in_the_comment() -> None:
    file = compose(ABOUT, instance(30, a=20), approvals("a", "", ""))
    assert file.meta["num_votes"] == "1"
    assert "2 ballots name no project" in file.meta["comment"]


def test_an_extra_vote_is_written_as_a_point_so_that_totals_stay_the_same() -> None:
    pot = Instance((Project("a", 10, number=1, tags=frozenset({"boost"})), Project("b", 10, number=2)), 30)
    profile = Profile.of("approval", ApprovalSettings(boost=True), [{"approved": ["a", "b"], "boost": "a"}])
    again = loaded(_text(compose(ABOUT, pot, profile)))
    assert {key: each.score for key, each in add_up(again.instance, again.profile).support.items()} == {"a": 2, "b": 1}


def test_an_id_with_a_comma_cannot_be_written() -> None:
    with pytest.raises(Refusal) as refused:
        compose(ABOUT, Instance((Project("a,b", 10),), 30), approvals())
    assert refused.value.code == "id_not_writable"


def test_the_keys_of_meta_stand_in_the_formats_order() -> None:
    keys = list(compose({"comment": "x", "edition": "1", **ABOUT}, instance(30, a=20), votes(a=1)).meta)
    assert keys[:3] == ["description", "country", "unit"]
    assert keys.index("budget") < keys.index("vote_type") < keys.index("rule") < keys.index("edition")
    assert keys[-1] == "comment"


def test_no_voter_can_be_told_from_the_order_of_the_rows() -> None:
    pot = instance(30, a=20, b=5)
    assert _text(compose(ABOUT, pot, approvals("b", "a", "b"))) == _text(compose(ABOUT, pot, approvals("b", "b", "a")))


def test_reading_does_not_close_the_stream_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "sample.pb"
    path.write_text(SAMPLE, encoding="utf-8")
    with path.open("rb") as stream:
        read(stream)
        assert not stream.closed
