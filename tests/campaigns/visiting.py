"""Somebody who comes while people vote: reads every page, presses every form, and has all of it looked through."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pb.core.actors import Actor, Role
from pb.services.elections import projects_of
from tests import factories
from tests.campaigns.pressing import FIRST, LAST, NONSENSICAL, WAYS, Filler, Form, Known, Presser, forms_on
from tests.campaigns.telling import Watch
from tests.campaigns.under_way import UnderWay, somebody
from tests.signing_in import figures_of, sign_in
from tests.voters import as_csv

FULL = os.environ.get("PB_CAMPAIGN") == "full"
#: What stands in files; a list of people where nothing else is told.
FILES = {"": ("list.csv", as_csv()), "officers_areas.postcodes": ("list.csv", b"postcode\r\nEX1 1AB\r\n")}


def got(client: FlaskClient, address: str) -> TestResponse:
    """The answer to somebody's request, which has a context of its own."""
    with client.application.app_context():
        return client.get(address)


@dataclass
class Visitor:
    """Somebody with some roles, who reads every page and presses what can be pressed there."""

    roles: tuple[Role, ...]
    presser: Presser
    watch: Watch
    forms: list[Form] = field(default_factory=list)

    def read(self, door: str, address: str) -> bool:
        """Read what is behind a door, and note the forms there; gives whether anything was."""
        answer = got(self.presser.client, address)
        self.forms += forms_on(self.presser.app, answer.get_data(), address)
        return self.watch.answer(f"{' '.join(self.roles) or 'resident'}: {door} {address}", answer)


def visitor(app: Flask, under_way: UnderWay, roles: tuple[Role, ...], watch: Watch) -> Visitor:
    """Somebody with these roles, signed in, who knows what the people at the station know."""
    actor = somebody(under_way, roles, projects_of(under_way.round.id)[0].key)
    return who_knows(app, actor, roles, known_to(actor, under_way), watch)


def who_knows(app: Flask, actor: Actor | None, roles: tuple[Role, ...], known: Known, watch: Watch) -> Visitor:
    """Somebody, signed in, who fills in forms by what they know, and leaves Hall and Bench as they stand."""
    client = FlaskClient(app, app.response_class)
    if actor is not None:
        sign_in(client, actor)  # type: ignore[arg-type]
    filler = Filler(known, FILES, leaves=("Hall", "Bench"))
    return Visitor(roles, Presser(app, client, filler, ways(), watch.around), watch)


def known_to(actor: Actor | None, under_way: UnderWay) -> Known:
    """What is typed into fields that want something certain: spare cards, how a steward and an officer sign in."""
    card, other = under_way.spare
    steward, officer = (address_of(each) for each in (under_way.keyers[0], under_way.officer))
    known: dict[str, Callable[[], str] | str] = {"code": card, "replacement": other, "passphrase": under_way.passphrase}
    known |= dict.fromkeys(("password", "current"), factories.PASSWORD)
    known |= {"stations_days.end.email": steward, "stations_halls.hand_in_again.email": steward}
    known |= {
        "accounts.sign_in.email": officer,
        "accounts.second_factor.figures": lambda: figures_of(under_way.officer),
    }
    return known if actor is None else known | {"accounts.step_up.figures": lambda: figures_of(actor)}


def address_of(actor: Actor) -> str:
    """Somebody's e-mail address."""
    assert actor.account_id is not None
    return factories.account_of(actor.account_id).email


def ways() -> Callable[[], tuple[str, ...]]:
    """How a form is filled in; in short, always as its fields ask, and now and then in another way besides."""
    chance = random.Random(4)
    return lambda: WAYS if FULL else chance.choice(((FIRST, LAST), (FIRST, NONSENSICAL), *[(FIRST,)] * 4))


def knocks(doors: dict[str, set[str]], pressed: set[str]) -> list[tuple[str, str, dict[str, Any]]]:
    """What is sent to doors whose form stands on no page; in short, to every fourth of them."""
    sent = {"data": {"reason": "It rained.", "sure": "y"}}
    shut = [(door, each, sent) for door, those in doors.items() if door not in pressed for each in sorted(those)]
    return shut[:: 1 if FULL else 4]
