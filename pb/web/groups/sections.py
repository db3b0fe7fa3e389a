"""The pages of a bid's form, one group of questions each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.bids import SECTIONS, section_state
from pb.core.errors import NotFound, Refusal
from pb.core.states import BidState
from pb.core.words import N_
from pb.models.bids import Bid
from pb.services.bid_facts import facts_of
from pb.services.bid_lists import own_bid
from pb.services.bids import save_section, takes_bids
from pb.web.errors import error_page
from pb.web.forms.bid_pages import ROW_BUTTONS, rows_in_order, section_form, values_of
from pb.web.forms.summary import show_refusal
from pb.web.groups.kept import keep_when_signed_out, kept_page
from pb.web.policy import actor, allow

bp = Blueprint("groups_sections", __name__, url_prefix="/groups")
bp.before_request(keep_when_signed_out)

Answer = str | Response | tuple[str, int]
STALE = 400


@bp.route("/bids/<reference>/pages/<section>", methods=["GET", "POST"])
@allow(Role.GROUP_CONTACT)
def edit(reference: str, section: str) -> Answer:
    """One page of a draft: shown, or kept and gone on from."""
    bid = _draft(reference, section)
    if isinstance(bid, Response):
        return bid
    if request.method == "GET":
        return _page(bid, section, section_form(section, bid))
    form = section_form(section, bid, rows_in_order(request.form))
    if ROW_BUTTONS & set(request.form):
        return _page(bid, section, form)
    if not form.validate():
        return _page(bid, section, form), 422
    try:
        save_section(bid.id, section, values_of(form), by=actor())
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _page(bid, section, form), refusal.status
    return _onward(bid, section)


@bp.errorhandler(CSRFError)
def show_again(_error: CSRFError) -> Response:
    """A form without fresh proof, as after signing in again: show what was typed once more, and keep nothing."""
    if not current_user.is_authenticated:
        return kept_page(STALE)
    try:
        page = _again(**(request.view_args or {}))
    except Refusal:
        return error_page(STALE)
    return make_response(page, STALE)


def _again(reference: str, section: str) -> str | Response:
    bid = _draft(reference, section)
    if isinstance(bid, Response):
        return bid
    flash(_("You are signed in again. What you wrote is below: save it now."), "warning")
    return _page(bid, section, section_form(section, bid, rows_in_order(request.form)))


def _draft(reference: str, section: str) -> Bid | Response:
    """The bid, if it is still a draft; one that was sent leads to its own page."""
    if section not in SECTIONS:
        raise NotFound("no_page", N_("There is no such page."))
    bid = own_bid(reference, actor())
    if bid.state == BidState.DRAFT:
        return bid
    flash(_("This bid has been sent, so it cannot be changed any more."), "warning")
    return redirect(url_for("groups_bids.show", reference=bid.reference), 303)


def _onward(bid: Bid, section: str) -> Response:
    """After a page is kept: back to the list, back to the check, or on to the next page that is not done."""
    if request.form.get("then") == "list":
        return redirect(url_for("groups_bids.show", reference=bid.reference), 303)
    facts, keys = facts_of(bid), list(SECTIONS)
    here = keys.index(section)
    waiting = (key for key in keys[here + 1 :] + keys[:here] if section_state(facts, key) != "done")
    following = next(waiting, None)
    if following is None or request.args.get("then") == "check":
        return redirect(url_for("groups_bids.check", reference=bid.reference), 303)
    return redirect(url_for("groups_sections.edit", reference=bid.reference, section=following), 303)


def _page(bid: Bid, section: str, form: Any) -> str:
    keys = list(SECTIONS)
    return render_template(
        f"groups/pages/{section}.html",
        bid=bid,
        round=bid.round,
        form=form,
        section=section,
        about=SECTIONS[section],
        place=keys.index(section) + 1,
        places=len(keys),
        taking=takes_bids(bid.round),
        action=url_for("groups_sections.edit", reference=bid.reference, section=section, then=request.args.get("then")),
    )
