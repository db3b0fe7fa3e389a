"""A round from the close of its vote to the published result, as the council lives it in a browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from pb.core.actors import Role
from pb.extensions import db
from pb.services.rounds import find_round
from tests.factories import an_account
from tests.journeys.before_the_vote import BASE, SLUG, TITLE, Town, passphrase_of
from tests.journeys.people import at_desk
from tests.journeys.steps import fill, follow, press, send

REASON = "The school has £400 for the plants already."


def the_desk_settles_the_claim(town: Town, *, accepted: bool) -> None:
    """An officer compares two declarations and decides, without seeing what either chose."""
    site = town.site
    with at_desk(site, town.officer, f"{BASE}/duplicates") as page:
        site.look(page, "round-60-duplicates")
        follow(page, "Sam Okafor")
        decision = {"decision": "accept" if accepted else "reject", "reason": "They came in with a passport each."}
        send(site, page, decision, "Settle for good", "round-61-claim")
        expect(page.get_by_role("status")).to_contain_text("Nothing links it to the claim any more.")


def the_count_lead_opens_the_box(town: Town) -> None:
    """Two of the three key holders type their passphrases; one of them slips at first."""
    site = town.site
    first, second = town.holders[1:]
    with at_desk(site, town.lead, f"{BASE}/box") as page:
        press(page, "Freeze the box")
        site.look(page, "round-71-box-frozen")
        follow(page, "Open the box")
        keys = {
            "first_holder": first.name,
            "first_passphrase": passphrase_of(first),
            "second_holder": second.name,
            "second_passphrase": "something else that is long enough",
            "first_witness": "Ann Other",
        }
        _slip(page, keys)
        site.look(page, "round-72-wrong-passphrase")
        keys["second_passphrase"] = passphrase_of(second)
        send(site, page, keys, "Open the box")
        expect(page.get_by_role("status")).to_contain_text("The box is open.")
        site.look(page, "round-73-box-open")


def _slip(page: Page, keys: dict[str, str]) -> None:
    """Try to open the box with a passphrase that is wrong."""
    fill(page, keys)
    press(page, "Open the box")
    expect(page.locator("#second_passphrase-error")).to_be_visible()


def two_tellers_count_and_certify(town: Town) -> None:
    """The count lead counts, the second teller compares and certifies."""
    site = town.site
    with at_desk(site, town.lead, f"{BASE}/counts") as page:
        press(page, "Count the ballots")
        site.look(page, "round-75-counted")
    with at_desk(site, town.teller, f"{BASE}/counts") as page:
        follow(page, "Compare and certify")
        send(site, page, {"checked": True}, "Certify the count", "round-76-certify")
        expect(page.get_by_role("status")).to_contain_text("The count is certified.")


def the_member_decides(town: Town) -> None:
    """The wards' member cuts the pond to £2,100 and follows the vote on the rest, then publishes every decision."""
    site = town.site
    db.session.rollback()
    wards = [area.id for area in find_round(SLUG).areas]
    member = an_account(Role.MEMBER, name="Hal Whitby", areas=wards)
    with at_desk(site, member, "/members/") as page:
        site.look(page, "round-80-decisions")
        follow(page, TITLE)
        site.look(page, "round-81-decide-round")
        follow(page, "A pond at the school")
        follow(page, "Decide")
        differently = {
            "answer": "differ",
            "amount": "2,100",
            "reason": REASON,
            "alternatives": "The whole sum, or a smaller pond.",
            "interests": "None.",
            "power": "ward_member",
        }
        send(site, page, differently, "Keep this decision", "round-83-decide")
        follow(page, "Agree with all that wait")
        send(site, page, {"power": "ward_member"}, "Agree with the vote", "round-84-agree")
        follow(page, "Look at them and publish")
        send(site, page, {"sure": True}, "Publish", "round-85-publish")
        expect(page.get_by_role("status")).to_contain_text("3 decisions are published.")
        site.look(page, "round-86-decided")


def two_people_release_the_result(town: Town) -> None:
    """The owner asks for the release; an approver reads the preview and releases."""
    site = town.site
    with at_desk(site, town.officer, f"{BASE}/publication") as page:
        site.look(page, "round-87-publication")
        press(page, "Ask an approver to release it")
        expect(page.get_by_role("status")).to_contain_text("An approver can release the result now.")
    with at_desk(site, town.approver, f"{BASE}/publication") as page:
        follow(page, "Read and release")
        site.look(page, "round-88-release")
        follow(page, "Preview of the public page")
        site.look(page, "round-89-preview")
        page.go_back()
        send(site, page, {"sure": True}, "Release the result to everybody")
        expect(page.get_by_role("status")).to_contain_text("The result is published")
