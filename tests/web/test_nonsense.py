"""Nonsense at every door: what no page of ours sends is answered in words, and what was typed stands there again."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient

from pb.core.actors import STAFF_ROLES, Actor
from pb.extensions import db, present
from pb.models.rounds import Policy, Round
from pb.models.stations import StationKind
from pb.services.event_days import DayWanted, set_up_day
from pb.services.kiosks import add_kiosk
from pb.services.papers import PapersWanted, make_papers
from tests import factories
from tests.bidding import a_contact, a_draft
from tests.reader import form_values
from tests.signing_in import sign_in
from tests.stations import a_station, cards_at, on_rota, opened
from tests.voters import a_voting_round
from tests.web.test_secrecy import addresses

#: Too long, no number or one too many, no date, a clock time that is skipped, and letters that do something.
NONSENSE = [
    "-1",
    "9" * 30,
    "²",
    "😀" * 2_500,
    "31/02/2026",
    "2026-03-29T01:30",
    "https://[",
    "a\u202e\u0007\tb",
    "9999",
]
#: What is sent in all fields at once, hidden ones and choices too: nothing, a figure that is none, one too large.
EVERYWHERE = [" ", "²", "9999999999"]
#: What is asked of pages in their addresses, as the doors read it.
ASKED = {
    name
    for path in (Path(__file__).resolve().parents[2] / "pb" / "web").rglob("*.py")
    for name in re.findall(r'request\.args\.get\("(\w+)"', path.read_text(encoding="utf-8"))
}
#: How many letters of what was typed stand there again at least; a cell of a grid holds few.
SHOWN = 5
TYPED = ("text", "email", "tel", "search", "number", "")


def while_people_vote(by: Actor) -> Round:
    """A round with an event that is open, a tablet, cards and papers."""
    the_round = a_voting_round("scoring", by=by, policy=Policy.DECLARED)
    station = a_station(the_round, "Town hall", kind=StationKind.EVENT)
    set_up_day(station.id, DayWanted(), by=by)
    cards_at(the_round, station, by_steward=True, channel="event")
    make_papers(the_round.id, PapersWanted("Hall", 3, station_id=station.id, channel="event"), by=by)
    on_rota(the_round, station, by)
    opened(station, by, on_rota(the_round, station))
    add_kiosk(station.id, name="Tablet", declares=False, by=by)
    return the_round


def while_it_is_set_up(by: Actor) -> Round:
    """A round that can be changed in every part."""
    the_round = factories.a_round(by)
    a_station(the_round)
    return the_round


MOMENTS: list[Callable[[Actor], Round]] = [while_it_is_set_up, while_people_vote, factories.a_counted_round]


def test_nonsense_is_answered_in_words_at_every_door_of_the_council(app: Flask) -> None:
    begun, person = present.now(), factories.an_account(*STAFF_ROLES)
    tried = Tried(app)
    for moment in MOMENTS:
        factories.turn_to(begun)
        tried.look_around(addresses(app, moment(person)), person)
    assert tried.forms > 60
    assert tried.wrong == []


def test_nonsense_is_answered_in_words_at_every_door_of_a_group(app: Flask) -> None:
    contact = a_contact(password=factories.PASSWORD)
    the_round = factories.a_round_taking_bids()
    draft = a_draft(the_round, contact)
    tried = Tried(app)
    own = [each for each in addresses(app, the_round) if each.startswith(("/groups/", "/account/"))]
    tried.look_around([each.replace("/bids/1", f"/bids/{draft.reference}") for each in own], contact)
    assert tried.forms > 3
    assert tried.wrong == []


class Tried:
    """Somebody who sends nonsense; `wrong` says where that was a fault of ours, or was lost."""

    def __init__(self, app: Flask) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        self.client = FlaskClient(app, app.response_class)
        self.nonsense = cycle(NONSENSE)
        self.forms = 0
        self.wrong: list[str] = []
        self._pages: set[str] = set()
        self._seen: set[tuple[str, ...]] = set()

    def look_around(self, pages: Iterable[str], person: Actor) -> None:
        """Try each page that was not tried before, signed in."""
        sign_in(self.client, person)  # type: ignore[arg-type]
        for address in pages:
            if address not in self._pages:
                self._pages.add(address)
                self.page(address)

    def page(self, address: str) -> None:
        """Ask for a page with nonsense in its address, and send nonsense by each form on it."""
        asked = {name: next(self.nonsense) for name in sorted(ASKED)}
        for form in self._send("GET", address, query_string=asked).select("form[method=post]"):
            action = str(form.get("action") or address)
            fields = [each for each in form.select("[name]") if each["name"] != "csrf_token"]
            kind = (re.sub(r"you-decide-\d+|\d+", "", action), *sorted({str(each["name"]) for each in fields}))
            if len(kind) > 1 and kind not in self._seen and "sign-out" not in action:
                self._seen.add(kind)
                self.forms += 1
                self._try(action, form, fields)

    def _try(self, action: str, form: Tag, fields: list[Tag]) -> None:
        untouched = form_values(form)
        met = [each for each in fields if not each.find_parent(attrs={"aria-hidden": "true"})]  # by a person
        typed = {str(each["name"]): next(self.nonsense) for each in met if is_typed(each)}
        files = {
            str(each["name"]): (io.BytesIO(b"PK\x03\x04" + b"\xff" * 40), "list.xlsx")
            for each in fields
            if each.get("type") == "file"
        }
        page = self._send("POST", action, data=untouched | dict(chosen(fields)) | typed | files)
        if page.select_one(".govuk-error-summary"):
            said = html.unescape(str(page))
            lost = [name for name, words in typed.items() if words.strip()[:SHOWN] not in said]
            self.wrong += [f"{action} loses {name}" for name in lost]
        names = [str(each["name"]) for each in fields if each.get("type") != "file"]
        for words in EVERYWHERE:
            self._send("POST", action, data=untouched | dict.fromkeys(names, words))

    def _send(self, method: str, address: str, **more: Any) -> BeautifulSoup:
        db.session.rollback()
        with self.client.application.app_context():
            answer = self.client.open(address, method=method, **more)
            content = answer.get_data()
        if answer.status_code >= 500:
            self.wrong.append(f"{answer.status_code} {method} {address} {shortened(more)}")
        return BeautifulSoup(content if answer.mimetype == "text/html" else b"", "html.parser")


def is_typed(field: Tag) -> bool:
    """Whether a person types into it; what is only shown stays as it is."""
    written = field.name == "textarea" or (field.name == "input" and field.get("type", "") in TYPED)
    return written and not field.has_attr("readonly")


def chosen(fields: list[Tag]) -> Iterator[tuple[str, str]]:
    """The last answer of each question that offers some, so that nothing but the nonsense is wrong."""
    for field in fields:
        if field.get("type") in ("radio", "checkbox"):
            yield str(field["name"]), str(field.get("value", "on"))
        elif field.name == "select" and field.select("option"):
            yield str(field["name"]), str(field.select("option")[-1].get("value", ""))


def shortened(more: Mapping[str, Any]) -> dict[str, str]:
    """What was sent, for the sentence of a test that fails."""
    sent = more.get("data") or {}
    return {name: str(words)[:20] for name, words in sent.items() if name != "csrf_token"}
