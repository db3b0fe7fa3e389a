"""Templates compile, extend the base, and hold nothing that the content security policy would stop."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("name", PAGES)
def test_a_template_compiles(app: Flask, name: str) -> None:
    assert app.jinja_env.get_template(name).name == name


@pytest.mark.parametrize("name", PAGES)
def test_a_template_holds_no_inline_style_or_handler(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    assert re.findall(r"<[a-z][^>]*\s(?:style|on[a-z]+)=", source) == []
    assert "|safe" not in source.replace(" ", "")


@pytest.mark.parametrize("name", PAGES)
def test_a_link_leads_to_a_door(app: Flask, name: str) -> None:
    """`link_to` says nothing of a door that is not there, and the link is gone from the page."""
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:url_for|link_to)\('(\w+\.\w+)'", source))
    assert named - app.view_functions.keys() == set()
