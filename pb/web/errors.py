"""Refusals and faults as pages."""

from __future__ import annotations

import secrets as chance

import structlog
from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from pb.core.errors import Refusal
from pb.web.sessions import visitor

log = structlog.get_logger()
KNOWN = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})
FORBIDDEN = 403
RETRY_AFTER_SECONDS = "5"


def install_errors(app: Flask) -> None:
    """Give every refusal and fault a page in plain words, with the right status."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(IntegrityError, _overtaken)
    app.register_error_handler(InternalServerError, _bug)


def error_page(status: int, message: str = "", **context: object) -> Response:
    """The page for `status`, with a sentence of its own where there is one."""
    template = f"errors/{status if status in KNOWN else 400}.html"
    return make_response(render_template(template, message=message, status=status, **context), status)


def _refused(refusal: Refusal) -> Response:
    _note_not_allowed(refusal.status, refusal.code)
    return error_page(refusal.status, _(refusal.fault.message) % dict(refusal.fault.params))


def _note_not_allowed(status: int, reason: str) -> None:
    """Say in the log what somebody who is signed in tried and may not; of residents nothing is written."""
    someone = visitor() if status == FORBIDDEN else None
    if someone is not None:
        log.warning("not_allowed", account=someone.account_id, door=request.endpoint or "", reason=reason)


def _stale_form(_error: CSRFError) -> Response:
    return error_page(
        400,
        _("This page was open for too long, or your browser blocks cookies. Go back, reload the page and try again."),
    )


def _http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:  # a redirect that routing raised
        return error.get_response()  # type: ignore[return-value]
    _note_not_allowed(error.code or 500, "door")
    own = error.description if type(error).description != error.description else ""
    return error_page(error.code or 500, own or "")


def _foreign_host(_error: SecurityError) -> Response:
    """A host that is not ours: a bare sentence, since no link of a page could be built for it."""
    return Response(_("There is no service at this address."), 400, mimetype="text/plain")


def _busy(error: OperationalError) -> Response:
    """The database is locked, full or gone: nothing was kept, and trying again is safe."""
    log.error("database_unavailable", fault=type(error.orig).__name__ if error.orig else "unknown")
    response = error_page(503)
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _overtaken(error: IntegrityError) -> Response:
    """Two did at one moment what may be done once, and this one was the second: nothing of it was kept."""
    log.error("overtaken", fault=type(error.orig).__name__, exc_info=error)
    return error_page(409)


def _bug(error: InternalServerError) -> Response:
    reference = chance.token_hex(4)
    log.error("bug", reference=reference, exc_info=error.original_exception)
    return error_page(500, reference=reference)
