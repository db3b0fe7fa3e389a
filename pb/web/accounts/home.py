"""The page about one's own account: who am I, what may I do, where am I signed in."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.services import second_factor as factor
from pb.services.accounts import account_of, choose_language
from pb.services.sessions import end_session, end_sessions, open_sessions
from pb.services.waiting import waiting_for
from pb.web.accounts.door import bp
from pb.web.accounts.places import places_for
from pb.web.accounts.sign_in import Answer
from pb.web.forms.accounts import LanguageForm
from pb.web.languages import LANGUAGES, remember_language
from pb.web.policy import SIGNED_IN, actor, allow
from pb.web.roles import ROLE_NAMES
from pb.web.sessions import visitor


@bp.get("/")
@allow(door=SIGNED_IN)
def home() -> str:
    """What waits for me, where do I work, who am I, where am I signed in."""
    account = account_of(actor().account_id)
    return render_template(
        "accounts/home.html",
        account=account,
        someone=visitor(),
        roles=[ROLE_NAMES[held.role] for held in account.roles],
        waiting=waiting_for(actor()),
        places=places_for(actor()),
        sessions=open_sessions(account.id),
        codes_left=factor.recovery_codes_left(account.id),
        languages=LANGUAGES,
    )


@bp.post("/sessions/<int:session_id>/end")
@allow(door=SIGNED_IN)
def end_one_session(session_id: int) -> Response:
    """End one sign-in, on another device perhaps."""
    end_session(session_id, by=actor())
    flash(_("That sign-in is ended."), "success")
    return redirect(url_for("accounts.home"), 303)


@bp.post("/sessions/end-others")
@allow(door=SIGNED_IN)
def end_other_sessions() -> Response:
    """End every sign-in but this one."""
    someone, by = visitor(), actor()
    if someone is not None:
        end_sessions(someone.account_id, by=by, but=someone.session_id)
    flash(_("Everywhere else, you are signed out."), "success")
    return redirect(url_for("accounts.home"), 303)


@bp.route("/language", methods=["GET", "POST"])
@allow(door=SIGNED_IN)
def language() -> Answer:
    """The language of one's e-mails and pages."""
    form = LanguageForm(data={"language": account_of(actor().account_id).language})
    if not form.validate_on_submit():
        return render_template("accounts/language.html", form=form), 422 if form.errors else 200
    chosen = str(form.language.data)
    choose_language(chosen, by=actor())
    response = redirect(url_for("accounts.home"), 303)
    remember_language(response, chosen)
    return response


@bp.post("/recovery-codes")
@allow(step_up=True)
def recovery_codes() -> str:
    """New recovery codes in place of the old ones, shown once."""
    codes = factor.new_recovery_codes(by=actor())
    return render_template("accounts/recovery-codes.html", codes=codes, onward=url_for("accounts.home"))
