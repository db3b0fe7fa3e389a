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
#: The folder of the typeface under static/vendor: Noto Sans, regular and bold.
FONTS = "noto-sans-2.004"
#: What typst says where no font has a letter that is asked for.
NO_LETTER = "could not be displayed"
_REMEMBERED = 10


def typeset(name: str, sheet: Mapping[str, Any]) -> bytes:
    """The tagged PDF that the template `templates/print/<name>.typ` makes of `sheet`, plain JSON data."""
    template, inputs = _template(name), {"sheet": json.dumps(sheet, ensure_ascii=False)}
    try:
        made = typst.compile(template, sys_inputs=inputs, font_paths=_fonts(), pdf_standards=["ua-1"])
    except typst.TypstError as fault:
        if NO_LETTER not in str(fault):
            raise
        # An emoji in a title, say: its place is printed as a box, which the standard allows in no file.
        made = typst.compile(template, sys_inputs=inputs, font_paths=_fonts())
    _forget()
    if not isinstance(made, bytes):
        raise TypeError("typst gave pages in place of one PDF")
    return made


def _forget() -> None:
    """Let typst forget the sheets: it remembers ten documents, which would be 700 MB and thousands of plain codes."""
    for _ in range(_REMEMBERED + 1):
        typst.compile(b"", font_paths=_fonts())


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
def _fonts() -> typst.Fonts:
    """Our fonts and those inside typst, none of the machine: sheets are alike everywhere."""
    return typst.Fonts(include_system_fonts=False, font_paths=[_folder("static") / "vendor" / FONTS])


@cache
def _template(name: str) -> bytes:
    folder = _folder("templates") / "print"
    return b"".join((folder / f"{each}.typ").read_bytes() for each in ("house", name))


def _folder(name: str) -> Path:
    installed = PACKAGE / f"_{name}"
    return installed if installed.is_dir() else PROJECT / name


def _time(local: datetime, language: str) -> str:
    if (local.hour, local.minute) in _NAMED:
        return _NAMED[local.hour, local.minute][language]
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{(local.hour - 1) % 12 + 1}{minutes}{'am' if local.hour < 12 else 'pm'}"


_NAMED = {(0, 0): {"en": "midnight", "cy": "hanner nos"}, (12, 0): {"en": "midday", "cy": "hanner dydd"}}
