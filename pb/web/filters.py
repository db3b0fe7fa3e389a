"""What every template knows: the filters, the council, the languages, the addresses of things."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from flask.globals import request_ctx
from flask_babel import get_locale
from flask_login import current_user
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader, pass_context
from jinja2.runtime import Context

from pb.core.actors import STAFF_ROLES
from pb.extensions import present
from pb.services.health import Trouble, troubles
from pb.web import formats
from pb.web.forms.summary import error_links
from pb.web.languages import ASKED, LANGUAGES
from pb.web.navigation import link_to, navigation
from pb.web.policy import actor

LIBRARIES = ("govuk_frontend_jinja", "govuk_frontend_wtf")
FILTERS = {
    "money": formats.money,
    "number": formats.number,
    "percent": formats.percent,
    "day": formats.day,
    "clock": formats.clock,
    "moment": formats.moment,
    "machine_time": formats.machine_time,
    "time_left": formats.time_left,
    "paragraphs": formats.paragraphs,
    "in_fours": formats.in_fours,
}


def language_links() -> list[dict[str, Any]]:
    """The languages, each with the address of this very page in it; the start page where this one only takes forms."""
    here = str(get_locale())
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != ASKED]
    path = request.path if _can_be_asked_for(request.path) else "/"
    kept = kept if path == request.path else []
    return [
        {
            "name": name,
            "code": code,
            "lang": code.split("_")[0],
            "current": here == code,
            "href": f"{path}?{urlencode([*kept, (ASKED, code)])}",
        }
        for code, name in LANGUAGES.items()
    ]


def _can_be_asked_for(path: str) -> bool:
    adapter = request_ctx.url_adapter
    return adapter is not None and adapter.test(path, method="GET")


def static_url(name: str) -> str:
    """The address of a static file with a mark that changes when the file does."""
    file = Path(current_app.static_folder or "") / name
    changed = int(file.stat().st_mtime) if file.exists() else 0
    return url_for("static", filename=name, v=format(changed, "x")[-6:])


def troubles_to_tell() -> list[Trouble]:
    """What is wrong with the server, for whoever works for the council: residents and groups can do nothing."""
    if not current_user.is_authenticated or not actor().has(*STAFF_ROLES):
        return []
    return troubles()


def _context() -> dict[str, Any]:
    locale = get_locale()
    return {
        "settings": present.settings,
        "page_lang": locale.language if locale else "en",
        "page_dir": locale.text_direction if locale else "ltr",
        "now": present.now(),
    }


def _show_counts_as_people_write_them(app: Flask) -> None:
    """In templates, the %(num)s of a plural has its thousands apart."""
    plain: Any = app.jinja_env.globals["ngettext"]

    @pass_context
    def in_figures(context: Context, singular: str, plural: str, count: int, **values: object) -> Any:
        return plain(context, singular, plural, count, **{"num": formats.number(count), **values})

    app.jinja_env.globals["ngettext"] = in_figures


def install_filters(app: Flask) -> None:
    """Give templates their filters, their helpers and the macros of GOV.UK Frontend."""
    libraries = {name: PackageLoader(name) for name in LIBRARIES}
    app.jinja_loader = ChoiceLoader([app.jinja_loader, PrefixLoader(libraries)])  # type: ignore[list-item]
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        navigation=navigation,
        link_to=link_to,
        language_links=language_links,
        static_url=static_url,
        error_links=error_links,
        troubles=troubles_to_tell,
    )
    _show_counts_as_people_write_them(app)
    app.context_processor(_context)
