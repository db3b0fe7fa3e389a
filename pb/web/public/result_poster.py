"""The poster of a published result: what gets money, and where everything else can be read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from pb.extensions import present
from pb.models.publications import Publication
from pb.models.rounds import Round
from pb.services.publication import published
from pb.services.rounds import public_round
from pb.services.typesetting import symbol_of, typeset
from pb.web.formats import money
from pb.web.headers import cached_for
from pb.web.policy import EVERYONE, allow
from pb.web.result_view import Entry, view_of

bp = Blueprint("public_result_poster", __name__)

A_MINUTE = 60
KEPT = 8

#: Posters that were made, by the publication's digest and the language: each is asked for again and again.
_made: dict[tuple[str, str], bytes] = {}


@bp.get("/rounds/<slug>/result/poster.pdf")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def poster(slug: str) -> Response:
    """One sheet for stalls, libraries and windows."""
    the_round = public_round(slug)
    publication = published(the_round.id)
    key = (publication.sha256, str(get_locale()))
    if key not in _made:
        if len(_made) >= KEPT:
            _made.pop(next(iter(_made)))
        _made[key] = typeset("result-poster", _sheet(the_round, publication))
    answer = Response(_made[key], mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{slug}-poster.pdf"'
    return answer


def _sheet(the_round: Round, publication: Publication) -> dict[str, Any]:
    view, currency = view_of(publication.content), the_round.currency
    path = url_for("public_results.result", slug=the_round.slug)
    address = f"{present.settings.public_url}{path}"
    funded = sorted(view.funded, key=lambda entry: -entry.amount)
    locale = get_locale()
    return {
        "language": locale.language if locale else "en",
        "council": present.settings.council_name,
        "title": the_round.title,
        "headline": ngettext(
            "%(amount)s for %(num)s project",
            "%(amount)s for %(num)s projects",
            len(funded),
            amount=money(view.awarded, currency),
        ),
        "lead": str(_("You voted, the council’s members decided. This is what the money does next:")),
        "projects": [_project(entry, currency) for entry in funded],
        "more": str(_("Every project, the votes, the decisions and their reasons:")),
        "address": address.partition("://")[2],
        "svg": symbol_of(address)[0],
        "alt": str(_("QR symbol: the address of the result")),
        "practice": str(_("A rehearsal: nothing here counts.")) if the_round.practice else "",
    }


def _project(entry: Entry, currency: str) -> dict[str, str]:
    return {"title": entry.title, "group": entry.organisation, "amount": money(entry.amount, currency)}
