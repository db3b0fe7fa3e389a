"""Sheets of cards as PDF: what stands on each, and how typst draws them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import typst
from babel.dates import format_date

from pb.config import PROJECT
from pb.core.clock import to_london
from pb.core.codes import print_form
from pb.core.errors import Refusal
from pb.core.qr import QUIET, qr_rows, runs_path
from pb.core.words import N_
from pb.extensions import present
from pb.models.areas import Area
from pb.models.codes import CodeBatch
from pb.models.rounds import Round

PACKAGE = Path(__file__).resolve().parents[1]
#: Of the symbol without the white around it: docs/adr/0010 says how it was found.
SYMBOL_MM = 36
_REMEMBERED = 10
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
        "closes": {language: _day_and_time(closing, language) for language in LANGUAGES},
        "order": sorted(LANGUAGES, key=lambda language: not settings.default_language.startswith(language)),
        "phone": settings.contact_phone,
        "email": settings.contact_email,
        "address": f"{settings.public_url.partition('://')[2]}/c",
        "symbol": SYMBOL_MM,
        "cards": [_card(code) for code in codes],
    }
    made = typst.compile(
        _template(),
        sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
    )
    _forget()
    if not isinstance(made, bytes):
        raise TypeError("typst gave pages in place of one PDF")
    return made


def _forget() -> None:
    """Let typst forget the sheets: it remembers ten documents, which would be 700 MB and thousands of plain codes."""
    for _ in range(_REMEMBERED + 1):
        typst.compile(b"", ignore_system_fonts=True)


def _card(code: str) -> dict[str, str | float]:
    rows = qr_rows(card_address(code))
    side = len(rows)
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{runs_path(rows)}"/></svg>'
    return {"code": print_form(code), "svg": drawn, "quiet": SYMBOL_MM * QUIET / side}


@cache
def _template() -> bytes:
    installed = PACKAGE / "_templates"
    folder = installed if installed.is_dir() else PROJECT / "templates"
    return (folder / "print" / "cards.typ").read_bytes()


def _day_and_time(moment: datetime, language: str) -> str:
    local = to_london(moment)
    day = format_date(local, "EEEE d MMMM y", locale=language).replace("Dydd ", "dydd ", 1)
    joins = {"en": "at", "cy": "am"}
    return f"{day} {joins[language]} {_time(local, language)}"


def _time(local: datetime, language: str) -> str:
    if (local.hour, local.minute) in _NAMED:
        return _NAMED[local.hour, local.minute][language]
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{(local.hour - 1) % 12 + 1}{minutes}{'am' if local.hour < 12 else 'pm'}"


_NAMED = {(0, 0): {"en": "midnight", "cy": "hanner nos"}, (12, 0): {"en": "midday", "cy": "hanner dydd"}}
