"""The officers' pages of the release: what is missing, the preview, asking, releasing; and residents' questions."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.blockers import Blocked
from pb.core.canonical import digest, hex_groups, words
from pb.core.errors import Refusal
from pb.core.permissions import may_answer_questions, may_approve, may_run
from pb.core.questions import BY_KEY
from pb.extensions import present
from pb.models.publications import Publication
from pb.models.rounds import Round
from pb.services.accounts import account_of
from pb.services.decision_desk import DECIDING, PUBLISHED, desk_of
from pb.services.publication import ask_release, draft_of_result, publications_of, release
from pb.services.publication_blockers import release_blockers
from pb.services.questions import mark_answered, open_questions, questions_page
from pb.services.rounds import find_round
from pb.web.forms.publications import AskReleaseForm, ReleaseForm
from pb.web.officers.round_doors import RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow
from pb.web.result_view import view_of

bp = Blueprint("officers_publications", __name__, url_prefix="/officers/rounds")

#: Who reads decisions before residents do.
READERS = (Role.ADMINISTRATOR, Role.OFFICER, Role.APPROVER, Role.SCRUTINY)


@bp.get("/<slug>/publication")
@allow(*READERS)
def index(slug: str) -> str:
    """What is decided, what still stops the release, and who does what next."""
    return _page(find_round(slug))


def _page(the_round: Round, form: object = None, refusal: Refusal | None = None) -> str:
    by = actor()
    at_decision = the_round.state in (*DECIDING, *PUBLISHED)
    asked = the_round.release_asked_sha256
    return render_template(
        "officers/publication/index.html",
        round=the_round,
        at_decision=at_decision,
        pots=desk_of(the_round) if at_decision else [],
        blockers=release_blockers(the_round),
        editions=publications_of(the_round.id),
        released=the_round.state in PUBLISHED,
        runs=may_run(by, the_round.owner_id),
        approves=may_approve(by, the_round.owner_id) and by.account_id != the_round.release_asked_by,
        asked_by=account_of(the_round.release_asked_by).name if the_round.release_asked_by else "",
        stale=bool(asked) and asked != _draft_digest(the_round),
        ask_form=form if isinstance(form, AskReleaseForm) else AskReleaseForm(),
        form=form,
        faults=[refusal.fault] if refusal is not None and not isinstance(refusal, Blocked) and form is None else [],
        questions=open_questions(the_round.id),
        may_answer=may_answer_questions(by),
    )


def _draft_digest(the_round: Round) -> str:
    return digest(draft_of_result(the_round, the_round.release_asked_reason))


@bp.get("/<slug>/publication/preview")
@allow(*READERS)
def preview(slug: str) -> Answer:
    """The public page as it would be released now."""
    the_round = find_round(slug)
    if the_round.state not in (*DECIDING, *PUBLISHED):
        return redirect(url_for(".index", slug=slug), 303)
    return render_template("public/result.html", **_draft(the_round))


def _draft(the_round: Round) -> dict[str, object]:
    content = draft_of_result(the_round, the_round.release_asked_reason)
    sha256 = digest(content)
    unreleased = Publication(
        number=content["number"], content=content, sha256=sha256, reason=content["reason"], released_at=present.now()
    )  # fmt: skip
    return {
        "round": the_round,
        "publication": unreleased,
        "editions": [],
        "view": view_of(content),
        "fingerprint": {"words": words(sha256), "groups": hex_groups(sha256)},
        "needs_of": {},
        "officer": account_of(the_round.owner_id).name,
        "preview": True,
    }


@bp.post("/<slug>/publication/ask")
@allow(*RUNNERS)
def ask(slug: str) -> Answer:
    """The owner asks an approver to release."""
    the_round, form = find_round(slug), AskReleaseForm()
    if not form.validate_on_submit():
        return _page(the_round, form), status_of(form)
    try:
        ask_release(the_round.id, reason=form.reason.data or "", by=actor())
    except Refusal as refusal:
        if refusal.field:
            status = refused(form, refusal)
            return _page(find_round(slug), form), status
        return _page(find_round(slug), None, refusal), refusal.status
    flash(_("An approver can release the result now."), "success")
    return redirect(url_for(".index", slug=slug), 303)


@bp.route("/<slug>/publication/release", methods=["GET", "POST"])
@allow(Role.APPROVER, step_up=True)
def release_result(slug: str) -> Answer:
    """The approver reads the fingerprint and releases."""
    the_round, form = find_round(slug), ReleaseForm()
    if the_round.release_asked_sha256 is None:
        return redirect(url_for(".index", slug=slug), 303)
    if not form.is_submitted():
        form.sha256.data = _draft_digest(the_round)
    if form.validate_on_submit():
        try:
            release(the_round.id, sha256=form.sha256.data or "", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _release_page(slug, form), status
        flash(_("The result is published, and the groups are being told."), "success")
        return redirect(url_for(".index", slug=slug), 303)
    return _release_page(slug, form), status_of(form)


def _release_page(slug: str, form: ReleaseForm) -> str:
    the_round = find_round(slug)
    sha256 = _draft_digest(the_round)
    return render_template(
        "officers/publication/release.html",
        round=the_round,
        form=form,
        view=view_of(draft_of_result(the_round, the_round.release_asked_reason)),
        fingerprint={"words": words(sha256), "groups": hex_groups(sha256)},
        asked_by=account_of(the_round.release_asked_by).name if the_round.release_asked_by else "",
    )


@bp.get("/<slug>/questions")
@allow(*RUNNERS)
def questions(slug: str) -> str:
    """What residents ask about the decisions."""
    the_round = find_round(slug)
    return render_template(
        "officers/publication/questions.html",
        round=the_round,
        page=questions_page(the_round.id, request.args.get("page", 1, type=int), by=actor()),
        ways=BY_KEY,
    )


@bp.post("/<slug>/questions/<int:question_id>/answered")
@allow(*RUNNERS)
def answered(slug: str, question_id: int) -> Response:
    """Note that a question has been answered."""
    mark_answered(question_id, by=actor())
    flash(_("Noted as answered."), "success")
    return redirect(url_for(".questions", slug=slug), 303)
