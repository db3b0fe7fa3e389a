"""The live page of a round for phones, its projector, and the small file that both ask for every few seconds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import force_locale, get_locale

from pb.extensions import present
from pb.services.live import snapshot
from pb.services.live_cache import Snapshot
from pb.services.rounds import public_round
from pb.web.hall_words import STEPS
from pb.web.headers import cached_for
from pb.web.languages import LANGUAGES
from pb.web.live_words import said_of
from pb.web.policy import EVERYONE, allow
from pb.web.qr import qr_svg
from pb.web.result_words import vote_words

bp = Blueprint("public_live", __name__)

SECONDS = 2


@dataclass(frozen=True)
class Written:
    """A snapshot as it is sent in one language, without its first brace, and with its mark."""

    snapshot: Snapshot
    body: bytes
    mark: str


#: The last one of each round and language; a phone's request then costs no database and no template.
_written: dict[tuple[str, str, bool], Written] = {}


@bp.get("/rounds/<slug>/live.json")
@cached_for(SECONDS)
@allow(door=EVERYONE)
def data(slug: str) -> Response:
    """What is so now, as data and as the part of the page that shows it; 304 where nothing has changed."""
    language = request.args.get("in", "")
    if language not in LANGUAGES:
        language = present.settings.default_language
    written = _write(snapshot(slug), slug, language, screen="screen" in request.args)
    # The server's clock is always a new one, and never makes a new answer of the same: the mark says "weak".
    clock = f'{{"now": "{present.now().isoformat()}", '.encode()
    answer = Response(clock + written.body, mimetype="application/json")
    answer.set_etag(written.mark, weak=True)
    answer.make_conditional(request)
    return answer


@bp.get("/rounds/<slug>/live")
@cached_for(SECONDS)
@allow(door=EVERYONE)
def page(slug: str) -> str:
    """What is on now, for a phone; without scripts the browser asks for the page again."""
    the_round = public_round(slug)
    return render_template("public/live/page.html", round=the_round, address=_address(slug), **_context(snapshot(slug)))


@bp.get("/rounds/<slug>/reveal")
@cached_for(SECONDS)
@allow(door=EVERYONE)
def screen(slug: str) -> str:
    """Turnout and reveal for the hall's projector."""
    the_round = public_round(slug)
    return render_template(
        "public/live/screen.html",
        round=the_round,
        address=_address(slug, screen=True),
        **_context(snapshot(slug)),
        **_invitation(slug),
    )


def _address(slug: str, *, screen: bool = False) -> str:
    language: dict[str, Any] = {"in": str(get_locale())}
    return url_for(".data", slug=slug, screen=int(screen) or None, **language)


def _write(found: Snapshot, slug: str, language: str, *, screen: bool) -> Written:
    before = _written.get((slug, language, screen))
    if before is not None and before.snapshot is found:
        return before
    with force_locale(language):
        template = "public/live/_screen.html" if screen else "public/live/_now.html"
        html = render_template(template, **_context(found), **(_invitation(slug) if screen else {}))
        text = json.dumps({**found.data, "html": html, "said": said_of(found.data)}, ensure_ascii=False)
    body = text[1:].encode()
    written = Written(found, body, hashlib.sha256(body).hexdigest()[:16])
    _written[slug, language, screen] = written
    return written


def _invitation(slug: str) -> dict[str, object]:
    """The way to the live page, for the phones in the hall."""
    address = f"{present.settings.public_url}{url_for('.page', slug=slug)}"
    return {"phone_address": address.partition("://")[2], "phone_symbol": qr_svg(address)}


def _context(found: Snapshot) -> dict[str, object]:
    data = found.data
    moments = ("opens_at", "closes_at", "decision_by", "paused_until")
    return {
        "live": data,
        "at": {key: datetime.fromisoformat(data[key]) if data[key] else None for key in moments},
        "vote_words": vote_words,
        "hall_steps": {str(step): words for step, words in STEPS.items()},
        "said": said_of(data),
    }
