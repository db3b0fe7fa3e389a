"""Signing in and out."""

from __future__ import annotations

from contextlib import suppress

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.core.errors import NotFound, Refusal
from pb.services.sessions import end_session
from pb.services.sign_in import sign_in as open_session
from pb.web.accounts.door import bp
from pb.web.forms.accounts import SignInForm
from pb.web.forms.summary import show_refusal
from pb.web.origins import local_path
from pb.web.policy import EVERYONE, allow
from pb.web.sessions import device_name, drop_session, keep_session, visitor

Answer = str | Response | tuple[str, int]


def go_on() -> Response:
    """To the page that the person was on their way to, else to their account's."""
    return redirect(local_path(request.values.get("next")) or url_for("accounts.home"), 303)


@bp.route("/sign-in", methods=["GET", "POST"])
@allow(door=EVERYONE)
def sign_in() -> Answer:
    """Ask for e-mail address and password."""
    form = SignInForm(data={"next": request.args.get("next", "")})
    if form.validate_on_submit():
        try:
            secret = open_session(
                form.email.data or "", form.password.data or "", address=request.remote_addr or "", device=device_name()
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
            return render_template("accounts/sign-in.html", form=form), refusal.status
        _leave()
        keep_session(secret)
    if form.errors:
        return render_template("accounts/sign-in.html", form=form), 422
    return _next_step() or render_template("accounts/sign-in.html", form=form)


def _next_step() -> Response | None:
    """Where somebody goes whose password is known: to the second factor where one is asked, else on."""
    someone = visitor()
    if someone is None:
        return None
    if someone.is_authenticated:
        return go_on()
    step = "accounts.second_factor" if someone.second_factor_set else "accounts.set_up_second_factor"
    return redirect(url_for(step, next=local_path(request.values.get("next"))), 303)


def _leave() -> None:
    """End the session that this browser holds, if it holds one."""
    someone = visitor()
    if someone is not None:
        with suppress(NotFound):  # it may have ended of itself
            end_session(someone.session_id, by=someone.actor)
    drop_session()


@bp.post("/sign-out")
@allow(door=EVERYONE)
def sign_out() -> Response:
    """End this session, on the server too."""
    _leave()
    flash(_("You are signed out."), "success")
    return redirect(url_for("accounts.sign_in"), 303)
