"""A round from the first idea to the lock of its ballot, as the council and the groups live it in a browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from playwright.sync_api import Page, expect

from pb.core.actors import Actor, Role
from pb.services.rounds import find_round
from tests.bidding import a_bid, a_contact, an_organisation
from tests.browser import Site
from tests.conftest import TurningClock
from tests.factories import an_account
from tests.journeys.people import at_desk, confirm_it_is_me, on_phone
from tests.journeys.steps import expect_heading, follow, press, send

TITLE = "You Decide: Abbey and Harbour"
SLUG = "you-decide-abbey-and-harbour"
BASE = f"/officers/rounds/{SLUG}"


@dataclass
class Town:
    """Everybody who has a part in the round."""

    site: Site
    officer: Actor = field(default_factory=lambda: an_account(Role.OFFICER, name="Ada Mensah"))
    colleague: Actor = field(default_factory=lambda: an_account(Role.OFFICER, name="Cem Aydin"))
    approver: Actor = field(default_factory=lambda: an_account(Role.APPROVER, name="Bea Lindqvist"))
    lead: Actor = field(default_factory=lambda: an_account(Role.COUNT_LEAD, name="Dev Patel"))
    teller: Actor = field(default_factory=lambda: an_account(Role.SECOND_TELLER, name="Gwen Hughes"))
    scrutiny: Actor = field(default_factory=lambda: an_account(Role.SCRUTINY, name="Eve Okoro"))

    @property
    def holders(self) -> list[Actor]:
        """Who holds a key of the box."""
        return [self.approver, self.teller, self.scrutiny]


def passphrase_of(holder: Actor) -> str:
    """What a key holder has written on paper and locked away."""
    return f"{holder.name} walks along the harbour wall at dusk"


def an_officer_has_an_idea(town: Town, page: Page) -> None:
    site = town.site
    site.look(page, "round-01-desk")
    follow(page, "Add a round")
    send(site, page, {"title": TITLE, "kind": "open_grant"}, "Add the round", "round-02-add")
    expect_heading(page, TITLE)
    site.look(page, "round-03-idea")
    follow(page, "Go to the assessment")
    site.look(page, "round-04-assessment-empty")
    page.goto(f"{BASE}/assessment/why")
    answers = [
        {"why": "Groups say that small sums are hard to find.", "which_decision": "Who gets the ward grants."},
        {"known_already": "The survey of 2024.", "do_differently": "Another share for each ward."},
        {
            "formative": "Nothing is promised to anybody.",
            "information": "Every bid is shown with its cost.",
            "time": "Four weeks to bid and two to vote.",
            "consideration": "The members read the whole result before they decide.",
        },
        {"priority": "high", "cost": "1,500"},
        {"equality_impact_needed": "no", "equality_impact_reason": "Screened: nobody is put at a disadvantage."},
    ]
    for number, values in enumerate(answers, 1):
        send(site, page, values, "Save and continue", "round-05-assessment" if number == 3 else "")
    site.look(page, "round-06-assessment")
    press(page, "Send to an approver")
    expect(page.get_by_role("status")).to_contain_text("The assessment is sent")


def an_approver_passes_it(town: Town) -> None:
    site = town.site
    with at_desk(site, town.approver) as page:
        site.look(page, "round-07-approvers-desk")
        follow(page, "Assess whether it should go ahead")
        send(site, page, {"outcome": "pursue"}, "Record the answer", "round-08-answer")
        expect(page.get_by_role("status")).to_contain_text("Your answer is recorded")


def the_officer_sets_it_up(town: Town, page: Page) -> None:
    site = town.site
    page.goto(BASE)
    press(page, "Start the set-up")
    site.look(page, "round-09-set-up")
    _add_the_wards(site, page)
    _say_what_it_is(site, page)
    page.goto(f"{BASE}/set-up/areas")
    site.look(page, "round-13-areas")
    for ward in ("Abbey", "Harbour"):
        page.get_by_label(ward, exact=True).check()
    press(page, "Save and continue")
    _share_the_money(site, page)
    _set_the_dates(site, page)
    values = {"links": ["live"], "least_age": "11", "policy": "declared"}
    page.goto(f"{BASE}/set-up/voters")
    send(site, page, values, "Save and continue", "round-17-voters")
    _choose_the_ballot(site, page)
    page.goto(f"{BASE}/set-up/keys")
    send(site, page, {"key_mode": "holders"}, "Save and continue", "round-22-keys")
    site.look(page, "round-23-ready")
    follow(page, "Open for bids")
    site.look(page, "round-24-open")
    press(page, "Make it public and open for bids")
    expect(page.get_by_role("status")).to_contain_text("The round is public and open for bids.")


def _add_the_wards(site: Site, page: Page) -> None:
    page.goto("/officers/areas")
    for name, people in (("Abbey", "8,400"), ("Harbour", "4,200")):
        follow(page, "Add an area")
        send(site, page, {"name": name, "kind": "ward", "population": people}, "Add the area")
    follow(page, "Load postcodes")
    send(site, page, {"postcodes": "EX1 1, Abbey\nEX1 2, Harbour"}, "Look at the list", "round-11-postcodes")
    press(page, "Keep these postcodes")


def _say_what_it_is(site: Site, page: Page) -> None:
    sections = {
        "about": {"summary": "£9,000 for ideas in Abbey and Harbour.", "level": "involve", "audience": "everyone"},
        "purpose": {
            "purpose": "People here know best what their streets need.",
            "decision_informed": "The ward members decide on the community grants in May.",
            "result_use": "The members get the list in the order of the vote.",
        },
        "promise": {
            "promise_up": "Which ideas get money.",
            "promise_not": "How much money there is.",
            "promise_last_word": "The ward members, who give their reasons where they differ.",
        },
        "money": {"total": "9,000", "least_grant": "300", "most_grant": "5,000", "running_cost": "1,500"},
    }
    for section, values in sections.items():
        page.goto(f"{BASE}/set-up/{section}")
        send(site, page, values, "Save and continue", "round-12-money" if section == "money" else "")


def _share_the_money(site: Site, page: Page) -> None:
    page.goto(f"{BASE}/set-up/pots")
    site.look(page, "round-14-share")
    send(site, page, {"layout": "population"}, "Save and continue")
    expect(page.get_by_label("Amount").nth(0)).to_have_value("6000")
    expect(page.get_by_label("Amount").nth(1)).to_have_value("3000")
    site.look(page, "round-15-pots")
    press(page, "Save the pots")
    expect(page.get_by_role("status")).to_contain_text("They add up to the penny.")


def _set_the_dates(site: Site, page: Page) -> None:
    page.goto(f"{BASE}/set-up/dates")
    dates = {
        "bids_open_at": ("2", "3", "2026", "9am"),
        "bids_close_at": ("30", "3", "2026", "midday"),
        "voting_opens_at": ("13", "4", "2026", "9am"),
        "voting_closes_at": ("27", "4", "2026", "17:00"),
        "decision_by": ("15", "5", "2026", "5pm"),
    }
    send(site, page, dates, "Save and continue", "round-16-dates")


def _choose_the_ballot(site: Site, page: Page) -> None:
    page.goto(f"{BASE}/set-up/ballot")
    send(site, page, {"preset": "up-to-n"}, "Save and continue", "round-18-ballot")
    send(site, page, {"most": "2"}, "Save and continue", "round-19-ballot-settings")
    page.goto(f"{BASE}/set-up/counting")
    site.look(page, "round-20-counting")
    press(page, "Save and continue")
    site.look(page, "round-21-money-line")
    press(page, "Save and continue")


#: What two groups write, page by page, each page in the order in which the next one follows.
BENCHES = [
    {"bank_account": "two_signatories", "governing_document": "adopted"},
    {"title": "Benches by the brook", "summary": "Three benches, so that everybody can rest on the way."},
    {"what": "We put three benches along the path.", "why": "Fifty neighbours asked for them."},
    {"who": "Older people and parents.", "people": "400", "outcome": "We count who sits there."},
    {"where": "By the brook", "starts_on": ("1", "9", "2026"), "ends_on": ("30", "11", "2026")},
    {"total_cost": "1,200", "cost_lines-0-item": "Three benches", "cost_lines-0-amount": "1200"},
    {"asked": "£1,000", "workable_minimum": "600"},
    {"other_funding": "0", "own_money": "200", "nothing_started": "yes"},
    {"has_interest": "no"},
]


def groups_send_their_bids(town: Town) -> None:
    """Two groups write their bids in the pages; what the others send is the same, so it is made behind them."""
    brook, bikes = (an_account(Role.GROUP_CONTACT, name=name) for name in ("Ola Nowak", "Wei Zhang"))
    _write_a_bid(town.site, brook, "Friends of the Brook", "Abbey", BENCHES, look="round-25-benches")
    bike_kitchen = [
        BENCHES[0],
        {"title": "Saturday bike kitchen", "summary": "Mend your own bike with help, every Saturday."},
        *BENCHES[2:5],
        {"total_cost": "2000", "cost_lines-0-item": "Tools", "cost_lines-0-amount": "2000"},
        {"asked": "2000", "workable_minimum": "1500"},
        {"other_funding": "0", "own_money": "0", "nothing_started": "yes"},
        BENCHES[8],
    ]
    _write_a_bid(town.site, bikes, "The Spoke Club", "Harbour", bike_kitchen)
    the_round = find_round(SLUG)
    pots = {pot.name: pot.id for pot in the_round.pots}
    others = [
        ("A pond at the school", "Abbey", 250_000, 200_000, "two_signatories"),
        ("A community kitchen", "Abbey", 350_000, 300_000, "two_signatories"),
        ("A mural on the quay", "Harbour", 150_000, 150_000, "two_signatories"),
        ("A new pew", "Abbey", 60_000, 60_000, "none"),
    ]
    for title, pot, asked, least, bank in others:
        contact = a_contact()
        a_bid(
            the_round, contact, an_organisation(contact, f"Friends of {title.lower()}"), title=title, pot_id=pots[pot],
            total_cost=asked, asked=asked, workable_minimum=least, cost_lines=[(title, asked)], other_funding=0,
            own_money=0, bank_account=bank,
        )  # fmt: skip


def _write_a_bid(site: Site, who: Actor, group: str, pot: str, pages: list[dict[str, Any]], look: str = "") -> None:
    """On a phone, from the round's public page to the bid's reference."""
    with on_phone(site, who, f"/rounds/{SLUG}") as page:
        if look:
            site.look(page, f"{look}-round")
        follow(page, "Bid for money")
        values = {"name": group, "kind": "residents", "address": "Mill Lane 1", "postcode": "EX1 1AB"}
        send(site, page, values | {"active_in": "The brook"}, "Add the group")
        page.get_by_label(pot).check()
        press(page, "Start the bid")
        page.goto(f"{page.url}/pages/papers")
        for values in pages:
            send(site, page, values, "Save and continue")
        for box in page.get_by_role("checkbox").all():
            box.check()
        send(site, page, {"declared_name": who.name, "declared_role": "Treasurer"}, "Save and continue")
        if look:
            site.look(page, f"{look}-check")
        press(page, "Send the bid")
        expect_heading(page, "Your bid has arrived")


def officers_check_the_bids(town: Town, page: Page) -> None:
    site = town.site
    page.goto(f"{BASE}/bids")
    site.look(page, "round-26-bids")
    follow(page, "Check the next bid")
    for _ in range(5):
        press(page, "The rest is met: pass the bid")
    expect_heading(page, "A new pew")
    follow(page, "Refuse this bid")
    reason = {"reason": "The rules ask for an account in the group’s name."}
    send(site, page, reason, "Refuse this bid")
    expect(page.get_by_text("It waits for a second person.")).to_be_visible()
    with at_desk(site, town.colleague, f"{BASE}/bids/to-confirm") as second:
        follow(second, "A new pew")
        press(second, "Confirm the refusal")
        expect(second.get_by_role("status")).to_contain_text("The bid is refused, and the group is told why.")
    page.goto(f"{BASE}/bids")
    site.look(page, "round-30-bids-checked")


def three_people_hold_the_keys(town: Town, page: Page) -> None:
    """The officer appoints three; each chooses a passphrase and proves that it opens their key."""
    site = town.site
    page.goto(f"{BASE}/key-holders")
    for holder in town.holders:
        send(site, page, {"account": holder.name}, "Appoint")
    site.look(page, "round-32-appointed")
    for holder in town.holders:
        with at_desk(site, holder, "/officers/keys") as own:
            follow(own, "Choose your passphrase")
            words = passphrase_of(holder)
            look = "round-33-passphrase" if holder is town.approver else ""
            send(site, own, {"passphrase": words, "repeated": words}, "Keep it and test it", look)
            send(site, own, {"passphrase": words}, "Test it")
            expect(own.get_by_role("status")).to_contain_text("Your key is ready")


def two_people_lock_the_ballot(town: Town, clock: TurningClock, page: Page) -> None:
    """The owner asks; the approver, who has to show their second factor once more, confirms."""
    site = town.site
    page.goto(BASE)
    follow(page, "Go to the lock")
    site.look(page, "round-35-lock")
    press(page, "Ask for the lock")
    expect(page.get_by_text("It waits for an approver who does not run this round.")).to_be_visible()
    with at_desk(site, town.approver) as second:
        follow(second, "Check and lock the ballot")
        site.look(second, "round-36-lock-asked")
        clock.turn(minutes=20)
        follow(second, "Check and lock the ballot")
        expect_heading(second, "Confirm that it is you")
        site.look(second, "round-37-step-up")
        confirm_it_is_me(second, town.approver)
        send(site, second, {"read": True}, "Lock the ballot", "round-38-lock-confirm")
        expect_heading(second, "The ballot is locked")
        site.look(second, "round-39-locked")


def each_pair_of_holders_opens_the_test_ballot(town: Town, page: Page) -> None:
    """Before anybody votes it is sure that any two of the three can open the box."""
    site = town.site
    page.goto(BASE)
    follow(page, "Rehearse the opening")
    site.look(page, "round-40-rehearsal")
    for first, second in combinations(town.holders, 2):
        keys = {
            "first_holder": first.name,
            "first_passphrase": passphrase_of(first),
            "second_holder": second.name,
            "second_passphrase": passphrase_of(second),
        }
        send(site, page, keys, "Open the test ballot")
    expect(page.get_by_text("All three pairs have opened it. Voting can start.")).to_be_visible()


def the_officer_makes_codes(town: Town, page: Page) -> str:
    """A batch for the library; gives one of its codes."""
    site = town.site
    page.goto(f"{BASE}/codes")
    follow(page, "Make a list of codes")
    send(site, page, {"name": "Abbey Library", "count": "3"}, "Make the codes", "round-41-codes-add")
    site.look(page, "round-42-codes")
    code = page.locator(".yd-codes__code").first.inner_text().strip()
    page.goto(f"{BASE}/codes")
    expect(page.get_by_role("row", name="Abbey Library")).to_contain_text("3")
    return code
