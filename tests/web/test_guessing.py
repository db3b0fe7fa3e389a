"""Somebody guesses codes from the address that honest voters share: an alarm, no hit, and nobody is locked out."""

from __future__ import annotations

import os

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from pb.core.codes import print_form
from pb.extensions import db, present
from pb.models.codes import Code, CodeState
from pb.models.envelopes import Envelope
from pb.models.events import Event
from pb.models.rounds import Round
from pb.services.codes import fresh_codes
from tests import factories
from tests.reader import Reader, soup
from tests.signing_in import sign_in
from tests.voters import a_voting_round, codes_for, go_on

WRONG, HONEST = (20_000, 400) if os.environ.get("PB_CAMPAIGN") == "full" else (210, 4)
#: Every so many honest voters mistype their code first.
CLUMSY = 4


def guess(app: Flask, the_round: Round, count: int) -> list[int]:
    """Send so many codes that nobody made, all from one address, half on each page that takes one; the statuses."""
    client = FlaskClient(app, app.response_class)  # what an attacker gets back is not read like an editor's page
    with app.app_context():
        token = soup(client.get("/c")).select_one("input[name=csrf_token]")["value"]  # type: ignore[index]
    found = []
    for number, code in enumerate(fresh_codes(count)):
        path = "/c" if number % 2 else f"/rounds/{the_round.slug}/vote/ballot"
        with app.app_context():
            found.append(client.post(path, data={"csrf_token": token, "code": print_form(code)}).status_code)
    return found


def votes(app: Flask, the_round: Round, code: str, *, clumsy: bool) -> None:
    """One honest voter casts a ballot from the same address, at the second attempt if they mistype the code."""
    client = Reader(app, app.response_class)
    if clumsy:
        told = client.send(f"/rounds/{the_round.slug}/vote", {"code": fresh_codes(1)[0]})
        assert "too many wrong codes" in soup(told).get_text()
    ballot = client.send(f"/rounds/{the_round.slug}/vote", {"code": code})
    done = go_on(client, go_on(client, ballot, {"p1": "1"}))
    assert soup(done).select_one("#receipt")


@pytest.mark.campaign
def test_wrong_codes_from_one_address_find_nothing_raise_the_alarm_and_lock_nobody_out(
    app: Flask, client: Reader
) -> None:
    owner = factories.an_officer()
    the_round = a_voting_round(by=owner)
    codes = codes_for(the_round, HONEST + 1)
    statuses = guess(app, the_round, WRONG)
    limit = present.settings.code_failures
    assert set(statuses[: limit - 1]) == {409, 422}
    assert set(statuses[limit - 1 :]) == {429}
    for number, code in enumerate(codes[:HONEST]):
        votes(app, the_round, code, clumsy=number % CLUMSY == 0)
    db.session.rollback()
    used = select(func.count()).select_from(Code).where(Code.state == CodeState.USED)
    assert db.session.scalar(used) == HONEST == db.session.scalar(select(func.count()).select_from(Envelope))
    alarms = db.session.scalars(select(Event).where(Event.kind == "many_wrong_codes")).all()
    assert [event.facts for event in alarms] == [{"minutes": 15, "limit": limit}]
    sign_in(client, owner)
    assert "too many wrong codes from one address" in client.read(f"/officers/rounds/{the_round.slug}/codes").get_text()
