"""Where requests come from, and where a person may be sent: never to another site."""

from __future__ import annotations

from flask import Flask, current_app, request
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden, HTTPException
from werkzeug.routing import RequestRedirect

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})


def install_origin_check(app: Flask) -> None:
    """Refuse forms that a browser says were sent from another site, besides the form's own proof."""

    @app.before_request
    def _own_site() -> None:
        said = request.headers.get("Sec-Fetch-Site")
        if request.method not in SAFE_METHODS and said is not None and said not in OWN_SITE:
            raise Forbidden(_("This form was sent from another site."))


def local_path(asked: str | None) -> str | None:
    """`asked` if it is the path of one of our own pages, else None: nothing else is ever a place to go on to."""
    if not asked or len(asked) > 500 or not asked.isascii() or not asked.isprintable():
        return None
    if not asked.startswith("/") or asked.startswith("//") or "\\" in asked:
        return None
    path, _mark, query = asked.partition("?")
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return f"{path}?{query}" if query else path
