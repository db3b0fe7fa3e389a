"""Instances and profiles: frozen, the same whatever the order they came in, and told apart by their digests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pb.core.ballots.approval import ApprovalSettings
from pb.core.election import Group, Instance, Profile, Project
from pb.core.errors import Refusal
from tests.core.elections import approvals, instance

POT = instance(3000, {"a": 500}, a=1000, b=2000)


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda: Instance((), -1), "negative_budget"),
        (lambda: Instance((Project("a", -1),), 1), "negative_cost"),
        (lambda: Instance((Project("a", 1), Project("a", 2)), 1), "duplicate_project"),
        (lambda: Instance((Project("a", 1),), 1, exclusive=(frozenset("ab"),)), "unknown_project"),
    ],
)
def test_what_cannot_be_counted_cannot_be_made(made: object, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        made()  # type: ignore[operator]
    assert refused.value.code == code


def test_the_digest_does_not_depend_on_the_order_of_projects() -> None:
    assert replace(POT, projects=tuple(reversed(POT.projects))).digest() == POT.digest()


@pytest.mark.parametrize(
    "change",
    [
        {"cost": 1001},
        {"minimum": 501},
        {"minimum": None},
        {"number": 7},
        {"category": "north"},
        {"tags": frozenset({"boost"})},
        {"name": "Another"},
    ],
)
def test_the_digest_changes_with_everything_that_was_locked(change: dict[str, object]) -> None:
    first, second = POT.projects
    changed = replace(POT, projects=(replace(first, **change), second))  # type: ignore[arg-type]
    assert changed.digest() != POT.digest()


def test_the_digest_changes_with_the_pot_and_with_what_excludes_what() -> None:
    assert replace(POT, budget=3001).digest() != POT.digest()
    assert replace(POT, exclusive=(frozenset("ab"),)).digest() != POT.digest()


def test_a_profile_puts_equal_ballots_together() -> None:
    profile = approvals("ab", "b", "ba")
    assert [(group.choices["approved"], group.size) for group in profile.groups] == [(["a", "b"], 2), (["b"], 1)]
    assert profile.size == 3


def test_a_profile_is_the_same_from_single_ballots_and_from_groups() -> None:
    settings = ApprovalSettings()
    singles = Profile.of("approval", settings, [{"approved": ["a"]}] * 3)
    grouped = Profile.of("approval", settings, [Group({"approved": ["a"]}, 1), Group({"approved": ["a"]}, 2)])
    assert singles == grouped
    assert singles.digest() == grouped.digest()


def test_a_profile_gives_back_every_ballot() -> None:
    assert sorted(len(each["approved"]) for each in approvals("ab", "b", "b").each()) == [1, 1, 2]


def test_other_settings_of_the_ballot_are_another_profile() -> None:
    assert approvals("a").digest() != approvals("a", settings=ApprovalSettings(most=1)).digest()


@pytest.mark.parametrize(
    ("amount", "currency", "scale", "text"),
    [
        (900000, "GBP", 100, "£9,000"),
        (1250, "GBP", 100, "£12.50"),
        (900000, "PLN", 100, "9,000 PLN"),
        (1234, "GBP", 1000, "1.234 GBP"),
        (1000, "", 100, "10"),
    ],
)
def test_money_is_written_as_people_do(amount: int, currency: str, scale: int, text: str) -> None:
    assert replace(POT, currency=currency, scale=scale).money(amount) == text


def test_a_project_needs_its_cost_unless_it_says_that_less_will_do() -> None:
    assert [project.needs for project in POT.projects] == [500, 2000]
    assert Project("a", 10, minimum=20).needs == 10
