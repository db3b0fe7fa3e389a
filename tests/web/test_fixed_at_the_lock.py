"""Whatever fixes the vote stands still from the lock on: each form that changes it before changes nothing afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from pb.core.actors import STAFF_ROLES, Actor
from pb.extensions import db, present
from pb.models.ballots import Project
from pb.models.rounds import Pot, Round, RoundArea
from pb.services.round_steps import cancel_round
from pb.services.rounds import find_round
from tests import factories
from tests.deciding import a_published_round
from tests.reader import form_values
from tests.signing_in import sign_in
from tests.web.test_nonsense import is_typed
from tests.web.test_secrecy import addresses

#: What voters are told before they vote, by the names of the columns.
FIXED = (
    "policy least_age links allow_change grace_minutes total least_grant most_grant key_mode ballot_type ballot_settings rule rule_options "
    "allocation allocation_options threshold tie_steps surplus voting_opens_at voting_closes_at frozen_sha256 order_seed round_public_key"
)
#: Every state from the lock on.
STATES: dict[str, Callable[..., Round]] = {
    "locked": factories.a_locked_round,
    "voting": factories.an_open_round,
    "closed": factories.a_closed_round,
    "opened": factories.an_opened_round,
    "counted": factories.a_counted_round,
    "deciding": factories.a_certified_round,
    "published": a_published_round,
}
#: In short, the two states in which a change would still reach voters.
FULL = os.environ.get("PB_CAMPAIGN") == "full"
TRIED = list(STATES) if FULL else ["locked", "voting"]
Deed = tuple[str, dict[str, Any]]


@pytest.fixture
def owner(app: Flask) -> Actor:
    """Somebody who owns every round here and has every role of the council, so that no role stops them."""
    return factories.an_account(*STAFF_ROLES)


def fixed(slug: str) -> dict[str, Any]:
    """What must stand still, as the tables have it now."""
    db.session.rollback()
    the_round = find_round(slug)
    pots = select(Pot.key, Pot.name, Pot.amount, Pot.area_id, Pot.theme, Pot.least_bid, Pot.most_bid)
    projects = select(Project.key, Project.title, Project.cost, Project.number, Project.withdrawn_at).join(Pot)
    return {name: getattr(the_round, name) for name in FIXED.split()} | {
        "pots": db.session.execute(pots.where(Pot.round_id == the_round.id).order_by(Pot.id)).all(),
        "projects": db.session.execute(projects.where(Pot.round_id == the_round.id).order_by(Project.id)).all(),
        "areas": db.session.scalars(select(RoundArea.area_id).where(RoundArea.round_id == the_round.id)).all(),
    }


def ask(
    client: FlaskClient, method: str, address: str, data: dict[str, Any] | None = None
) -> tuple[int, BeautifulSoup]:
    db.session.rollback()
    with client.application.app_context():
        answer = client.open(address, method=method, data=data)
        return answer.status_code, BeautifulSoup(
            answer.get_data() if answer.mimetype == "text/html" else b"", "html.parser"
        )


def changes(form: Tag) -> list[dict[str, Any]]:
    """What an untouched form sends, with one field changed at a time."""
    plain, found = form_values(form), []
    for each in form.select("[name]"):
        name, value = str(each["name"]), plain.get(str(each["name"]))
        if name == "csrf_token":
            continue
        if each.get("type") in ("radio", "checkbox"):
            chosen = str(each.get("value", "on"))
            found.append(
                plain | {name: chosen} if chosen != value else {key: plain[key] for key in plain if key != name}
            )
        elif each.name == "select":
            found += [
                plain | {name: str(option.get("value", ""))}
                for option in each.select("option")
                if option.get("value") != value
            ]
        elif is_typed(each) and isinstance(value, str):
            figures = value.replace(",", "").replace("£", "")
            found.append(plain | {name: str(int(figures) + 1) if figures.isdigit() else f"{value} 1".strip()})
    return [plain, *found]


def deeds_before_the_lock(client: FlaskClient, slug: str, pages: list[str]) -> list[Deed]:
    """Every form of the set-up with a change that it really makes, one for each door and field that does."""
    kept: list[Deed] = []
    doors = set()
    for page in pages:
        for form in ask(client, "GET", page)[1].select("main form[method=post]"):
            door = str(form.get("action") or page)
            if door in doors or not door.startswith(f"/officers/rounds/{slug}/") or form.select_one("input[type=file]"):
                continue
            doors.add(door)
            for data in changes(form):
                before = fixed(slug)
                ask(client, "POST", door, data)
                if fixed(slug) != before:
                    kept.append((door.replace(slug, "{slug}"), data))
    return kept


@pytest.mark.campaign
def test_no_form_changes_what_fixes_the_vote_once_it_is_locked(app: Flask, owner: Actor) -> None:
    client, begun = FlaskClient(app, app.response_class), present.now()
    the_round = factories.a_round(owner)
    sign_in(client, owner)  # type: ignore[arg-type]
    mine = [each for each in addresses(app, the_round) if "/set-up/" in each]
    deeds = deeds_before_the_lock(client, the_round.slug, mine)
    if not FULL:  # one change by each door
        deeds = [*dict(reversed(deeds)).items()]
    assert len({door for door, _data in deeds}) >= 8, sorted({door for door, _data in deeds})
    cancel_round(the_round.id, "Its pages were tried out.", by=owner)
    for state in TRIED:
        factories.turn_to(begun)
        later = STATES[state](by=owner)
        sign_in(client, owner)  # type: ignore[arg-type]
        proof = ask(client, "GET", "/account/")[1].select_one("input[name=csrf_token]")
        assert proof is not None
        before = fixed(later.slug)
        for door, data in deeds:
            status, _page = ask(
                client, "POST", door.replace("{slug}", later.slug), data | {"csrf_token": str(proof["value"])}
            )
            assert status < 500, (state, door)
            assert fixed(later.slug) == before, (state, door, data)
