"""Who may pass which door: the whole table, asserted; routes are kebab-case; unsafe doors want the form's proof."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Blueprint, Flask

from pb.web.policy import door_table, refuse_silent_doors

TABLE = Path(__file__).with_name("doors.txt")


def test_the_door_table_is_the_agreed_one(app: Flask) -> None:
    """Renew doors.txt by `pb doors > tests/houserules/doors.txt` and read the difference with care."""
    assert door_table(app) == TABLE.read_text(encoding="utf-8")


def test_the_application_does_not_start_with_a_door_that_says_nothing(app: Flask) -> None:
    silent = Blueprint("silent", __name__)
    silent.add_url_rule("/silent", "open", lambda: "")
    app.view_functions["silent.open"] = lambda: ""
    app.url_map.add(app.url_rule_class("/silent", endpoint="silent.open"))
    with pytest.raises(RuntimeError, match=r"silent\.open"):
        refuse_silent_doors(app)


def test_routes_are_kebab_case(app: Flask) -> None:
    odd = []
    for rule in app.url_map.iter_rules():
        fixed = re.sub(r"<[^>]+>", "", rule.rule)
        if rule.endpoint != "static" and not re.fullmatch(r"[a-z0-9/.-]*", fixed):
            odd.append(rule.rule)
    assert odd == []


#: Doors that look at no cookie, so that nobody can be made to knock: what proves who asks.
PROVEN_OTHERWISE = {"/kiosk/<int:kiosk_id>/items": "the signature of the tablet"}


def test_every_door_that_changes_something_wants_the_forms_proof(app: Flask) -> None:
    client = app.test_client()
    passed = []
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()):
            continue
        path = re.sub(r"<int:[^>]+>", "1", rule.rule)
        path = re.sub(r"<[^>]+>", "x", path)
        if client.post(path, data={"any": "thing"}).status_code != 400:
            passed.append(rule.rule)
    assert passed == list(PROVEN_OTHERWISE)
