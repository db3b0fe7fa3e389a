"""Points ballots: a number of points to share, with limits for one project and for all."""

from __future__ import annotations

from typing import Any

import pytest

from pb.core.ballots.points import Points, PointsSettings
from tests.core.elections import instance

POINTS = Points()
POT = instance(30, a=10, b=10, c=10)


@pytest.mark.parametrize(
    ("points", "settings", "codes"),
    [
        ({"a": 10}, {}, []),
        ({"a": 6, "b": 5}, {}, ["too_many_points"]),
        ({"a": 5}, {"use_all": True}, ["points_unused"]),
        ({"a": 1}, {"least_total": 2}, ["too_few_points"]),
        ({"a": 4}, {"most_each": 3}, ["too_many_each"]),
        ({"a": 1}, {"least_each": 2}, ["too_few_each"]),
        ({"a": 1, "b": 1}, {"most": 1}, ["too_many"]),
        ({"a": 1}, {"least": 2}, ["too_few"]),
        ({"a": 11, "b": -1}, {}, ["too_few_each"]),
    ],
)
def test_limits(points: dict[str, int], settings: dict[str, Any], codes: list[str]) -> None:
    assert [fault.code for fault in POINTS.faults({"points": points}, POT, PointsSettings(**settings))] == codes


def test_points_taken_away_do_not_buy_more_for_another() -> None:
    (fault,) = POINTS.faults({"points": {"a": 11, "b": -1}}, POT, PointsSettings())
    assert str(fault) == "Give “Project b” at least 1, or leave it empty."


def test_no_points_are_the_same_as_not_being_named() -> None:
    assert POINTS.normalised({"points": {"a": 0, "b": 2}}) == {"points": {"b": 2}}
    assert POINTS.is_empty({"points": {"a": 0}})
    assert [mark.project for mark in POINTS.marks({"points": {"a": 0, "b": 2}}, PointsSettings())] == ["b"]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (PointsSettings(total=3, most_each=4), "each_over_total"),
        (PointsSettings(total=10, most_each=2, least_each=3), "each_upside_down"),
        (PointsSettings(total=3, least_total=4), "least_over_total"),
        (PointsSettings(least=4), "least_over_most"),
        (PointsSettings(total=10, least=3, least_each=4), "least_over_most"),
        (PointsSettings(total=10, most_each=3, use_all=True), "cannot_use_all"),
    ],
)
def test_silly_settings_are_told(settings: PointsSettings, code: str) -> None:
    assert [fault.code for fault in settings.faults(3)] == [code]
