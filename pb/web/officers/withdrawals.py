"""Taking a project off a locked ballot: the officer asks with a public reason, an approver confirms."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.errors import Refusal
from pb.core.permissions import may_confirm_withdrawal, may_run
from pb.models.ballots import Project
from pb.models.rounds import Round
from pb.services.accounts import account_of
from pb.services.elections import projects_of
from pb.services.round_states import round_phase
from pb.services.rounds import find_round
from pb.services.voter_letters import HowFar, letters_on_the_way
from pb.services.withdrawals import LIVE, WHEN, ask_withdrawal, confirm_withdrawal, find_project, withdrawal_digest
from pb.web.formats import number
from pb.web.forms.lock import ConfirmWithdrawalForm, WithdrawalForm
from pb.web.officers.round_doors import LOOKERS, RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_withdrawals", __name__, url_prefix="/officers/rounds")


@bp.get("/<slug>/withdrawals")
@allow(*LOOKERS)
def index(slug: str) -> Answer:
    """The projects of the ballot: which are withdrawn, which wait to be confirmed, which may be asked for."""
    the_round = find_round(slug)
    by = actor()
    projects = projects_of(the_round.id)
    return render_template(
        "officers/lock/withdrawals.html",
        round=the_round,
        projects=projects,
        open=round_phase(the_round) in WHEN,
        runs=may_run(by, the_round.owner_id),
        confirms={each.id for each in projects if _confirms(the_round, each)},
        letters=(letters := letters_on_the_way(the_round.id)),
        letters_words=_words(letters) if letters else "",
    )


@bp.get("/<slug>/withdrawal-letters")
@allow(*LOOKERS)
def letters(slug: str) -> Response:
    """How far the letters to voters are, for the page that shows it."""
    found = letters_on_the_way(find_round(slug).id)
    answer = jsonify(
        done=found.written if found else 0,
        total=found.total if found else 0,
        ended=found is None or found.stopped,
        text=_words(found) if found else "",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _words(how_far: HowFar) -> str:
    told = _("%(done)s of %(total)s letters written", done=number(how_far.written), total=number(how_far.total))
    return str(told)


@bp.route("/<slug>/withdrawals/<key>", methods=["GET", "POST"])
@allow(*RUNNERS)
def ask(slug: str, key: str) -> Answer:
    """The officer gives the reason."""
    the_round = find_round(slug)
    project, form = find_project(the_round, key), WithdrawalForm()
    if form.validate_on_submit():
        try:
            ask_withdrawal(project.id, form.reason.data or "", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _page("withdraw", the_round, project, form), status
        return _back(slug, _("Asked. An approver who does not run this round confirms it."))
    return _page("withdraw", the_round, project, form), status_of(form)


@bp.route("/<slug>/withdrawals/<key>/confirm", methods=["GET", "POST"])
@allow(Role.APPROVER, step_up=True)
def confirm(slug: str, key: str) -> Answer:
    """The approver reads the reason and takes the project off the ballot."""
    the_round = find_round(slug)
    project, form = find_project(the_round, key), ConfirmWithdrawalForm()
    if project.withdrawal_asked_by is None or project.withdrawn_at is not None:
        return redirect(url_for(".index", slug=slug))
    if form.validate_on_submit():
        try:
            confirm_withdrawal(project.id, sha256=form.sha256.data or "", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            form.agreed.data = False
            return _to_confirm(find_round(slug), find_project(the_round, key), form), status
        return _back(slug, _("“%(project)s” is withdrawn, and everybody can read why.", project=project.title))
    return _to_confirm(the_round, project, form), status_of(form)


def _to_confirm(the_round: Round, project: Project, form: ConfirmWithdrawalForm) -> str:
    form.sha256.data = withdrawal_digest(project)
    return _page("withdraw-confirm", the_round, project, form)


def _confirms(the_round: Round, project: Project) -> bool:
    asked = project.withdrawal_asked_by
    waits = asked is not None and project.withdrawn_at is None
    return waits and may_confirm_withdrawal(actor(), the_round.owner_id, asked)


def _page(template: str, the_round: Round, project: Project, form: FlaskForm) -> str:
    asked_by = account_of(project.withdrawal_asked_by) if project.withdrawal_asked_by else None
    live = round_phase(the_round) in LIVE
    return render_template(
        f"officers/lock/{template}.html", round=the_round, project=project, form=form, asked_by=asked_by, live=live
    )


def _back(slug: str, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for(".index", slug=slug), 303)
