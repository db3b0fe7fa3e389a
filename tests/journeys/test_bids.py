"""A group bids on a phone, with scripts and without; officers check at a desk."""

from __future__ import annotations

import pyotp
import pytest
from playwright.sync_api import Page, expect

from pb.core.actors import Actor, Role
from pb.core.bids import DECLARATIONS
from pb.core.states import BidState
from pb.extensions import db, present
from pb.services.accounts import account_of
from pb.services.bid_lists import bids_of, sent_bid
from pb.services.pots import PotEntry
from tests.bidding import a_bid, a_contact, a_draft, an_organisation
from tests.browser import Site
from tests.conftest import TurningClock
from tests.factories import PASSWORD, a_round_taking_bids, actor_again, an_account

pytestmark = pytest.mark.browser


def enter(page: Page, who: Actor) -> None:
    """Sign in with e-mail address and password."""
    page.goto("/account/sign-in")
    page.get_by_label("E-mail address").fill(account_of(who.account_id).email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")


def enter_as_staff(page: Page, who: Actor) -> None:
    """Sign in and set up the second step on the way."""
    enter(page, who)
    page.goto("/account/set-up-second-step")
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.locator("input[name=figures]").fill(pyotp.TOTP(secret).at(int(present.now().timestamp())))
    page.locator("main form button").first.click()
    page.wait_for_load_state()


def press(page: Page, name: str) -> None:
    """Press a button and wait for the page that answers."""
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def put_date(page: Page, name: str, *parts: str) -> None:
    """Fill in day, month and year."""
    for part, value in zip(("day", "month", "year"), parts, strict=True):
        page.locator(f"#{name}-{part}").fill(value)


def test_a_group_writes_a_bid_on_a_phone_and_sends_it(site: Site, clock: TurningClock) -> None:
    pots = [PotEntry("Small ideas", 500_000), PotEntry("Large ideas", 1_000_000)]
    the_round = a_round_taking_bids(title="Northfield Decides", themes=["Young people", "Green spaces"], pots=pots)
    contact = a_contact("Ada Mensah", password=PASSWORD)
    with site.visit(phone=True) as page:
        page.goto("/groups/start")
        site.look(page, "bids-start")
        enter(page, contact)
        add_group(site, page)
        page.goto(f"/groups/rounds/{the_round.slug}/bid")
        site.look(page, "bids-start-bid")
        page.get_by_label("Small ideas: £5,000 to give out").check()
        press(page, "Start the bid")
        site.look(page, "bids-tasks-empty")
        page.goto(f"{page.url}/check")
        press(page, "Send the bid")
        site.look(page, "bids-check-errors")
        write_pages(site, page)
        site.look(page, "bids-check")
        press(page, "Send the bid")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your bid has arrived")
        site.look(page, "bids-done")
        page.get_by_role("button", name="See your bid").click()
        site.look(page, "bids-sent")

    db.session.rollback()
    (bid,) = bids_of(actor_again(contact.account_id))
    assert (bid.state, bid.asked, bid.themes) == (BidState.SUBMITTED, 100_000, ["Green spaces"])


def add_group(site: Site, page: Page) -> None:
    """Add a group, after a first try with nothing in it."""
    page.goto("/groups/")
    site.look(page, "bids-home-empty")
    page.get_by_role("link", name="Add your group").click()
    press(page, "Add the group")
    site.look(page, "bids-group-errors")
    page.get_by_label("Name of the group").fill("Friends of the Brook")
    page.get_by_label("Residents’ or tenants’ association").check()
    page.get_by_label("Address", exact=True).fill("The Old School, Mill Lane")
    page.get_by_label("Postcode").fill("EX4 3AB")
    page.get_by_label("Where is the group active?").fill("Northfield")
    press(page, "Add the group")
    site.look(page, "bids-home")


def write_pages(site: Site, page: Page) -> None:
    """Go through the pages in the order in which they follow each other; each is kept on its own."""
    page.goto(page.url.removesuffix("/check") + "/pages/group")
    next_page(site, page, "group")
    page.get_by_label("Yes, and two people").check()
    page.get_by_label("Yes, the group has agreed it").check()
    next_page(site, page, "papers")
    page.get_by_label("Title", exact=True).fill("Benches along the brook")
    page.get_by_label("Summary in one sentence").fill("Three benches, so that everybody can rest on the way.")
    next_page(site, page, "title")
    page.get_by_label("What will you do?").fill("We put three benches there.")
    page.get_by_label("Why is it needed?").fill("Fifty neighbours asked for them.")
    next_page(site, page, "plan")
    page.get_by_label("Who will benefit?").fill("Older people, parents with small children.")
    page.get_by_label("About how many people?").fill("400")
    page.get_by_label("How will you know that it worked?").fill("We count who sits there.")
    next_page(site, page, "people")
    page.get_by_label("Where will it happen?").fill("By the brook")
    page.get_by_label("Green spaces").check()
    put_date(page, "starts_on", "1", "9", "2026")
    put_date(page, "ends_on", "30", "11", "2026")
    next_page(site, page, "place-and-dates")
    write_money(site, page)
    page.get_by_label("No", exact=True).check()
    next_page(site, page, "interests")
    for sentence in DECLARATIONS.values():
        page.get_by_label(sentence).check()
    page.get_by_label("Your name").fill("Ada Mensah")
    page.get_by_label("Your role in the group").fill("Treasurer")
    next_page(site, page, "declarations")


def write_money(site: Site, page: Page) -> None:
    """The pages about money, with a slip on the way."""
    page.get_by_label("Total cost of the project").fill("ten")
    page.locator("#cost_lines-0-item").fill("Three benches")
    page.locator("#cost_lines-0-amount").fill("12.345")
    next_page(site, page, "costs-errors")
    expect(page.get_by_label("Total cost of the project")).to_have_value("ten")
    page.get_by_label("Total cost of the project").fill("1200")
    page.locator("#cost_lines-0-amount").fill("1,200")
    next_page(site, page, "costs")
    page.get_by_label("How much are you asking for?").fill("£1,000")
    page.get_by_label("smallest amount").fill("600")
    next_page(site, page, "amount")
    page.get_by_label("How much comes from other funders?").fill("0")
    page.get_by_label("How much does the group pay itself?").fill("200")
    page.get_by_label("Yes", exact=True).check()
    next_page(site, page, "other-money")


def next_page(site: Site, page: Page, name: str) -> None:
    """Read the page as it stands, then save it and go on."""
    site.look(page, f"bids-page-{name}")
    press(page, "Save and continue")


def test_lines_of_costs_come_and_go_without_scripts_and_the_enter_key_saves(site: Site, clock: TurningClock) -> None:
    contact = a_contact(password=PASSWORD)
    draft = a_draft(a_round_taking_bids(), contact)
    with site.visit(phone=True, javascript=False) as page:
        enter(page, contact)
        page.goto(f"/groups/bids/{draft.reference}/pages/costs")
        press(page, "Add a line")
        expect(page.locator("[id$=-item]")).to_have_count(4)
        page.locator("#cost_lines-3-item").fill("A plaque")
        page.get_by_role("button", name="Remove this line (Three benches)").click()
        expect(page.locator("#cost_lines-2-item")).to_have_value("A plaque")
        page.locator("#cost_lines-2-amount").fill("900")
        page.locator("#cost_lines-2-amount").press("Enter")
        page.wait_for_url("**/check")

    db.session.rollback()
    assert [(line.item, line.amount) for line in draft.cost_lines] == [
        ("Putting them in", 30_000),
        ("A plaque", 90_000),
    ]


def test_what_was_typed_outlives_the_session_without_scripts(site: Site, clock: TurningClock) -> None:
    contact = a_contact(password=PASSWORD)
    draft = a_draft(a_round_taking_bids(), contact)
    with site.visit(javascript=False) as page:
        enter(page, contact)
        page.goto(f"/groups/bids/{draft.reference}/pages/plan")
        page.get_by_label("Why is it needed?").fill("A long text.\n\nWritten over an evening.")
        clock.turn(hours=3)
        press(page, "Save and continue")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to save what you wrote")
        with page.expect_popup() as popup:
            page.get_by_role("link", name="Sign in (opens in a new tab)").click()
        enter_here(popup.value, contact)
        press(page, "I have signed in: carry on")
        expect(page.get_by_label("Why is it needed?")).to_have_value("A long text.\n\nWritten over an evening.")
        press(page, "Save and continue")
        page.wait_for_url("**/check")

    db.session.rollback()
    assert draft.why == "A long text.\n\nWritten over an evening."


def enter_here(page: Page, who: Actor) -> None:
    """Sign in on the page that is open."""
    page.get_by_label("E-mail address").fill(account_of(who.account_id).email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed in again")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_officers_pass_one_bid_and_refuse_another_between_two(site: Site, clock: TurningClock, phone: bool) -> None:
    where = "phone" if phone else "desk"
    the_round, first, second = a_round_taking_bids(), an_account(Role.OFFICER), an_account(Role.APPROVER)
    contact = a_contact()
    good = a_bid(the_round, title="Benches along the brook")
    bad = a_bid(the_round, contact, an_organisation(contact), title="A new pew", bank_account="none")
    with site.visit(phone=phone) as page:
        enter_as_staff(page, first)
        page.goto(f"/officers/rounds/{the_round.slug}/bids")
        site.look(page, f"officers-bids-{where}")
        page.get_by_role("button", name="Check the next bid").click()
        page.locator("#lawful-not_met").check()
        press(page, "Save the answers")
        site.look(page, f"officers-bid-errors-{where}")
        page.locator("#lawful").check()
        press(page, "The rest is met: pass the bid")
        page.wait_for_url(f"**/{bad.reference}")
        page.goto(f"/officers/bids/{bad.reference}/refuse")
        press(page, "Refuse this bid")
        site.look(page, f"officers-refuse-errors-{where}")
        page.get_by_label("Reason").fill("The rules ask for an account in the group’s name.")
        press(page, "Refuse this bid")
        expect(page.get_by_text("It waits for a second person.")).to_be_visible()
    with site.visit(phone=phone) as page:
        enter_as_staff(page, second)
        page.goto(f"/officers/rounds/{the_round.slug}/bids/to-confirm")
        site.look(page, f"officers-to-confirm-{where}")
        page.get_by_role("link", name="A new pew").click()
        site.look(page, f"officers-confirm-{where}")
        press(page, "Confirm the refusal")
        site.look(page, f"officers-refused-{where}")

    db.session.rollback()
    assert sent_bid(good.reference, first).state == BidState.ELIGIBLE
    assert sent_bid(bad.reference, first).state == BidState.INELIGIBLE
