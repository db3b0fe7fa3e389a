"""Flask as this site runs it: what is the same for every request is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class Answer(Response):
    """An answer; `fixed` are the headers that every page of its kind has, added as they stand when it goes out."""

    fixed: tuple[tuple[str, str], ...] = ()

    def get_wsgi_response(self, environ: Any) -> Any:
        """The body, the status and all the headers."""
        body, status, headers = super().get_wsgi_response(environ)
        return body, status, [*headers, *self.fixed]


class SignedCookies(SecureCookieSessionInterface):
    """Flask's session cookies, whose signer is made once for each key."""

    digest_method = "sha1"  # type: ignore[assignment]  # Flask's own, by the name that the machine's library knows

    def __init__(self) -> None:
        self._made: dict[tuple[object, object], URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs and reads the cookie."""
        keys = app.secret_key, tuple(app.config["SECRET_KEY_FALLBACKS"] or ())
        if keys not in self._made:
            self._made[keys] = super().get_signing_serializer(app)
        return self._made[keys]


class Site(Flask):
    """Flask, without asking of each function at each request whether it is one that waits: none of ours does."""

    response_class = Answer
    session_interface = SignedCookies()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func
