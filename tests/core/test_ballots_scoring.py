"""Scoring ballots: a scale, all projects or some, and the gap named where one is missing."""

from __future__ import annotations

from typing import Any

import pytest

from pb.core.ballots.scoring import Scoring, ScoringSettings
from tests.core.elections import instance

SCORING = Scoring()
POT = instance(30, a=10, b=10, c=10)
SOME = {"score_all": False}


def _codes(scores: dict[str, int], **settings: Any) -> list[str]:
    return [fault.code for fault in SCORING.faults({"scores": scores}, POT, ScoringSettings(**settings))]


def test_a_ballot_that_must_score_all_names_every_project_that_is_missing() -> None:
    faults = SCORING.faults({"scores": {"b": 3}}, POT, ScoringSettings())
    assert [(fault.code, fault.field) for fault in faults] == [("not_scored", "a"), ("not_scored", "c")]
    assert str(faults[0]) == "Give “Project a” a score. This ballot counts when every project has one."


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_off_the_scale_names_the_project_and_the_scale(score: int) -> None:
    (fault,) = SCORING.faults({"scores": {"a": score}}, POT, ScoringSettings(**SOME))
    assert str(fault) == "Give “Project a” a score from 1 to 5."


@pytest.mark.parametrize(
    ("scores", "settings", "codes"),
    [
        ({"a": 1, "b": 5, "c": 3}, {}, []),
        ({"a": 1}, SOME, []),
        ({"a": 1, "b": 1, "c": 1}, {**SOME, "most": 2}, ["too_many"]),
        ({"a": 1}, {**SOME, "most": 2, "use_all": True}, ["unused"]),
        ({"a": 1, "b": 1}, {**SOME, "most": 2, "use_all": True}, []),
        ({"a": 1}, {**SOME, "least": 2}, ["too_few"]),
        ({"a": 0}, {**SOME, "lowest": 0}, []),
    ],
)
def test_limits(scores: dict[str, int], settings: dict[str, Any], codes: list[str]) -> None:
    assert _codes(scores, **settings) == codes


@pytest.mark.parametrize("score", [True, 1.0, "1", None])
def test_a_score_that_is_no_whole_number_cannot_be_read(score: object) -> None:
    (fault,) = SCORING.faults({"scores": {"a": score}}, POT, ScoringSettings())
    assert fault.code == "unreadable"


def test_nought_on_a_scale_that_has_it_is_a_score() -> None:
    assert SCORING.named({"scores": {"a": 0}}) == ["a"]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (ScoringSettings(lowest=5, highest=5), "scale_upside_down"),
        (ScoringSettings(most=2), "all_or_some"),
        (ScoringSettings(score_all=False, most=4), "most_over_projects"),
        (ScoringSettings(score_all=False, most=1, least=2), "least_over_most"),
        (ScoringSettings(score_all=False, use_all=True), "use_all_of_what"),
    ],
)
def test_silly_settings_are_told(settings: ScoringSettings, code: str) -> None:
    assert [fault.code for fault in settings.faults(3)] == [code]
