"""Question this decision: the ways to do so, and a form that is kept sealed."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from pb.core.clock import to_london
from pb.core.errors import Refusal
from pb.core.questions import BY_KEY, WAYS, last_day
from pb.models.rounds import Round
from pb.services.decision_desk import DECIDING, PUBLISHED
from pb.services.elections import projects_of
from pb.services.publication import publication_of
from pb.services.questions import ask_question, find_question
from pb.services.rounds import public_round
from pb.web.forms.questions import QuestionForm
from pb.web.forms.summary import show_refusal
from pb.web.policy import EVERYONE, allow

bp = Blueprint("public_questions", __name__)

UNPROCESSABLE = 422


@bp.route("/rounds/<slug>/result/question", methods=["GET", "POST"])
@allow(door=EVERYONE)
def ask(slug: str) -> str | Response | tuple[str, int]:
    """What each way is for and until when; the form."""
    the_round = public_round(slug)
    form = QuestionForm()
    form.offer({each.key: each.title for each in projects_of(the_round.id)}, request.args.get("project", ""))
    status = UNPROCESSABLE if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            question = ask_question(
                the_round.id,
                route=str(form.route.data),
                key=form.project.data or "",
                name=str(form.name.data),
                contact=str(form.contact.data),
                words=str(form.words.data),
                language=str(get_locale()),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
            status = refusal.status
        else:
            return redirect(url_for(".asked", slug=slug, reference=question.reference), 303)
    return _page(public_round(slug), form), status


def _page(the_round: Round, form: QuestionForm) -> str:
    publication = publication_of(the_round.id)
    day = to_london(publication.released_at).date() if publication else None
    ways = [(way, last_day(day, way.working_days) if day and way.working_days else None) for way in WAYS]
    return render_template(
        "public/question.html",
        round=the_round,
        form=form,
        ways=ways,
        taken=the_round.state in (*DECIDING, *PUBLISHED),
    )


@bp.get("/rounds/<slug>/result/question/<reference>")
@allow(door=EVERYONE)
def asked(slug: str, reference: str) -> str:
    """The question has arrived: its reference, and what happens next. It shows nothing of what was written."""
    the_round = public_round(slug)
    question = find_question(reference)
    return render_template("public/question-asked.html", round=the_round, question=question, way=BY_KEY[question.route])
