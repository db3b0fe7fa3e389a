"""Questions about decisions: kept sealed under a reference, acknowledged, and marked answered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb.core.actors import ANYONE, Actor
from pb.core.errors import Fault, NotAllowed, NotFound, Refusal, Refusals
from pb.core.permissions import may_answer_questions
from pb.core.plain_text import many_lines, one_line, text_faults
from pb.core.questions import BY_KEY, LIMITS
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.ballots import Project
from pb.models.questions import Question
from pb.models.rounds import Round
from pb.services.accounts import ADDRESS, plain_email
from pb.services.decision_desk import DECIDING, PUBLISHED
from pb.services.ledger import record
from pb.services.outbox import queue_message
from pb.services.pages import Page, page_of
from pb.services.round_states import must_be
from pb.services.sealed_fields import open_field, seal_field
from pb.services.transactions import transaction

#: Letters and figures that are not mistaken for each other when read out.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 8
#: More than this in a day for one round is no longer asking.
MOST_IN_A_DAY = 200


@dataclass(frozen=True)
class Asked:
    """A question as officers read it. The words are empty once they have been purged."""

    id: int
    reference: str
    route: str
    project: str
    name: str
    contact: str
    words: str
    asked_at: datetime
    answered_at: datetime | None


def ask_question(
    round_id: int,
    *,
    route: str,
    name: str,
    contact: str,
    words: str,
    key: str = "",
    language: str = "en_GB",
    by: Actor = ANYONE,
) -> Question:
    """Keep a question about a round's result, or about one project (its key), and acknowledge it by e-mail.

    Raises NotFound `no_project`; Refusal `not_now`, `too_many_questions`; Refusals `route_missing`, `missing`,
    `too_long`. Event `question_asked`.
    """
    said = {"name": one_line(name), "contact": one_line(contact), "words": many_lines(words)}
    _refuse_words(route, said)
    with transaction() as session:
        the_round = session.get_one(Round, round_id)
        must_be(the_round, *DECIDING, *PUBLISHED)
        _refuse_flood(session, round_id)
        project = _project(session, round_id, key)
        reference = "Q-" + "".join(secrets.choice(ALPHABET) for _ in range(REFERENCE_LENGTH))
        question = Question(
            reference=reference, round_id=round_id, project_id=project.id if project else None, route=route,
            sealed=seal_field(f"question:{reference}", said), asked_at=present.now(),
        )  # fmt: skip
        session.add(question)
        session.flush()
        record("question_asked", by, round_id=round_id, subject=f"question:{question.id}", route=route)
        if ADDRESS.fullmatch(plain_email(said["contact"])):
            queue_message(
                "question_received",
                plain_email(said["contact"]),
                language=language,
                name=said["name"],
                reference=reference,
                round=the_round.title,
                answer=BY_KEY[route].answer,
            )
    return question


def find_question(reference: str) -> Question:
    """The question with this reference. Raises NotFound `no_question`."""
    found = db.session.scalar(select(Question).where(Question.reference == reference.upper()))
    if found is None:
        raise NotFound("no_question", N_("There is no question with this reference."))
    return found


def questions_of(round_id: int, *, by: Actor) -> list[Asked]:
    """The questions about a round, those without an answer first, the oldest first.

    Raises NotAllowed `not_an_officer`.
    """
    _refuse_others(by)
    query = select(Question, Project.title).outerjoin(Project, Question.project_id == Project.id)
    rows = db.session.execute(query.where(Question.round_id == round_id).order_by(Question.id)).all()
    asked = [_asked(question, title or "") for question, title in rows]
    return sorted(asked, key=lambda each: (each.answered_at is not None, each.id))


def questions_page(round_id: int, number: int, *, by: Actor, size: int | None = None) -> Page[Asked]:
    """A page of `questions_of`: only what stands on it is unsealed. Raises NotAllowed `not_an_officer`."""
    _refuse_others(by)
    asked = select(Question).where(Question.round_id == round_id)
    page = page_of(asked.order_by(Question.answered_at.is_not(None), Question.id), number, size)
    ids = [each.project_id for each in page.rows]
    titles = {
        row[0]: row[1] for row in db.session.execute(select(Project.id, Project.title).where(Project.id.in_(ids)))
    }
    rows = [_asked(question, titles.get(question.project_id, "")) for question in page.rows]
    return page.of(rows)


def open_questions(round_id: int) -> int:
    """How many questions about a round have no answer yet."""
    query = select(func.count()).select_from(Question)
    return db.session.scalar(query.where(Question.round_id == round_id, Question.answered_at.is_(None))) or 0


def mark_answered(question_id: int, *, by: Actor) -> Question:
    """Note that a question has been answered. Noted again, nothing changes.

    Raises NotAllowed `not_an_officer`; NotFound `no_question`. Event `question_answered`.
    """
    _refuse_others(by)
    with transaction() as session:
        question = session.get(Question, question_id)
        if question is None:
            raise NotFound("no_question", N_("There is no question with this reference."))
        if question.answered_at is None:
            question.answered_at, question.answered_by = present.now(), by.account_id
            record("question_answered", by, round_id=question.round_id, subject=f"question:{question.id}")
    return question


def _asked(question: Question, title: str) -> Asked:
    purpose = f"question:{question.reference}"
    said = open_field(purpose, question.sealed) if question.sealed else dict.fromkeys(LIMITS, "")
    return Asked(
        id=question.id,
        reference=question.reference,
        route=question.route,
        project=title,
        asked_at=question.asked_at,
        answered_at=question.answered_at,
        **said,
    )


def _refuse_others(by: Actor) -> None:
    if not may_answer_questions(by):
        raise NotAllowed("not_an_officer", N_("Only officers read and answer questions."))


def _refuse_words(route: str, said: dict[str, str]) -> None:
    way = BY_KEY.get(route)
    faults = []
    if way is None or not way.ours:
        faults.append(Fault("route_missing", N_("Choose what you want to do."), field="route"))
    sentences = {
        "name": N_("Enter your name."),
        "contact": N_("Enter an e-mail address, a telephone number or a postal address for the answer."),
        "words": N_("Write what you want to ask or say."),
    }
    faults += text_faults(said, sentences, LIMITS)
    if faults:
        raise Refusals(faults)


def _refuse_flood(session: Session, round_id: int) -> None:
    since = present.now() - timedelta(days=1)
    query = select(func.count()).select_from(Question)
    today = session.scalar(query.where(Question.round_id == round_id, Question.asked_at > since)) or 0
    if today >= MOST_IN_A_DAY:
        raise Refusal("too_many_questions", N_("Very many questions came in today. Ring us, or come back tomorrow."))


def _project(session: Session, round_id: int, key: str) -> Project | None:
    if not key:
        return None
    found = session.scalar(select(Project).where(Project.round_id == round_id, Project.key == key))
    if found is None:
        raise NotFound("no_project", N_("There is no such project in this round."))
    return found
