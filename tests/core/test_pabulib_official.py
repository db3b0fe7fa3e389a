"""The rule that a file names as a method of ours, and the comparison with the file's own result."""

from __future__ import annotations

import pytest

from pb.core.errors import Refusal
from pb.core.outcome import Outcome
from pb.core.pabulib import PbFile, compare, facts_of, official_method
from pb.core.rules import count
from tests.core.pb_files import SAMPLE, loaded, spoilt


def _ruled(rule: str, *more: tuple[str, str]) -> PbFile:
    return loaded(spoilt(("rule;greedy", f"rule;{rule}"), *more))


def _counted(file: PbFile) -> Outcome:
    return count(file.instance, file.profile, official_method(file), facts_of(file))


@pytest.mark.parametrize(
    ("rule", "kind"),
    [("greedy", "skip"), ("greedy-threshold", "skip"), ("greedy-exclusive", "skip"), ("greedy-no-skip", "stop")],
)
def test_the_greedy_family_is_known(rule: str, kind: str) -> None:
    how = official_method(_ruled(rule))
    assert (how.allocation.kind, how.ties) == (kind, ("published",))


def test_the_custom_rule_is_known_for_poznan_and_for_no_other_city() -> None:
    how = official_method(_ruled("greedy-custom", ("unit;Exampleton", "unit;Poznań")))
    assert (how.allocation.kind, how.allocation.reserve_percent) == ("stop", 80)
    with pytest.raises(Refusal) as refused:
        official_method(_ruled("greedy-custom"))
    assert refused.value.code == "rule_not_known"


@pytest.mark.parametrize(
    ("rule", "completion", "comparison"),
    [
        ("equalshares", "none", False),
        ("equalshares-comparison", "none", True),
        ("equalshares/add1", "add1", False),
        ("equalshares/add1-comparison", "add1", True),
    ],
)
def test_equal_shares_are_known_with_what_completes_them(rule: str, completion: str, comparison: bool) -> None:
    how = official_method(_ruled(rule))
    assert (how.rule, how.options.to_json()["completion"], how.ties) == ("equal-shares", completion, ("published",))
    assert (how.options.to_json()["comparison"], how.options.to_json()["stop_at"]) == (
        comparison,
        "overspending" if completion == "add1" else "exhaustive",
    )


@pytest.mark.parametrize("rule", ["equalshares/add2", "unknown", "magic"])
def test_another_rule_is_refused_by_its_name(rule: str) -> None:
    with pytest.raises(Refusal, match=rule):
        official_method(_ruled(rule))


def test_the_files_threshold_holds_whatever_its_rule_is_called() -> None:
    file = _ruled("greedy-no-skip", ("language;en", "min_project_score_threshold;3"))
    assert official_method(file).thresholds.least_score == 3
    assert _counted(file).by_id["a3"].reason.code == "below_threshold"


def test_a_threshold_with_a_fraction_is_reached_by_the_next_whole_vote() -> None:
    assert loaded(spoilt(("language;en", "min_project_score_threshold;58.5"))).threshold == 59


def test_a_project_marked_as_not_feasible_is_left_out_and_stops_no_line() -> None:
    outcome = _counted(_ruled("greedy-no-skip", ("a1;9000", "a1;999999999")))
    assert outcome.by_id["a1"].reason.code == "withdrawn"
    assert "999999999" in str(outcome.by_id["a1"].reason)
    assert outcome.selected == ("a2", "a4")


def test_excluding_a_project_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        facts_of(loaded(SAMPLE), {"zebra": "It is an animal."})
    assert refused.value.code == "unknown_project"


def test_the_sample_agrees_with_its_own_result() -> None:
    file = loaded(SAMPLE)
    agreement = compare(file, _counted(file))
    assert agreement is not None
    assert (agreement.differences, agreement.elsewhere) == ((), ())


def test_differences_are_named_and_what_was_paid_elsewhere_is_none() -> None:
    file = loaded(spoilt(("welfare;seniors;1", "welfare;seniors;0"), ("environment;adults;0", "environment;adults;3")))
    agreement = compare(file, _counted(file))
    assert agreement is not None
    assert [(each.id, each.selected) for each in agreement.differences] == [("a2", 0)]
    assert [(each.id, each.selected) for each in agreement.elsewhere] == [("a5", 3)]


def test_a_file_without_a_result_has_nothing_to_compare() -> None:
    file = loaded(spoilt((";selected\n", ";wanted\n")))
    assert compare(file, _counted(file)) is None
