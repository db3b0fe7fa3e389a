"""A winning group's page of support: what a member asks residents for, and the help that was offered."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.services.bid_lists import own_bid
from pb.services.support import agree_support, help_for, project_of_bid, supports_to_agree
from pb.web.policy import actor, allow

bp = Blueprint("groups_support", __name__, url_prefix="/groups")


@bp.get("/bids/<reference>/support")
@allow(Role.GROUP_CONTACT)
def show(reference: str) -> str:
    """What the project still needs, to be agreed; and who would like to help."""
    bid = own_bid(reference, actor())
    project = project_of_bid(bid.id)
    return render_template(
        "groups/support.html",
        bid=bid,
        round=bid.round,
        supports=supports_to_agree(project),
        offers=help_for(bid, actor()),
    )


@bp.post("/bids/<reference>/support/<int:support_id>/agree")
@allow(Role.GROUP_CONTACT)
def agree(reference: str, support_id: int) -> Response:
    """Agree that everybody sees what is asked for."""
    agree_support(support_id, by=actor())
    flash(_("Residents see it now on the result page."), "success")
    return redirect(url_for(".show", reference=reference), 303)
