"""What still stops a round, and its set-up as a list of tasks."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from pb.core.states import RoundState
from pb.models.rounds import Round
from pb.services.round_blockers import blockers
from pb.services.round_sections import change_round
from pb.services.round_tasks import SECTIONS, TaskStatus, next_state, tasks_of
from pb.services.rounds import find_round
from pb.services.transactions import transaction
from tests.conftest import TurningClock
from tests.factories import DATES, a_locked_round, a_round, an_idea, owner_of, turn_to


def damaged(the_round: Round, **columns: Any) -> Round:
    """A round with columns as no page of ours would leave them."""
    with transaction():
        for name, value in columns.items():
            setattr(the_round, name, value)
    return find_round(the_round.slug)


def codes(the_round: Round, to: RoundState = RoundState.BIDDING) -> list[str]:
    return [blocker.code for blocker in blockers(the_round, to)]


def test_nothing_stops_a_round_that_is_wholly_set_up(app: Flask) -> None:
    the_round = a_round()
    assert codes(the_round) == []
    assert {task.status for task in tasks_of(the_round)} == {TaskStatus.DONE}


@pytest.mark.parametrize(
    ("columns", "code", "section"),
    [
        ({"summary": ""}, "summary_missing", "about"),
        ({"purpose": ""}, "purpose_missing", "purpose"),
        ({"decision_informed": ""}, "decision_informed_missing", "purpose"),
        ({"result_use": ""}, "result_use_missing", "purpose"),
        ({"promise_up": ""}, "promise_up_missing", "promise"),
        ({"promise_not": ""}, "promise_not_missing", "promise"),
        ({"promise_last_word": ""}, "promise_last_word_missing", "promise"),
        ({"total": 1_500_001}, "pots_do_not_add_up", "pots"),
        ({"total": 1_499_999}, "pots_do_not_add_up", "pots"),
        ({"total": 0}, "total_missing", "money"),
        ({"areas": []}, "areas_missing", "areas"),
        ({"bids_close_at": None}, "date_missing", "dates"),
        ({"decision_by": DATES.voting_opens_at}, "decision_backwards", "dates"),
        ({"links": []}, "links_missing", "voters"),
        ({"preset": ""}, "preset_missing", "ballot"),
        ({"ballot_type": "shouting"}, "ballot_type_unknown", "ballot"),
        ({"rule": "loudest"}, "rule_unknown", "ballot"),
        ({"ballot_settings": {"most": 0}}, "setting_wrong", "ballot"),
        ({"ballot_settings": {"use_all": True}}, "use_all_of_what", "ballot"),
    ],
)
def test_each_gap_stops_the_opening_and_leads_to_the_page_that_mends_it(
    app: Flask, columns: dict[str, Any], code: str, section: str
) -> None:
    found = blockers(damaged(a_round(), **columns), RoundState.BIDDING)
    assert [(each.code, each.args["section"]) for each in found if each.code == code] == [(code, section)]


def test_the_sentence_says_by_how_much_the_pots_are_out(app: Flask) -> None:
    less = damaged(a_round(), total=1_500_001)
    assert [str(each) for each in blockers(less, RoundState.BIDDING)] == [
        "The pots come to £0.01 less than the round has."
    ]
    more = damaged(a_round(), total=1_400_000)
    assert [str(each) for each in blockers(more, RoundState.BIDDING)] == [
        "The pots come to £1,000 more than the round has."
    ]


def test_bids_do_not_open_once_their_close_has_passed(app: Flask, clock: TurningClock) -> None:
    the_round = a_round()
    clock.at = DATES.bids_close_at or clock.at
    assert codes(find_round(the_round.slug)) == ["bids_close_past"]


def test_tasks_say_what_is_to_do_begun_wrong_or_done(app: Flask) -> None:
    the_round = damaged(a_round(), purpose="", total=1_600_000, areas=[])
    found = {task.section: task.status for task in tasks_of(the_round)}
    assert (found["purpose"], found["pots"], found["areas"], found["dates"]) == (
        TaskStatus.STARTED,
        TaskStatus.PROBLEM,
        TaskStatus.TODO,
        TaskStatus.DONE,
    )
    change_round(the_round.id, "purpose", {"decision_informed": "", "result_use": ""}, by=owner_of(the_round))
    assert tasks_of(find_round(the_round.slug))[1].status == TaskStatus.TODO


def test_an_idea_can_start_with_its_outline_only(app: Flask) -> None:
    found = {task.section for task in tasks_of(an_idea()) if task.status != TaskStatus.BLOCKED}
    assert found == {"about", "areas", "dates"}


def test_everything_is_done_after_the_lock_however_long_ago_that_was(app: Flask, clock: TurningClock) -> None:
    the_round = a_locked_round()
    clock.turn(days=300)
    assert [task.section for task in tasks_of(the_round) if task.status == TaskStatus.DONE] == list(SECTIONS)


def test_the_next_step_follows_the_clock(app: Flask, clock: TurningClock) -> None:
    assert next_state(an_idea()) == RoundState.SETTING_UP
    the_round = a_round()
    assert next_state(the_round) == RoundState.BIDDING
    locked = a_locked_round()
    assert next_state(locked) == RoundState.VOTING
    turn_to(locked.voting_opens_at)
    assert next_state(locked) is None
