"""The second factor: shown at sign-in, shown again before weighty deeds, set up, and its recovery codes."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for

from pb.core.errors import Refusal
from pb.services import second_factor as factor
from pb.services.accounts import account_of
from pb.web.accounts.door import bp
from pb.web.accounts.sign_in import Answer, go_on
from pb.web.forms.accounts import FiguresForm, SetUpForm
from pb.web.forms.summary import show_refusal
from pb.web.origins import local_path
from pb.web.policy import EVERYONE, SIGNED_IN, actor, allow
from pb.web.qr import qr_svg
from pb.web.sessions import Visitor, keep_session, visitor


def _next() -> str:
    return local_path(request.values.get("next")) or ""


@bp.route("/second-step", methods=["GET", "POST"])
@allow(door=EVERYONE)
def second_factor() -> Answer:
    """Ask for the figures on the person's phone, to finish signing in."""
    someone = visitor()
    if someone is None or not someone.second_factor_set:
        return redirect(url_for("accounts.sign_in", next=_next() or None), 303)
    if someone.is_authenticated:
        return go_on()
    return _ask(someone, "accounts/second-factor.html")


@bp.route("/confirm-it-is-you", methods=["GET", "POST"])
@allow(door=SIGNED_IN)
def step_up() -> Answer:
    """Ask for the figures again, before a weighty deed."""
    someone = visitor()
    if actor().stepped_up or someone is None:
        return go_on()
    if not someone.second_factor_set:
        return redirect(url_for("accounts.set_up_second_factor", next=_next() or None), 303)
    return _ask(someone, "accounts/step-up.html")


def _ask(someone: Visitor, template: str) -> Answer:
    form = FiguresForm(data={"next": _next()})
    if not form.validate_on_submit():
        return render_template(template, form=form), 422 if form.errors else 200
    try:
        keep_session(factor.show(someone.account_id, someone.session_id, form.figures.data or ""))
    except Refusal as refusal:
        show_refusal(form, refusal)
        return render_template(template, form=form), refusal.status
    return go_on()


@bp.route("/set-up-second-step", methods=["GET", "POST"])
@allow(door=EVERYONE)
def set_up_second_factor() -> Answer:
    """Let the person scan a secret with their phone and prove it; then show the recovery codes, once."""
    someone = visitor()
    if someone is None or someone.second_factor_set:
        return redirect(url_for("accounts.sign_in", next=_next() or None), 303)
    form = SetUpForm(data={"next": _next(), "offer": factor.new_offer(someone.account_id)})
    if not form.validate_on_submit():
        return _set_up_page(someone, form), 422 if form.errors else 200
    try:
        secret, codes = factor.set_up(
            someone.account_id, someone.session_id, form.offer.data or "", form.figures.data or ""
        )
    except Refusal as refusal:
        if refusal.code == "stale_page":
            raise
        show_refusal(form, refusal)
        return _set_up_page(someone, form), refusal.status
    keep_session(secret)
    return render_template("accounts/recovery-codes.html", codes=codes, onward=_next() or url_for("accounts.home"))


def _set_up_page(someone: Visitor, form: SetUpForm) -> str:
    secret = factor.offered_secret(someone.account_id, form.offer.data or "")
    uri = factor.offer_uri(account_of(someone.account_id), secret)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render_template("accounts/set-up-second-factor.html", form=form, qr=qr_svg(uri), secret=spaced)
