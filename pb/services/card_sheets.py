"""Sheets of cards as PDF: what stands on each, and how typst draws them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pb.core.codes import print_form
from pb.core.errors import Refusal
from pb.core.qr import QUIET
from pb.core.words import N_
from pb.extensions import present
from pb.models.areas import Area
from pb.models.codes import CodeBatch
from pb.models.rounds import Round
from pb.services.typesetting import day_and_time, symbol_of, typeset

#: Of the symbol without the white around it: docs/adr/0010 says how it was found.
SYMBOL_MM = 36
#: Languages of the words on a card, and what the site is offered in.
LANGUAGES = {"en": "English", "cy": "Cymraeg"}


def card_address(code: str) -> str:
    """What the symbol of a card says: the code stands after the #, which no browser sends to a server."""
    return f"{present.settings.public_url}/c#{code}"


def closing_of(the_round: Round, batch: CodeBatch) -> datetime:
    """Until when the cards of a batch work, as it stands on them. Refuses (`closing_missing`) where nobody knows."""
    moments = [each for each in (batch.window_to, the_round.voting_closes_at) if each is not None]
    if not moments:
        sentence = N_("Set the dates of the vote first: cards say until when they work.")
        raise Refusal("closing_missing", sentence)
    return min(moments)


def card_sheets(the_round: Round, batch: CodeBatch, area: Area | None, codes: Sequence[str]) -> bytes:
    """A tagged PDF of A4 sheets with six fold-over cards each, one for each code. Refuses `closing_missing`."""
    settings = present.settings
    closing = closing_of(the_round, batch)
    sheet = {
        "title": the_round.title,
        "council": settings.council_name,
        "area": area.name if area else "",
        "languages": " · ".join(LANGUAGES.values()),
        "closes": {language: day_and_time(closing, language) for language in LANGUAGES},
        "order": sorted(LANGUAGES, key=lambda language: not settings.default_language.startswith(language)),
        "phone": settings.contact_phone,
        "email": settings.contact_email,
        "address": f"{settings.public_url.partition('://')[2]}/c",
        "symbol": SYMBOL_MM,
        "cards": [_card(code) for code in codes],
    }
    return typeset("cards", sheet)


def _card(code: str) -> dict[str, str | float]:
    svg, side = symbol_of(card_address(code))
    return {"code": print_form(code), "svg": svg, "quiet": SYMBOL_MM * QUIET / side}
