"""Questions about decisions: sealed under a reference, acknowledged, read by officers, marked answered."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pb.core.actors import Role
from pb.core.errors import NotAllowed, NotFound, Refusal, Refusals
from pb.extensions import db
from pb.models.questions import Question
from pb.models.rounds import Round
from pb.services.ledger import events_of_round
from pb.services.outbox import opened_messages
from pb.services.questions import (
    MOST_IN_A_DAY,
    ask_question,
    find_question,
    mark_answered,
    open_questions,
    questions_of,
    questions_page,
)
from pb.services.transactions import transaction
from tests.deciding import a_published_round, project_called
from tests.factories import a_round_taking_bids, owner_of, someone

pytestmark = pytest.mark.usefixtures("app")

ASKED = {"name": "Joan Hale", "contact": "joan@exampleton.example", "words": "Why did the hall come first?"}


def asked(the_round: Round, route: str = "question", **said: str) -> Question:
    return ask_question(the_round.id, route=route, **{**ASKED, **said})


def test_a_question_is_kept_sealed_under_a_reference() -> None:
    the_round = a_published_round()
    question = asked(the_round)
    stored = db.session.scalars(select(Question)).one()
    assert stored.sealed is not None
    assert b"Joan" not in stored.sealed
    assert b"hall" not in stored.sealed
    assert find_question(question.reference.lower()).id == question.id
    (event,) = events_of_round(the_round.id, ("question_asked",))
    assert event.facts == {"route": "question"}


def test_a_question_is_acknowledged_with_its_reference() -> None:
    question = asked(a_published_round())
    (letter,) = [each.letter for each in opened_messages() if each.kind == "question_received"]
    assert (letter.to, question.reference in letter.subject) == ("joan@exampleton.example", True)
    assert "hall" not in letter.text


def test_who_gives_no_e_mail_address_gets_no_e_mail() -> None:
    asked(a_published_round(), contact="12 Mill Lane")
    assert [each for each in opened_messages() if each.kind == "question_received"] == []


def test_officers_read_questions_and_nobody_else_does() -> None:
    the_round = a_published_round()
    key = project_called(the_round, "Hall").key
    asked(the_round, "appeal", key=key)
    (read,) = questions_of(the_round.id, by=owner_of(the_round))
    assert (read.name, read.contact, read.words) == tuple(ASKED.values())
    assert (read.route, read.project) == ("appeal", "Hall")
    for role in (Role.MEMBER, Role.SCRUTINY, Role.APPROVER, Role.STEWARD):
        with pytest.raises(NotAllowed):
            questions_of(the_round.id, by=someone(role))


def test_an_answered_question_goes_to_the_end_of_the_list_and_counts_no_more() -> None:
    the_round = a_published_round()
    first, second = asked(the_round), asked(the_round, words="And the pond?")
    assert open_questions(the_round.id) == 2
    officer = owner_of(the_round)
    mark_answered(first.id, by=officer)
    mark_answered(first.id, by=officer)
    assert [each.id for each in questions_of(the_round.id, by=officer)] == [second.id, first.id]
    assert open_questions(the_round.id) == 1
    assert len(list(events_of_round(the_round.id, ("question_answered",)))) == 1


def test_questions_come_in_pages_in_the_order_of_the_whole_list() -> None:
    the_round = a_published_round()
    officer = owner_of(the_round)
    first, *_others = [asked(the_round, key=project_called(the_round, "Hall").key) for _ in range(3)]
    mark_answered(first.id, by=officer)
    pages = [questions_page(the_round.id, number, by=officer, size=2) for number in (1, 2)]
    assert [(page.number, page.pages, page.total) for page in pages] == [(1, 2, 3), (2, 2, 3)]
    assert [each for page in pages for each in page.rows] == questions_of(the_round.id, by=officer)


def test_a_round_in_which_nothing_is_decided_takes_no_questions_about_decisions() -> None:
    the_round = a_round_taking_bids()
    with pytest.raises(Refusal) as refused:
        asked(the_round)
    assert refused.value.code == "not_now"


def test_the_ombudsman_is_not_reached_through_us() -> None:
    with pytest.raises(Refusals) as refused:
        asked(a_published_round(), "ombudsman", name="")
    assert [(fault.code, fault.field) for fault in refused.value.faults] == [
        ("route_missing", "route"), ("missing", "name"),
    ]  # fmt: skip


def test_a_question_about_a_project_that_is_not_there_is_refused() -> None:
    with pytest.raises(NotFound) as refused:
        asked(a_published_round(), key="YD-99999")
    assert refused.value.code == "no_project"


def test_a_flood_of_questions_stops_for_the_day() -> None:
    the_round = a_published_round()
    now = the_round.state_since
    with transaction() as session:
        session.add_all(
            Question(reference=f"Q-{at}", round_id=the_round.id, route="question", asked_at=now)
            for at in range(MOST_IN_A_DAY)
        )
    with pytest.raises(Refusal) as refused:
        asked(the_round)
    assert refused.value.code == "too_many_questions"
