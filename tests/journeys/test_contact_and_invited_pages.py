"""Voting with a proven contact, choosing one of two wards, and inviting people by a list, in Chromium."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from pb.extensions import db
from pb.models.rounds import Policy
from pb.services.outbox import opened_messages
from tests import factories
from tests.browser import Site
from tests.reader import Reader
from tests.signing_in import sign_in
from tests.voters import PEOPLE, STREET, a_voting_round, as_csv, two_wards

pytestmark = pytest.mark.browser


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def newest_code() -> str:
    db.session.rollback()
    found = re.search(r"\b\d{3} \d{3}\b", opened_messages("sam@example.org")[-1].letter.text)
    assert found
    return found[0]


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_a_resident_proves_an_address_and_votes_in_one_of_two_wards(site: Site, phone: bool, javascript: bool) -> None:
    areas, pots = two_wards()
    bids = [("Bench", "harbour", 1, None), ("Hall", "northfield", 1, None), ("Pond", "everybody", 1, None)]
    the_round = a_voting_round(
        policy=Policy.CONTACT, areas=areas, pots=pots, bids=bids, links=["live", "work"],
        title="You Decide: Quay Street and Northfield", vote={"ballot_settings": {"most": 1}},
    )  # fmt: skip
    where = ("phone" if phone else "desk") + ("" if javascript else "-plain")
    with site.visit(phone=phone, javascript=javascript) as page:
        page.goto(f"/rounds/{the_round.slug}/vote")
        page.get_by_label("Full name").fill("Sam Okafor")
        page.get_by_label("Your home postcode").fill("EX1 1AB")
        page.get_by_label("Year you were born").fill("1984")
        page.get_by_label("I work here").check()
        page.get_by_label("Postcode of that place").fill("EX1 2AB")
        page.get_by_label("E-mail address or mobile number").fill("sam@mailinator.com")
        page.get_by_label("my only ballot").check()
        page.get_by_label("E-mail address or mobile number").press("Enter")
        expect(page.locator("#contact-error")).to_contain_text("of your own")
        site.look(page, f"contact-1-error-{where}")
        page.get_by_label("E-mail address or mobile number").fill("sam@example.org")
        press(page, "Continue")
        expect(page.get_by_role("group", name="Which area are you voting in?").get_by_role("radio")).to_have_count(2)
        site.look(page, f"contact-2-ward-{where}")
        page.get_by_label(areas[0].name).check()
        press(page, "Continue")
        expect(page.get_by_role("heading", level=1)).to_have_text("Enter the code that we sent you")
        site.look(page, f"contact-3-code-{where}")
        page.get_by_label("Code that we sent you").fill("12")
        press(page, "Continue")
        expect(page.locator("#one_time-error")).to_be_visible()
        site.look(page, f"contact-4-code-error-{where}")
        with page.expect_event("load"):  # the code is sent before the page that answers
            press(page, "Send another code")
        page.get_by_label("Code that we sent you").fill(newest_code())
        page.get_by_label("Code that we sent you").press("Enter")
        page.get_by_label("Bench").check()
        press(page, "Check my choices")
        press(page, "Cast my ballot")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the box")


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_an_officer_invites_people_and_one_of_them_votes_with_help(
    site: Site, app: Flask, client: Reader, phone: bool
) -> None:
    officer = factories.an_officer()
    the_round = a_voting_round(by=officer, policy=Policy.INVITED, bids=STREET, title="You Decide: Quay Street")
    sign_in(client, officer)
    cookie = client.get_cookie("you_decide")
    assert cookie is not None
    where, path = "phone" if phone else "desk", f"/officers/rounds/{the_round.slug}"
    bad = [{**PEOPLE[0], "Name": f"Person {number}", "Postcode": "EX"} for number in range(3)]
    with site.visit(phone=phone) as page:
        page.context.add_cookies([{"name": "you_decide", "value": cookie.value, "url": site.url}])
        page.goto(path)
        page.get_by_role("link", name="People who are invited").click()
        site.look(page, f"invited-1-empty-{where}")
        page.locator("main").get_by_text("Upload a list", exact=True).click()
        site.look(page, f"invited-2-upload-{where}")
        page.locator("input[type=file]").set_input_files(
            {"name": "list.csv", "mimeType": "text/csv", "buffer": as_csv([*PEOPLE, *bad])}
        )
        press(page, "Look at the list")
        expect(page.get_by_role("heading", level=1)).to_have_text("Which column is which")
        site.look(page, f"invited-3-columns-{where}")
        press(page, "Check every row")
        expect(page.get_by_role("heading", level=1)).to_have_text("Check the list")
        press(page, "Put the new people on the list")
        expect(page.locator("#leave_out-error")).to_be_visible()
        site.look(page, f"invited-4-check-{where}")
        page.get_by_label("Leave out the lines with errors").check()
        press(page, "Put the new people on the list")
        site.look(page, f"invited-5-list-{where}")
        with page.expect_download() as download:
            press(page, "File for letters to all of them")
        rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
        page.goto(f"{path}/invited")
        page.get_by_role("link", name="Kim Vale").click()
        site.look(page, f"invited-6-person-{where}")
        page.goto(f"/rounds/{the_round.slug}/vote")
        page.get_by_label("Your code").fill(rows[0]["Code"])
        page.get_by_label("I am helping").check()
        site.look(page, f"invited-7-vote-{where}")
        press(page, "Continue")
        page.get_by_label("Saturday bike kitchen").check()
        press(page, "Check my choices")
        press(page, "Cast my ballot")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the box")
        page.goto(f"{path}/set-up/voters")
        site.look(page, f"invited-8-voters-{where}")
        page.goto(f"/rounds/{the_round.slug}/how-it-works")
        site.look(page, f"invited-9-public-{where}")
