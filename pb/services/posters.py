"""Posters of stations: what a passer-by reads, with a QR symbol that leads to the round, never to a code."""

from __future__ import annotations

from datetime import datetime

from pb.core.access import OFFERS
from pb.core.qr import QUIET
from pb.extensions import present
from pb.models.rounds import Round
from pb.models.stations import Station
from pb.services.stations import times_of
from pb.services.typesetting import day_and_time, symbol_of, typeset

LANGUAGES = ("en", "cy")
SYMBOL_MM = 75


def poster_address(the_round: Round, station: Station) -> str:
    """Where a poster's symbol leads: the round's page, with the station's mark, which stands for no person."""
    return f"{present.settings.public_url}/r/{the_round.slug}?from={station.mark}"


def poster(the_round: Round, station: Station) -> bytes:
    """The tagged PDF of a station's poster, one page of A4."""
    settings = present.settings
    svg, side = symbol_of(poster_address(the_round, station))
    spans = times_of([station.id])[station.id]
    sheet = {
        "title": the_round.title,
        "summary": the_round.summary,
        "council": settings.council_name,
        "order": sorted(LANGUAGES, key=lambda language: not settings.default_language.startswith(language)),
        "closes": {language: _moment(the_round, language) for language in LANGUAGES},
        "station": station.name,
        "place": station.place,
        "times": {
            language: [f"{day_and_time(each.starts_at, language)} – {_clock(each.ends_at, language)}" for each in spans]
            for language in LANGUAGES
        },
        "offers": [OFFERS[key] for key in station.offers if key in OFFERS],
        "address": f"{settings.public_url.partition('://')[2]}/r/{the_round.slug}",
        "phone": settings.contact_phone,
        "email": settings.contact_email,
        "svg": svg,
        "symbol": SYMBOL_MM,
        "quiet": SYMBOL_MM * QUIET / side,
    }
    return typeset("station-poster", sheet)


def _moment(the_round: Round, language: str) -> str:
    return day_and_time(the_round.voting_closes_at, language) if the_round.voting_closes_at else ""


def _clock(moment: datetime, language: str) -> str:
    """The end of a visit: its time alone."""
    joins = {"en": " at ", "cy": " am "}
    return day_and_time(moment, language).rpartition(joins[language])[2]
