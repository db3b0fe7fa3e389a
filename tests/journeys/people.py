"""People of a round and how each comes in: staff with a second step at a desk, groups and residents on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyotp
from playwright.sync_api import Page, expect

from pb.core.actors import Actor
from pb.extensions import db, present
from pb.services.accounts import account_of
from tests.browser import Site
from tests.factories import PASSWORD
from tests.journeys.steps import press
from tests.signing_in import figures_of


@contextmanager
def at_desk(site: Site, who: Actor, start: str = "/officers/") -> Iterator[Page]:
    """Somebody of the council, signed in at a desk with the second step, on the page where they start."""
    with site.visit() as page:
        _sign_in(page, who, start)
        _show_second_factor(page, who, start)
        yield page


@contextmanager
def on_phone(site: Site, who: Actor, start: str = "/groups/", *, javascript: bool = True) -> Iterator[Page]:
    """Somebody of a group, signed in on a phone."""
    with site.visit(phone=True, javascript=javascript) as page:
        _sign_in(page, who, start)
        yield page


def confirm_it_is_me(page: Page, who: Actor) -> None:
    """Show the second factor again where a weighty deed asks for it."""
    if "/account/confirm-it-is-you" in page.url:
        page.get_by_label("Six figures").fill(_figures(who))
        press(page, "Continue")


def _sign_in(page: Page, who: Actor, start: str) -> None:
    page.goto(f"/account/sign-in?next={start}")
    page.get_by_label("E-mail address").fill(account_of(who.account_id).email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")


def _show_second_factor(page: Page, who: Actor, start: str) -> None:
    """Give the figures of the phone; at the first time set it up and keep the recovery codes."""
    if "/account/set-up-second-step" in page.url:
        secret = page.locator("#secret").inner_text().replace(" ", "")
        page.get_by_label("Six figures").fill(pyotp.TOTP(secret).generate_otp(int(present.now().timestamp()) // 30))
        press(page, "Continue")
        expect(page.locator("#recovery-codes")).to_be_visible()
        page.goto(start)
    elif "/account/second-step" in page.url:
        page.get_by_label("Six figures").fill(_figures(who))
        press(page, "Continue")


def _figures(who: Actor) -> str:
    """The figures that are on the person's phone now, read from what the server keeps now."""
    db.session.rollback()
    return figures_of(who)
