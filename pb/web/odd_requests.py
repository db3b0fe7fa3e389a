"""Requests that no page of ours makes: letters that no database keeps, numbers that no row has."""

from __future__ import annotations

import re

from flask import Flask, Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter

#: PostgreSQL keeps every letter but this one.
NUL = "\0"
#: A number of a row: of nine figures at most, which every database takes.
ROW_NUMBER = r"[0-9]{1,9}"


class RowNumber(IntegerConverter):
    """A row's number in an address."""

    regex = ROW_NUMBER


def row_number(typed: str | None) -> int | None:
    """A row's number as a form sends it; None for anything else."""
    return int(typed) if typed and re.fullmatch(ROW_NUMBER, typed) else None


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
