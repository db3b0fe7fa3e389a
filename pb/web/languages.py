"""Which language a page is shown in."""

from __future__ import annotations

from flask import request

from pb.extensions import present

COOKIE = "language"
LANGUAGES = {"en_GB": "English", "cy": "Cymraeg"}


def choose_language() -> str:
    """The language chosen by the cookie, else the browser's, else the council's default."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    wanted = request.accept_languages.best_match(["en-GB", "en", "cy"])
    if wanted is None:
        return str(present.settings.default_language)
    return "cy" if wanted == "cy" else "en_GB"
