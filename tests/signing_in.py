"""Signing in, second factor and all: through the real pages, or without drawing them."""

from __future__ import annotations

import pyotp
from flask import current_app, session
from werkzeug.test import TestResponse

from pb.core.actors import Actor
from pb.extensions import present
from pb.services.accounts import account_of, needs_second_factor
from pb.services.sealed_fields import open_field
from pb.services.second_factor import new_offer, offered_secret, set_up, show
from pb.services.sessions import find_session
from pb.services.sign_in import sign_in as open_session
from pb.web.sessions import keep_session
from tests.factories import PASSWORD
from tests.reader import Reader, form_values, soup

SIGN_IN = "/account/sign-in"
SECOND_STEP = "/account/second-step"
SET_UP = "/account/set-up-second-step"
CONFIRM = "/account/confirm-it-is-you"
SECONDS = 30


def sign_in(client: Reader, who: Actor, *, password: str = PASSWORD) -> None:
    """Sign a client in as `who`: what the pages do, second factor and all, without drawing them."""
    account = account_of(who.account_id)
    secret = open_session(account.email, password, address="127.0.0.1")
    visit = find_session(secret)
    assert visit is not None
    if needs_second_factor(account):
        if account.totp_confirmed_at is None:
            offer = new_offer(account.id)
            figures = pyotp.TOTP(offered_secret(account.id, offer)).generate_otp(_step())
            secret, _codes = set_up(account.id, visit.id, offer, figures)
        else:
            secret = show(account.id, visit.id, figures_of(who))
    with client.application.test_request_context():
        keep_session(secret)
        kept = dict(session)
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie.update(kept)


def sign_in_by_pages(client: Reader, who: Actor, *, password: str = PASSWORD) -> None:
    """Sign a client in as `who` as a person would, setting up the second factor where one is asked and missing."""
    answer = give_password(client, who, password)
    if SET_UP in answer.location:
        set_up_second_factor(client)
    elif SECOND_STEP in answer.location:
        client.send(SECOND_STEP, {"figures": figures_of(who)})


def give_password(client: Reader, who: Actor, password: str = PASSWORD) -> TestResponse:
    """Send the first page of signing in."""
    answer = client.send(SIGN_IN, {"email": account_of(who.account_id).email, "password": password})
    assert answer.status_code == 303, soup(answer).get_text()
    return answer


def set_up_second_factor(client: Reader) -> list[str]:
    """Read the secret as a person without a camera would, prove it; gives the recovery codes."""
    page = client.read(SET_UP)
    secret = page.select_one("#secret")
    assert secret is not None
    figures = pyotp.TOTP(secret.get_text().replace(" ", "")).generate_otp(_step())
    form = page.select_one("main form")
    assert form is not None
    done = client.post(SET_UP, data={**form_values(form), "figures": figures})
    assert done.status_code == 200, soup(done).get_text()
    return [code.get_text() for code in soup(done).select("#recovery-codes code")]


def step_up(client: Reader, who: Actor) -> None:
    """Show the second factor again, as before a weighty deed."""
    client.send(CONFIRM, {"figures": figures_of(who)})


def figures_of(who: Actor) -> str:
    """What the person's phone shows next; turns the test's clock on by a step where these were used already."""
    account = account_of(who.account_id)
    assert account.totp_secret is not None
    secret = open_field(f"totp:{account.id}", account.totp_secret)["secret"]
    if account.totp_last_step is not None and account.totp_last_step >= _step():
        current_app.extensions["test_clock"].turn(seconds=SECONDS * (account.totp_last_step + 1 - _step()))
    return pyotp.TOTP(secret).generate_otp(_step())


def _step() -> int:
    return int(present.now().timestamp()) // SECONDS
