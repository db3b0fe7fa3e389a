"""The event day: its order, the hall step by step, who is let in, and what is told to screens and phones."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState

from pb.core.actors import Role
from pb.core.draw import drawn_order
from pb.core.eligibility import Declaration
from pb.core.errors import NotAllowed, Refusal, Refusals
from pb.core.kiosks import HIGHEST_SEQ
from pb.extensions import db, present
from pb.models.event_days import DayStep, Presence
from pb.models.rounds import Policy, Round
from pb.models.stations import Station, StationKind
from pb.services.check_in import check_in, door_list, let_observe, swap_slip
from pb.services.event_days import DayWanted, draw_order, find_day, now_on, running_order, set_up_day
from pb.services.hall import begin, call, close_hand_in, mark_presence, pause, reopen_hand_in, resume
from pb.services.handing_out import hand_over
from pb.services.kiosks import tell_closing_number
from pb.services.late_items import ask_late, quarantined_count, settle_late
from pb.services.ledger import events_of_round
from pb.services.locks import ask_lock, lock_ballot
from pb.services.rights import Claim, right_of
from pb.services.station_days import kiosks_to_close
from pb.services.stations import StationWanted, change_station
from pb.services.voting import paper_of, voting_round_of
from tests.conftest import TurningClock
from tests.factories import a_checked_round, an_open_round, owner_of, someone, turn_to
from tests.kiosks import a_device
from tests.stations import a_station, cards_at, closed, on_rota, opened
from tests.voters import SAM, codes_for

pytestmark = pytest.mark.usefixtures("app")

SCORE_ALL = {"ballot_type": "scoring", "ballot_settings": {"lowest": 1, "highest": 5, "score_all": True}}
KIM = Declaration("Kim Vale", "EX1 1AD", 1990, "live", declared=True)


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


def test_a_day_that_is_set_up_before_the_lock_has_its_order_with_the_lock(app: Flask) -> None:
    the_round = a_checked_round()
    hall, owner = a_station(the_round, "Town hall", kind=StationKind.EVENT), owner_of(the_round)
    set_up_day(hall.id, DayWanted(), by=owner)
    assert running_order(hall.id) == []
    lock_ballot(the_round.id, sha256=ask_lock(the_round.id, by=owner), by=someone(Role.APPROVER))
    assert [each.project.number for each in running_order(hall.id)] == [1, 2, 3]


def test_a_button_that_is_pressed_twice_lets_the_countdown_run_on(app: Flask, clock: TurningClock) -> None:
    the_round, station = a_hall(scoring_seconds=60)
    one = on_rota(the_round, station)
    first, *_ = running_order(station.id)
    call(station.id, first.pitch.id, by=one)
    turn = find_day(the_round.id, station.id).turn
    mark_presence(station.id, first.pitch.id, Presence.PRESENT, by=on_rota(the_round, station))
    begin(station.id, DayStep.SCORING, by=one, turn=turn)  # what somebody else noted keeps nothing back
    ends_at = find_day(the_round.id, station.id).step_ends_at
    clock.turn(seconds=20)
    begin(station.id, DayStep.SCORING, by=one, turn=turn)
    assert find_day(the_round.id, station.id).step_ends_at == ends_at == present.now() + timedelta(seconds=40)
    turn = find_day(the_round.id, station.id).turn
    call(station.id, first.pitch.id, by=one, turn=turn)
    resume(station.id, by=one)
    call(station.id, first.pitch.id, by=one, turn=turn)
    assert find_day(the_round.id, station.id).step_ends_at is not None
    begin(station.id, DayStep.PITCH, by=one, turn=find_day(the_round.id, station.id).turn)
    steps = [each.facts["step"] for each in events_of_round(the_round.id, ("hall_step",))]
    assert steps == ["pitch", "scoring", "pitch", "run", "pitch"]


def test_an_event_stays_an_event_of_its_area_once_its_order_is_drawn(app: Flask) -> None:
    the_round, station = a_hall()
    owner = owner_of(the_round)
    as_it_is = StationWanted(station.name, StationKind.EVENT, area_id=station.area_id)
    for change, code in (
        ({"kind": StationKind.STALL}, "event_set_up"),
        ({"area_id": the_round.areas[0].id}, "order_drawn"),
    ):
        with pytest.raises(Refusal) as stopped:
            change_station(the_round.id, station.id, replace(as_it_is, **change), by=owner)  # type: ignore[arg-type]
        assert stopped.value.code == code
    assert change_station(the_round.id, station.id, replace(as_it_is, name="Old hall"), by=owner).name == "Old hall"


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


def locked_by(deed: Callable[[], object]) -> list[str]:
    """The tables that a deed locks a row of, each once, in the order of their first locks."""
    seen: list[str] = []

    def note(state: ORMExecuteState) -> None:
        if getattr(state.statement, "_for_update_arg", None) is not None:
            seen.append(state.bind_mapper.local_table.name)  # type: ignore[union-attr]

    event.listen(db.session, "do_orm_execute", note)
    try:
        deed()
    finally:
        event.remove(db.session, "do_orm_execute", note)
    return list(dict.fromkeys(seen))


def refuse_another_order(deeds: list[Callable[[], object]]) -> None:
    """Each deed locks several rows, in the one order."""
    order = ["event_day", "round", "station", "kiosk"]
    for number, deed in enumerate(deeds):
        taken = locked_by(deed)
        assert len(taken) > 1, number
        assert taken == [table for table in order if table in taken], number


def test_no_two_in_the_hall_wait_for_each_other() -> None:
    the_round, station = a_hall(Policy.DECLARED)
    owner = owner_of(the_round)
    cards_at(the_round, station, by_steward=True, channel="event")
    one, other = on_rota(the_round, station), on_rota(the_round, station)

    def swap() -> None:
        with pytest.raises(Refusal, match="No slip is left"):
            swap_slip(station.id, by=one)

    deeds: list[Callable[[], object]] = [
        swap,
        lambda: set_up_day(station.id, DayWanted(), by=owner),
        lambda: draw_order(station.id, seed="04 17 23", by=owner),
        lambda: opened(station, one, other),
        lambda: check_in(station.id, SAM, what="card", by=one),
        lambda: hand_over(station.id, KIM, by=one),
        lambda: closed(station, one, other),
        lambda: close_hand_in(station.id, by=one),
    ]
    refuse_another_order(deeds)


def test_no_two_at_a_tablet_wait_for_each_other() -> None:
    the_round, station = a_hall()
    device, owner, officer = a_device(the_round, station), owner_of(the_round), someone(Role.OFFICER)
    (code,) = codes_for(the_round, 1)
    item = device.cast(code, "Hall")
    refuse_another_order([lambda: tell_closing_number(device.kiosk_id, 0, by=owner)])
    turn_to((the_round.voting_closes_at or present.now()) + timedelta(hours=3))
    refuse_another_order(
        [
            lambda: device.send(item),
            lambda: ask_late(device.kiosk_id, accept=True, reason="The stall closed late.", by=officer),
            lambda: settle_late(device.kiosk_id, confirm=True, by=someone(Role.OFFICER)),
        ]
    )


def test_what_a_tablet_without_a_network_makes_after_the_hand_in_waits_for_two_officers(app: Flask) -> None:
    the_round, station = a_hall()
    cards = cards_at(the_round, station, 4, channel="event").codes
    one, other = on_rota(the_round, station), on_rota(the_round, station)
    opened(station, one, other)
    device = a_device(the_round, station)
    scores = {"all": {"scores": {each.project.key: 3 for each in running_order(station.id)}}}
    in_time, late = (device.cast(code, sections=scores) for code in cards[:2])
    for wrong in (-1, HIGHEST_SEQ + 1):
        with pytest.raises(Refusal) as refused:
            close_hand_in(station.id, by=one, begun=0, made={device.kiosk_id: wrong})
        assert (refused.value.code, refused.value.field) == ("number_wrong", f"kiosk_{device.kiosk_id}")
    close_hand_in(station.id, by=one, begun=0, made={device.kiosk_id: 1})
    assert kiosks_to_close(station.id) == [], "the closing of the station asks for no other number"
    closed(station, one, other)
    with pytest.raises(Refusal) as told:
        tell_closing_number(device.kiosk_id, 2, by=owner_of(the_round))
    assert told.value.code == "number_told"
    answers = device.send()
    assert [answers[item.id].answer for item in (in_time, late)] == ["stored", "quarantined"]
    reopen_hand_in(station.id, "It was pressed by mistake.", by=one, second=other)
    again = device.cast(cards[2], sections=scores)
    assert device.send(again)[again.id].answer == "stored"
    assert quarantined_count(the_round.id) == 1
    ask_late(device.kiosk_id, accept=True, reason="The hand-in had not been called out.", by=someone(Role.OFFICER))
    assert settle_late(device.kiosk_id, confirm=True, by=someone(Role.OFFICER)) == (1, 0)


def test_two_people_open_a_hand_in_again_with_a_reason_and_everything_it_stopped_works_until_the_vote_closes(
    app: Flask, clock: TurningClock
) -> None:
    the_round, station = a_hall(Policy.DECLARED)
    made = cards_at(the_round, station, by_steward=True, channel="event")
    one, other = on_rota(the_round, station), on_rota(the_round, station)
    opened(station, one, other)
    call(station.id, running_order(station.id)[0].pitch.id, by=one)
    close_hand_in(station.id, by=one)
    clock.turn(minutes=the_round.grace_minutes)
    voting = voting_round_of(the_round.id)
    with pytest.raises(Refusal, match="stopped working"):
        right_of(voting, paper_of(voting), Claim(made.codes[0]))

    why = "It was pressed by mistake."
    for second, reason, code in (
        (one, why, "same_person"), (other, " ", "reason_missing"), (someone(Role.STEWARD), why, "second_not_here"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            reopen_hand_in(station.id, reason, by=one, second=second)
        assert refused.value.code == code
    reopen_hand_in(station.id, why, by=one, second=other)
    right_of(voting, paper_of(voting), Claim(made.codes[0]))
    check_in(station.id, KIM, what="card", by=one)
    told = now_on(the_round.id)
    assert told is not None
    assert (told["hand_in_closed"], told["step"], told["heard"]) == (False, "break", [1])
    (event,) = events_of_round(the_round.id, ("hand_in_reopened",))
    assert event.facts == {"station": station.id, "batches": 1, "second": other.account_id, "reason": why}
    with pytest.raises(Refusal, match="not closed"):
        reopen_hand_in(station.id, why, by=one, second=other)

    close_hand_in(station.id, by=one)
    assert the_round.voting_closes_at is not None
    turn_to(the_round.voting_closes_at)
    with pytest.raises(Refusal) as too_late:
        reopen_hand_in(station.id, why, by=one, second=other)
    assert too_late.value.code == "not_now"
