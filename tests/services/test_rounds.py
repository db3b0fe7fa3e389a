"""Rounds: adding, finding, listing."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.core.errors import NotFound
from pb.core.states import RoundState
from pb.services.rounds import add_round, public_round
from tests.factories import a_round, a_round_taking_bids, someone


def test_a_round_begins_as_an_idea_with_an_address_made_from_its_name(app: Flask) -> None:
    the_round = add_round("  Café   money,\tAbbey Ward! ", by=someone(Role.OFFICER))
    assert (the_round.title, the_round.slug, the_round.state) == (
        "Café money, Abbey Ward!",
        "cafe-money-abbey-ward",
        RoundState.IDEA,
    )


def test_two_rounds_of_one_name_have_two_addresses(app: Flask) -> None:
    by = someone(Role.OFFICER)
    assert [add_round("You Decide", by=by).slug for _ in range(3)] == ["you-decide", "you-decide-2", "you-decide-3"]


def test_a_set_up_round_opens_for_bids_and_is_public_from_then_on(app: Flask) -> None:
    the_round = a_round()
    with pytest.raises(NotFound):
        public_round(the_round.slug)
    the_round = a_round_taking_bids(title="Open now")
    assert public_round("open-now").state == RoundState.BIDDING
