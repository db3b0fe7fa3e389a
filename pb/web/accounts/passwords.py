"""Choosing a password: forgotten, by a link, or anew."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from pb.core.errors import Refusal
from pb.models.accounts import LinkPurpose
from pb.services import password_resets
from pb.services.links import owner_of_link
from pb.web.accounts.door import bp
from pb.web.accounts.sign_in import Answer
from pb.web.forms.accounts import ChangePasswordForm, ChoosePasswordForm, ForgottenPasswordForm
from pb.web.forms.summary import show_refusal
from pb.web.policy import EVERYONE, SIGNED_IN, actor, allow
from pb.web.sessions import visitor


@bp.route("/forgotten-password", methods=["GET", "POST"])
@allow(door=EVERYONE)
def forgotten_password() -> Answer:
    """Ask where to send a link; the answer is the same whether the address is known or not."""
    form = ForgottenPasswordForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgotten-password.html", form=form), 422 if form.errors else 200
    try:
        password_resets.ask_for_password_link(form.email.data or "", address=request.remote_addr or "")
    except Refusal as refusal:
        show_refusal(form, refusal)
        return render_template("accounts/forgotten-password.html", form=form), refusal.status
    return redirect(url_for("accounts.link_sent"), 303)


@bp.get("/link-sent")
@allow(door=EVERYONE)
def link_sent() -> str:
    """Look into your mailbox."""
    said = _(
        "If there is an account with the address that you entered, a link is on its way to it. "
        "It works once, for one hour."
    )
    again = {"text": _("Try another address"), "href": url_for(".forgotten_password")}
    return render_template("accounts/mailbox.html", said=said, again=again)


@bp.route("/choose-password/<secret>", methods=["GET", "POST"])
@allow(door=EVERYONE)
def choose_password(secret: str) -> Answer:
    """Choose a password by a link; a link that no longer works says so at once."""
    owner_of_link(secret, LinkPurpose.PASSWORD)
    form = ChoosePasswordForm()
    if not form.validate_on_submit():
        return render_template("accounts/choose-password.html", form=form), 422 if form.errors else 200
    try:
        password_resets.choose_password(secret, form.password.data or "")
    except Refusal as refusal:
        show_refusal(form, refusal)
        return render_template("accounts/choose-password.html", form=form), refusal.status
    flash(_("Your password is set. Sign in with it now."), "success")
    return redirect(url_for("accounts.sign_in"), 303)


@bp.route("/change-password", methods=["GET", "POST"])
@allow(door=SIGNED_IN)
def change_password() -> Answer:
    """A new password for somebody who knows the one so far."""
    form, someone = ChangePasswordForm(), visitor()
    if someone is None or not form.validate_on_submit():
        return render_template("accounts/change-password.html", form=form), 422 if form.errors else 200
    try:
        password_resets.change_password(
            form.current.data or "", form.password.data or "", by=actor(), session_id=someone.session_id
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return render_template("accounts/change-password.html", form=form), refusal.status
    flash(_("Your password is changed. Anywhere else that you were signed in, you are signed out."), "success")
    return redirect(url_for("accounts.home"), 303)
