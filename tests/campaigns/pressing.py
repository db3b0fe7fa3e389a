"""Forms as they stand on pages: found, filled in as people would or with nonsense, and pressed; then all is undone."""

from __future__ import annotations

import io
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask, current_app
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from pb.core.clock import to_london
from pb.extensions import db, present
from pb.services import voting
from pb.services.delivery import deliver_due
from pb.services.live_cache import forget_everything
from pb.services.worker import work_due
from pb.web.voting import ballot
from tests.keeping import Copy, as_it_stands, empty
from tests.reader import form_values
from tests.web.test_nonsense import NONSENSE, is_typed

#: What a field is filled with whose name has such a part and that is empty; the first that fits, or its kind.
WORDS = {
    "postcode": "EX1 1AB",
    "year": "1984",
    "email": "ash@example.org",
    "contact": "ash@example.org",
    "title": "A greener street",
    "name": "Ash Vale",
    "reason": "It rained all day, and nobody could stand outside.",
    "why": "It rained all day, and nobody could stand outside.",
    "sha256": "ab" * 32,
    "amount": "2000",
    "least_bid": "100",
    "most_bid": "2000",
    "_grant": "2000",
    "gss_code": "E05009317",
    "address": "1 Quay Street",
}
#: The field of a project on a ballot, or on a line of papers.
MARK = re.compile(r"(?:r\d+-)?p\d+")
#: The number of a paper, on a line of papers.
LINE = re.compile(r"r(\d+)-number")
#: Days that come after others.
ENDS = ("ends_at", "until", "_to", "close_at", "closes_at", "returns_by")
BY_KIND = {
    "number": "2",
    "email": "ash@example.org",
    "tel": "07700 900123",
    "time": "10:00",
}
#: Ticks that take back what the other fields say.
UNTICKED = re.compile(r"none_wanted|r\d+-void")
#: How a form is filled in: with the first of each choice, with the last of each, or with nonsense where people type.
FIRST, LAST, NONSENSICAL = WAYS = ("first", "last", "nonsense")
#: From one page to the next, as far as the longest way through the forms of voting or of a printing.
MOST_STEPS = 6
REDIRECTS = (301, 302, 303, 307, 308)


#: What somebody knows, or finds out when they are asked, by the name of a field, or of its door and the field.
Known = Mapping[str, Callable[[], str] | str]


@dataclass(frozen=True)
class Form:
    """A form with one of its buttons, on a page."""

    door: str
    action: str
    tag: Tag
    button: tuple[str, str] = ("", "")

    @property
    def kind(self) -> tuple[str, ...]:
        """What tells it from other forms: one of many rows is like the next."""
        deeds = [str(each.get("value")) for each in self.fields if each["name"] == "do"]
        return (self.door, *self.button, *deeds, *sorted({str(each["name"]) for each in self.fields}))

    @property
    def fields(self) -> list[Tag]:
        """What has a name and is no button."""
        return [each for each in self.tag.select("[name]") if each.name != "button"]


def forms_on(app: Flask, page: bytes, address: str) -> Iterator[Form]:
    """The forms of a page that change something, once for each of their buttons."""
    if b'method="post"' not in page:
        return
    adapter = app.url_map.bind("localhost")
    for form in BeautifulSoup(page.decode(), "html.parser").select("form[method=post]"):
        for button in form.select("button:not([type=button])") or [None]:  # type: ignore[list-item]
            given = (button.get("formaction") if button else None) or form.get("action") or address
            action = urljoin(address, str(given)).split("#")[0]
            try:
                door = adapter.match(urlsplit(action).path, method="POST")[0]
            except HTTPException:
                continue
            said = (str(button.get("name", "")), str(button.get("value", ""))) if button else ("", "")
            yield Form(door, action, form, said)


@dataclass
class Filler:
    """Somebody who fills in forms: what they know by the name of a field, and which projects they leave alone."""

    known: Known
    #: What stands in a file that is asked for, by the door.
    files: Mapping[str, tuple[str, bytes]]
    leaves: tuple[str, ...] = ()
    _nonsense: Iterator[str] = field(default_factory=lambda: cycle(NONSENSE))

    def filled(self, form: Form, way: str) -> dict[str, Any]:
        """What is sent for a form."""
        fields = [each for each in form.fields if not each.has_attr("disabled") and _seen(each)]
        values = form_values(form.tag) | dict([form.button] if form.button[0] else [])
        for each in fields:
            name, kind = str(each["name"]), each.get("type")
            if kind == "file":
                values[name] = self._file(form, way)
            elif not (is_typed(each) or kind in BY_KIND or kind == "password"):
                self._choose(form, each, values, last=way == LAST)
            elif way == NONSENSICAL:
                values[name] = next(self._nonsense)
            elif isinstance(values.get(name), list):
                values[name] = values[name] if any(values[name]) else _day(name, len(values[name]))
            elif not values.get(name) and not self._left(form, each):
                values[name] = self._word(form, each)
        return values

    def _choose(self, form: Form, each: Tag, values: dict[str, Any], *, last: bool) -> None:
        name = str(each["name"])
        if each.name == "select":
            options = {one.get_text(): str(one.get("value", one.get_text())) for one in each.select("option")}
            offered = [value for value in options.values() if value]
            if (wanted := self._knows(form, name)) is not None:
                values[name] = options.get(wanted, "")
            elif offered and not UNTICKED.fullmatch(name) and (last or not values.get(name)):
                values[name] = offered[-1 if last else 0]
        elif not UNTICKED.fullmatch(name) and not self._left(form, each):
            taken = name in values and not (last and each.get("type") == "radio")
            values |= {} if taken else {name: str(each.get("value", "on"))}

    def _left(self, form: Form, each: Tag) -> bool:
        """Whether it belongs to a project that is left alone."""
        if not MARK.fullmatch(str(each["name"])):
            return False
        label = form.tag.select_one(f'label[for="{each["id"]}"]') if each.get("id") else None
        said = f"{each.get('aria-label', '')} {label.get_text() if label else ''}"
        return any(title in said for title in self.leaves)

    def _knows(self, form: Form, name: str) -> str | None:
        known = self.known.get(f"{form.door}.{name}", self.known.get(name))
        return known if known is None or isinstance(known, str) else known()

    def _word(self, form: Form, each: Tag) -> str:
        name, kind = str(each["name"]), str(each.get("type", ""))
        if (known := self._knows(form, name)) is not None:
            return known
        if MARK.fullmatch(name):
            return "x"
        if line := LINE.fullmatch(name):
            return str(int(line[1]) + 1)
        if kind in BY_KIND:
            return BY_KIND[kind]
        usual = "2" if each.get("inputmode") == "numeric" else "A few words"
        return next((word for part, word in WORDS.items() if part in name), usual)

    def _file(self, form: Form, way: str) -> tuple[io.BytesIO, str]:
        name, content = self.files.get(form.door, self.files[""])
        return (
            (io.BytesIO(b"PK\x03\x04" + b"\xff" * 40), "list.xlsx")
            if way == NONSENSICAL
            else (io.BytesIO(content), name)
        )


def _seen(each: Tag) -> bool:
    """Whether people find the field; what is hidden from them as well is there to tell them from programs."""
    return each.find_parent(attrs={"aria-hidden": "true"}) is None


def _day(name: str, parts: int) -> list[str]:
    """A day in as many fields as it has: the day after tomorrow for what ends, else today."""
    day = to_london(present.now()) + timedelta(days=2 if name.endswith(ENDS) else 0)
    return [str(day.day), str(day.month), str(day.year), "10:00"][:parts]


def put_back(copy: Copy) -> Any:
    """The database, its folder and the clock as they were; what the process kept of another moment is forgotten."""
    current_app.extensions["postman"].retire()
    if db.engine.dialect.name == "postgresql":
        empty()
    given = copy.put_back()
    forget_everything()
    voting._papers.clear()
    ballot._drawn.clear()
    current_app.extensions.pop("drawn_pages", None)
    return given


class Undoing:
    """Moments that one can go back to: the database, its folder, the clock, and what a browser keeps."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._moments: list[tuple[Copy, dict[Any, Any]]] = []

    def remember(self, client: FlaskClient) -> None:
        """Keep this moment."""
        self._app.extensions["postman"].retire()
        self._moments.append((as_it_stands(), deepcopy(client._cookies or {})))

    def go_back(self, client: FlaskClient) -> None:
        """To the moment that was kept last."""
        copy, cookies = self._moments[-1]
        put_back(copy)
        client._cookies = deepcopy(cookies)

    def forget(self) -> None:
        """The moment that was kept last."""
        copy, _cookies = self._moments.pop()
        shutil.rmtree(copy.folder.parent)


@dataclass
class Presser:
    """Somebody who presses forms, and goes on from the page that answers.

    `ways` says how a form is filled in, and how often; `look` is shown every answer before anything is undone.
    """

    app: Flask
    client: FlaskClient
    filler: Filler
    ways: Callable[[], tuple[str, ...]]
    look: Callable[[str, TestResponse], None]
    undoing: Undoing = field(init=False)
    #: How often a door answered with a status.
    answered: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    #: Kinds of forms that were met.
    met: set[tuple[str, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.undoing = Undoing(self.app)

    @property
    def taken(self) -> set[str]:
        """The doors that took what was sent to them at least once."""
        return {door for door, statuses in self.answered.items() if {200, 303} & set(statuses)}

    def press_all(self, forms: Iterable[Form], steps: int = 1) -> None:
        """Press each kind of form that was not met before, and each that is met behind it; nothing of it stays."""
        fresh = {each.kind: each for each in forms if each.kind not in self.met}
        self.met |= set(fresh)
        if not fresh or steps > MOST_STEPS:
            return
        self.undoing.remember(self.client)
        for form in fresh.values():
            for way in self.ways():
                self.app.extensions["test_clock"].turn(minutes=1)  # as it goes by while people fill something in
                address, page = self._send(form.door, form.action, data=self.filler.filled(form, way))
                self.press_all(forms_on(self.app, page, address), steps + 1)
                self.undoing.go_back(self.client)
        self.undoing.forget()

    def send(self, doors: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
        """Send something to doors whose forms are on no page: door, address and what; nothing of it stays."""
        self.undoing.remember(self.client)
        for door, action, more in doors:
            self._send(door, action, headers={"X-CSRFToken": self._proof()}, **more)
            self.undoing.go_back(self.client)
        self.undoing.forget()

    def _proof(self) -> str:
        """The proof of a form that there is on a page for everybody."""
        _answer, page = self._ask("GET", "/account/forgotten-password")
        [found] = BeautifulSoup(page.decode(), "html.parser").select("main input[name=csrf_token]")
        return str(found["value"])

    def _send(self, door: str, action: str, **more: Any) -> tuple[str, bytes]:
        """The page that the answer is, or leads to, with its address, once letters are delivered and what waits is done."""
        answer, page = self._ask("POST", action, **more)
        self.answered[door][answer.status_code] += 1
        self.look(f"{door} {action}", answer)
        for _ in range(3):
            if answer.status_code not in REDIRECTS:
                break
            action = urljoin(action, str(answer.location))
            answer, page = self._ask("GET", action)
            self.look(f"{door} -> {action}", answer)
        if b"data-yd-progress" in page:
            work_due()
            answer, page = self._ask("GET", action)
            self.look(f"{door} -> {action}", answer)
        deliver_due()
        return action, page if answer.mimetype == "text/html" else b""

    def _ask(self, method: str, address: str, **more: Any) -> tuple[TestResponse, bytes]:
        db.session.rollback()
        with self.app.app_context():
            answer = self.client.open(address, method=method, **more)
            return answer, answer.get_data()
