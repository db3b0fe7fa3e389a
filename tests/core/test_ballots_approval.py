"""Approval ballots: up to so many, so many in each category, an extra vote for marked projects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pb.core.ballots.approval import BOOST, Approval, ApprovalSettings
from pb.core.ballots.ballot import Mark
from pb.core.election import Instance
from tests.core.elections import instance

APPROVAL = Approval()
PLAIN = instance(30, a=10, b=10, c=10, d=10)
POT = Instance(
    tuple(
        replace(each, category=category, tags=frozenset({BOOST}) if each.id == "d" else frozenset())
        for each, category in zip(PLAIN.projects, ["small", "small", "large", "large"], strict=True)
    ),
    30,
)


def _codes(choices: dict[str, Any], **settings: Any) -> list[str]:
    return [fault.code for fault in APPROVAL.faults(choices, POT, ApprovalSettings(**settings))]


@pytest.mark.parametrize(
    ("chosen", "settings", "codes"),
    [
        ("abc", {"most": 3}, []),
        ("abcd", {"most": 3}, ["too_many"]),
        ("a", {"most": 3, "use_all": True}, ["unused"]),
        ("abc", {"most": 3, "use_all": True}, []),
        ("a", {"least": 2}, ["too_few"]),
        ("ab", {"least": 2}, []),
        ("ac", {"per_category": 1}, []),
        ("ab", {"per_category": 1}, ["too_many_in_category"]),
    ],
)
def test_limits(chosen: str, settings: dict[str, Any], codes: list[str]) -> None:
    assert _codes({"approved": list(chosen)}, **settings) == codes


def test_too_many_in_a_category_names_it_and_both_numbers() -> None:
    (fault,) = APPROVAL.faults({"approved": ["a", "b"]}, POT, ApprovalSettings(per_category=1))
    assert str(fault) == "You can choose up to 1 in “small”. You have chosen 2."


def test_the_extra_vote_may_repeat_a_choice_and_counts_apart_from_ordinary_votes() -> None:
    choices = {"approved": ["a", "d"], "boost": "d"}
    assert _codes(choices, most=3, boost=True) == []
    assert list(APPROVAL.marks(choices, ApprovalSettings(boost=True))) == [Mark("a", 1, 1), Mark("d", 2, 1)]


def test_the_extra_vote_may_go_to_a_project_that_was_not_chosen() -> None:
    choices = {"approved": ["a"], "boost": "d"}
    assert _codes(choices, boost=True) == []
    assert list(APPROVAL.marks(choices, ApprovalSettings(boost=True))) == [Mark("a", 1, 1), Mark("d", 1, 0)]


def test_the_extra_vote_is_for_marked_projects_only() -> None:
    (fault,) = APPROVAL.faults({"approved": ["b"], "boost": "a"}, POT, ApprovalSettings(boost=True))
    assert (fault.code, fault.field) == ("boost_misplaced", "a")


def test_a_ballot_without_an_extra_vote_refuses_one() -> None:
    assert _codes({"approved": ["a"], "boost": "d"}) == ["no_boost"]


def test_the_largest_ballot_has_the_longest_ids_that_the_limits_allow() -> None:
    pot = Instance(
        (
            replace(PLAIN.projects[0], id="a-very-long-id", category="x"),
            replace(PLAIN.projects[1], id="a-long-id", category="x"),
            replace(PLAIN.projects[2], id="short", category="y"),
        ),
        30,
    )
    settings = ApprovalSettings(most=2, per_category=1)
    assert APPROVAL.largest(pot, settings) == {"approved": ["a-very-long-id", "short"]}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (ApprovalSettings(most=5), "most_over_projects"),
        (ApprovalSettings(most=2, least=3), "least_over_most"),
        (ApprovalSettings(least=5), "least_over_most"),
        (ApprovalSettings(use_all=True), "use_all_of_what"),
    ],
)
def test_silly_settings_are_told(settings: ApprovalSettings, code: str) -> None:
    assert [fault.code for fault in settings.faults(4)] == [code]
