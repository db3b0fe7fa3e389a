"""The early assessment: complete before it is sent, answered by somebody else, refused with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.core.errors import NotAllowed, Refusal, Refusals
from pb.core.money import LARGEST
from pb.core.states import RoundState
from pb.models.rounds import AssessmentOutcome, Round
from pb.services.areas import set_areas
from pb.services.assessments import (
    assess,
    clashes_of,
    passed,
    save_assessment,
    send_assessment,
    take_back_assessment,
    waiting_assessments,
)
from pb.services.ledger import events_of_round
from pb.services.round_dates import set_dates
from pb.services.rounds import find_round
from tests.conftest import TurningClock
from tests.factories import (
    ASSESSMENT,
    DATES,
    a_round_taking_bids,
    a_sent_assessment,
    an_area,
    an_assessed_round,
    an_idea,
    owner_of,
    someone,
)

Answer = AssessmentOutcome


def test_answers_are_kept_as_they_come_and_taken_up_again(app: Flask) -> None:
    the_round = an_idea()
    by = owner_of(the_round)
    save_assessment(the_round.id, {"why": " People asked. ", "cost": 150_000}, by=by)
    save_assessment(the_round.id, {"priority": "high"}, by=by)
    answers = find_round(the_round.slug).assessment
    assert answers is not None
    assert (answers.why, answers.cost, answers.priority, answers.sent_at) == ("People asked.", 150_000, "high", None)
    saved = [event.facts for event in events_of_round(the_round.id, ("assessment_saved",))]
    assert saved == [{"fields": ["cost", "why"]}, {"fields": ["priority"]}]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"why": "a" * 4001}, "too_long"),
        ({"priority": "urgent"}, "choice"),
        ({"cost": -1}, "negative"),
        ({"cost": LARGEST + 1}, "too_much"),
    ],
)
def test_answers_that_cannot_be_are_refused(app: Flask, values: dict[str, Any], code: str) -> None:
    the_round = an_idea()
    with pytest.raises(Refusals) as refused:
        save_assessment(the_round.id, values, by=owner_of(the_round))
    assert (refused.value.code, refused.value.field) == (code, next(iter(values)))


def test_an_incomplete_assessment_is_not_sent_and_every_gap_is_named(app: Flask) -> None:
    the_round = an_idea()
    by = owner_of(the_round)
    save_assessment(the_round.id, {**ASSESSMENT, "time": "", "equality_impact_needed": None}, by=by)
    with pytest.raises(Refusals) as refused:
        send_assessment(the_round.id, by=by)
    assert {fault.field for fault in refused.value.faults} == {"time", "equality_impact_needed"}
    assert {fault.code for fault in refused.value.faults} == {"answer_missing"}


def test_a_sent_assessment_stands_still_until_it_is_taken_back(app: Flask) -> None:
    the_round = a_sent_assessment()
    by = owner_of(the_round)
    for deed in (
        lambda: save_assessment(the_round.id, {"why": "Other"}, by=by),
        lambda: send_assessment(the_round.id, by=by),
    ):
        with pytest.raises(Refusal) as refused:
            deed()
        assert refused.value.code == "with_approver"
    take_back_assessment(the_round.id, by=by)
    save_assessment(the_round.id, {"why": "Other"}, by=by)
    with pytest.raises(Refusal) as twice:
        take_back_assessment(the_round.id, by=by)
    assert twice.value.code == "not_sent"


@pytest.mark.parametrize("outcome", [Answer.PURSUE, Answer.EXEMPLAR])
def test_a_passed_assessment_lets_the_set_up_begin(app: Flask, outcome: AssessmentOutcome) -> None:
    the_round, approver = a_sent_assessment(), someone(Role.APPROVER)
    assess(the_round.id, outcome, "A good idea.", by=approver)
    found = find_round(the_round.slug)
    assert found.state == RoundState.ASSESSED
    assert passed(found.assessment)
    answered, state = list(events_of_round(the_round.id))[-2:]
    assert (answered.kind, answered.account_id, answered.facts["outcome"]) == (
        "round_assessed",
        approver.account_id,
        outcome.value,
    )
    assert (state.facts["from"], state.facts["to"]) == ("idea", "assessed")


@pytest.mark.parametrize("outcome", [Answer.MERGE, Answer.NOT_PURSUED])
def test_an_assessment_that_is_turned_down_ends_the_round_with_its_reason(
    app: Flask, outcome: AssessmentOutcome
) -> None:
    the_round = a_sent_assessment()
    assess(the_round.id, outcome, "It is not a priority.", by=someone(Role.APPROVER))
    found = find_round(the_round.slug)
    assert (found.state, found.cancelled_reason) == (RoundState.CANCELLED, "It is not a priority.")


def test_a_deferred_assessment_goes_back_and_may_be_sent_again(app: Flask) -> None:
    the_round = a_sent_assessment()
    by = owner_of(the_round)
    assess(the_round.id, Answer.DEFER, "Wait for the budget.", by=someone(Role.APPROVER))
    assert find_round(the_round.slug).state == RoundState.IDEA
    save_assessment(the_round.id, {"why": "The budget is set now."}, by=by)
    send_assessment(the_round.id, by=by)
    answers = find_round(the_round.slug).assessment
    assert answers is not None
    assert (answers.outcome, answers.reason) == (None, "")


@pytest.mark.parametrize("outcome", [Answer.EXEMPLAR, Answer.MERGE, Answer.DEFER, Answer.NOT_PURSUED])
def test_every_answer_but_a_plain_yes_needs_its_reason(app: Flask, outcome: AssessmentOutcome) -> None:
    the_round = a_sent_assessment()
    with pytest.raises(Refusals) as refused:
        assess(the_round.id, outcome, "  ", by=someone(Role.APPROVER))
    assert (refused.value.code, refused.value.field) == ("reason_missing", "reason")
    assert find_round(the_round.slug).state == RoundState.IDEA


def test_nobody_assesses_their_own_round(app: Flask) -> None:
    both = someone(Role.OFFICER, Role.APPROVER)
    the_round = a_sent_assessment(both)
    with pytest.raises(NotAllowed) as refused:
        assess(the_round.id, Answer.PURSUE, by=both)
    assert (refused.value.code, refused.value.status) == ("own_round", 403)
    assert waiting_assessments(both) == []


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR, Role.MEMBER])
def test_only_an_approver_assesses(app: Flask, role: Role) -> None:
    the_round = a_sent_assessment()
    with pytest.raises(NotAllowed) as refused:
        assess(the_round.id, Answer.PURSUE, by=someone(role))
    assert refused.value.code == "not_an_approver"


def test_an_assessment_is_answered_once(app: Flask) -> None:
    the_round = an_assessed_round()
    with pytest.raises(Refusal) as refused:
        assess(the_round.id, Answer.NOT_PURSUED, "Changed my mind.", by=someone(Role.APPROVER))
    assert refused.value.code == "not_now"


def test_an_assessment_that_was_not_sent_cannot_be_answered(app: Flask) -> None:
    with pytest.raises(Refusal) as refused:
        assess(an_idea().id, Answer.PURSUE, by=someone(Role.APPROVER))
    assert refused.value.code == "not_sent"


def clashing() -> Round:
    """A sent assessment of a round that asks the same people as another, in the same ward and weeks."""
    area = an_area("Abbey")
    a_round_taking_bids(areas=[area], title="The other round")
    the_round = an_idea()
    by = owner_of(the_round)
    set_areas(the_round.id, [area.id], by=by)
    set_dates(the_round.id, DATES, by=by)
    save_assessment(the_round.id, ASSESSMENT, by=by)
    send_assessment(the_round.id, by=by)
    return the_round


def test_a_clash_is_passed_only_with_a_reason_and_the_record_keeps_it(app: Flask) -> None:
    the_round, approver = clashing(), someone(Role.APPROVER)
    assert [clash.title for clash in clashes_of(the_round)] == ["The other round"]
    with pytest.raises(Refusals) as refused:
        assess(the_round.id, Answer.PURSUE, by=approver)
    assert (refused.value.code, refused.value.field) == ("clash_reason_missing", "clash_reason")
    assess(the_round.id, Answer.PURSUE, by=approver, clash_reason="It is for schools.")
    (event,) = events_of_round(the_round.id, ("round_assessed",))
    assert event.facts["clash_reason"] == "It is for schools."


def test_a_clash_needs_no_reason_when_the_round_is_not_pursued(app: Flask) -> None:
    the_round = clashing()
    assess(the_round.id, Answer.MERGE, "Join the other round.", by=someone(Role.APPROVER))
    assert find_round(the_round.slug).state == RoundState.CANCELLED


def test_approvers_find_what_waits_for_them_the_longest_waiting_first(app: Flask, clock: TurningClock) -> None:
    first = a_sent_assessment(title="First")
    clock.turn(hours=1)
    a_sent_assessment(title="Second")
    an_idea(title="Not sent")
    approver = someone(Role.APPROVER)
    assert [each.title for each in waiting_assessments(approver)] == ["First", "Second"]
    assess(first.id, Answer.DEFER, "Later.", by=approver)
    assert [each.title for each in waiting_assessments(approver)] == ["Second"]
    assert waiting_assessments(someone(Role.OFFICER)) == []


def test_whoever_sends_an_assessment_in_the_owners_place_does_not_answer_it(app: Flask) -> None:
    the_round = a_sent_assessment()
    both = someone(Role.ADMINISTRATOR, Role.APPROVER)
    take_back_assessment(the_round.id, by=both)
    send_assessment(the_round.id, by=both)
    with pytest.raises(NotAllowed) as refused:
        assess(the_round.id, Answer.PURSUE, by=both)
    assert refused.value.code == "own_request"
    assess(the_round.id, Answer.PURSUE, by=someone(Role.APPROVER))
