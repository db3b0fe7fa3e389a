"""Handing out: a steward puts somebody on the roll once, and the card they are given asks nothing more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from pb.core.actors import Role
from pb.core.cards import batch_equations
from pb.core.errors import NotAllowed, NotFound, Refusal, Refusals
from pb.core.reconciliation import imbalances
from pb.extensions import db
from pb.models.codes import CodeBatch
from pb.models.events import Event
from pb.models.roll import RollEntry, RollState
from pb.models.rounds import Policy, Round
from pb.services.batches import note_card_counts, numbers_of_batch, replace_lost, take_back_lost
from pb.services.casting import cast
from pb.services.handing_out import hand_over, look_up
from pb.services.reconciliation import numbers_of
from pb.services.rights import Claim
from pb.services.rounds import find_round
from pb.services.spoiling import spoil
from tests import factories
from tests.conftest import TurningClock
from tests.stations import a_station, cards_at, closed, on_rota, opened
from tests.voters import SAM, a_paper, a_voting_round, codes_for, two_wards

KIM = replace(SAM, name="Kim Vale")


@pytest.fixture
def the_round(app: Flask) -> Round:
    return a_voting_round(policy=Policy.DECLARED)


def refused(*args: object, **kwargs: object) -> str:
    with pytest.raises(Refusal) as refusal:
        hand_over(*args, **kwargs)  # type: ignore[arg-type]
    return refusal.value.code


#: What is not returned and what came back is known when the stall closes.
COUNTED_AT_CLOSING = {"cards_printed", "cards_handed_out"}


def out_of_balance(the_round: Round) -> set[str]:
    return {each.key for each in imbalances(numbers_of(find_round(the_round.slug)))}


def test_a_steward_puts_somebody_on_the_roll_and_the_card_asks_nothing_more(the_round: Round) -> None:
    station = a_station(the_round)
    cards = cards_at(the_round, station, 4, by_steward=True)
    one, other = on_rota(the_round, station), on_rota(the_round, station)
    with pytest.raises(Refusal) as asleep:
        cast(a_paper(the_round), Claim(cards.codes[0]))
    assert asleep.value.code == "code_outside_window"
    assert refused(station.id, SAM, by=one) == "station_not_open"
    opened(station, one, other)
    events = db.session.scalar(select(func.count()).select_from(Event))
    assert not look_up(station.id, SAM, by=one).known
    handed = hand_over(station.id, SAM, by=one)
    assert (handed.batch, handed.left) == ("Cards for Tesco car park", 3)
    assert look_up(station.id, SAM, by=one).known
    entry = db.session.get_one(RollEntry, handed.entry_id)
    assert (entry.state, entry.channel, entry.station_id) == (RollState.CARD_GIVEN, "stall", station.id)
    # A chain of hand-overs would be an order of voters.
    assert db.session.scalar(select(func.count()).select_from(Event)) == events
    cast(a_paper(the_round, "A"), Claim(cards.codes[0]))
    assert out_of_balance(the_round) == {"cards_printed"}
    # The same person again: at the stall, online, and whoever is not on the roll still may.
    assert refused(station.id, SAM, by=other) == "already_on_roll"
    with pytest.raises(Refusal) as twice:
        cast(a_paper(the_round, "B"), Claim("", SAM))
    assert twice.value.code == "already_voted"
    assert cast(a_paper(the_round, "B"), Claim("", SAM), ask_check=True).held
    cast(a_paper(the_round, "C"), Claim("", KIM))
    assert refused(station.id, KIM, by=one) == "already_on_roll"
    hand_over(station.id, replace(SAM, name="Ann Lee"), by=one)
    assert numbers_of_batch(the_round.id, cards.batch_id).marks == 2
    assert out_of_balance(the_round) == COUNTED_AT_CLOSING


def a_lost_card_noted_anew(the_round: Round, batch_id: int) -> None:
    """A lost card is noted, the note taken back, and noted anew: one was replaced."""
    owner = factories.owner_of(the_round)
    replace_lost(the_round.id, batch_id, by=owner)
    take_back_lost(the_round.id, batch_id, reason="Found again.", by=owner)
    replace_lost(the_round.id, batch_id, by=owner)


def test_a_card_for_a_spoilt_or_lost_one_puts_nobody_on_the_roll_and_the_account_comes_out(the_round: Round) -> None:
    station = a_station(the_round)
    cards = cards_at(the_round, station, 5, by_steward=True)
    one, other = on_rota(the_round, station), on_rota(the_round, station)
    opened(station, one, other)
    hand_over(station.id, SAM, by=one)
    hand_over(station.id, KIM, by=one)
    (own,) = codes_for(the_round, name="Voters declare")
    old, new, *_ = cards.codes
    for wrong in ("", own):
        with pytest.raises(Refusal) as refusal:
            spoil(the_round.id, old, by=one, replacement=wrong)
        assert refusal.value.field == "replacement"
    spoil(the_round.id, old, by=one, replacement=new)
    cast(a_paper(the_round), Claim(new))
    a_lost_card_noted_anew(the_round, cards.batch_id)
    numbers = numbers_of_batch(the_round.id, cards.batch_id)
    assert (numbers.marks, numbers.handed_out, numbers.in_place, numbers.spoilt) == (2, 4, 2, 1)
    closed(station, one, other)
    note = {"printed": 5, "handed_out": 1, "returned_unused": 1, "not_returned": 1}
    note_card_counts(the_round.id, cards.batch_id, note, by=one)
    numbers = numbers_of_batch(the_round.id, cards.batch_id)
    assert numbers.handed_out == 4, "what the roll says cannot be typed over"
    assert [each.key for each in batch_equations(numbers) if not each.holds] == []
    assert out_of_balance(the_round) == set()


def test_somebody_whom_a_steward_put_on_the_roll_may_want_no_other_card(the_round: Round) -> None:
    station = a_station(the_round)
    cards = cards_at(the_round, station, 5, by_steward=True)
    one, other = on_rota(the_round, station), on_rota(the_round, station)
    opened(station, one, other)
    hand_over(station.id, SAM, by=one)
    spoil(the_round.id, cards.codes[0], by=one, none_wanted=True)
    closed(station, one, other)
    note_card_counts(the_round.id, cards.batch_id, {"printed": 5, "returned_unused": 4}, by=one)
    assert out_of_balance(the_round) == set()


def test_a_card_given_for_a_spoilt_or_lost_one_is_counted_as_given_where_voters_declare(the_round: Round) -> None:
    station = a_station(the_round)
    cards = cards_at(the_round, station, 5)
    one, other = on_rota(the_round, station), on_rota(the_round, station)
    opened(station, one, other)
    hand_over(station.id, None, by=one)
    spoil(the_round.id, cards.codes[0], by=one, replacement=cards.codes[1])
    a_lost_card_noted_anew(the_round, cards.batch_id)
    closed(station, one, other, cards={cards.batch_id: 2})
    numbers = numbers_of_batch(the_round.id, cards.batch_id)
    assert (numbers.handed_out, numbers.returned_unused, numbers.spoilt, numbers.lost_replaced) == (3, 2, 1, 1)


def test_a_card_whose_voter_declares_is_counted_and_nobody_comes_onto_the_roll(
    the_round: Round, clock: TurningClock
) -> None:
    station = a_station(the_round)
    cards = cards_at(the_round, station, 2)
    one, other = on_rota(the_round, station), on_rota(the_round, station)
    opened(station, one, other)
    assert hand_over(station.id, None, by=one).left == 1
    assert hand_over(station.id, None, by=one).entry_id is None
    assert refused(station.id, None, by=one) == "none_left"
    assert db.session.scalar(select(func.count()).select_from(RollEntry)) == 0
    assert db.session.get_one(CodeBatch, cards.batch_id).handed_out == 2
    closed(station, one, other)
    # Somebody took the card home: it works after the stall is gone, and they declare.
    cast(a_paper(the_round), Claim(cards.codes[0], SAM))
    assert refused(station.id, None, by=one) == "station_not_open"


def test_only_those_on_the_rota_hand_out_and_only_to_people_who_may_vote(the_round: Round) -> None:
    station = a_station(the_round)
    one, other = on_rota(the_round, station), on_rota(the_round, station)
    opened(station, one, other)
    with pytest.raises(NotAllowed):
        hand_over(station.id, SAM, by=factories.someone(Role.STEWARD))
    with pytest.raises(NotFound):
        hand_over(station.id, SAM, by=one)
    cards_at(the_round, station, by_steward=True)
    with pytest.raises(Refusals) as young:
        hand_over(station.id, replace(SAM, year_of_birth=2024), by=one)
    assert young.value.code == "too_young"
    with pytest.raises(Refusals):
        hand_over(station.id, None, by=one)
    assert db.session.scalar(select(func.count()).select_from(RollEntry)) == 0


def test_cards_that_stewards_declare_for_are_of_one_ward_where_wards_vote_apart(app: Flask) -> None:
    areas, pots = two_wards()
    harbour, northfield = areas
    bids = [
        ("Bench", "harbour", 1, None),
        ("Hut", "harbour", 1, None),
        ("Hall", "northfield", 1, None),
        ("Pond", "everybody", 1, None),
    ]
    the_round = a_voting_round(policy=Policy.DECLARED, areas=areas, pots=pots, bids=bids)
    station = a_station(the_round)
    with pytest.raises(Refusal) as wardless:
        cards_at(the_round, station, by_steward=True)
    assert (wardless.value.code, wardless.value.field) == ("area_needed", "area")
    for area in (harbour, northfield):
        cards_at(the_round, station, 2, name=area.name, by_steward=True, area_id=area.id)
    one, other = on_rota(the_round, station), on_rota(the_round, station)
    opened(station, one, other)
    assert hand_over(station.id, SAM, by=one).batch == harbour.name
    there = replace(KIM, postcode="EX1 2AB")
    assert look_up(station.id, there, by=one).ward == northfield.name
    assert hand_over(station.id, there, by=one).batch == northfield.name
    # A stall that has cards of the other ward alone says where theirs are.
    stall = a_station(the_round, "Library")
    cards_at(the_round, stall, 2, name="More for Harbour", by_steward=True, area_id=harbour.id)
    here, too = on_rota(the_round, stall), on_rota(the_round, stall)
    opened(stall, here, too)
    with pytest.raises(Refusal, match=f"They vote in {northfield.name}.* Send them to “Tesco car park”"):
        hand_over(stall.id, replace(there, name="Lee Park"), by=here)
    closed(station, one, other)
    with pytest.raises(Refusal, match="They can vote online, or on the tablet if you help them"):
        hand_over(stall.id, replace(there, name="Lee Park"), by=here)
