"""Locking the ballot: two people, everything frozen, a draw that anybody can repeat."""

from __future__ import annotations

import stat

import pytest
from flask import Flask
from sqlalchemy import select

from pb.core.actors import Role
from pb.core.canonical import digest
from pb.core.draw import drawn_order
from pb.core.errors import Refusal
from pb.core.sealing import public_of
from pb.core.states import BidState, RoundState
from pb.extensions import db
from pb.models.ballots import BallotVersion
from pb.models.bids import Bid
from pb.services.elections import instance_of, projects_of
from pb.services.ledger import events_of_round
from pb.services.locks import ask_lock, lock_ballot
from pb.services.pots import PotEntry
from pb.services.round_keys import key_file, read_key
from tests.factories import a_checked_round, a_locked_round, owner_of, someone

pytestmark = pytest.mark.usefixtures("app")


def test_a_locked_round_has_its_projects_its_key_and_its_digest_frozen() -> None:
    the_round = a_locked_round()
    assert the_round.state == RoundState.LOCKED
    assert the_round.frozen is not None
    assert the_round.frozen_sha256 == digest(the_round.frozen)
    assert [each["title"] for each in the_round.frozen["projects"]] == [
        each.title for each in projects_of(the_round.id)
    ]
    version = db.session.scalar(select(BallotVersion).where(BallotVersion.round_id == the_round.id))
    assert version is not None
    assert (version.version, version.sha256) == (1, the_round.frozen_sha256)
    assert set(db.session.scalars(select(Bid.state))) == {BidState.ON_BALLOT}


def test_the_drawn_order_repeats_from_its_seed() -> None:
    the_round = a_locked_round()
    assert the_round.order_seed is not None
    projects = projects_of(the_round.id)
    assert [each.key for each in projects] == drawn_order(the_round.order_seed, [each.key for each in projects])
    assert [each.number for each in projects] == [1, 2, 3]


def test_the_key_file_of_simple_mode_is_for_the_service_alone_and_belongs_to_the_round() -> None:
    the_round = a_locked_round()
    assert stat.S_IMODE(key_file(the_round.id).stat().st_mode) == 0o600
    assert public_of(read_key(the_round.id)).hex() == the_round.round_public_key


def test_the_lock_is_one_event_with_the_seed_and_the_digest() -> None:
    the_round = a_locked_round()
    (event,) = events_of_round(the_round.id, ("ballot_locked",))
    assert event.facts == {
        "version": 1, "sha256": the_round.frozen_sha256, "projects": 3, "seed": the_round.order_seed,
    }  # fmt: skip


def test_the_owner_cannot_confirm_the_lock_even_as_an_approver() -> None:
    owner = someone(Role.OFFICER, Role.APPROVER)
    the_round = a_checked_round(owner)
    sha256 = ask_lock(the_round.id, by=owner)
    with pytest.raises(Refusal, match="not the round's owner") as refused:
        lock_ballot(the_round.id, sha256=sha256, by=owner)
    assert (refused.value.code, refused.value.status) == ("not_the_approver", 403)


def test_a_change_between_asking_and_confirming_stops_the_lock(app: Flask) -> None:
    the_round = a_checked_round()
    key_file(the_round.id).unlink(missing_ok=True)
    sha256 = ask_lock(the_round.id, by=owner_of(the_round))
    bid = db.session.scalars(select(Bid)).first()
    assert bid is not None
    bid.asked = 1_000
    db.session.commit()
    with pytest.raises(Refusal) as refused:
        lock_ballot(the_round.id, sha256=sha256, by=someone(Role.APPROVER))
    assert (refused.value.code, refused.value.status) == ("lock_changed", 409)
    assert the_round.state == RoundState.CHECKING
    assert not key_file(the_round.id).exists()


def test_the_instance_of_a_pot_holds_its_frozen_projects() -> None:
    the_round = a_locked_round(
        pots=[PotEntry("North", 500_000), PotEntry("South", 400_000)],
        bids=[("Bench", "north", 300_000, None), ("Hall", "south", 400_000, 200_000), ("Pond", "south", 100_000, None)],
    )
    north, south = (instance_of(pot) for pot in the_round.pots)
    assert [(each.name, each.cost, each.needs) for each in north.projects] == [("Bench", 300_000, 300_000)]
    assert {each.name: each.needs for each in south.projects} == {"Hall": 200_000, "Pond": 100_000}
    assert (north.budget, south.budget) == (500_000, 400_000)
