"""Which language a page is shown in, and the links that change it."""

from __future__ import annotations

from flask import Flask, request
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from pb.extensions import present

COOKIE = "language"
ASKED = "lang"
LANGUAGES = {"en_GB": "English", "cy": "Cymraeg"}
ONE_YEAR = 31_536_000


def choose_language() -> str:
    """The language that the address asks for, else the cookie's, else the browser's, else the council's default."""
    for chosen in (request.args.get(ASKED, ""), request.cookies.get(COOKIE, "")):
        if chosen in LANGUAGES:
            return chosen
    wanted = request.accept_languages.best_match(["en-GB", "en", "cy"])
    if wanted is None:
        return str(present.settings.default_language)
    return "cy" if wanted == "cy" else "en_GB"


def remember_language(response: Response, language: str) -> None:
    """Keep a chosen language in the browser: a cookie that says nothing but that."""
    secure = present.settings.public_url.startswith("https://")
    response.set_cookie(COOKIE, language, max_age=ONE_YEAR, secure=secure, httponly=True, samesite="Lax")


def install_languages(app: Flask) -> None:
    """Remember the language that an address asks for. To be called after the headers', so that these see the cookie."""

    @app.after_request
    def _remember(response: FlaskResponse) -> FlaskResponse:
        asked = request.args.get(ASKED, "")
        if asked in LANGUAGES and asked != request.cookies.get(COOKIE):
            remember_language(response, asked)
        return response
