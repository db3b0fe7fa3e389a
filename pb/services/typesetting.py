"""PDFs by typst: what differs goes in as JSON, what comes out is tagged (PDF/UA-1), and nothing is remembered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from babel.dates import format_date

from pb.config import PROJECT
from pb.core.clock import to_london
from pb.core.qr import qr_rows, runs_path

PACKAGE = Path(__file__).resolve().parents[1]
_REMEMBERED = 10


def typeset(name: str, sheet: Mapping[str, Any]) -> bytes:
    """The tagged PDF that the template `templates/print/<name>.typ` makes of `sheet`, plain JSON data."""
    made = typst.compile(
        _template(name),
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


def symbol_of(text: str) -> tuple[str, int]:
    """A QR symbol as an SVG picture without the white around it, and how many squares its side has."""
    rows = qr_rows(text)
    side = len(rows)
    box = f"0 0 {side} {side}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{runs_path(rows)}"/></svg>', side


def day_and_time(moment: datetime, language: str) -> str:
    """A moment as prints say it in a language, in London: `Monday 1 June 2026 at 5pm`."""
    local = to_london(moment)
    day = format_date(local, "EEEE d MMMM y", locale=language).replace("Dydd ", "dydd ", 1)
    joins = {"en": "at", "cy": "am"}
    return f"{day} {joins[language]} {_time(local, language)}"


@cache
def _template(name: str) -> bytes:
    installed = PACKAGE / "_templates"
    folder = installed if installed.is_dir() else PROJECT / "templates"
    return (folder / "print" / f"{name}.typ").read_bytes()


def _time(local: datetime, language: str) -> str:
    if (local.hour, local.minute) in _NAMED:
        return _NAMED[local.hour, local.minute][language]
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{(local.hour - 1) % 12 + 1}{minutes}{'am' if local.hour < 12 else 'pm'}"


_NAMED = {(0, 0): {"en": "midnight", "cy": "hanner nos"}, (12, 0): {"en": "midday", "cy": "hanner dydd"}}
