"""A part offer as the group sees it: what is offered, until when, and its yes or no."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.errors import NotFound, Refusal
from pb.core.words import N_
from pb.services.bid_lists import own_bid
from pb.services.offers import answer_offer, last_offer
from pb.web.forms.counts import OwnAnswerForm
from pb.web.forms.summary import show_refusal
from pb.web.policy import actor, allow

bp = Blueprint("groups_offers", __name__, url_prefix="/groups")


@bp.route("/bids/<reference>/offer", methods=["GET", "POST"])
@allow(Role.GROUP_CONTACT)
def show(reference: str) -> str | Response | tuple[str, int]:
    """What is offered; the group answers it once."""
    bid = own_bid(reference, actor())
    offer = last_offer(bid.id)
    if offer is None:
        raise NotFound("no_offer", N_("There is no such offer, or it is for another group."))
    form = OwnAnswerForm()
    status = 200
    if form.validate_on_submit():
        try:
            answer_offer(offer.id, accepted=form.answer.data == "yes", by=actor())
            flash(_("Thank you. Your answer is recorded."), "success")
            return redirect(url_for(".show", reference=reference), 303)
        except Refusal as refusal:
            show_refusal(form, refusal)
            status = refusal.status
    page = render_template("groups/offer.html", bid=bid, round=bid.round, offer=last_offer(bid.id), form=form)
    return page, 422 if form.errors and status == 200 else status
