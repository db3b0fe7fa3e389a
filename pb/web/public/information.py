"""What stays the same for every round: how it works, accessibility, privacy, cookies, licence, the council's look."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, send_from_directory

from pb.extensions import present
from pb.web.colours import palette
from pb.web.headers import cached_for
from pb.web.languages import COOKIE
from pb.web.pictures import picture_svg, seed_is_plain
from pb.web.policy import EVERYONE, allow

bp = Blueprint("information", __name__)

AN_HOUR = 3600
STATEMENT_PREPARED = date(2026, 11, 21)
A_YEAR = 31536000


@bp.get("/how-it-works")
@cached_for(300)
@allow(door=EVERYONE)
def how_it_works() -> str:
    """The whole way from an idea to a project, on one page."""
    return render_template("public/how_it_works.html")


@bp.get("/accessibility")
@cached_for(300)
@allow(door=EVERYONE)
def accessibility() -> str:
    """The accessibility statement that public bodies must publish."""
    return render_template("public/accessibility.html", prepared=STATEMENT_PREPARED)


@bp.get("/privacy")
@cached_for(300)
@allow(door=EVERYONE)
def privacy() -> str:
    """What is known about people, why, and for how long."""
    return render_template("public/privacy.html")


@bp.get("/cookies")
@cached_for(300)
@allow(door=EVERYONE)
def cookies() -> str:
    """The cookies, all of them needed."""
    name = present.settings.cookie
    return render_template("public/cookies.html", session_cookie=name("you_decide"), language_cookie=name(COOKIE))


@bp.get("/licence")
@cached_for(300)
@allow(door=EVERYONE)
def licence() -> str:
    """The licence of the software and of what is published with it."""
    return render_template("public/licence.html")


@bp.get("/council.css")
@cached_for(AN_HOUR)
@allow(door=EVERYONE)
def council_css() -> Response:
    """The council's colours as a style sheet, since the page itself may carry no styles."""
    sheet = render_template("components/council.css", palette=palette(present.settings.council_colour))
    return Response(sheet, mimetype="text/css")


@bp.get("/council-logo")
@cached_for(AN_HOUR)
@allow(door=EVERYONE)
def council_logo() -> Response:
    """The council's logo from the instance folder."""
    name = Path(present.settings.council_logo).name
    if not name or Path(name).suffix.lower() not in {".png", ".svg"}:
        abort(404)
    return send_from_directory(present.settings.instance_path, name)


@bp.get("/pictures/<seed>.svg")
@cached_for(A_YEAR)
@allow(door=EVERYONE)
def picture(seed: str) -> Response:
    """A friendly picture for a bid that has none; the same seed always gives the same picture."""
    if not seed_is_plain(seed):
        abort(404)
    return Response(picture_svg(seed), mimetype="image/svg+xml")
