"""Requests that no page of ours makes: letters that no database keeps, numbers that no row has."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter

#: PostgreSQL keeps every letter but this one.
NUL = "\0"


class RowNumber(IntegerConverter):
    """A number in an address: of nine figures at most, which every database takes."""

    regex = r"\d{1,9}"


def install_odd_requests(app: Flask) -> None:
    """Answer odd requests in plain words, before a service or a table is asked. Goes before the doors."""
    app.url_map.converters["int"] = RowNumber

    @app.before_request
    def _without_nul() -> Response | None:
        if NUL in request.path:
            # A bare sentence: every page of ours says where it stands, and this address no page can hold.
            return Response(_("There is no page at this address."), 404, mimetype="text/plain")
        sent = (*request.args.items(multi=True), *request.form.items(multi=True))
        if any(NUL in name or NUL in value for name, value in sent):
            raise BadRequest(
                _("What was sent holds a character that cannot be kept. Type it again and send it once more.")
            )
        return None
