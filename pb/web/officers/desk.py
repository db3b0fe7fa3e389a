"""The duplicates desk: claims that wait, and settling one. Nothing here shows a choice, because nothing can."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from pb.core.actors import Role
from pb.core.errors import NotFound, Refusal
from pb.services.duplicates import HeldClaim, claims_page, decisions_page, held_claim, settle
from pb.services.rounds import find_round
from pb.web.forms.codes import SettleForm
from pb.web.officers.round_doors import Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_desk", __name__, url_prefix="/officers/rounds")


@bp.get("/<slug>/duplicates")
@allow(Role.OFFICER, Role.ADMINISTRATOR, step_up=True)
def index(slug: str) -> Answer:
    """The claims that wait, and how others were settled."""
    the_round = find_round(slug)
    claims = claims_page(the_round.id, request.args.get("page", 1, type=int), by=actor())
    settled = decisions_page(the_round.id, request.args.get("settled_page", 1, type=int))
    return render_template("officers/desk/index.html", round=the_round, claims=claims, settled=settled)


@bp.route("/<slug>/duplicates/<entry_id>", methods=["GET", "POST"])
@allow(Role.OFFICER, Role.ADMINISTRATOR, step_up=True)
def claim(slug: str, entry_id: str) -> Answer:
    """Two declarations side by side, and the decision."""
    the_round = find_round(slug)
    form = SettleForm()
    waiting = held_claim(the_round.id, entry_id, by=actor())
    if form.validate_on_submit():
        return _settled(slug, the_round.id, waiting, form)
    return _page(slug, waiting, form), status_of(form)


def _settled(slug: str, round_id: int, waiting: HeldClaim, form: SettleForm) -> Answer:
    accepted = form.decision.data == "accept"
    try:
        settle(round_id, waiting.id, accepted=accepted, reason=form.reason.data or "", by=actor())
    except NotFound:
        raise
    except Refusal as refusal:
        status = refused(form, refusal)
        return _page(slug, waiting, form), status
    done = _("The ballot is accepted.") if accepted else _("The ballot is rejected and will never be opened.")
    flash(f"{done} {_('Nothing links it to the claim any more.')}", "success")
    return redirect(url_for("officers_desk.index", slug=slug), 303)


def _page(slug: str, waiting: HeldClaim, form: SettleForm) -> str:
    return render_template("officers/desk/claim.html", round=find_round(slug), claim=waiting, form=form)
