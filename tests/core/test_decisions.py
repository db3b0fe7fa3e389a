"""Decisions: what must be said where a member differs from the vote, and under which power."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pb.core.actors import Actor, Role
from pb.core.decisions import POWERS, Resolution, Verdict, powers_of, resolution_faults, verdict
from pb.core.election import Project

HALL = Project("hall", 600_000, "Hall", minimum=400_000)
AGREED = Resolution(600_000, 600_000, "ward_member")
DECLINED = replace(AGREED, amount=0, reason="No.", alternatives="Half of it.", interests="None.")


def codes(resolution: Resolution, project: Project = HALL, powers: tuple[str, ...] = tuple(POWERS)) -> dict[str, str]:
    """The faults of a resolution, field -> code."""
    return {fault.field: fault.code for fault in resolution_faults(resolution, project, list(powers), "GBP")}


def member(*roles: Role, areas: frozenset[int] = frozenset()) -> Actor:
    return Actor(1, "Ada", frozenset(roles), areas)


def test_agreeing_with_the_vote_needs_no_words() -> None:
    assert codes(AGREED) == {}


def test_differing_from_the_vote_needs_reason_alternatives_and_interests() -> None:
    silent = replace(AGREED, amount=0, reason="  ")
    assert codes(silent) == {
        "reason": "reason_missing", "alternatives": "alternatives_missing", "interests": "interests_missing",
    }  # fmt: skip
    assert codes(DECLINED) == {}


def test_more_than_the_bid_asked_for_is_refused() -> None:
    assert codes(replace(DECLINED, amount=600_001)) == {"amount": "over_cost"}


def test_less_than_the_group_can_go_ahead_with_is_refused_but_nothing_is_not() -> None:
    assert codes(replace(DECLINED, amount=399_999)) == {"amount": "under_minimum"}
    assert codes(replace(DECLINED, amount=400_000)) == {}


def test_a_project_that_says_no_minimum_may_be_given_a_part() -> None:
    assert codes(replace(DECLINED, amount=1), replace(HALL, minimum=None)) == {}


def test_a_top_up_that_the_vote_recommends_may_go_beyond_what_was_asked() -> None:
    assert codes(Resolution(650_000, 650_000, "ward_member")) == {}


def test_less_than_nothing_is_refused() -> None:
    assert codes(replace(DECLINED, amount=-1)) == {"amount": "amount_negative"}


def test_a_power_that_is_not_held_is_refused() -> None:
    assert codes(AGREED, powers=("cabinet",)) == {"power": "power_missing"}


@pytest.mark.parametrize("power", ["delegated", "binding"])
def test_a_power_that_comes_from_another_decision_names_it(power: str) -> None:
    assert codes(replace(AGREED, power=power)) == {"citation": "citation_missing"}
    assert codes(replace(AGREED, power=power, citation="Minute 14, 3 May 2025")) == {}


def test_a_binding_vote_is_followed() -> None:
    assert codes(replace(DECLINED, power="binding", citation="Minute 14")) == {"amount": "vote_is_binding"}


def test_words_that_are_far_too_long_are_refused_beside_their_field() -> None:
    long = replace(DECLINED, reason="a" * 2_001, alternatives="b" * 2_000)
    assert codes(long) == {"reason": "text_long"}


@pytest.mark.parametrize(
    ("recommended", "amount", "expected"),
    [
        (100, 100, Verdict.AGREED),
        (100, 50, Verdict.LESS),
        (100, 150, Verdict.MORE),
        (100, 0, Verdict.DECLINED),
        (0, 0, Verdict.NOT_RECOMMENDED),
        (0, 50, Verdict.MORE),
    ],
)
def test_how_a_decision_stands_to_the_vote(recommended: int, amount: int, expected: Verdict) -> None:
    assert verdict(recommended, amount) == expected


def test_a_ward_member_has_powers_over_pots_of_their_ward_alone() -> None:
    ada = member(Role.MEMBER, areas=frozenset({7}))
    assert powers_of(ada, 7) == ["ward_member", "delegated", "binding"]
    assert powers_of(ada, 8) == []
    assert powers_of(ada, None) == []


def test_the_cabinet_has_powers_over_every_pot() -> None:
    assert powers_of(member(Role.CABINET), None) == ["cabinet_member", "cabinet", "committee", "delegated", "binding"]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR, Role.SCRUTINY])
def test_nobody_else_has_any_power(role: Role) -> None:
    assert powers_of(member(role, areas=frozenset({7})), 7) == []
