"""The early assessment: the officer answers its questions, an approver says whether the round goes ahead."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.errors import Fault, Refusal, Refusals
from pb.core.permissions import may_approve, may_run
from pb.core.states import RoundState
from pb.models.rounds import AssessmentOutcome, Round
from pb.services.accounts import account_of
from pb.services.assessments import assess, clashes_of, save_assessment, send_assessment, take_back_assessment
from pb.services.round_sections import with_approver
from pb.services.rounds import find_round
from pb.web.forms.assessments import DecisionForm, EqualityForm, GunningForm, KnownForm, PriorityForm, WhyForm
from pb.web.forms.rounds import values_of
from pb.web.officers.round_doors import LOOKERS, RUNNERS, Answer, back_to, draw, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_assessments", __name__, url_prefix="/officers/rounds/<slug>/assessment")

#: The pages of the assessment in their order.
PAGES: dict[str, type[FlaskForm]] = {
    "why": WhyForm,
    "known": KnownForm,
    "fairness": GunningForm,
    "priority": PriorityForm,
    "equality": EqualityForm,
}


@bp.get("")
@allow(*LOOKERS)
def overview(slug: str) -> Answer:
    """All answers on one page: to check and send, or to judge."""
    return _overview(find_round(slug), DecisionForm())


@bp.route("/<page>", methods=["GET", "POST"])
@allow(*RUNNERS)
def questions(slug: str, page: str) -> Answer:
    """A few questions; what is written is kept, finished or not."""
    if page not in PAGES:
        abort(404)
    the_round = find_round(slug)
    form = PAGES[page](data=_shown(the_round, PAGES[page]))
    if form.validate_on_submit():
        try:
            save_assessment(the_round.id, _meant(form), by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _questions(the_round, page, form), status
        return _onward(slug, page)
    return _questions(the_round, page, form), status_of(form)


@bp.post("/send")
@allow(*RUNNERS)
def send(slug: str) -> Answer:
    """Hand it to the approvers."""
    the_round = find_round(slug)
    try:
        send_assessment(the_round.id, by=actor())
    except Refusal as refusal:
        return _overview(find_round(slug), DecisionForm(), refusal)
    return back_to(the_round, _("The assessment is sent. An approver will answer it."))


@bp.post("/take-back")
@allow(*RUNNERS)
def take_back(slug: str) -> Answer:
    """Take it back before it is answered."""
    the_round = find_round(slug)
    try:
        take_back_assessment(the_round.id, by=actor())
    except Refusal as refusal:
        return _overview(find_round(slug), DecisionForm(), refusal)
    return redirect(url_for(".overview", slug=slug), 303)


@bp.post("/answer")
@allow(Role.APPROVER)
def answer(slug: str) -> Answer:
    """The approver says whether the round goes ahead."""
    the_round = find_round(slug)
    form = DecisionForm()
    if not form.validate_on_submit():
        return _overview(the_round, form)
    try:
        outcome = AssessmentOutcome(form.outcome.data)
        assess(the_round.id, outcome, form.reason.data or "", clash_reason=form.clash_reason.data or "", by=actor())
    except Refusal as refusal:
        return _overview(find_round(slug), form, refusal)
    return back_to(the_round, _("Your answer is recorded."))


def _overview(the_round: Round, form: DecisionForm, refusal: Refusal | None = None) -> Answer:
    """The page with all answers; `refusal` beside the questions or the approver's fields that it concerns."""
    status = _shown_refusal(form, refusal) if refusal is not None else status_of(form)
    by = actor()
    decided_by = the_round.assessment.decided_by if the_round.assessment else None
    page = draw(
        "assessment",
        the_round,
        form,
        missing={fault.field: fault for fault in _faults(refusal)},
        waiting=with_approver(the_round),
        writes=the_round.state == RoundState.IDEA and may_run(by, the_round.owner_id),
        judges=with_approver(the_round) and may_approve(by, the_round.owner_id),
        clashes=clashes_of(the_round),
        owner=account_of(the_round.owner_id),
        approver=account_of(decided_by) if decided_by else None,
    )
    return page, status


def _shown_refusal(form: DecisionForm, refusal: Refusal) -> int:
    """Questions without an answer are marked where they stand; the summary says how many there are."""
    missing = [fault for fault in _faults(refusal) if fault.code == "answer_missing"]
    if not missing:
        return refused(form, refusal)
    sentence = _("Questions without an answer: %(count)s. They are marked below.", count=len(missing))
    form.form_errors.append(sentence)
    return refusal.status


def _faults(refusal: Refusal | None) -> list[Fault]:
    return refusal.faults if isinstance(refusal, Refusals) else []


def _questions(the_round: Round, page: str, form: FlaskForm) -> str:
    at = list(PAGES).index(page)
    return draw("assessment-questions", the_round, form, page=page, at=at + 1, pages=len(PAGES))


def _onward(slug: str, page: str) -> Response:
    """To the next page of questions; after the last, to all answers."""
    pages = list(PAGES)
    after = pages[pages.index(page) + 1 :]
    where = url_for(".questions", slug=slug, page=after[0]) if after else url_for(".overview", slug=slug)
    return redirect(where, 303)


def _shown(the_round: Round, form: type[FlaskForm]) -> dict[str, Any]:
    assessment = the_round.assessment
    if assessment is None:
        return {}
    values = {name: getattr(assessment, name) for name in dir(form) if hasattr(assessment, name)}
    if values.get("equality_impact_needed") is not None:
        values["equality_impact_needed"] = "yes" if values["equality_impact_needed"] else "no"
    return values


def _meant(form: FlaskForm) -> dict[str, Any]:
    values = values_of(form)
    if "equality_impact_needed" in values:
        values["equality_impact_needed"] = {"yes": True, "no": False}.get(values["equality_impact_needed"])
    if "cost" in values:
        values["cost"] = values["cost"] or 0
    if "priority" in values:
        values["priority"] = values["priority"] or ""
    return values
