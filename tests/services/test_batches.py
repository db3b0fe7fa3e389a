"""Batches of codes: their cards counted, lost ones replaced within a cap, and a whole batch cancelled."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.core.actors import Actor, Role
from pb.core.cards import BatchNumbers, batch_equations
from pb.core.errors import Refusal
from pb.models.rounds import Round
from pb.services.batches import (
    find_batch,
    note_card_counts,
    numbers_of_batch,
    numbers_of_batches,
    replace_lost,
    revoke_batch,
)
from pb.services.casting import cast
from pb.services.codes import batches_of
from pb.services.ledger import events_of_round
from pb.services.rights import Claim
from tests import factories
from tests.conftest import TurningClock
from tests.voters import a_paper, a_voting_round, codes_for


@pytest.fixture
def the_round(app: Flask) -> Round:
    return a_voting_round()


@pytest.fixture
def owner(the_round: Round) -> Actor:
    return factories.owner_of(the_round)


def imbalances(numbers: BatchNumbers) -> list[str]:
    return [each.key for each in batch_equations(numbers) if not each.holds]


def test_the_counts_of_a_batch_are_kept_and_come_out_even(the_round: Round) -> None:
    codes = codes_for(the_round, 5)
    cast(a_paper(the_round), Claim(codes[0]))
    steward = factories.someone(Role.STEWARD)
    counts = {"printed": 5, "handed_out": 3, "returned_unused": 1, "missing": 1, "not_returned": 2}
    note_card_counts(the_round.id, 1, counts, by=steward)
    numbers = numbers_of_batch(the_round.id, 1)
    assert (numbers.printed, numbers.used, numbers.asked) == (5, 1, True)
    assert imbalances(numbers) == []
    (event,) = events_of_round(the_round.id, ("cards_counted",))
    assert event.facts["handed_out"] == 3
    assert numbers_of_batches(the_round.id) == [numbers]


def test_counts_that_do_not_add_up_are_kept_and_shown(the_round: Round, owner: Actor) -> None:
    codes_for(the_round, 5)
    note_card_counts(the_round.id, 1, {"printed": 5, "handed_out": 3}, by=owner)
    assert imbalances(numbers_of_batch(the_round.id, 1)) == ["cards_printed", "cards_handed_out"]


def test_a_list_of_codes_has_no_cards_to_account_for(the_round: Round) -> None:
    codes_for(the_round, 5)
    assert [each.key for each in batch_equations(numbers_of_batch(the_round.id, 1))] == ["batch", "cards_void"]


@pytest.mark.parametrize("number", [-1, 20_001])
def test_an_impossible_count_is_refused_beside_its_field(the_round: Round, owner: Actor, number: int) -> None:
    codes_for(the_round)
    with pytest.raises(Refusal) as refused:
        note_card_counts(the_round.id, 1, {"missing": number}, by=owner)
    assert (refused.value.code, refused.value.field) == ("count_wrong", "missing")


def test_a_member_counts_no_cards_and_replaces_none(the_round: Round) -> None:
    codes_for(the_round)
    member = factories.someone(Role.MEMBER)
    with pytest.raises(Refusal) as refused:
        note_card_counts(the_round.id, 1, {}, by=member)
    assert refused.value.code == "not_a_counter"
    with pytest.raises(Refusal) as refused:
        replace_lost(the_round.id, 1, by=factories.someone(Role.STEWARD))
    assert refused.value.code == "not_a_supervisor"


def test_the_batch_of_another_round_is_not_found(the_round: Round, owner: Actor) -> None:
    codes_for(the_round)
    for deed in (find_batch, numbers_of_batch):
        with pytest.raises(Refusal) as refused:
            deed(the_round.id + 1, 1)
        assert refused.value.code == "no_batch"


def test_one_lost_card_is_replaced_and_more_only_where_many_were_handed_out(the_round: Round, owner: Actor) -> None:
    codes_for(the_round, 1_000)
    assert replace_lost(the_round.id, 1, by=owner).replaced == 1
    with pytest.raises(Refusal) as refused:
        replace_lost(the_round.id, 1, by=owner)
    assert refused.value.code == "too_many_lost"
    note_card_counts(the_round.id, 1, {"handed_out": 450}, by=owner)
    assert replace_lost(the_round.id, 1, by=owner).most == 2
    with pytest.raises(Refusal):
        replace_lost(the_round.id, 1, by=owner)
    assert numbers_of_batch(the_round.id, 1).lost_replaced == 2
    assert len(list(events_of_round(the_round.id, ("lost_card_replaced",)))) == 2


def test_a_number_that_cannot_be_lets_no_more_lost_cards_be_replaced(the_round: Round, owner: Actor) -> None:
    codes_for(the_round, 20)
    replace_lost(the_round.id, 1, by=owner)
    note_card_counts(the_round.id, 1, {"handed_out": 20_000}, by=owner)
    with pytest.raises(Refusal, match="No more lost cards"):
        replace_lost(the_round.id, 1, by=owner)


def test_a_cancelled_batch_lets_nobody_vote_and_keeps_the_ballots_in_the_box(the_round: Round, owner: Actor) -> None:
    codes = codes_for(the_round, 4)
    cast(a_paper(the_round), Claim(codes[0]))
    assert revoke_batch(the_round.id, 1, reason="The box of cards was  stolen.", by=owner) == 3
    (batch,) = batches_of(the_round.id)
    assert (batch.used, batch.unused, batch.void, batch.revoked) == (1, 0, 3, True)
    with pytest.raises(Refusal) as refused:
        cast(a_paper(the_round, "B"), Claim(codes[1]))
    assert refused.value.code == "code_void"
    assert imbalances(numbers_of_batch(the_round.id, 1)) == []
    (event,) = events_of_round(the_round.id, ("batch_revoked",))
    assert event.facts == {"batch": 1, "count": 3, "reason": "The box of cards was stolen."}
    with pytest.raises(Refusal) as refused:
        revoke_batch(the_round.id, 1, reason="Again", by=owner)
    assert refused.value.code == "batch_revoked"


def test_a_batch_is_cancelled_only_for_a_reason_by_the_owner_and_before_the_close(
    the_round: Round, owner: Actor, clock: TurningClock
) -> None:
    codes_for(the_round, 2)
    for reason, by, code in (
        (" ", owner, "reason_missing"),
        ("x" * 501, owner, "reason_long"),
        ("Stolen", factories.someone(Role.OFFICER), "not_your_round"),
        ("Stolen", factories.someone(Role.STEWARD), "not_your_round"),
    ):
        with pytest.raises(Refusal) as refused:
            revoke_batch(the_round.id, 1, reason=reason, by=by)
        assert refused.value.code == code
    clock.at = the_round.voting_closes_at
    with pytest.raises(Refusal) as refused:
        revoke_batch(the_round.id, 1, reason="Stolen", by=owner)
    assert refused.value.code == "not_now"
    assert batches_of(the_round.id)[0].unused == 2
