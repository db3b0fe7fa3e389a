"""The officer's desk: what waits, the own rounds, and the list of all rounds."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from pb.core.permissions import may_keep_areas, may_own_rounds
from pb.core.states import RoundState
from pb.services.round_lists import standing
from pb.services.rounds import rounds_page
from pb.services.waiting import waiting_for
from pb.web.officers.round_doors import LOOKERS
from pb.web.policy import actor, allow

bp = Blueprint("officers_home", __name__, url_prefix="/officers")


@bp.get("/")
@allow(*LOOKERS)
def desk() -> str:
    """What waits for the person, and the rounds that they run."""
    by = actor()
    own = rounds_page(1, owner_id=by.account_id)
    return render_template(
        "officers/rounds/desk.html",
        waiting=waiting_for(by),
        own=[standing(each) for each in own.rows],
        more=own.total - len(own.rows),
        may_add=may_own_rounds(by),
        keeps_areas=may_keep_areas(by),
    )


@bp.get("/rounds")
@allow(*LOOKERS)
def rounds() -> str:
    """All rounds, a page at a time, by state and words."""
    state, words = request.args.get("state", ""), request.args.get("words", "")
    page = rounds_page(request.args.get("page", 1, type=int), state=state, words=words)
    return render_template(
        "officers/rounds/list.html",
        page=page,
        rows=[standing(each) for each in page.rows],
        states=list(RoundState),
        state=state,
        words=words,
        may_add=may_own_rounds(actor()),
    )
