"""Every page that a person is offered can be followed, by every role, and reads well; no page is an orphan."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from pb.core.actors import Actor, Role
from pb.core.calendar import RoundDates
from pb.extensions import present
from pb.models.rounds import KeyMode, Policy, Round
from pb.services.areas import all_areas
from pb.services.key_holders import appoint_key_holder
from pb.services.rounds import find_round
from tests.bidding import a_bid, a_contact, a_draft, an_eligible_bid, an_organisation
from tests.deciding import a_decided_round, a_published_round, a_ward_round
from tests.factories import (
    DATES,
    PASSWORD,
    a_checked_round,
    a_closed_round,
    a_counted_round,
    a_round,
    a_round_taking_bids,
    a_sent_assessment,
    actor_again,
    an_account,
    an_idea,
    an_open_round,
    an_opened_round,
    cast_ballots,
    turn_to,
)
from tests.keeping import kept
from tests.reader import Reader
from tests.signing_in import sign_in

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Person:
    """Somebody who looks around from where they start, at most at `of_each` addresses of one page."""

    role: Role | None
    start: str = "/account/"
    of_each: int = 2


#: Residents and officers see a page of rounds at every point of their lives.
PEOPLE = {role.value: Person(role) for role in Role} | {
    "resident": Person(None, "/", of_each=9),
    Role.OFFICER.value: Person(Role.OFFICER, "/officers/", of_each=6),
}


def later(weeks: int) -> RoundDates:
    """The usual calendar, some weeks later."""
    moved = {each.name: getattr(DATES, each.name) for each in fields(DATES)}
    days = {name: at + timedelta(weeks=weeks) for name, at in moved.items() if isinstance(at, datetime)}
    return RoundDates(**days)


@dataclass(frozen=True)
class Town:
    """A site with a round at every point of its life, on one day: Monday 1 June 2026, just after a close."""

    officer: Actor
    contact: Actor


@kept
def a_town() -> Town:
    """Seed the site; who is signed in as which role comes later."""
    town = Town(an_account(Role.OFFICER, name="Ada Mensah"), a_contact("Ola Nowak", password=PASSWORD))
    begun = present.now()
    an_idea(town.officer, "An idea")
    a_sent_assessment(town.officer, "With an approver")
    a_round(town.officer, title="Being set up", dates=later(12))
    stages: dict[str, Callable[..., Round | tuple[Round, Actor]]] = {
        "Published": a_published_round,
        "Decided": a_decided_round,
        "Being decided": a_ward_round,
        "Counted": a_counted_round,
        "Opened": an_opened_round,
        "Closed": a_closed_round,
    }
    for title, make in stages.items():
        turn_to(begun)
        make(by=town.officer, title=title)
    after = present.now()
    the_round = rounds_under_way(town, begun)
    turn_to(after)
    cast_ballots(the_round, [("Hall",)])
    bids_of_the_contact(town)
    return town


def rounds_under_way(town: Town, begun: datetime) -> Round:
    """A round that takes ballots, one that is checked, one that is ready to lock; gives the first."""
    turn_to(begun)
    a_checked_round(town.officer, title="Ready to lock", dates=later(6), key_mode=KeyMode.HOLDERS)
    turn_to(begun)
    return an_open_round(town.officer, title="Voting", dates=later(1), policy=Policy.CODE)


def bids_of_the_contact(town: Town) -> None:
    """A round that takes bids, with bids in several states, one of them a draft of the contact's."""
    now = present.now()
    calendar = later(8)
    turn_to(calendar.bids_open_at)
    bidding = a_round_taking_bids(town.officer, title="Taking bids", dates=calendar)
    a_draft(bidding, town.contact, an_organisation(town.contact))
    a_bid(bidding, town.contact, an_organisation(actor_again(town.contact.account_id)), title="Sent")
    an_eligible_bid(bidding, officer=an_account(Role.OFFICER), title="Passed")
    turn_to(now)


def somebody(town: Town, who: Person) -> Actor | None:
    """The account that a person signs in with; None for a resident."""
    if who.role in (None, Role.OFFICER, Role.GROUP_CONTACT):
        return {None: None, Role.OFFICER: town.officer, Role.GROUP_CONTACT: town.contact}[who.role]
    actor = an_account(who.role, areas=[area.id for area in all_areas()] if who.role == Role.MEMBER else [])
    if who.role == Role.SCRUTINY:
        appoint_key_holder(find_round("ready-to-lock").id, actor.account_id or 0, by=town.officer)
    return actor


@dataclass
class Walk:
    """What somebody saw: the endpoints, and the links that lead nowhere."""

    endpoints: set[str]
    dead: list[str]


def walk(app: Flask, client: FlaskClient, who: Person) -> Walk:
    """Follow every link from a start page on, at most `of_each` of one page."""
    adapter = app.url_map.bind("localhost")
    seen, found = {who.start}, Walk(set(), [])
    queue, times = deque([(who.start, "")]), Counter[str]()
    while queue:
        path, origin = queue.popleft()
        try:
            endpoint, _values = adapter.match(urlsplit(path).path)
        except RequestRedirect:
            endpoint = path
        except HTTPException as nowhere:
            found.dead.append(f"{path} ({nowhere.code}), from {origin}")
            continue
        times[endpoint] += 1
        if times[endpoint] > who.of_each:
            continue
        answer = client.get(path)
        if answer.status_code >= 400:
            found.dead.append(f"{path} ({answer.status_code}), from {origin}")
            continue
        found.endpoints.add(endpoint)
        onward = [answer.location] if answer.location else links_of(answer.data, answer.mimetype)
        for each in onward:
            to = urldefrag(urljoin(path, each)).url.removeprefix("http://localhost")
            if to.startswith("/") and not to.startswith(("/static/", "//")) and "lang=" not in to and to not in seen:
                seen.add(to)
                queue.append((to, path))
    return found


def links_of(html: bytes, mimetype: str) -> list[str]:
    """The addresses that a page links to, and those of its forms that only ask."""
    if mimetype != "text/html":
        return []
    page = BeautifulSoup(html, "html.parser")
    asked = [str(form["action"]) for form in page.select("form[method=get][action]")]
    return [str(link["href"]) for link in page.select("a[href]")] + asked


@pytest.mark.parametrize("name", PEOPLE)
def test_every_link_that_a_person_is_offered_leads_to_a_page_that_reads_well(
    app: Flask, client: Reader, name: str
) -> None:
    """The client sends every page back that an editor would; a page that fails raises."""
    town, who = a_town(), PEOPLE[name]
    actor = somebody(town, who)
    if actor is not None:
        sign_in(client, actor)
    found = walk(app, client, who)
    assert found.dead == []
    assert len(found.endpoints) > 10


#: Pages that are led to by no link: what leads there.
LED_TO_OTHERWISE = {
    "accounts.choose_password": "a letter",
    "accounts.confirm_address": "a letter",
    "health.alive": "whoever watches the server",
    "health.ready": "whoever watches the server",
    "officers_sections.areas": "the task list, as one section of officers_sections.section",
    "officers_sections.dates": "the task list, as one section of officers_sections.section",
    "public_news.confirm": "a letter",
    "public_news.leave": "a letter",
    "public_stations.short": "the poster of a station",
    "stations_kiosk.hall": "the scripts of a kiosk",
    "stations_kiosk.package": "the scripts of a kiosk",
    "stations_kiosk.worker": "the scripts of a kiosk",
    "voting_online.start_again": "the browser’s reload, where a form stood",
}


def test_every_page_is_led_to_from_somewhere(app: Flask) -> None:
    sources = "".join(path.read_text() for root in ("templates", "pb") for path in (ROOT / root).rglob("*.*[ylt]"))
    led_to = set(re.findall(r"""["']([a-z_]*\.[a-z_]+)["']""", sources))
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())}
    orphans = {page for page in pages if page not in led_to and f".{page.partition('.')[2]}" not in led_to}
    assert orphans - {"static"} <= set(LED_TO_OTHERWISE)
