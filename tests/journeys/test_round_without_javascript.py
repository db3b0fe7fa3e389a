"""What residents do in a round, on a phone without scripts, and once in Welsh.

Up to two projects on each ballot; a pot of £10,000. By hand:

             asks   Ruth  Sam  Mina   votes   recommended
    Hall   £6,000     x    x    x       3       £6,000      leaves £4,000
    Bench  £3,000     x    x            2       £3,000      leaves £1,000
    Pond   £2,500               x       1           £0

Somebody with Sam's name, postcode and year of birth chose the pond too; with that ballot pond and bench would have
stood equal, but the desk rejects it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from pb.core.actors import Role
from pb.models.rounds import Policy, Round
from pb.services.counts import certify, record_count
from pb.services.decisions import agree_with_the_rest, publish_decisions
from pb.services.duplicates import held_claims, settle
from pb.services.opening import approve_opening, freeze_box, open_box
from tests.browser import Site
from tests.conftest import TurningClock
from tests.deciding import a_cabinet_member, released
from tests.factories import owner_of, someone, turn_to
from tests.journeys.steps import Voter, cast, check_choices, expect_fault, expect_heading, fill, follow, identify, press
from tests.voters import a_voting_round, codes_for

pytestmark = pytest.mark.browser

RUTH = Voter("Ruth Adeyemi", "EX1 1AA", "1957", ["Bench", "Hall"])
SAM = Voter("Sam Okafor", "EX1 1AB", "1984", ["Hall", "Bench"])
MINA = Voter("Mina Rahman", "EX1 2AD", "2001", ["Hall", "Pond"])
OTHER_SAM = Voter("sam  OKAFOR", "ex11ab", "1984", ["Pond"])


def test_residents_vote_read_the_result_and_find_their_receipts_without_scripts(
    site: Site, clock: TurningClock
) -> None:
    the_round = a_voting_round("approval", policy=Policy.DECLARED, title="You Decide: Mill Lane")
    (code,) = codes_for(the_round)
    receipts = [
        vote(site, the_round, RUTH, code=code),
        vote(site, the_round, SAM, code=""),
        vote(site, the_round, MINA, code=""),
    ]
    rejected = ask_for_a_check(site, the_round)
    publish_as_the_vote_recommends(the_round, clock)
    with site.visit(phone=True, javascript=False) as page:
        page.goto(f"/rounds/{the_round.slug}")
        follow(page, "See the result")
        site.look(page, "plain-result")
        expect_row(page, "Hall", "3 votes", "£6,000")
        expect_row(page, "Bench", "2 votes", "£3,000")
        expect_row(page, "Pond", "1 vote", "No money", "£1,000 was left when its turn came")
        for receipt, answer in [(each, "Yes, it was counted") for each in receipts] + [
            (rejected, "No counted ballot has this receipt")
        ]:
            page.goto(f"/rounds/{the_round.slug}/receipts")
            fill(page, {"receipt": receipt})
            press(page, "Look it up")
            expect(page.get_by_text(answer)).to_be_visible()


def vote(site: Site, the_round: Round, voter: Voter, *, code: str) -> str:
    """From the round's page, or the address on a card, to the receipt; with a slip and a change of mind on the way."""
    look = "plain" if code else ""
    with site.visit(phone=True, javascript=False) as page:
        if code:
            page.goto("/c")
            site.look(page, "plain-card")
            fill(page, {"code": code.lower()})
            press(page, "Continue")
        else:
            page.goto(f"/rounds/{the_round.slug}")
            follow(page, "Vote now")
        expect_heading(page, "Who you are")
        press(page, "Continue")
        expect_fault(page, "name", "name")
        if look:
            site.look(page, "plain-who-errors")
        identify(page, voter)
        press(page, "Continue")
        check_choices(site, page, voter, look)
        press(page, "Change my choices")
        check_choices(site, page, voter)
        receipt = cast(site, page, look)
        for button in ("Copy the receipt", "Print this page"):
            expect(page.get_by_text(button, exact=True)).to_be_hidden()
        return receipt


def ask_for_a_check(site: Site, the_round: Round) -> str:
    """The same person by name, postcode and year, however they are written: told so, then held."""
    with site.visit(phone=True, javascript=False) as page:
        page.goto(f"/rounds/{the_round.slug}/vote")
        identify(page, OTHER_SAM)
        press(page, "Continue")
        check_choices(site, page, OTHER_SAM)
        press(page, "Cast my ballot")
        expect_heading(page, "A ballot has been cast already")
        site.look(page, "plain-already")
        press(page, "Ask for a check")
        expect_heading(page, "Your ballot is waiting for a check")
        return page.locator("#receipt").inner_text()


def publish_as_the_vote_recommends(the_round: Round, clock: TurningClock) -> None:
    """What the council does behind the pages: reject the claim, open, count, decide, release."""
    officer, lead, member = owner_of(the_round), someone(Role.COUNT_LEAD), a_cabinet_member()
    (claim,) = held_claims(the_round.id, by=officer)
    settle(the_round.id, claim.id, accepted=False, reason="It was the same person.", by=officer)
    turn_to(the_round.voting_closes_at)
    clock.turn(minutes=the_round.grace_minutes)
    freeze_box(the_round.id, by=lead)
    for _ in range(2):
        approve_opening(the_round.id, by=someone(Role.OFFICER))
    open_box(the_round.id, by=lead, witnesses=["Ann Other"])
    record_count(the_round.id, by=lead)
    certify(the_round.id, 1, by=someone(Role.SECOND_TELLER))
    agree_with_the_rest(the_round.id, power="cabinet_member", by=member)
    publish_decisions(the_round.id, by=member)
    released(the_round)


def expect_row(page: Page, title: str, *words: str) -> None:
    """The project's row in the result says these words."""
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=title, exact=True))
    for each in words:
        expect(row).to_contain_text(each)


def test_a_resident_votes_in_welsh(site: Site, clock: TurningClock) -> None:
    the_round = a_voting_round("approval", policy=Policy.DECLARED, title="Chi sy’n penderfynu: Lôn y Felin")
    with site.visit(phone=True, language="cy") as page:
        page.goto("/")
        expect(page.locator("html")).to_have_attribute("lang", "cy")
        site.look(page, "welsh-home")
        page.locator("main a").filter(has_text=the_round.title).first.click()
        site.look(page, "welsh-round")
        page.locator(f"main a[href='/rounds/{the_round.slug}/vote']").first.click()
        fill(page, {"name": SAM.name, "postcode": SAM.postcode, "year_of_birth": SAM.year, "declared": True})
        fill(page, {"link": "live"})
        site.look(page, "welsh-who")
        page.locator("main button[type=submit]").first.click()
        page.get_by_role("checkbox", name="Hall").check()
        site.look(page, "welsh-ballot")
        page.locator("main button[type=submit]").last.click()
        expect(page.locator("main dl")).to_contain_text("Hall")  # read back; the ballot before it names the hall too
        page.locator("main form button[type=submit]").first.click()
        expect(page.locator("#receipt")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "cy")
        site.look(page, "welsh-done")
