"""Where groups begin: how to bid, and the list of their bids."""

from __future__ import annotations

from flask import Blueprint, render_template

from pb.core.actors import Role
from pb.core.states import told_to_group
from pb.services.bid_lists import bids_of, rounds_taking_bids
from pb.services.organisations import organisations_of
from pb.web.policy import EVERYONE, SIGNED_IN, actor, allow

bp = Blueprint("groups", __name__, url_prefix="/groups")


@bp.get("/start")
@allow(door=EVERYONE)
def start() -> str:
    """Who may bid, what it takes, which rounds take bids now."""
    by = actor()
    elsewhere = by.account_id is not None and not by.has(Role.GROUP_CONTACT)
    return render_template("groups/start.html", rounds=rounds_taking_bids(), elsewhere=elsewhere)


@bp.get("/")
@allow(Role.GROUP_CONTACT)
def home() -> str:
    """The person's groups and their bids, each with its next step."""
    by = actor()
    bids = bids_of(by)
    groups = organisations_of(by)
    taken = {(bid.round_id, bid.organisation_id) for bid in bids if bid.state != "withdrawn"}
    rounds = [
        each for each in rounds_taking_bids() if not groups or any((each.id, group.id) not in taken for group in groups)
    ]
    told = {bid.id: told_to_group(bid.state, bid.round.state) for bid in bids}
    return render_template("groups/home.html", bids=bids, told=told, groups=groups, rounds=rounds)


@bp.get("/signed-in-again")
@allow(door=SIGNED_IN)
def signed_in_again() -> str:
    """Back to the other tab, where what was written waits."""
    return render_template("groups/signed-in-again.html")
