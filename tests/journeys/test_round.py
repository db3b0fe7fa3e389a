"""One round from the first idea to the published result, as its people live it, in a browser.

Two wards share £9,000 by population (Abbey 8,400 people, Harbour 4,200), so Abbey has £6,000 and Harbour £3,000.
Up to two projects on each ballot. The figures in this file were worked out by hand:

    Abbey, £6,000              asks    needs   Ruth  Sam  other Sam   votes   recommended   decided
    Benches by the brook     £1,000     £600     x    x       x         3        £1,000     £1,000
    A pond at the school     £2,500   £2,000          x       x         2        £2,500     £2,100
    A community kitchen      £3,500   £3,000     x                      1             £0         -
    Harbour, £3,000                             Mina
    Saturday bike kitchen    £2,000   £1,500     x                      1        £2,000     £2,000
    A mural on the quay      £1,500   £1,500                            0             £0         -

One person votes in Harbour, so its votes are told to nobody.

The kitchen comes third: £6,000 less £3,500 leaves £2,500, and it needs £3,000 at least. Nobody chose the mural. Without the
other Sam, whose ballot is held and then accepted, pond and kitchen would stand equal. Abbey's member cuts the
pond to £2,100: £1,000 + £2,100 + £2,000 = £5,100 are given out.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from pb.extensions import db
from pb.models.rounds import Round
from pb.services.rounds import find_round
from tests.browser import Site
from tests.conftest import TurningClock
from tests.factories import turn_to
from tests.journeys import after_the_vote as after
from tests.journeys import before_the_vote as before
from tests.journeys.before_the_vote import SLUG, TITLE, Town
from tests.journeys.people import at_desk
from tests.journeys.steps import Voter, cast, check_choices, expect_heading, follow, identify, press

pytestmark = pytest.mark.browser

RUTH = Voter("Ruth Adeyemi", "EX1 1AA", "1957", ["A community kitchen", "Benches by the brook"])
SAM = Voter("Sam Okafor", "EX1 1AB", "1984", ["Benches by the brook", "A pond at the school"])
MINA = Voter("Mina Rahman", "EX1 2AD", "2001", ["Saturday bike kitchen"])


def test_a_round_from_the_first_idea_to_the_published_result(site: Site, clock: TurningClock) -> None:
    town = Town(site)
    with at_desk(site, town.officer) as desk:
        before.an_officer_has_an_idea(town, desk)
        before.an_approver_passes_it(town)
        before.the_officer_sets_it_up(town, desk)
    before.groups_send_their_bids(town)
    turn_to(_the_round().bids_close_at)
    with at_desk(site, town.officer) as desk:
        before.officers_check_the_bids(town, desk)
        before.three_people_hold_the_keys(town, desk)
        before.two_people_lock_the_ballot(town, clock, desk)
        before.each_pair_of_holders_opens_the_test_ballot(town, desk)
        code = before.the_officer_makes_codes(town, desk)
    turn_to(_the_round().voting_opens_at)
    receipts = residents_vote(site, code)
    receipts.append(another_sam_asks_for_a_check(site))
    after.the_desk_settles_the_claim(town, accepted=True)
    turn_to(_the_round().voting_closes_at)
    clock.turn(minutes=_the_round().grace_minutes)
    after.the_count_lead_opens_the_box(town)
    after.two_tellers_count_and_certify(town)
    after.the_member_decides(town)
    after.two_people_release_the_result(town)
    everybody_reads_the_result(site)
    residents_find_their_receipts(site, receipts)


def _the_round() -> Round:
    db.session.rollback()
    return find_round(SLUG)


def residents_vote(site: Site, code: str) -> list[str]:
    """Ruth scans the card from the library, Sam and Mina say who they are; gives their receipts."""
    receipts = []
    with site.visit(phone=True) as page:
        page.goto("/")
        site.look(page, "round-50-home")
        follow(page, TITLE)
        site.look(page, "round-51-round")
        follow(page, "Benches by the brook")
        site.look(page, "round-52-project")
        page.goto(f"/c#{code}")
        site.look(page, "round-53-card")
        press(page, "Continue")
        identify(page, RUTH)
        site.look(page, "round-54-who")
        press(page, "Continue")
        receipts.append(_vote(site, page, RUTH, look="round-55"))
    for voter in (SAM, MINA):
        with site.visit(phone=True) as page:
            page.goto(f"/rounds/{SLUG}")
            follow(page, "Vote now")
            identify(page, voter)
            press(page, "Continue")
            receipts.append(_vote(site, page, voter))
    return receipts


def _vote(site: Site, page: Page, voter: Voter, look: str = "") -> str:
    check_choices(site, page, voter, look)
    return cast(site, page, look)


def another_sam_asks_for_a_check(site: Site) -> str:
    """Sam's cousin has the same name, postcode and year: told so plainly, they ask for a check and are held."""
    with site.visit(phone=True) as page:
        page.goto(f"/rounds/{SLUG}/vote")
        identify(page, SAM)
        press(page, "Continue")
        check_choices(site, page, SAM)
        press(page, "Cast my ballot")
        expect_heading(page, "A ballot has been cast already")
        expect(page.get_by_text("A ballot is in the box for this name, postcode and year of birth.")).to_be_visible()
        site.look(page, "round-58-already")
        press(page, "Ask for a check")
        expect_heading(page, "Your ballot is waiting for a check")
        site.look(page, "round-59-held")
        return page.locator("#receipt").inner_text()


def everybody_reads_the_result(site: Site) -> None:
    """Rank, votes, recommendation, decision and reason side by side, as worked out above."""
    with site.visit(phone=True) as page:
        page.goto(f"/rounds/{SLUG}")
        follow(page, "See the result")
        site.look(page, "round-90-result-phone")
        page.get_by_role("link", name="How it was counted, step by step").click()
        expect_heading(page, "How it was counted")
        site.look(page, "round-91-how-it-was-counted-phone")
    with site.visit() as page:
        page.goto(f"/rounds/{SLUG}/result")
        site.look(page, "round-92-result-desk")
        rows = {title: page.get_by_role("row").filter(has_text=title) for title in RESULT}
        for title, words in RESULT.items():
            for each in words:
                expect(rows[title]).to_contain_text(each)
        expect(page.get_by_text("£5,100").first).to_be_visible()
        page.goto(f"/rounds/{SLUG}/result/print")
        site.look(page, "round-93-print")


def residents_find_their_receipts(site: Site, receipts: list[str]) -> None:
    with site.visit(phone=True) as page:
        for receipt in receipts:
            page.goto(f"/rounds/{SLUG}/receipts")
            page.get_by_label("Your receipt").fill(receipt.lower())
            press(page, "Look it up")
            expect(page.get_by_text("Yes, it was counted")).to_be_visible()
        site.look(page, "round-94-receipt")


#: What the row of each project says: its place, its ballots, what the vote recommends, what was decided, and why.
RESULT = {
    "Benches by the brook": ["1", "3 votes", "The vote recommends £1,000", "£1,000"],
    "A pond at the school": ["2", "2 votes", "The vote recommends £2,500", "£2,100", after.REASON],
    "A community kitchen": ["3", "1 vote", "Not recommended"],
    "Saturday bike kitchen": ["1", "Votes are not told: too few took part", "The vote recommends £2,000", "£2,000"],
    "A mural on the quay": ["Votes are not told: too few took part", "Not recommended"],
}
