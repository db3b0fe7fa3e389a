"""The event day: its order, the hall step by step, who is let in, and what is told to screens and phones."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.core.draw import drawn_order
from pb.core.eligibility import Declaration
from pb.core.errors import NotAllowed, Refusal, Refusals
from pb.extensions import present
from pb.models.event_days import DayStep, Presence
from pb.models.rounds import Policy, Round
from pb.models.stations import Station, StationKind
from pb.services.check_in import check_in, door_list, let_observe
from pb.services.event_days import DayWanted, draw_order, now_on, running_order, set_up_day
from pb.services.hall import begin, call, close_hand_in, mark_presence, pause, resume
from pb.services.handing_out import hand_over
from pb.services.ledger import events_of_round
from pb.services.rights import Claim, right_of
from pb.services.voting import paper_of, voting_round_of
from tests.conftest import TurningClock
from tests.factories import an_open_round, owner_of, someone
from tests.stations import a_station, cards_at, on_rota, opened
from tests.voters import SAM

pytestmark = pytest.mark.usefixtures("app")

SCORE_ALL = {"ballot_type": "scoring", "ballot_settings": {"lowest": 1, "highest": 5, "score_all": True}}
KIM = Declaration("Kim Vale", "EX1 1AC", 1990, "live", declared=True)


def a_hall(policy: Policy = Policy.CODE, **wanted: object) -> tuple[Round, Station]:
    """An open round of three projects, each to be scored, with an event day as `wanted`."""
    the_round = an_open_round(policy=policy, vote=SCORE_ALL)
    station = a_station(the_round, "Town hall", kind=StationKind.EVENT)
    set_up_day(station.id, replace(DayWanted(), **wanted), by=owner_of(the_round))  # type: ignore[arg-type]
    return the_round, station


def test_the_day_goes_presentation_by_presentation_and_screens_are_told(app: Flask, clock: TurningClock) -> None:
    the_round, station = a_hall(pitch_seconds=180)
    one = on_rota(the_round, station)
    first, second, third = running_order(station.id)
    assert [each.project.number for each in (first, second, third)] == [1, 2, 3]  # the order that the lock drew
    with pytest.raises(Refusal, match="Call a presentation first"):
        begin(station.id, DayStep.SCORING, by=one)
    begin(station.id, DayStep.PRACTICE, by=one)
    mark_presence(station.id, second.pitch.id, Presence.ABSENT, by=one)
    call(station.id, first.pitch.id, by=one)
    ready = now_on(the_round.id)
    assert ready is not None
    assert (ready["step"], ready["paused"], ready["left"], ready["ends_at"]) == ("pitch", True, 180, None)
    assert ready["title"] == first.project.title
    assert ready["next"]["key"] == third.project.key  # nobody came for the second
    assert ready["heard"] == [2]  # it stays on the ballot, scored on its summary
    resume(station.id, by=one)
    clock.turn(seconds=60)
    pause(station.id, by=one)
    clock.turn(seconds=600)
    resume(station.id, by=one)
    runs = now_on(the_round.id)
    assert runs is not None
    assert runs["ends_at"] == (present.now() + timedelta(seconds=120)).isoformat()
    begin(station.id, DayStep.SCORING, by=one)
    scoring = now_on(the_round.id)
    assert scoring is not None
    assert scoring["heard"] == [1, 2]
    call(station.id, third.pitch.id, by=one)
    close_hand_in(station.id, by=one)
    ended = now_on(the_round.id)
    assert ended is not None
    assert (ended["hand_in_closed"], ended["heard"], ended["next"]) == (True, [1, 2, 3], None)
    assert json.loads(json.dumps(ended)) == ended
    with pytest.raises(Refusal, match="hand-in is closed"):
        call(station.id, first.pitch.id, by=one)
    steps = [each.facts["step"] for each in events_of_round(the_round.id, ("hall_step",))]
    assert steps == ["practice", "pitch", "run", "pause", "run", "scoring", "pitch"]


def test_an_order_drawn_in_public_can_be_repeated_and_stands_once_it_has_begun(app: Flask) -> None:
    the_round, station = a_hall()
    owner = owner_of(the_round)
    keys = {each.project.key for each in running_order(station.id)}
    drawn = draw_order(station.id, seed=" 04 17 23  31", by=owner)
    assert [each.project.key for each in drawn] == drawn_order("04 17 23 31", keys)
    *_, event = events_of_round(the_round.id)
    assert event.facts == {"station": station.id, "seed": "04 17 23 31", "projects": 3}
    call(station.id, drawn[0].pitch.id, by=owner)
    with pytest.raises(Refusal, match="their order stands"):
        draw_order(station.id, seed="another", by=owner)
    with pytest.raises(NotAllowed):
        draw_order(station.id, by=someone(Role.OFFICER))
    with pytest.raises(Refusals) as wrong:
        set_up_day(station.id, DayWanted(pitch_seconds=0), by=owner)
    assert [fault.field for fault in wrong.value.faults] == ["pitch_seconds"]
    stall = a_station(the_round, "Market")
    with pytest.raises(Refusal, match="not an event"):
        set_up_day(stall.id, DayWanted(), by=owner)


def test_the_desk_gives_one_card_to_a_person_and_keeps_numbers_alone(app: Flask, clock: TurningClock) -> None:
    the_round, station = a_hall(Policy.DECLARED, late_comers_may_score=False)
    made = cards_at(the_round, station, by_steward=True, channel="event")
    one, other = on_rota(the_round, station), on_rota(the_round, station)
    opened(station, one, other)
    handed = check_in(station.id, SAM, what="card", needs=["bsl", "large_print"], by=one)
    assert handed.left == 2
    with pytest.raises(Refusal) as twice:
        check_in(station.id, SAM, what="card", by=one)
    assert twice.value.code == "already_on_roll"
    let_observe(station.id, needs=["bsl"], by=one)
    found = door_list(station.id)
    assert (found.people, found.given, found.needs, found.cast) == (
        2, {"card": 1, "slip": 0, "observer": 1}, {"bsl": 2, "large_print": 1}, 0,
    )  # fmt: skip
    call(station.id, running_order(station.id)[0].pitch.id, by=one)
    with pytest.raises(Refusal) as late:
        check_in(station.id, KIM, what="card", by=one)
    assert late.value.code == "came_too_late"
    with pytest.raises(NotAllowed):
        check_in(station.id, KIM, what="card", by=someone(Role.STEWARD))
    assert door_list(station.id).people == 2

    voting = voting_round_of(the_round.id)
    right_of(voting, paper_of(voting), Claim(made.codes[0]))
    close_hand_in(station.id, by=one)
    with pytest.raises(Refusal, match="hand-in is closed"):
        hand_over(station.id, replace(SAM, name="Kim Vale"), by=one)
    right_of(voting, paper_of(voting), Claim(made.codes[0]))  # whoever is just handing in has the minutes of grace
    clock.turn(minutes=the_round.grace_minutes)
    with pytest.raises(Refusal) as stopped:
        right_of(voting, paper_of(voting), Claim(made.codes[0]))
    assert stopped.value.code == "code_outside_window"
