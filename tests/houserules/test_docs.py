"""What docs/ prints from the code is in step with it, and what the docs name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from pb.cli.docs import pages

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("name", ["settings.md", "states.md", "events.md", "doors.md"])
def test_a_printed_page_is_in_step_with_the_code(app: Flask, name: str) -> None:
    """Run `pb docs` and read the difference."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == pages(app)[name]


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_the_docs_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_target_that_the_docs_name_is_in_the_makefile() -> None:
    made = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {name for page in WRITTEN for name in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))}
    assert named - made == set()
