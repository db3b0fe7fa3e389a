"""The screen of an event day: what is on now, what is next, and how much time is left."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from pb.core.errors import NotFound
from pb.core.words import N_
from pb.extensions import present
from pb.services.event_days import countdown_of, find_day, now_on
from pb.services.rounds import public_round
from pb.web.hall_words import screen_of
from pb.web.policy import EVERYONE, allow

bp = Blueprint("public_hall", __name__)


@bp.get("/rounds/<slug>/hall")
@allow(door=EVERYONE)
def hall(slug: str) -> str:
    """What is on in the hall; drawn anew by a script, and without one by the browser every few seconds."""
    the_round = public_round(slug)
    now = now_on(the_round.id, request.args.get("station", type=int))
    if now is None:
        raise NotFound("no_event_day", N_("This round has no event day."))
    left = countdown_of(find_day(the_round.id, now["station"])).left(present.now())
    return render_template(
        "public/hall.html",
        round=the_round,
        hall=now,
        **screen_of(left),
    )
