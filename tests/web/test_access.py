"""Every door against every role: whoever is not named at a door does not pass it, by asking or by sending."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from pb.core.actors import Role
from pb.web.policy import Door
from tests.factories import an_account
from tests.reader import soup
from tests.signing_in import sign_in

FULL = os.environ.get("PB_CAMPAIGN") == "full"
#: In short, each role tries every so many of the doors that are closed to it, others than the role before.
EVERY = 1 if FULL else 6


def closed_doors(app: Flask) -> Iterator[tuple[Rule, Door]]:
    """Every door that is not for everyone."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        door: Door | None = getattr(app.view_functions[rule.endpoint], "door", None)
        if door is not None and not door.everyone:
            yield rule, door


def tries(rule: Rule) -> list[tuple[str, str]]:
    """Each way to knock at a door; what its address names need not be there, for nobody gets so far."""
    address = re.sub(r"<int:[^>]+>", "1", rule.rule)
    address = re.sub(r"<[^>]+>", "x", address)
    return [(method, address) for method in ("GET", "POST") if method in (rule.methods or ())]


def knock(client: FlaskClient, method: str, address: str, proof: str) -> tuple[int, str]:
    with client.application.app_context():
        answer = client.open(address, method=method, data={"csrf_token": proof} if method == "POST" else None)
    return answer.status_code, answer.location or ""


def proof_of(client: FlaskClient, page: str) -> str:
    """The form's proof that a page gives, so that nothing but the role stands in the way."""
    with client.application.app_context():
        found = soup(client.get(page)).select_one("input[name=csrf_token]")
    assert found is not None
    return str(found["value"])


@pytest.mark.campaign
def test_whoever_is_not_signed_in_is_sent_to_sign_in_at_every_closed_door(app: Flask) -> None:
    """But for a page of a bid, which keeps what was typed until its writer has signed in again."""
    client = FlaskClient(app, app.response_class)
    proof = proof_of(client, "/account/sign-in")
    knocked = [each for rule, _door in closed_doors(app) for each in tries(rule)]
    passed = [
        (method, address, found)
        for method, address in knocked
        if (found := knock(client, method, address, proof))[0] != 302 or "/account/sign-in" not in found[1]
    ]
    assert len(knocked) > 200
    assert passed == [("POST", "/groups/bids/x/pages/x", (403, ""))]


@pytest.mark.campaign
def test_no_role_passes_a_door_that_does_not_name_it(app: Flask) -> None:
    tried, passed = 0, []
    for turn, role in enumerate(Role):
        client = FlaskClient(app, app.response_class)
        sign_in(client, an_account(role))  # type: ignore[arg-type]
        proof = proof_of(client, "/account/")
        closed = [
            each for rule, door in closed_doors(app) if door.roles and role not in door.roles for each in tries(rule)
        ]
        for method, address in closed[turn % EVERY :: EVERY]:
            tried += 1
            status, _location = knock(client, method, address, proof)
            if status != 403:
                passed.append((role.value, method, address, status))
    assert tried > 1_000 // EVERY
    assert passed == []
