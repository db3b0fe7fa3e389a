"""Sign-ups in masses from one address: programs get no further than the limits, and the people beside them get in.

A few with every test; 1,500, as the threat model has it, with PB_CAMPAIGN=full.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from pb.core.contacts import one_time_code, read_contact
from pb.extensions import db, present
from pb.models.envelopes import Envelope, EnvelopeState
from pb.models.outbox import Message
from pb.models.roll import RollEntry
from pb.models.rounds import Policy, Round
from pb.services.duplicates import claims_page, held_count, settle
from pb.services.failures import WINDOW_MINUTES
from pb.services.password_resets import ASK_MINUTES, MOST_LINKS_FROM_ONE_ADDRESS
from pb.services.programs import form_begun
from pb.web.voting.carried import open_carried
from tests import factories
from tests.conftest import TurningClock
from tests.factories import PASSWORD
from tests.voters import SAM, a_voting_round, filled

pytestmark = pytest.mark.campaign

FULL = os.environ.get("PB_CAMPAIGN") == "full"
SIGN_UPS = 1_500 if FULL else 90
#: Honest people of one school or block of flats: more than there may be failures from one address.
NEIGHBOURS = 400 if FULL else 25
FAILURES = 200 if FULL else 20
UNLOOKED = 10 if FULL else 3
DOMAINS = [f"mail{number}.example" for number in range(10)]
REGISTER = "/account/register"
SEED = 1_500


@pytest.fixture
def web(app: Flask) -> FlaskClient:
    """A browser at the one address, of a service that asks everybody to take their time."""
    wanted = {"least_fill_seconds": 3, "code_failures": FAILURES, "most_from_mail_domain": UNLOOKED}
    present.use(settings=present.settings.model_copy(update=wanted))
    return FlaskClient(app)


def held(page: TestResponse) -> dict[str, str]:
    """The hidden fields of a page's form."""
    found = re.findall(r'<input[^>]*type="hidden"[^>]*>', page.get_data(as_text=True))
    pairs = [(re.search(r'name="([^"]*)"', each), re.search(r'value="([^"]*)"', each)) for each in found]
    return {name[1]: value[1] for name, value in pairs if name and value}


def ask(web: FlaskClient, path: str, data: Mapping[str, str] | None = None) -> TestResponse:
    """One request as a server answers it, in a context of its own; with `data`, a form that is sent."""
    db.session.rollback()
    with web.application.app_context():
        return web.post(path, data=dict(data)) if data is not None else web.get(path)


def messages(kind: str) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Message).where(Message.kind == kind)) or 0


def names(lines: list[Mapping[str, object]]) -> Counter[object]:
    """How often each alarm was raised."""
    return Counter(line["event"] for line in lines if str(line["event"]).startswith("many_"))


def a_neighbour(number: int) -> dict[str, str]:
    return filled(SAM, name=f"Neighbour {'abcdefghijklmnopqrst'[number % 20]} Number{number}")


@pytest.mark.parametrize("policy", [Policy.DECLARED, Policy.CONTACT])
def test_neighbours_behind_one_address_all_come_to_their_ballot(
    web: FlaskClient, clock: TurningClock, policy: Policy
) -> None:
    the_round = a_voting_round(policy=policy)
    path = f"/rounds/{the_round.slug}/vote"
    refused = []
    with capture_logs() as lines:
        for number in range(NEIGHBOURS):
            contact = f"n{number}@{DOMAINS[number % 10]}"
            first = held(ask(web, path))
            clock.turn(seconds=3)
            page = ask(web, f"{path}/ballot", a_neighbour(number) | first | {"website": "", "contact": contact})
            if policy == Policy.CONTACT:
                page = proven(web, the_round, contact, page)
            if page.status_code != 200 or "Your choices" not in page.get_data(as_text=True):
                refused.append(number)
    assert refused == []
    assert names(lines) == {}


def proven(web: FlaskClient, the_round: Round, contact: str, page: TestResponse) -> TestResponse:
    """The next page of somebody who enters the code that they were sent."""
    hidden = held(page)
    nonce = open_carried(the_round.id, hidden["carried"]).nonce
    code = one_time_code(present.secrets.code_key, the_round.id, read_contact(contact, texts=True), nonce)
    return ask(web, f"/rounds/{the_round.slug}/vote/contact", hidden | {"one_time": code})


def test_a_program_signs_nobody_up_sends_few_letters_and_is_told_in_the_log(
    web: FlaskClient, clock: TurningClock
) -> None:
    """Some forms are filled in blindly, some at once; the others wait, and enter no code, since it is not theirs."""
    the_round = a_voting_round(policy=Policy.CONTACT)
    path, chance = f"/rounds/{the_round.slug}/vote", random.Random(SEED)
    first = held(ask(web, path))
    clock.turn(minutes=1)
    tried: Counter[str] = Counter()
    answers: Counter[tuple[str, int]] = Counter()
    with capture_logs() as lines:
        for number in range(SIGN_UPS):
            way = chance.choice(["blind", "at once", "patient"])
            sent = a_neighbour(number) | first | {"website": "", "contact": f"p{number}@{chance.choice(DOMAINS)}"}
            sent |= {"blind": {"website": "http://example.org"}, "at once": {"begun": form_begun()}}.get(way, {})
            tried[way] += 1
            answers[way, ask(web, f"{path}/ballot", sent).status_code] += 1
    assert answers == {
        ("blind", 422): tried["blind"],
        ("at once", 422): tried["at once"],
        ("patient", 200): FAILURES,
        ("patient", 429): tried["patient"] - FAILURES,
    }
    assert messages("one_time_code") == FAILURES
    assert db.session.scalar(select(func.count()).select_from(RollEntry)) == 0
    assert names(lines) == {"many_forms_by_programs": 1, "many_one_time_codes_not_entered": 1}
    clock.turn(minutes=WINDOW_MINUTES + 1)
    honest = ask(web, f"{path}/ballot", a_neighbour(SIGN_UPS) | held(ask(web, path)) | {"contact": "me@example.org"})
    assert honest.status_code == 422, "it came back at once"
    clock.turn(seconds=3)
    asked = a_neighbour(SIGN_UPS) | held(honest) | {"contact": "me@example.org"}
    page = proven(web, the_round, "me@example.org", ask(web, f"{path}/ballot", asked))
    assert "Your choices" in page.get_data(as_text=True)


def test_a_program_with_mailboxes_of_its_own_gets_no_more_counted_than_go_unlooked_at(
    web: FlaskClient, clock: TurningClock
) -> None:
    """It waits, is nobody twice and enters every code, at ten domains that it owns; neighbours vote in between."""
    the_round = a_voting_round(policy=Policy.CONTACT)
    officer = factories.an_officer()
    before = cast_as(web, the_round, clock, "early@gmail.com", SIGN_UPS)
    answers: Counter[str] = Counter()
    for number in range(SIGN_UPS):
        answers[cast_as(web, the_round, clock, f"p{number}@host{number}.{DOMAINS[number % 10]}", number)] += 1
    after = [cast_as(web, the_round, clock, f"n{at}@btinternet.com", SIGN_UPS + at + 1) for at in range(20)]
    assert {before, *after} == {"in the box"}, "nobody else waits for them"
    unlooked = len(DOMAINS) * UNLOOKED
    assert answers == {"in the box": unlooked, "waiting for a check": SIGN_UPS - unlooked}
    assert held_count(the_round.id) == SIGN_UPS - unlooked
    for domain in DOMAINS:
        claim = claims_page(the_round.id, 1, by=officer).rows[0]
        how = {"accepted": False, "reason": f"Made up: {domain}", "of_domain": SIGN_UPS // len(DOMAINS)}
        assert settle(the_round.id, claim.id, **how, by=officer) == SIGN_UPS // len(DOMAINS) - UNLOOKED
    assert held_count(the_round.id) == 0
    states = Counter(db.session.scalars(select(Envelope.state)))
    assert states == {
        EnvelopeState.ACCEPTED: unlooked + len(after) + 1,
        EnvelopeState.REJECTED: SIGN_UPS - unlooked,
    }


def cast_as(web: FlaskClient, the_round: Round, clock: TurningClock, contact: str, number: int) -> str:
    """What the last page says to somebody of their own name and mailbox who votes as a person does."""
    path = f"/rounds/{the_round.slug}/vote"
    first = held(ask(web, path))
    clock.turn(seconds=3)
    person = a_neighbour(number) | {"name": f"Person {number:b}".replace("0", "o").replace("1", "i")}
    asked = ask(web, f"{path}/ballot", person | first | {"website": "", "contact": contact})
    ballot = proven(web, the_round, contact, asked)
    checked = ask(web, f"{path}/check", held(ballot) | {"p1": "1"})
    done = ask(web, f"{path}/done", held(checked)).get_data(as_text=True)
    said = [each for each in ("in the box", "waiting for a check") if f"Your ballot is {each}" in done]
    assert len(said) == 1, done
    return said[0]


def test_registrations_from_one_address_end_at_the_limit_and_everybody_who_was_told_yes_gets_a_letter(
    web: FlaskClient, clock: TurningClock
) -> None:
    first = held(ask(web, REGISTER))
    clock.turn(minutes=1)
    answers: Counter[int] = Counter()
    with capture_logs() as lines:
        for number in range(SIGN_UPS):
            answers[ask(web, REGISTER, first | a_group(number)).status_code] += 1
    assert answers == {303: MOST_LINKS_FROM_ONE_ADDRESS, 429: SIGN_UPS - MOST_LINKS_FROM_ONE_ADDRESS}
    assert messages("registration") == MOST_LINKS_FROM_ONE_ADDRESS
    assert names(lines) == {"many_links_asked": 1}
    last = ask(web, REGISTER, first | a_group(SIGN_UPS))
    assert f"Wait {ASK_MINUTES} minutes and try again." in last.get_data(as_text=True)
    assert f'value="g{SIGN_UPS}@' in last.get_data(as_text=True), "nothing that was typed is lost"
    clock.turn(minutes=ASK_MINUTES + 1)
    assert ask(web, REGISTER, first | a_group(SIGN_UPS)).status_code == 303
    assert messages("registration") == MOST_LINKS_FROM_ONE_ADDRESS + 1


def a_group(number: int) -> dict[str, str]:
    email = f"g{number}@{DOMAINS[number % 10]}"
    return {"name": f"Group {number}", "email": email, "password": PASSWORD, "website": ""}
