"""People: an administrator adds them, gives roles and areas, and helps who has lost a phone."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.errors import Refusal
from pb.services import accounts as people_of
from pb.services.invitations import invite, send_invitation
from pb.services.second_factor import reset_second_factor
from pb.services.sessions import open_sessions
from pb.web.forms.accounts import AccountForm, AddAccountForm
from pb.web.forms.summary import show_refusal
from pb.web.policy import actor, allow
from pb.web.roles import ROLE_NAMES

bp = Blueprint("officers_accounts", __name__, url_prefix="/officers/people")

Answer = str | Response | tuple[str, int]


@bp.get("/")
@allow(Role.ADMINISTRATOR)
def people() -> str:
    """Everybody with an account, to search and to filter by role."""
    words, role = request.args.get("words", "")[:100], request.args.get("role", "")
    page = people_of.accounts_page(
        request.args.get("page", 1, int),
        by=actor(),
        words=words,
        role=Role(role) if role in ROLE_NAMES else None,
    )
    return render_template("officers/people.html", page=page, words=words, role=role, role_names=ROLE_NAMES)


@bp.route("/add", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR, step_up=True)
def add() -> Answer:
    """Add somebody, who then gets a link to choose a password."""
    form = AddAccountForm()
    if not form.validate_on_submit():
        return _form_page(form, 422 if form.errors else 200)
    try:
        account = invite(
            by=actor(),
            name=form.name.data or "",
            email=form.email.data or "",
            roles=form.chosen_roles(),
            areas=form.chosen_areas(),
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _form_page(form, refusal.status)
    flash(
        _("%(name)s is added. An e-mail with a link to choose a password is on its way.", name=account.name), "success"
    )
    return redirect(url_for("officers_accounts.people"), 303)


def _form_page(form: AddAccountForm, status: int) -> tuple[str, int]:
    return render_template("officers/person-add.html", form=form), status


@bp.route("/<int:account_id>", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR, step_up=True)
def person(account_id: int) -> Answer:
    """One account: name, roles and areas."""
    account = people_of.account_of(account_id)
    form = AccountForm(
        data={
            "name": account.name,
            "roles": [held.role for held in account.roles],
            "areas": [str(held.area_id) for held in account.areas],
        }
    )
    if not form.validate_on_submit():
        return _person_page(account_id, form, 422 if form.errors else 200)
    try:
        people_of.change_account(
            account_id,
            by=actor(),
            name=form.name.data or "",
            roles=form.chosen_roles(),
            areas=form.chosen_areas(),
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _person_page(account_id, form, refusal.status)
    return _done(account_id, _("Kept."))


def _person_page(account_id: int, form: AccountForm, status: int) -> tuple[str, int]:
    account = people_of.account_of(account_id)
    return render_template(
        "officers/person.html",
        account=account,
        form=form,
        own=account_id == actor().account_id,
        sessions=len(open_sessions(account_id)),
    ), status


def _done(account_id: int, words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("officers_accounts.person", account_id=account_id), 303)


@bp.post("/<int:account_id>/stop")
@allow(Role.ADMINISTRATOR, step_up=True)
def stop(account_id: int) -> Response:
    """Stop somebody from signing in."""
    people_of.set_active(account_id, False, by=actor())
    return _done(account_id, _("They cannot sign in any more, and are signed out everywhere."))


@bp.post("/<int:account_id>/start")
@allow(Role.ADMINISTRATOR, step_up=True)
def start(account_id: int) -> Response:
    """Let somebody sign in again."""
    people_of.set_active(account_id, True, by=actor())
    return _done(account_id, _("They can sign in again."))


@bp.post("/<int:account_id>/end-sessions")
@allow(Role.ADMINISTRATOR, step_up=True)
def end_sessions(account_id: int) -> Response:
    """Sign somebody out everywhere."""
    people_of.sign_out_everywhere(account_id, by=actor())
    return _done(account_id, _("They are signed out everywhere."))


@bp.post("/<int:account_id>/reset-second-step")
@allow(Role.ADMINISTRATOR, step_up=True)
def reset_second_step(account_id: int) -> Response:
    """Take a lost second step away."""
    reset_second_factor(account_id, by=actor())
    return _done(account_id, _("They set up a new second step the next time that they sign in."))


@bp.post("/<int:account_id>/send-link")
@allow(Role.ADMINISTRATOR, step_up=True)
def send_link(account_id: int) -> Response:
    """Send the link to choose a first password again."""
    send_invitation(account_id, by=actor())
    return _done(account_id, _("A new link is on its way."))
