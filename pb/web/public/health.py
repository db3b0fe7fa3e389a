"""Whether the site is up, for whoever watches it."""

from __future__ import annotations

from flask import Blueprint, Response

from pb.services.database import reachable
from pb.web.policy import EVERYONE, allow

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@allow(door=EVERYONE)
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@allow(door=EVERYONE)
def ready() -> Response:
    """The process answers and its database does too; 503 otherwise."""
    if reachable():
        return Response("ready\n", mimetype="text/plain")
    return Response("the database does not answer\n", 503, mimetype="text/plain")
