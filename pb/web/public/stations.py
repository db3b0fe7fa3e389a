"""Where people vote in person, and the short address on posters, of whose looks only a number a day is kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pb.services.rounds import public_round
from pb.services.station_reports import note_look, places_page
from pb.web.policy import EVERYONE, allow

bp = Blueprint("public_stations", __name__)

LONGEST_MARK = 12


@bp.get("/r/<slug>")
@allow(door=EVERYONE)
def short(slug: str) -> Response:
    """The address on posters: to the round's page, with the station's mark where there is one."""
    the_round = public_round(slug)
    mark = request.args.get("from", "")[:LONGEST_MARK]
    values: dict[str, Any] = {"from": mark} if mark else {}
    return redirect(url_for("public_rounds.round_page", slug=the_round.slug, **values))


@bp.get("/rounds/<slug>/places")
@allow(door=EVERYONE)
def places(slug: str) -> str:
    """Every place and its times."""
    the_round = public_round(slug)
    page = places_page(the_round.id, request.args.get("page", 1, type=int))
    return render_template("public/rounds/all-places.html", round=the_round, places=page)


@bp.post("/rounds/<slug>/looks")
@allow(door=EVERYONE)
def look(slug: str) -> Response:
    """Count a look that came from a poster; nothing of who looked is kept, and nothing is answered."""
    note_look(public_round(slug).id, request.form.get("from", ""))
    return Response(status=204, mimetype="text/plain")
