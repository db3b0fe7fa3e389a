"""Settings: read from stored JSON without guessing, every fault beside its field."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pb.core.errors import Refusals
from pb.core.settings import Settings, choice, limit, number, yes_no


@dataclass(frozen=True)
class Fruit(Settings):
    """An example with one of each kind."""

    kind: str = choice("Kind", "apple", (("apple", "Apple"), ("pear", "Pear")))
    many: int = number("How many", 3, least=1, most=9)
    most: int | None = limit("At most", least=1)
    ripe: bool = yes_no("Ripe", True)


def test_what_is_not_named_keeps_its_default() -> None:
    assert Fruit.from_json({"many": 5}) == Fruit(many=5)


def test_a_limit_may_be_left_empty() -> None:
    assert Fruit.from_json({"most": None}).most is None


@pytest.mark.parametrize(
    "data",
    [
        {"many": 0},
        {"many": 10},
        {"many": True},
        {"many": 1.0},
        {"many": "3"},
        {"many": None},
        {"most": 0},
        {"kind": "plum"},
        {"kind": None},
        {"ripe": 1},
        {"ripe": None},
    ],
)
def test_a_value_that_cannot_be_is_refused_beside_its_field(data: dict[str, object]) -> None:
    with pytest.raises(Refusals) as refused:
        Fruit.from_json(data)
    assert [(fault.code, fault.field) for fault in refused.value.faults] == [("setting_wrong", next(iter(data)))]


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(Refusals) as refused:
        Fruit.from_json({"many": 0, "ripe": "yes", "colour": "red"})
    assert sorted(fault.field for fault in refused.value.faults) == ["colour", "many", "ripe"]


def test_a_number_with_bounds_says_both_of_them() -> None:
    with pytest.raises(Refusals, match="Enter a whole number from 1 to 9"):
        Fruit.from_json({"many": 0})


def test_a_form_can_be_made_from_the_description() -> None:
    described = [(each.name, each.kind, each.optional, each.default) for each in Fruit.described()]
    assert described == [
        ("kind", "choice", False, "apple"),
        ("many", "number", False, 3),
        ("most", "number", True, None),
        ("ripe", "yes_no", False, True),
    ]
