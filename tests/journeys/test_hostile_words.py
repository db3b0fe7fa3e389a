"""Whatever people write stays words: in no page, for nobody, is it ever taken for code, even without our policy."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from pb.core.actors import STAFF_ROLES, Actor, Role
from pb.extensions import db, present
from pb.models.organisations import OrganisationContact
from pb.models.rounds import Round
from pb.services.elections import projects_of
from pb.services.questions import ask_question
from pb.services.transactions import transaction
from tests import factories
from tests.browser import Site
from tests.deciding import a_published_round
from tests.hostile import ELSEWHERE, PAYLOADS, make_hostile, taken_for_code
from tests.signing_in import sign_in
from tests.web.test_nonsense import while_it_is_set_up, while_people_vote
from tests.web.test_secrecy import addresses

FULL = os.environ.get("PB_CAMPAIGN") == "full"
#: How many of the pages that were read a browser opens as well.
OPENED = None if FULL else 5
#: In short, every so many addresses are read, others by each reader.
EVERY = 1 if FULL else 4


def published_and_asked(by: Actor) -> Round:
    """A published result, with a question about it."""
    the_round = a_published_round(by=by)
    key = projects_of(the_round.id)[0].key
    said = {"name": PAYLOADS[10], "contact": "020 7946 0000", "words": " ".join(PAYLOADS[:30])}
    ask_question(the_round.id, route="question", key=key, **said)
    return the_round


MOMENTS: list[Callable[[Actor], Round]] = [while_it_is_set_up, while_people_vote, published_and_asked]


@pytest.fixture
def person(app: Flask) -> Actor:
    """Somebody with every role of the council."""
    return factories.an_account(*STAFF_ROLES)


def everybodys(app: Flask, person: Actor) -> list[tuple[Actor | None, list[str]]]:
    """The addresses of rounds at three moments, and who reads them: a resident, a contact and the council."""
    begun, asked = present.now(), list[str]()
    for moment in MOMENTS:
        factories.turn_to(begun)
        the_round = moment(person)
        asked += [each for each in addresses(app, the_round) if each not in asked]
    contact = a_contact_of(the_round)
    mine = [each for each in asked if each.startswith(("/groups/", "/account/", "/rounds/"))]
    return [(None, asked), (contact, mine), (person, asked)]


def a_contact_of(the_round: Round) -> Actor:
    """Somebody who acts for a group with a bid in this round, and can sign in."""
    bid = projects_of(the_round.id)[0].bid
    assert bid is not None
    contact = factories.an_account(Role.GROUP_CONTACT)
    with transaction() as session:
        session.merge(OrganisationContact(organisation_id=bid.organisation_id, account_id=contact.account_id))
    return factories.actor_again(contact.account_id)


def client_of(app: Flask, actor: Actor | None) -> FlaskClient:
    client = FlaskClient(app, app.response_class)
    if actor is not None:
        sign_in(client, actor)  # type: ignore[arg-type]
    return client


def read(client: FlaskClient, address: str) -> tuple[int, BeautifulSoup]:
    """A page as a browser would build it."""
    db.session.rollback()
    with client.application.app_context():
        answer = client.get(address)
        words = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
    return answer.status_code, BeautifulSoup(words, "html5lib")


def test_such_words_are_found_where_they_are_taken_for_code_and_only_there() -> None:
    """Words that only some fields would take for code, such as an address, are found by nobody who looks at pages."""
    raw = [each for each in PAYLOADS if taken_for_code(BeautifulSoup(f"<p title='{each}'>{each}</p>", "html5lib"))]
    kept = [
        each
        for each in PAYLOADS
        if taken_for_code(BeautifulSoup(f"<p title='{escape(each)}'>{escape(each)}</p>", "html5lib"))
    ]
    assert len(raw) > len(PAYLOADS) / 2
    assert kept == []


@pytest.mark.browser
@pytest.mark.campaign
def test_words_that_try_to_be_code_stay_words_on_every_page(app: Flask, site: Site, person: Actor) -> None:
    readers = everybodys(app, person)
    clients = [(client_of(app, actor), asked) for actor, asked in readers]
    assert len(set(PAYLOADS)) >= 400
    assert make_hostile() == len(set(PAYLOADS))
    found: list[str] = []
    opened: list[tuple[FlaskClient, str]] = []
    shown = 0
    for turn, (client, asked) in enumerate(clients):
        for address in asked[turn % EVERY :: EVERY]:
            status, page = read(client, address)
            assert status < 500, address
            if status == 200 and page.h1 is not None:
                found += [f"{address}: {each}" for each in taken_for_code(page)]
                if ELSEWHERE in page.get_text() or "alert(1)" in page.get_text():
                    shown += 1
                    opened.append((client, address))
    assert found[:10] == []
    assert shown > 60 // EVERY
    step = max(1, len(opened) // OPENED) if OPENED else 1
    for client, address in opened[::step]:
        open_without_policy(site, client, address)


def open_without_policy(site: Site, client: FlaskClient, address: str) -> None:
    """Open a page in Chromium with the content security policy switched off: nothing runs, nobody else is called."""
    context = site.browser.new_context(base_url=site.url, bypass_csp=True)
    told: list[str] = []

    def asked_for(route: Any) -> None:
        if route.request.url.startswith((site.url, "data:")):
            route.continue_()
        else:
            told.append(route.request.url)
            route.abort()

    context.route("**", asked_for)
    cookie = client.get_cookie("you_decide")
    if cookie is not None:
        context.add_cookies([{"name": "you_decide", "value": cookie.value, "url": site.url}])
    page = context.new_page()
    page.on("dialog", lambda dialog: (told.append(dialog.message), dialog.dismiss()))
    page.goto(address)
    page.wait_for_load_state()
    assert page.evaluate("window.hit === undefined"), address
    context.close()
    assert told == [], address
