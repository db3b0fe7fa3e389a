"""Flask as this site runs it: what is the same for every request is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer, URLSafeTimedSerializer


class Answer(Response):
    """An answer; `fixed` are the headers that every page of its kind has, added as they stand when it goes out."""

    fixed: tuple[tuple[str, str], ...] = ()

    def get_wsgi_response(self, environ: Any) -> Any:
        """The body, the status and all the headers."""
        body, status, headers = super().get_wsgi_response(environ)
        return body, status, [*headers, *self.fixed]


class SignedCookies(SecureCookieSessionInterface):
    """Flask's session cookies, whose signer is made once for each key."""

    digest_method = "sha256"  # type: ignore[assignment]  # in place of Flask's SHA-1, by the machine's library's name

    def __init__(self) -> None:
        self._made: dict[tuple[object, object], URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs and reads the cookie."""
        keys = app.secret_key, tuple(app.config["SECRET_KEY_FALLBACKS"] or ())
        if keys not in self._made:
            self._made[keys] = made = super().get_signing_serializer(app)
            if made is not None:
                made.make_signer = cache(partial(_signer, made.make_signer))  # type: ignore[method-assign]
        return self._made[keys]


def _signer(make: Callable[[str | bytes | None], Signer], salt: str | bytes | None = None) -> Signer:
    """A signer that works its key out once."""
    made = make(salt)
    made.derive_key = cache(made.derive_key)  # type: ignore[method-assign]
    return made


class Site(Flask):
    """Flask, without asking of each function at each request whether it is one that waits: none of ours does."""

    response_class = Answer
    session_interface = SignedCookies()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func
