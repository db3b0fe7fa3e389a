"""Every ballot for scrutineers under seal, and a verifier that counts again with it what the package keeps back."""

from __future__ import annotations

import pytest

from pb.core.actors import Role
from pb.core.canonical import words
from pb.core.checking.report import FAILED, HELD, NOT_MADE, examine
from pb.core.errors import NotAllowed, Refusal
from pb.models.rounds import Round
from pb.services.ledger import events_of_round
from pb.services.packages import content_of_package, package_of
from pb.services.publication import published
from pb.services.scrutiny import make_key, open_ballots, seal_ballots
from tests.conftest import TurningClock
from tests.deciding import a_published_round
from tests.factories import owner_of, someone

pytestmark = pytest.mark.usefixtures("app")
PASSPHRASE = "marmalade tractor eleven gulls"
#: Too many ways of marking for the ballots to be public, and, with the first alone, too few ballots for numbers.
MIXED = [("Hall", "Bench"), ("Bench", "Pond"), ("Hall",), ("Pond",), ("Hall", "Pond"), ("Bench",)]


@pytest.mark.parametrize(
    ("ballots", "rule"), [(MIXED * 2, "greedy"), (MIXED[:1], "greedy"), (MIXED * 2, "equal-shares")]
)
def test_a_scrutineer_counts_again_what_the_package_may_not_show(
    clock: TurningClock, ballots: list[tuple[str, ...]], rule: str
) -> None:
    vote = {"rule": rule, "rule_options": {}, "allocation": "skip", "tie_steps": ["published", "lot"]}
    the_round: Round = a_published_round(ballots=ballots, vote=vote)
    publication, scrutineer = published(the_round.id), someone(Role.SCRUTINY)
    with pytest.raises(Refusal) as no_key:
        seal_ballots(publication.id, by=scrutineer)
    assert no_key.value.code == "key_missing"
    make_key(PASSPHRASE, by=scrutineer)
    sealed = seal_ballots(publication.id, by=scrutineer)
    whole = open_ballots(publication, PASSPHRASE, by=scrutineer)
    assert whole not in sealed.sealed
    with pytest.raises(NotAllowed):
        open_ballots(publication, PASSPHRASE, by=owner_of(the_round))
    with pytest.raises(Refusal) as wrong:
        open_ballots(publication, PASSPHRASE + "s", by=scrutineer)
    assert wrong.value.code == "wrong_passphrase"
    (event,) = events_of_round(the_round.id, ("ballots_sealed",))
    assert event.facts == {"account": scrutineer.account_id, "sha256": sealed.sha256}

    package = package_of(publication)
    data, anchor = b"".join(content_of_package(package)), words(package.sha256)
    alone, with_them = examine(data, anchor), examine(data, anchor, whole)
    assert alone.holds, alone.notes
    assert alone.states["ballots"] == NOT_MADE
    assert with_them.holds, with_them.notes
    assert with_them.states["ballots"] == HELD
    assert with_them.states["recount"] == HELD, with_them.notes
    assert examine(data, anchor, whole.replace(b"approved", b"approveD")).states["files"] == FAILED
