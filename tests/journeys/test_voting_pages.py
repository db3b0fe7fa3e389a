"""The voting pages in Chromium, on a phone and on a desk, with scripts and without."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pb.core.codes import print_form
from pb.models.rounds import Policy, Round
from tests.browser import Site
from tests.voters import GOOD_MARKS, STREET, VOTES, a_voting_round, codes_for

pytestmark = pytest.mark.browser

TITLE = "You Decide: Quay Street and Northfield"
WORDS = {
    "approval": "2 of 2 chosen",
    "scoring": "3 of 5 scored",
    "choose_and_score": "2 of 2 scored",
    "ranked": "2 of 3 placed",
    "points": "0 of 10 points left",
    "knapsack": "left, 1 chosen",
}
SAID: dict[str, dict[str, Any]] = {
    "Warm Tuesdays at the Old Chapel": {
        "summary": "A warm room, soup and company every Tuesday from November to March.",
        "what": "We open the doors at ten, put the kettle on and keep the hall warm until four. " * 4,
    },
    "A bench and two lime trees for Quay Street": {
        "summary": "Somewhere to sit by the bus stop, with shade in ten years’ time.",
    },
    "Saturday bike kitchen": {"summary": "Mend your bike with neighbours who know how; tools and tea are there."},
    "Pond and dipping platform at Northfield School": {
        "summary": "A pond for the school and, at weekends, for everybody.",
        "boost": True,
    },
    "Sew, mend and share": {"summary": "Two sewing machines, a table and a teacher on Thursdays.", "boost": True},
}


def a_street_round(kind: str = "approval", **wanted: Any) -> Round:
    return a_voting_round(kind, **{"bids": STREET, "changes": SAID, "title": TITLE} | wanted)


def mark(page: Page, marks: dict[str, str]) -> None:
    """Mark projects as a finger would, whatever their fields are."""
    for name, value in marks.items():
        field = page.locator(f"[name={name}]")
        kind = field.first.get_attribute("type")
        if kind == "checkbox":
            field.check()
        elif kind == "radio":
            page.locator(f"[name={name}][value='{value}']").check()
        elif kind == "text":
            field.fill(value)
        else:
            field.select_option(value)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
@pytest.mark.parametrize("kind", VOTES)
def test_each_ballot_keeps_its_running_total(site: Site, kind: str, phone: bool) -> None:
    the_round = a_street_round(kind)
    (code,) = codes_for(the_round)
    where = "phone" if phone else "desk"
    with site.visit(phone=phone) as page:
        page.goto(f"/rounds/{the_round.slug}/vote")
        page.get_by_label("Code on your card").fill(code)
        press(page, "Continue")
        mark(page, GOOD_MARKS[kind])
        expect(page.get_by_role("status").first).to_contain_text(WORDS[kind])
        site.look(page, f"vote-2-{kind}-{where}")
        mark(page, {"p4": "2", "p5": "4"} if kind == "scoring" else {})
        press(page, "Check my choices")
        expect(page.get_by_role("heading", level=1)).to_have_text("Check your choices")
        site.look(page, f"vote-3-{kind}-{where}")


OVER = {
    "approval": ({"p1": "1", "p2": "1", "p3": "1"}, "3 chosen, 1 too many"),
    "choose_and_score": ({"p1": "5", "p2": "3", "p3": "1"}, "3 scored, 1 too many"),
    "ranked": ({"p1": "2", "p3": "2"}, "Place 2 is given to two projects"),
    "points": ({"p1": "9", "p2": "4"}, "3 points too many"),
    "knapsack": ({"p1": "1", "p2": "1", "p3": "1", "p4": "1", "p5": "1"}, "£7,850 too much: take something out"),
}


@pytest.mark.parametrize("kind", OVER)
def test_too_much_is_told_at_once_and_again_by_the_server(site: Site, kind: str) -> None:
    the_round = a_street_round(kind)
    (code,) = codes_for(the_round)
    marks, told = OVER[kind]
    with site.visit(phone=True) as page:
        page.goto(f"/rounds/{the_round.slug}/vote")
        page.get_by_label("Code on your card").fill(code)
        press(page, "Continue")
        mark(page, marks)
        expect(page.get_by_role("status").first).to_have_text(told)
        press(page, "Check my choices")
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        site.look(page, f"vote-2-{kind}-over-phone")
        page.locator(".govuk-error-summary a").first.click()
        expect(page.locator(":focus")).to_have_attribute("name", re.compile("^p[0-9]"))
        expect(page.get_by_role("status").first).to_have_text(told)


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_a_resident_declares_and_votes(site: Site, phone: bool, javascript: bool) -> None:
    the_round = a_street_round(policy=Policy.DECLARED)
    where = ("phone" if phone else "desk") + ("" if javascript else "-plain")
    with site.visit(phone=phone, javascript=javascript) as page:
        page.goto(f"/rounds/{the_round.slug}/vote")
        site.look(page, f"vote-1-{where}")
        page.get_by_label("Full name").fill("Sam Okafor")
        press(page, "Continue")
        expect(page.locator(".govuk-error-summary")).to_be_visible()
        site.look(page, f"vote-1-errors-{where}")
        page.get_by_label("Your home postcode").fill("ex1 1ab")
        page.get_by_label("Year you were born").fill("1984")
        page.get_by_label("I live here").check()
        page.get_by_label("my only ballot").check()
        press(page, "Continue")
        page.get_by_label("Saturday bike kitchen").check()
        press(page, "Check my choices")
        press(page, "Change my choices")
        expect(page.get_by_label("Saturday bike kitchen")).to_be_checked()
        page.get_by_label("Sew, mend and share").check()
        press(page, "Check my choices")
        expect(page.locator(".govuk-summary-list__row")).to_have_count(2)
        site.look(page, f"vote-3-{where}")
        press(page, "Cast my ballot")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the box")
        site.look(page, f"vote-4-{where}")
        receipt = page.locator("#receipt").inner_text()
        page.reload()
        expect(page.locator("#receipt")).to_have_text(receipt)
    with site.visit(phone=phone, javascript=javascript) as page:
        again(page, the_round)
        site.look(page, f"vote-5-already-{where}")
        press(page, "Ask for a check")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is waiting for a check")
        site.look(page, f"vote-6-held-{where}")


def again(page: Page, the_round: Round) -> None:
    """Vote in the name of somebody who has voted."""
    page.goto(f"/rounds/{the_round.slug}/vote")
    page.get_by_label("Full name").fill("Sam Okafor")
    page.get_by_label("Your home postcode").fill("EX1 1AB")
    page.get_by_label("Year you were born").fill("1984")
    page.get_by_label("I live here").check()
    page.get_by_label("my only ballot").check()
    press(page, "Continue")
    page.get_by_label("Saturday bike kitchen").check()
    press(page, "Check my choices")
    press(page, "Cast my ballot")


def test_a_scanned_card_brings_its_code_and_leaves_none_in_the_address(site: Site) -> None:
    the_round = a_street_round()
    (code,) = codes_for(the_round)
    with site.visit(phone=True) as page:
        page.goto(f"/c#{code}")
        expect(page.get_by_label("Code on your card")).to_have_value(print_form(code))
        assert "#" not in page.url
        site.look(page, "card-phone")
        press(page, "Continue")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your choices")
        assert code not in page.url


def test_the_extra_vote_on_a_phone(site: Site) -> None:
    vote = {"ballot_settings": {"most": 2, "boost": True}}
    the_round = a_street_round(vote=vote)
    (code,) = codes_for(the_round)
    with site.visit(phone=True) as page:
        page.goto(f"/rounds/{the_round.slug}/vote")
        page.get_by_label("Code on your card").fill(code)
        press(page, "Continue")
        page.get_by_role("checkbox", name="Saturday bike kitchen").check()
        page.get_by_role("radio", name="Sew, mend and share").check()
        site.look(page, "vote-2-boost-phone")
        press(page, "Check my choices")
        expect(page.get_by_text("Your extra vote")).to_be_visible()


def to_the_ballot(page: Page, the_round: Round) -> None:
    (code,) = codes_for(the_round)
    page.goto(f"/rounds/{the_round.slug}/vote")
    page.get_by_label("Code on your card").fill(code)
    press(page, "Continue")


def test_going_back_in_the_browser_loses_nothing(site: Site) -> None:
    the_round = a_street_round()
    with site.visit(phone=True) as page:
        to_the_ballot(page, the_round)
        page.get_by_label("Saturday bike kitchen").check()
        press(page, "Check my choices")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        page.go_back()
        expect(page.get_by_label("Saturday bike kitchen")).to_be_checked()
        page.get_by_label("Sew, mend and share").check()
        press(page, "Check my choices")
        expect(page.locator(".govuk-summary-list__row")).to_have_count(2)
        page.go_back()
        page.go_back()
        expect(page.get_by_label("Code on your card")).to_have_value(re.compile("[0-9A-Z]{17}"))
        page.go_forward()
        page.go_forward()
        press(page, "Cast my ballot")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the box")


def test_going_back_after_the_casting_shows_no_choice(site: Site) -> None:
    the_round = a_street_round()
    with site.visit(phone=True) as page:
        to_the_ballot(page, the_round)
        page.get_by_label("Saturday bike kitchen").check()
        press(page, "Check my choices")
        press(page, "Cast my ballot")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the box")
        page.go_back()
        expect(page.get_by_label("Code on your card")).to_have_value("")
        assert "Saturday bike kitchen" not in page.content()


def test_a_lost_connection_loses_no_mark(site: Site) -> None:
    the_round = a_street_round()
    with site.visit(phone=True) as page:
        to_the_ballot(page, the_round)
        page.get_by_label("Saturday bike kitchen").check()
        page.context.set_offline(True)
        press(page, "Check my choices")
        expect(page.get_by_role("alert")).to_contain_text("There is no connection just now.")
        site.look(page, "vote-2-offline-phone")
        page.context.set_offline(False)
        press(page, "Check my choices")
        expect(page.locator(".govuk-summary-list__key")).to_have_text("Saturday bike kitchen")
        press(page, "Cast my ballot")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the box")
