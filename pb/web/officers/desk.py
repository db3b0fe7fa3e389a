"""The duplicates desk: claims that wait, and settling one. Nothing here shows a choice, because nothing can."""

from __future__ import annotations

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import ngettext

from pb.core.actors import Role
from pb.core.errors import NotFound, Refusal
from pb.models.rounds import Round
from pb.services.duplicates import HeldClaim, claims_page, decisions_page, from_domain, held_claim, settle
from pb.services.rounds import find_round
from pb.web.forms.codes import SettleAloneForm, SettleDomainForm, SettleForm
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
    """What was declared, beside the first claim where there is one, and the decision."""
    the_round = find_round(slug)
    waiting = held_claim(the_round.id, entry_id, by=actor())
    form = SettleForm() if waiting.first else SettleDomainForm() if waiting.domain else SettleAloneForm()
    if form.validate_on_submit():
        return _settled(the_round, waiting, form)
    return _page(the_round, waiting, form), status_of(form)


def _settled(the_round: Round, waiting: HeldClaim, form: SettleForm) -> Answer:
    accepted, seen = form.decision.data == "accept", None
    if isinstance(form, SettleDomainForm) and form.whole_domain.data:
        shown = form.waiting.data or ""
        seen = int(shown) if re.fullmatch("[0-9]{1,9}", shown) else 0
    reason = form.reason.data or ""
    try:
        claims = settle(the_round.id, waiting.id, accepted=accepted, reason=reason, of_domain=seen, by=actor())
    except NotFound:
        raise
    except Refusal as refusal:
        status = refused(form, refusal)
        return _page(the_round, waiting, form), status
    flash(_told(accepted, claims), "success")
    return redirect(url_for("officers_desk.index", slug=the_round.slug), 303)


def _told(accepted: bool, claims: int) -> str:
    if accepted:
        done = ngettext("The ballot is accepted.", "%(num)s ballots are accepted.", claims)
    else:
        done = ngettext(
            "The ballot is rejected and will never be opened.",
            "%(num)s ballots are rejected and will never be opened.",
            claims,
        )
    no_link = ngettext(
        "Nothing links it to the claim any more.", "Nothing links them to their claims any more.", claims
    )
    return f"{done} {no_link}"


def _page(the_round: Round, waiting: HeldClaim, form: SettleForm) -> str:
    alike = None
    if isinstance(form, SettleDomainForm):
        alike = from_domain(the_round.id, waiting.id, by=actor())
        form.waiting.data = str(alike.waiting)
    return render_template("officers/desk/claim.html", round=the_round, claim=waiting, alike=alike, form=form)
