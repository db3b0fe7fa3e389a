"""While people vote, nobody learns how the vote stands: not by a page, a file, a feed, a letter or the log, in any role."""

from __future__ import annotations

import io
import os
import re
import subprocess
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from pb.core.actors import Actor, Role
from pb.extensions import Base, db
from pb.models.bids import Bid
from pb.models.rounds import Policy, Round
from pb.services.counts import record_count
from pb.services.elections import projects_of
from pb.services.kiosks import add_kiosk
from pb.services.passwords import hash_password
from pb.services.stations import StationWanted, add_station
from pb.services.transactions import transaction
from tests import factories
from tests.campaigns.test_linkage import open_the_box
from tests.signing_in import sign_in
from tests.voters import a_voting_round
from tests.web.test_secrecy import SECTIONS

pytestmark = pytest.mark.campaign

FULL = os.environ.get("PB_CAMPAIGN") == "full"
#: Hall has 37 of 41 ballots, Bench 29, Pond 12, of 78 marks in all.
BALLOTS = [("Hall", "Bench")] * 29 + [("Hall", "Pond")] * 8 + [("Pond",)] * 4
#: Those numbers, their shares of the ballots and of the marks: nothing else in this round comes to them.
TELLING = re.compile(
    rb"(?<![\w.,:/\xa3-])(?:37|29|78|90[.,]2\d?|70[.,]7\d?|47[.,]4\d?|37[.,]2\d?|90 ?%|71 ?%|47 ?%)(?![\w-]|[.,:]\d)"
)
#: Random letters, addresses of styles, QR codes and names that tests number: any number may stand there.
CHANCE = re.compile(
    rb'name="(?:csrf_token|nonce|offer)"[^>]*>|[?&;][vn]=[\w-]+|"nonce": ?"[^"]*"|sha256-[\w+/=]+|'
    rb'<svg class="yd-qr".*?</svg>|\bPerson \d+|You Decide \d+',
    re.DOTALL,
)
#: Doors that show no round: signing out, styles, and pictures made from a bid's number alone.
ELSEWHERE = {"static", "accounts.sign_out", "information.picture"}
#: Everybody with one role alone; in short, a resident, a group, and somebody with every role of the council.
COUNCIL = tuple(role for role in Role if role != Role.GROUP_CONTACT)
ROLES: list[tuple[Role, ...]] = [(), *((role,) for role in Role)] if FULL else [(), (Role.GROUP_CONTACT,), COUNCIL]
#: What lists are asked for besides their first page: files, and other orders that might tell something.
MORE = (
    ("", *(urlencode(each) for each in ({"format": "csv"}, {"sort": "-votes"}, {"page": "1", "q": "Hall"})))
    if FULL
    else ("",)
)


def a_round_under_way() -> Round:
    """An open round with ballots in the box, a station and a tablet."""
    the_round = a_voting_round(vote={"ballot_settings": {"most": 2}}, policy=Policy.CODE)
    owner = factories.owner_of(the_round)
    factories.cast_ballots(the_round, BALLOTS)
    station = add_station(the_round.id, StationWanted("Library"), by=owner)
    add_kiosk(station.id, name="Tablet", declares=False, by=owner)
    return the_round


def addresses(app: Flask, the_round: Round) -> set[str]:
    """The address of every page and file, about this round where it is about a round."""
    first = projects_of(the_round.id)[0]
    known = {"slug": the_round.slug, "key": first.key, "pot": first.pot.key, "reference": first.key, "number": 1}
    found = set()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in ELSEWHERE:
            for section in SECTIONS if "section" in rule.arguments else ("",):
                found.add(_address(rule, {**known, "section": section}))
    return found


def _address(rule: Rule, known: dict[str, object]) -> str:
    """The address of a door; what is not known of it is the first of its kind."""
    built = rule.build({name: known.get(name, 1) for name in rule.arguments})
    assert built is not None, rule
    return built[1]


def somebody(the_round: Round, roles: tuple[Role, ...]) -> Actor | None:
    """Somebody with these roles: a group's contact is one whose bid is on the ballot."""
    if Role.GROUP_CONTACT not in roles:
        return factories.an_account(*roles, areas=[each.id for each in the_round.areas]) if roles else None
    contact = db.session.scalars(select(Bid.created_by).where(Bid.round_id == the_round.id)).first()
    with transaction():
        account = factories.account_of(contact)
        account.password_hash = hash_password(factories.PASSWORD)
    return factories.actor_again(contact)


def got(client: FlaskClient, address: str) -> TestResponse:
    """The answer to somebody's request, which has a context of its own."""
    with client.application.app_context():
        return client.get(address)


def words_of(answer: TestResponse) -> bytes:
    """What can be read in an answer, headers and all; of a PDF its text, of a zip file the files in it."""
    content = answer.get_data()
    if content.startswith(b"%PDF"):
        content = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout
    elif content.startswith(b"PK"):
        with ZipFile(io.BytesIO(content)) as files:
            content = b"\n".join(files.read(name) for name in files.namelist())
    return content + str(answer.headers.getlist("ETag")).encode()


def telling(content: bytes) -> list[bytes]:
    """The numbers in it that follow from what people chose."""
    return TELLING.findall(CHANCE.sub(b"", content))


def test_no_door_tells_any_role_a_number_that_follows_from_choices(
    app: Flask, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    the_round = a_round_under_way()
    asked = addresses(app, the_round)
    found: dict[tuple[str, str], list[bytes]] = {}
    for roles in ROLES:
        client = FlaskClient(app, app.response_class)
        actor = somebody(the_round, roles)
        if actor is not None:
            sign_in(client, actor)  # type: ignore[arg-type]
        read = 0
        for address in sorted(asked):
            for more in MORE:
                answer = got(client, f"{address}?{more}" if more else address)
                read += answer.status_code == 200
                told = telling(words_of(answer))
                if told:
                    found[f"{' '.join(roles) or 'resident'}", address] = told
        assert read > 25, roles
    assert found == {}
    assert telling(caplog.text.encode()) == []
    assert telling("".join(capfd.readouterr()).encode()) == []
    db.session.rollback()
    for table in Base.metadata.sorted_tables:
        if table.name in ("event", "message", "cast_hour", "setting"):
            assert telling(repr([row[1:] for row in db.session.execute(select(table))]).encode()) == [], table.name
    count(the_round)
    lead = app.test_client()
    sign_in(lead, factories.an_account(Role.COUNT_LEAD))  # type: ignore[arg-type]
    assert any(telling(words_of(got(lead, address))) for address in sorted(asked) if "count" in address)


def count(the_round: Round) -> None:
    """Close, open and count it; then such numbers can be read, which proves that they would have been seen."""
    open_the_box(the_round)
    record_count(the_round.id, by=factories.someone(Role.COUNT_LEAD))
