"""Ranked ballots: places are worth points, counted from the ballot's length or from the voter's own."""

from __future__ import annotations

import pytest

from pb.core.ballots.ranked import Ranked, RankedSettings
from tests.core.elections import instance

RANKED = Ranked()
POT = instance(30, a=10, b=10, c=10, d=10)


@pytest.mark.parametrize(("points", "scores"), [("places", {"b": 3, "a": 2}), ("ranked", {"b": 2, "a": 1})])
def test_the_first_place_gets_most(points: str, scores: dict[str, int]) -> None:
    settings = RankedSettings(most=3, points=points)
    assert {mark.project: mark.score for mark in RANKED.marks({"ranking": ["b", "a"]}, settings)} == scores


def test_the_order_is_the_choice_and_stays() -> None:
    assert RANKED.normalised({"ranking": ["b", "a"]}) == {"ranking": ["b", "a"]}


@pytest.mark.parametrize(
    ("ranking", "settings", "codes"),
    [
        ("abc", RankedSettings(most=3), []),
        ("abcd", RankedSettings(most=3), ["too_many"]),
        ("a", RankedSettings(most=3, least=2), ["too_few"]),
        ("ab", RankedSettings(most=3, use_all=True), ["unused"]),
        ("abc", RankedSettings(most=3, use_all=True), []),
    ],
)
def test_limits(ranking: str, settings: RankedSettings, codes: list[str]) -> None:
    assert [fault.code for fault in RANKED.faults({"ranking": list(ranking)}, POT, settings)] == codes


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        (RankedSettings(most=5), ["most_over_projects"]),
        (RankedSettings(most=2, least=3), ["least_over_most"]),
        (RankedSettings(most=4), []),
    ],
)
def test_silly_settings_are_told(settings: RankedSettings, codes: list[str]) -> None:
    assert [fault.code for fault in settings.faults(4)] == codes
