"""People come in: an administrator adds an officer, a group registers, each on a phone and on a desk."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from pb.core.actors import Role
from pb.extensions import present
from pb.services.accounts import account_of
from tests.browser import Site
from tests.factories import PASSWORD, an_account
from tests.post import letters_to, link_in
from tests.signing_in import figures_of

pytestmark = pytest.mark.browser
AMINA = "amina@example.org"


def figures(secret: str) -> str:
    return pyotp.TOTP(secret.replace(" ", "")).generate_otp(int(present.now().timestamp()) // 30)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def look(site: Site, page: Page, heading: str, name: str) -> None:
    """Wait until the page with this heading is there, then read it."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    if "error" in name:
        expect(page.locator(".govuk-error-summary")).to_be_visible()
    site.look(page, name)


def sign_in(page: Page, email: str) -> None:
    page.goto("/account/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_an_administrator_adds_an_officer_who_sets_up_a_second_step(site: Site, phone: bool) -> None:
    mark = "phone" if phone else "desk"
    root = an_account(Role.ADMINISTRATOR, email="ada@example.org", name="Ada Administrator")
    for number in range(4):
        an_account(Role.STEWARD, Role.OFFICER, name=f"Steward Number {number}")
    with site.visit(phone=phone) as page:
        page.goto("/account/sign-in")
        look(site, page, "Sign in", f"sign-in-{mark}")
        sign_in(page, "ada@example.org")
        page.get_by_label("Six figures").wait_for()
        look(site, page, "Set up a second step", f"set-up-{mark}")
        page.get_by_label("Six figures").fill(figures(page.locator("#secret").inner_text()))
        press(page, "Continue")
        look(site, page, "Keep your recovery codes", f"recovery-codes-{mark}")
        page.get_by_role("button", name="I have kept them").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
        look(site, page, "Your account", f"account-{mark}")
        page.get_by_role("main").get_by_role("link", name="People").click()
        look(site, page, "People", f"people-{mark}")
        page.get_by_role("button", name="Add somebody").click()
        press(page, "Add and send the link")
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        look(site, page, "Add somebody", f"person-add-errors-{mark}")
        page.get_by_label("Name").fill("Amina Begum")
        page.get_by_label("E-mail address").fill(AMINA)
        page.get_by_label("Engagement officer").check()
        press(page, "Add and send the link")
        expect(page.get_by_role("status")).to_contain_text("Amina Begum is added")
        page.get_by_role("link", name="Amina Begum").click()
        look(site, page, "Amina Begum", f"person-{mark}")
    with site.visit(phone=phone) as page:
        page.goto(link_in(letters_to(AMINA)[-1]))
        look(site, page, "Choose your password", f"choose-password-{mark}")
        page.get_by_label("New password").fill(PASSWORD)
        press(page, "Set the password")
        expect(page.get_by_role("status")).to_contain_text("Your password is set")
        sign_in(page, AMINA)
        page.get_by_label("Six figures").fill(figures(page.locator("#secret").inner_text()))
        press(page, "Continue")
        page.get_by_role("button", name="I have kept them").click()
        expect(page.get_by_text("Engagement officer")).to_be_visible()
    with site.visit(phone=phone) as page:
        sign_in(page, "ada@example.org")
        look(site, page, "Enter the figures on your phone", f"second-step-{mark}")
        page.get_by_label("Six figures").fill("12")
        press(page, "Continue")
        look(site, page, "Enter the figures on your phone", f"second-step-error-{mark}")
        page.get_by_label("Six figures").fill(figures_of(root))
        press(page, "Continue")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your account")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_a_group_registers_on_a_phone(site: Site, javascript: bool) -> None:
    with site.visit(phone=True, javascript=javascript) as page:
        page.goto("/account/sign-in")
        page.get_by_role("link", name="Register for your group").click()
        press(page, "Register")
        look(site, page, "Register for your group", "register-errors")
        page.get_by_label("Your name").fill("Amina Begum")
        page.get_by_label("E-mail address").fill(AMINA)
        page.get_by_label("Choose a password").fill(PASSWORD)
        press(page, "Register")
        expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
        look(site, page, "Look into your mailbox", "registered")
        page.goto(link_in(letters_to(AMINA)[-1]))
        look(site, page, "Confirm your e-mail address", "confirm-address")
        page.get_by_label("The password that you chose").fill(PASSWORD)
        press(page, "Confirm and sign in")
        expect(page.get_by_role("status")).to_contain_text("you are signed in")
        look(site, page, "Your account", "group-account")
        page.get_by_role("link", name=re.compile("Change.*Language")).click()
        page.get_by_label("Cymraeg").check()
        press(page, "Save")
        expect(page.locator("html")).to_have_attribute("lang", "cy")


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_a_forgotten_password_is_chosen_anew(site: Site, phone: bool) -> None:
    who = an_account(Role.STEWARD, email=AMINA)
    with site.visit(phone=phone) as page:
        page.goto("/account/sign-in")
        page.get_by_role("link", name="I have forgotten my password").click()
        look(site, page, "Choose a new password", f"forgotten-{'phone' if phone else 'desk'}")
        page.get_by_label("E-mail address").fill(AMINA)
        press(page, "Send me a link")
        look(site, page, "Look into your mailbox", f"link-sent-{'phone' if phone else 'desk'}")
        page.goto(link_in(letters_to(AMINA)[-1]))
        page.get_by_label("New password").fill("nine slow hedgehogs")
        press(page, "Set the password")
        expect(page.get_by_role("status")).to_contain_text("Your password is set")
    assert account_of(who.account_id).password_hash is not None
