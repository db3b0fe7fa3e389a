"""Groups register themselves and confirm their e-mail address."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from pb.core.errors import Refusal
from pb.models.accounts import LinkPurpose
from pb.services import registrations
from pb.services.links import owner_of_link
from pb.web.accounts.door import bp
from pb.web.accounts.sign_in import Answer
from pb.web.forms.accounts import ConfirmAddressForm, RegisterForm
from pb.web.forms.people import begun, refuse_programs_here
from pb.web.forms.summary import show_refusal
from pb.web.policy import EVERYONE, allow
from pb.web.sessions import device_name, keep_session


@bp.route("/register", methods=["GET", "POST"])
@allow(door=EVERYONE)
def register() -> Answer:
    """Take a registration; the answer is the same whether the address is known or not."""
    form = RegisterForm()
    if not form.validate_on_submit():
        return _page(form), 422 if form.errors else 200
    try:
        refuse_programs_here()
        registrations.register(
            name=form.name.data or "",
            email=form.email.data or "",
            password=form.password.data or "",
            language=str(get_locale()),
            address=request.remote_addr or "",
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _page(form), refusal.status
    return redirect(url_for("accounts.registered"), 303)


def _page(form: RegisterForm) -> str:
    return render_template("accounts/register.html", form=form, begun=begun())


@bp.get("/registered")
@allow(door=EVERYONE)
def registered() -> str:
    """Look into your mailbox."""
    said = _(
        "We have sent you an e-mail. Follow the link in it to confirm that the address is yours, and you can begin."
    )
    again = {"text": _("Register again"), "href": url_for(".register")}
    return render_template("accounts/mailbox.html", said=said, again=again)


@bp.route("/confirm-address/<secret>", methods=["GET", "POST"])
@allow(door=EVERYONE)
def confirm_address(secret: str) -> Answer:
    """Confirm an address with the password of the registration, and go straight in."""
    owner_of_link(secret, LinkPurpose.CONFIRM)
    form = ConfirmAddressForm()
    if not form.validate_on_submit():
        return render_template("accounts/confirm-address.html", form=form), 422 if form.errors else 200
    try:
        keep_session(registrations.confirm_address(secret, form.password.data or "", device=device_name()))
    except Refusal as refusal:
        show_refusal(form, refusal)
        return render_template("accounts/confirm-address.html", form=form), refusal.status
    flash(_("Your e-mail address is confirmed, and you are signed in."), "success")
    return redirect(url_for("accounts.home"), 303)
