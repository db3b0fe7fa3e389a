"""The officer's steps: start the set-up, open for bids, pause, cancel; and what stops them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.core.blockers import Blocked
from pb.core.errors import NotAllowed, Refusal
from pb.core.states import RoundState
from pb.services.ledger import events_of_round
from pb.services.round_lists import standing
from pb.services.round_sections import change_round
from pb.services.round_steps import cancel_round, open_bids, pause_voting, resume_voting, start_set_up
from pb.services.rounds import find_round
from tests.conftest import TurningClock
from tests.factories import (
    DATES,
    a_locked_round,
    a_round,
    a_round_taking_bids,
    an_area,
    an_assessed_round,
    an_idea,
    an_open_round,
    owner_of,
    someone,
)


def test_set_up_waits_for_a_passed_assessment(app: Flask) -> None:
    idea = an_idea()
    with pytest.raises(Blocked) as refused:
        start_set_up(idea.id, by=owner_of(idea))
    assert (refused.value.code, refused.value.status) == ("not_assessed", 409)
    assert find_round(idea.slug).state == RoundState.IDEA


def test_set_up_begins_once(app: Flask) -> None:
    the_round = an_assessed_round()
    start_set_up(the_round.id, by=owner_of(the_round))
    assert find_round(the_round.slug).state == RoundState.SETTING_UP
    with pytest.raises(Refusal) as refused:
        start_set_up(the_round.id, by=owner_of(the_round))
    assert refused.value.code == "not_now"


def test_opening_for_bids_is_in_the_ledger(app: Flask) -> None:
    the_round = a_round()
    by = owner_of(the_round)
    open_bids(the_round.id, by=by)
    *_, event = events_of_round(the_round.id, ("round_state",))
    assert (event.facts["from"], event.facts["to"], event.account_id) == ("setting_up", "bidding", by.account_id)


def test_a_round_that_lacks_something_does_not_open_and_says_all_that_it_lacks(app: Flask) -> None:
    the_round = an_assessed_round()
    by = owner_of(the_round)
    start_set_up(the_round.id, by=by)
    change_round(the_round.id, "purpose", {"purpose": "A need"}, by=by)
    with pytest.raises(Blocked) as refused:
        open_bids(the_round.id, by=by)
    codes = {blocker.code for blocker in refused.value.blockers}
    assert {"total_missing", "areas_missing", "date_missing", "preset_missing", "promise_up_missing"} <= codes
    assert "purpose_missing" not in codes
    assert find_round(the_round.slug).state == RoundState.SETTING_UP


def test_a_clash_that_came_up_after_the_assessment_is_accepted_only_with_a_reason(app: Flask) -> None:
    area = an_area("Abbey")
    a_round_taking_bids(areas=[area])
    the_round = a_round(areas=[area])
    by = owner_of(the_round)
    with pytest.raises(Refusal) as refused:
        open_bids(the_round.id, by=by, clash_reason="  ")
    assert (refused.value.code, refused.value.field) == ("clash_reason_missing", "clash_reason")
    open_bids(the_round.id, by=by, clash_reason="The other one is for schools.")
    *_, event = events_of_round(the_round.id, ("round_state",))
    assert event.facts["reason"] == "The other one is for schools."


def test_only_those_who_run_a_round_move_it(app: Flask) -> None:
    the_round = a_round()
    for role in (Role.OFFICER, Role.APPROVER, Role.MEMBER):
        with pytest.raises(NotAllowed) as refused:
            open_bids(the_round.id, by=someone(role))
        assert refused.value.code == "not_your_round"
        with pytest.raises(NotAllowed):
            cancel_round(the_round.id, "No", by=someone(role))
    open_bids(the_round.id, by=someone(Role.ADMINISTRATOR))
    assert find_round(the_round.slug).state == RoundState.BIDDING


def test_a_round_is_cancelled_with_a_reason_and_for_good(app: Flask) -> None:
    the_round = a_round_taking_bids()
    by = owner_of(the_round)
    with pytest.raises(Refusal) as refused:
        cancel_round(the_round.id, " \n", by=by)
    assert (refused.value.code, refused.value.field) == ("reason_missing", "reason")
    cancel_round(the_round.id, " The money was withdrawn. ", by=by)
    found = find_round(the_round.slug)
    assert (found.state, found.cancelled_reason) == (RoundState.CANCELLED, "The money was withdrawn.")
    with pytest.raises(Refusal) as again:
        cancel_round(the_round.id, "Twice", by=by)
    assert again.value.code == "not_from_here"


def test_cancelling_records_first_what_the_clock_had_decided(app: Flask, clock: TurningClock) -> None:
    the_round = a_round_taking_bids()
    clock.at = DATES.voting_opens_at or clock.at
    cancel_round(the_round.id, "Too few bids.", by=owner_of(the_round))
    states = [event.facts["to"] for event in events_of_round(the_round.id, ("round_state",))]
    assert states[-2:] == ["checking", "cancelled"]


def test_once_voting_has_opened_nobody_ends_it_alone(app: Flask) -> None:
    the_round = an_open_round()
    for by in (owner_of(the_round), someone(Role.APPROVER), someone(Role.ADMINISTRATOR)):
        with pytest.raises(NotAllowed) as refused:
            cancel_round(the_round.id, "Too few people voted.", by=by)
        assert refused.value.code == "not_yours_alone"
    assert find_round(the_round.slug).state != RoundState.CANCELLED


def test_paused_voting_takes_no_ballots_until_its_end_and_closes_no_later(app: Flask, clock: TurningClock) -> None:
    the_round = an_open_round()
    by = owner_of(the_round)
    until = clock.at + timedelta(hours=2)
    pause_voting(the_round.id, "A card printer’s mistake.", until, by=by)
    found = standing(find_round(the_round.slug))
    assert (found.paused, found.chance) == (True, "wait")
    assert found.round.voting_closes_at == DATES.voting_closes_at
    clock.at = until
    found = standing(find_round(the_round.slug))
    assert (found.paused, found.chance) == (False, "vote")


def test_a_pause_can_be_ended_early_and_only_once(app: Flask, clock: TurningClock) -> None:
    the_round = an_open_round()
    by = owner_of(the_round)
    pause_voting(the_round.id, "Mistake.", clock.at + timedelta(hours=2), by=by)
    resume_voting(the_round.id, by=by)
    assert standing(find_round(the_round.slug)).chance == "vote"
    with pytest.raises(Refusal) as refused:
        resume_voting(the_round.id, by=by)
    assert refused.value.code == "not_paused"
    kinds = [event.kind for event in events_of_round(the_round.id, ("round_paused", "round_resumed"))]
    assert kinds == ["round_paused", "round_resumed"]


@pytest.mark.parametrize(
    ("hours", "code"), [(None, "until_missing"), (0, "until_past"), (-1, "until_past"), (24 * 60, "until_after_close")]
)
def test_a_pause_needs_an_end_in_the_future_before_the_close(
    app: Flask, clock: TurningClock, hours: int | None, code: str
) -> None:
    the_round = an_open_round()
    until = None if hours is None else clock.at + timedelta(hours=hours)
    with pytest.raises(Refusal) as refused:
        pause_voting(the_round.id, "Mistake.", until, by=owner_of(the_round))
    assert (refused.value.code, refused.value.field) == (code, "until")


def test_only_a_locked_or_open_vote_can_be_paused(app: Flask, clock: TurningClock) -> None:
    the_round = a_round_taking_bids()
    with pytest.raises(Refusal) as refused:
        pause_voting(the_round.id, "Mistake.", clock.at + timedelta(hours=1), by=owner_of(the_round))
    assert refused.value.code == "not_now"
    locked = a_locked_round()
    with pytest.raises(Refusal) as silent:
        pause_voting(locked.id, "", clock.at + timedelta(hours=1), by=owner_of(locked))
    assert silent.value.code == "reason_missing"
