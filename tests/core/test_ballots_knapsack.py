"""Knapsack ballots: the voter's choices together may cost the pot, and not a penny more."""

from __future__ import annotations

import pytest

from pb.core.ballots.knapsack import Knapsack, KnapsackSettings
from tests.core.elections import instance

KNAPSACK = Knapsack()
POT = instance(3000, a=1000, b=2000, c=1)


@pytest.mark.parametrize(
    ("chosen", "settings", "codes"),
    [
        ("ab", KnapsackSettings(), []),
        ("abc", KnapsackSettings(), ["over_pot"]),
        ("abc", KnapsackSettings(cap=3001), []),
        ("b", KnapsackSettings(cap=1999), ["over_pot"]),
        ("c", KnapsackSettings(floor=2), ["under_floor"]),
        ("ac", KnapsackSettings(most=1), ["too_many"]),
        ("a", KnapsackSettings(least=2), ["too_few"]),
    ],
)
def test_limits(chosen: str, settings: KnapsackSettings, codes: list[str]) -> None:
    assert [fault.code for fault in KNAPSACK.faults({"chosen": list(chosen)}, POT, settings)] == codes


def test_overspending_is_told_in_money() -> None:
    (fault,) = KNAPSACK.faults({"chosen": ["a", "b", "c"]}, POT, KnapsackSettings())
    assert str(fault) == "You can spend up to £30. Your choices cost £30.01."


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        (KnapsackSettings(most=4), ["most_over_projects"]),
        (KnapsackSettings(most=1, least=2), ["least_over_most"]),
        (KnapsackSettings(cap=10, floor=11), ["floor_over_cap"]),
        (KnapsackSettings(), []),
    ],
)
def test_silly_settings_are_told(settings: KnapsackSettings, codes: list[str]) -> None:
    assert [fault.code for fault in settings.faults(3)] == codes
