"""Which language a page is shown in, and the links that change it."""

from __future__ import annotations

from functools import cache, lru_cache

from babel import Locale
from flask import Flask, request
from flask import Response as FlaskResponse
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

from pb.extensions import present

COOKIE = "language"
ASKED = "lang"
LANGUAGES = {"en_GB": "English", "cy": "Cymraeg"}
ONE_YEAR = 31_536_000


def choose_language() -> Locale:
    """The language that the address asks for, else the cookie's, else the browser's, else the council's default."""
    for chosen in (request.args.get(ASKED, ""), request.cookies.get(present.settings.cookie(COOKIE), "")):
        if chosen in LANGUAGES:
            return _locale(chosen)
    return _locale(_wanted(request.headers.get("Accept-Language", "")) or str(present.settings.default_language))


@cache
def _locale(language: str) -> Locale:
    """One of our languages as Babel knows it."""
    return Locale.parse(language)


@lru_cache(maxsize=1024)
def _wanted(header: str) -> str:
    """The language that a browser asks for; empty where it asks for none of ours. Few browsers ask in their own way."""
    wanted = parse_accept_header(header, LanguageAccept).best_match(["en-GB", "en", "cy"])
    return "" if wanted is None else "cy" if wanted == "cy" else "en_GB"


def remember_language(response: Response, language: str) -> None:
    """Keep a chosen language in the browser: a cookie that says nothing but that."""
    settings = present.settings
    response.set_cookie(
        settings.cookie(COOKIE), language, max_age=ONE_YEAR, secure=settings.https, httponly=True, samesite="Lax"
    )


def install_languages(app: Flask) -> None:
    """Remember the language that an address asks for. To be called after the headers', so that these see the cookie."""

    @app.after_request
    def _remember(response: FlaskResponse) -> FlaskResponse:
        asked = request.args.get(ASKED, "")
        if asked in LANGUAGES and asked != request.cookies.get(present.settings.cookie(COOKIE)):
            remember_language(response, asked)
        return response
