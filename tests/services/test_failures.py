"""Failures: counted under keyed tags, for a while."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from pb.core.errors import Refusal
from pb.extensions import db
from pb.models.accounts import Failure
from pb.services.failures import failure_tag, failures_of, forget_failures, must_not_wait, note_failures
from tests.conftest import TurningClock


def test_failures_are_counted_for_fifteen_minutes(app: Flask, clock: TurningClock) -> None:
    tag = failure_tag("account", "a@example.org")
    note_failures(tag)
    clock.turn(minutes=5)
    note_failures(tag)
    assert failures_of(tag) == 2
    clock.turn(minutes=10)
    assert failures_of(tag) == 1
    clock.turn(minutes=5)
    assert failures_of(tag) == 0


def test_the_limit_asks_for_a_wait_and_one_below_does_not(app: Flask) -> None:
    tag, other = failure_tag("account", "a@example.org"), failure_tag("account", "b@example.org")
    note_failures(tag)
    note_failures(tag)
    must_not_wait({tag: 3, other: 3})
    note_failures(tag)
    with pytest.raises(Refusal) as refused:
        must_not_wait({other: 3, tag: 3})
    assert (refused.value.code, refused.value.status) == ("too_many_tries", 429)
    must_not_wait({other: 3})


def test_what_is_counted_cannot_be_read_back(app: Flask) -> None:
    note_failures(failure_tag("account", "Amina@Example.org"), failure_tag("address", "203.0.113.9"))
    kept = [failure.tag for failure in db.session.scalars(select(Failure))]
    assert len(kept) == 2
    assert all(len(tag) == 32 for tag in kept)
    assert failures_of(failure_tag("account", "amina@example.org")) == 1
    assert failures_of(failure_tag("address", "amina@example.org")) == 0


def test_a_success_forgets_them_and_old_ones_go_of_themselves(app: Flask, clock: TurningClock) -> None:
    tag, other = failure_tag("account", "a@example.org"), failure_tag("account", "b@example.org")
    note_failures(tag, other)
    forget_failures(tag)
    assert (failures_of(tag), failures_of(other)) == (0, 1)
    clock.turn(days=2)
    note_failures(tag)
    assert len(list(db.session.scalars(select(Failure)))) == 1


def test_a_household_with_ipv6_counts_as_one_address(app: Flask) -> None:
    def tag(address: str) -> bytes:
        return failure_tag("address", address)

    assert tag("2001:db8:1:2::5") == tag("2001:db8:1:2:ffff:a:b:c") == tag("2001:DB8:1:2::1%eth0")
    assert tag("2001:db8:1:2::5") != tag("2001:db8:1:3::5")
    assert tag("203.0.113.9") != tag("203.0.113.10")
