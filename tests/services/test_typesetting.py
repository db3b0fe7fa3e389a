"""Prints by typst: nothing that somebody wrote in a title keeps them from being printed."""

from __future__ import annotations

import subprocess

from pb.services.typesetting import PACKAGE, typeset
from tests.printed import SHIPPED, fonts_of


def label(line: str) -> bytes:
    return typeset("labels", {"labels": [[line]], "language": "en", "title": "Labels"})


def test_letters_of_welsh_and_its_neighbours_are_in_the_shipped_typeface() -> None:
    made = label("Siân ŵŷ ŴŶ Łukasz Đorđe İpek ẞ Việt Ελένη Олена £€½…")
    assert fonts_of(made) <= SHIPPED
    assert b"pdfuaid:part" in made


def test_a_sign_that_no_typeface_has_is_a_box_and_the_sheet_is_printed() -> None:
    made = label("Bulbs 🌷 for all → سلام")
    text = subprocess.run(["pdftotext", "-", "-"], input=made, check=True, capture_output=True).stdout.decode()
    assert "Bulbs" in text
    assert "for all" in text


def test_no_template_asks_for_a_typeface_of_its_own() -> None:
    folder = PACKAGE.parent / "templates" / "print"
    asked = {
        line.strip()
        for path in folder.glob("*.typ")
        if path.name != "house.typ"
        for line in path.read_text(encoding="utf-8").splitlines()
        if "font:" in line and 'font: "Noto Sans Mono"' not in line
    }
    assert asked == set()
