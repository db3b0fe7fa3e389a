"""Rounds: adding, finding, listing."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.states import RoundState
from pb.services.ledger import events_of_round
from pb.services.round_steps import cancel_round
from pb.services.rounds import add_round, find_round, public_round, rounds_page, slug_of
from tests.conftest import TurningClock
from tests.factories import a_round, a_round_taking_bids, an_idea, owner_of, someone


def test_a_round_begins_as_an_idea_with_an_address_made_from_its_name(app: Flask) -> None:
    by = someone(Role.OFFICER)
    the_round = add_round("  Café   money,\tAbbey Ward! ", by=by)
    assert (the_round.title, the_round.slug, the_round.state, the_round.owner_id) == (
        "Café money, Abbey Ward!",
        "cafe-money-abbey-ward",
        RoundState.IDEA,
        by.account_id,
    )
    (event,) = events_of_round(the_round.id)
    assert (event.kind, event.account_id) == ("round_added", by.account_id)
    assert event.facts == {"slug": the_round.slug, "practice": False}


def test_two_rounds_of_one_name_have_two_addresses(app: Flask) -> None:
    by = someone(Role.OFFICER)
    assert [add_round("You Decide", by=by).slug for _ in range(3)] == ["you-decide", "you-decide-2", "you-decide-3"]


def test_a_round_cannot_take_the_address_of_a_page_of_ours(app: Flask) -> None:
    assert add_round("Add", by=someone(Role.OFFICER)).slug == "add-2"


@pytest.mark.parametrize("title", ["", "  ", "!?", "\t\n"])
def test_a_round_without_a_name_is_refused(app: Flask, title: str) -> None:
    with pytest.raises(Refusal) as refused:
        add_round(title, by=someone(Role.OFFICER))
    assert (refused.value.code, refused.value.field) == ("title_missing", "title")


def test_a_name_that_no_page_has_room_for_is_refused(app: Flask) -> None:
    with pytest.raises(Refusal) as refused:
        add_round("a" * 101, by=someone(Role.OFFICER))
    assert refused.value.code == "title_long"


def test_a_name_without_latin_letters_still_has_an_address() -> None:
    assert slug_of("你决定") == "round"


@pytest.mark.parametrize("role", [Role.APPROVER, Role.MEMBER, Role.GROUP_CONTACT, Role.ADMINISTRATOR])
def test_only_an_officer_adds_a_round(app: Flask, role: Role) -> None:
    with pytest.raises(NotAllowed) as refused:
        add_round("You Decide", by=someone(role))
    assert refused.value.code == "not_an_officer"
    assert rounds_page().total == 0


def test_a_round_is_found_by_everybody_only_once_it_is_open_for_bids(app: Flask) -> None:
    quiet, loud = a_round(), a_round_taking_bids()
    assert find_round(quiet.slug).id == quiet.id
    with pytest.raises(NotFound) as refused:
        public_round(quiet.slug)
    assert refused.value.code == "no_round"
    assert public_round(loud.slug).state == RoundState.BIDDING
    with pytest.raises(NotFound):
        find_round("never-heard-of")


def test_a_cancelled_round_stays_public_only_if_it_ever_was(app: Flask) -> None:
    quiet, loud = a_round(), a_round_taking_bids()
    for each in (quiet, loud):
        cancel_round(each.id, "No money.", by=owner_of(each))
    with pytest.raises(NotFound):
        public_round(quiet.slug)
    assert public_round(loud.slug).cancelled_reason == "No money."


def test_the_list_of_rounds_shows_the_newest_first_and_finds_by_state_owner_and_words(
    app: Flask, clock: TurningClock
) -> None:
    by = someone(Role.OFFICER)
    an_idea(by, "Green spaces")
    clock.turn(days=1)
    an_idea(title="100% youth")
    clock.turn(days=1)
    a_round(by, title="Green roofs")
    assert [each.title for each in rounds_page().rows] == ["Green roofs", "100% youth", "Green spaces"]
    assert [each.title for each in rounds_page(owner_id=by.account_id).rows] == ["Green roofs", "Green spaces"]
    assert [each.title for each in rounds_page(state="idea").rows] == ["100% youth", "Green spaces"]
    assert [each.title for each in rounds_page(words="0% YOUTH").rows] == ["100% youth"]
    assert rounds_page(words="%%%").total == 0
    an_idea(title="Ŷd a Blodau")
    assert [each.title for each in rounds_page(words="ŷD A").rows] == ["Ŷd a Blodau"]
    later = an_idea(title="Blodau")
    assert [each.title for each in rounds_page(words="blodau").rows] == [later.title, "Ŷd a Blodau"]
    assert rounds_page(state="no such state").total == 5
