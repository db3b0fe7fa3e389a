"""Two rounds clash where they ask the same people, in the same place, at the same time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pb.core.clashes import Outline, clashes

MARCH = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
ONE = Outline(1, "Eastfield", *MARCH, frozenset({"Abbey", "Castle"}), "everyone", frozenset({"Parks"}))
OTHER = Outline(
    2,
    "Young people",
    datetime(2026, 3, 20, tzinfo=UTC),
    datetime(2026, 5, 1, tzinfo=UTC),
    frozenset({"Castle", "Riverside"}),
    "young people",
)


def test_a_clash_names_the_time_and_place_that_both_rounds_share() -> None:
    (found,) = clashes(ONE, [OTHER])
    assert (found.title, found.starts, found.ends, found.areas) == (
        "Young people",
        OTHER.starts,
        ONE.ends,
        ("Castle",),
    )


@pytest.mark.parametrize(
    "changed",
    [
        replace(OTHER, areas=frozenset({"Riverside"})),
        replace(OTHER, starts=ONE.ends),
        replace(OTHER, starts=None),
        replace(OTHER, ends=None),
        replace(OTHER, round_id=1),
    ],
    ids=["elsewhere", "straight after", "no beginning yet", "no end yet", "the round itself"],
)
def test_rounds_apart_in_place_or_time_do_not_clash(changed: Outline) -> None:
    assert clashes(ONE, [changed]) == []


def test_different_people_clash_only_over_a_shared_theme() -> None:
    old = replace(ONE, audience="over-60s")
    assert clashes(old, [OTHER]) == []
    (found,) = clashes(old, [replace(OTHER, themes=frozenset({" parks "}))])
    assert found.themes == ("parks",)


def test_the_same_audience_in_other_letters_is_the_same() -> None:
    assert clashes(replace(ONE, audience="Young People "), [OTHER])


def test_a_round_without_areas_is_everywhere() -> None:
    (found,) = clashes(replace(ONE, areas=frozenset()), [OTHER])
    assert found.areas == ("Castle", "Riverside")
    (found,) = clashes(ONE, [replace(OTHER, areas=frozenset())])
    assert found.areas == ("Abbey", "Castle")


def test_clashes_come_in_the_order_of_their_beginning_whatever_order_they_are_found_in() -> None:
    early = replace(OTHER, round_id=3, title="Early", starts=MARCH[0])
    assert [each.title for each in clashes(ONE, [OTHER, early])] == ["Early", "Young people"]
