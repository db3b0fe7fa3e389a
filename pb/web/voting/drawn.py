"""Voting pages are alike for everybody but in a few places: each is drawn once, and then only filled in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from flask import current_app, render_template, request, session
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf
from markupsafe import escape
from wtforms.form import BaseForm

from pb.extensions import present
from pb.web.sessions import visitor

#: Letters that no language uses, in an order that nobody knows: what marks a place that is filled in.
_NO_LETTERS, _HOW_MANY = 0xE000, 0x1900
_MARK = "".join(chr(_NO_LETTERS + secrets.randbelow(_HOW_MANY - 16)) for _ in range(3))
_NUMBERS = _NO_LETTERS + _HOW_MANY - 16
_MOST_DRAWN = 256
Context = Callable[[], Mapping[str, Any]]


def page(template: str, same: tuple[object, ...], own: Mapping[str, str], context: Context) -> str:
    """A page of a `context`, which `same` tells from any other, and of what is this visitor's `own`.

    What is kept is drawn with marks in the places of what is somebody's own, so it has never held any of it. For
    visitors who are signed in, or are to be told something, the whole page is drawn.
    """
    if not _is_like_any_other():
        return render_template(template, **context(), **own)
    key = (template, request.endpoint, request.path, str(get_locale()), present.settings, *same)
    kept: dict[tuple[object, ...], list[str]] = current_app.extensions.setdefault("drawn_pages", {})
    if key not in kept:
        alike = context()
        if _holds_what_was_sent(alike):
            return render_template(template, **alike, **own)
        if len(kept) >= _MOST_DRAWN:
            kept.clear()
        kept[key] = _draw(template, own, alike)
    return _filled(kept[key], own)


def _holds_what_was_sent(context: Mapping[str, Any]) -> bool:
    """Whether a form in it may have filled itself with what this visitor sent: such a page is nobody else's."""
    return bool(request.form) and any(isinstance(each, BaseForm) for each in context.values())


def _is_like_any_other() -> bool:
    return not request.args and "_flashes" not in session and visitor() is None and not current_app.debug


def _draw(template: str, own: Mapping[str, str], context: Mapping[str, Any]) -> list[str]:
    """The page in parts: words that stand there for everybody and, at every second place, the name of what is own."""
    names = [*own, "csrf_token"]
    marks = {name: _MARK + chr(_NUMBERS + number) for number, name in enumerate(names)}
    proof = marks["csrf_token"]
    if "csrf_token" in context.get("form", ()):
        context["form"].csrf_token.current_token = proof
    html = render_template(template, **{**context, **marks, "csrf_token": lambda: proof})
    first, *others = html.split(_MARK)
    parts = [first]
    for each in others:
        parts += [names[ord(each[0]) - _NUMBERS], each[1:]]
    return parts


def _filled(parts: list[str], own: Mapping[str, str]) -> str:
    filled = list(parts)
    filled[1::2] = [generate_csrf() if name == "csrf_token" else str(escape(own[name])) for name in parts[1::2]]
    return "".join(filled)
