"""Requests that nobody would send, at every door and in every role: answered in words, never with a fault of ours.

Seeded: 100 requests, and 20,000 in the campaign. (Each form filled in by hand, so to speak: tests/web/test_nonsense.py.)
"""

from __future__ import annotations

import io
import os
import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import BuildError, Rule

from pb.core.actors import STAFF_ROLES, Actor, Role
from pb.extensions import db, present
from pb.services.elections import projects_of
from tests import factories
from tests.signing_in import sign_in
from tests.web.test_nonsense import ASKED, MOMENTS, NONSENSE

pytestmark = pytest.mark.campaign

FULL = os.environ.get("PB_CAMPAIGN") == "full"
REQUESTS = 20_000 if FULL else 100
#: Who asks; nobody is somebody who is not signed in, and the last holds every office at once.
WHO: list[tuple[Role, ...]] = [(), *((role,) for role in Role), tuple(STAFF_ROLES)]
#: Words as people type them, which get further than nonsense does, and more nonsense: bytes, JSON, lists, none at all.
WORDS = [*NONSENSE, "", " ", "y", "on", "1", "0", "2", "en", "cy", "Ann Other", "ann@example.org", "EX1 1AB", "1984"]
ODD_WORDS = ["\0", "%s", "{{7*7}}", "' OR 1=1 --", "../../etc/passwd", "null", "[]", "\ud7ff", "1e400", "NaN", "-0"]
#: Bodies that are no form.
BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'{"items": [1], "made": "x"}',
    b"\xff\xfe",
    b'{"key": {}, "code": []}',
    b"1" * 5_000,
]
TYPES = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]


@dataclass
class Asker:
    """Somebody who sends anything anywhere; `wrong` says what was answered with a fault."""

    client: FlaskClient
    chance: random.Random
    rules: list[Rule]
    known: dict[str, list[Any]]
    #: The names of the fields that the pages of a door have, once one was read.
    fields: dict[str, list[str]] = field(default_factory=dict)
    proof: str = ""
    wrong: list[str] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    def ask(self) -> None:
        """Send one request."""
        rule = self.chance.choice(self.rules)
        methods = sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
        method = self.chance.choice(methods)
        try:
            built = rule.build({name: self._part(name) for name in rule.arguments})
        except (BuildError, ValueError):
            return
        if built is None:
            return
        more: dict[str, Any] = {"query_string": self._some(sorted(ASKED))}
        if method != "GET":
            more |= self._body(rule.endpoint)
        self._send(method, built[1], rule.endpoint, more)

    def _part(self, name: str) -> Any:
        """A part of an address: mostly one that there is."""
        known = self.known.get(name, [1, 2, 3])
        return self.chance.choice(known if self.chance.random() < 0.8 else [*known, 0, 9_999_999_999])

    def _some(self, names: list[str]) -> dict[str, str]:
        few = self.chance.sample(names, min(len(names), self.chance.randrange(4)))
        return {name: self._word() for name in few}

    def _word(self) -> str:
        return self.chance.choice(WORDS if self.chance.random() < 0.8 else ODD_WORDS)

    def _body(self, endpoint: str) -> dict[str, Any]:
        """A form with the door's own fields, filled in anyhow; or what is no form at all."""
        if self.chance.random() < 0.1:
            return {"data": self.chance.choice(BODIES), "content_type": self.chance.choice(TYPES)}
        names = self.fields.get(endpoint) or ["name", "reason", "code", "action"]
        data: dict[str, Any] = {name: self._word() for name in names if self.chance.random() < 0.9}
        for name in names:
            if "file" in name and self.chance.random() < 0.5:
                data[name] = (io.BytesIO(self.chance.choice(BODIES)), "list.csv")
        return {"data": data | {"csrf_token": self.proof}}

    def _send(self, method: str, address: str, endpoint: str, more: dict[str, Any]) -> None:
        db.session.rollback()
        with self.client.application.app_context():
            answer = self.client.open(address, method=method, **more)
            page = answer.get_data()
        self.statuses.add(answer.status_code)
        if answer.status_code >= 500:
            self.wrong.append(f"{answer.status_code} {method} {address} {str(more)[:300]}")
        if answer.mimetype == "text/html" and (endpoint not in self.fields or not self.proof):
            self._learn(endpoint, BeautifulSoup(page, "html.parser"))

    def _learn(self, endpoint: str, page: BeautifulSoup) -> None:
        """Note which fields the forms of a page have, and the proof that it was ours."""
        names = {str(each["name"]) for each in page.select("form[method=post] [name]")}
        if names:
            self.fields[endpoint] = sorted(names - {"csrf_token"})
        proof = page.select_one("input[name=csrf_token]")
        self.proof = str(proof["value"]) if proof else self.proof


def test_whatever_is_sent_to_whichever_door_by_whomever_is_never_a_fault_of_the_server(app: Flask) -> None:
    begun, owner = present.now(), factories.an_account(*STAFF_ROLES)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    rounds = []
    for moment in MOMENTS:
        factories.turn_to(begun)
        rounds.append(moment(owner))
    known: dict[str, list[Any]] = {"slug": [each.slug for each in rounds], "section": ["about", "money", "voters", "x"]}
    keys = [project.key for each in rounds for project in projects_of(each.id)] or ["p1"]
    known |= {"key": keys, "reference": keys, "pot": [pot.key for each in rounds for pot in each.pots]}
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    rules = [rule for rule in rules if rule.endpoint not in {"static", "accounts.sign_out"}]
    chance, fields, statuses = random.Random(20), dict[str, list[str]](), set[int]()
    for roles in WHO:
        factories.turn_to(begun if chance.random() < 0.5 else rounds[1].voting_opens_at)
        asker = Asker(FlaskClient(app, app.response_class), chance, rules, known, fields)
        person: Actor | None = factories.an_account(*roles) if roles else None
        if person is not None:
            sign_in(asker.client, person)  # type: ignore[arg-type]
        for _ in range(REQUESTS // len(WHO) + 1):
            asker.ask()
        assert asker.wrong == []
        statuses |= asker.statuses
    assert statuses >= ({200, 302, 303, 403, 404, 422} if FULL else {200, 404})  # a hundred do not meet every answer
