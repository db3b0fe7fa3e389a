"""A reveal in the hall: the count lead with nothing but keys, the projector and a phone that follow."""

from __future__ import annotations

from string import ascii_uppercase

import pytest
from playwright.sync_api import Page, expect

from pb.core.actors import Role
from pb.services.counts import record_count
from pb.services.reveals import begin_reveal, show_step
from tests.browser import Site
from tests.factories import an_opened_round, someone
from tests.journeys.test_box_pages import enter

pytestmark = pytest.mark.browser

#: Of £10,000 the Hall takes £6,000; Bench and Pond stand equal at seven votes, and only one of them fits in whole.
BIDS = [
    ("Bench", "", 300_000, 80_000),
    ("Hall", "", 600_000, None),
    ("Pond", "", 300_000, None),
    ("Kiln", "", 90_000, None),
]
BALLOTS = [*[("Hall", "Bench")] * 6, *[("Hall", "Pond")] * 6, ("Bench", "Pond"), ("Kiln",)]
HALL = {"width": 1920, "height": 1080}


def press(page: Page, key: str, then: str) -> None:
    """Press a key on a page that listens already, and wait until it says what the room sees."""
    page.wait_for_load_state()  # the script of the keys is a module: the words stand on the page before it runs
    page.keyboard.press(key)
    expect(page.locator("#now")).to_contain_text(then)


def use(page: Page, name: str) -> None:
    """Come to a button by the keyboard and press it."""
    page.get_by_role("main").get_by_role("button", name=name, exact=True).focus()
    page.wait_for_load_state()
    page.keyboard.press("Enter")


def type_the_lot(page: Page) -> None:
    """Fill in what was drawn and who saw it, field by field."""
    expect(page.locator("[name=place_1]")).to_be_visible()
    page.wait_for_load_state()
    for field, words in (("place_1", "Pond"), ("place_2", "Bench"), ("method", "Folded papers from a hat")):
        page.locator(f"[name={field}]").focus()
        page.keyboard.type(words)
    for witness in ("Ann Avon", "Ben Brook"):
        page.keyboard.press("Tab")
        page.keyboard.type(witness)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")


def test_a_result_is_revealed_with_keys_alone_and_the_hall_follows(site: Site) -> None:
    the_round = an_opened_round(bids=BIDS, ballots=BALLOTS)
    with site.visit() as lead, site.visit() as hall, site.visit(phone=True, javascript=False) as phone:
        hall.set_viewport_size(HALL)
        screen = hall.locator("[data-yd-live]")
        hall.goto(f"/rounds/{the_round.slug}/reveal")
        expect(screen).to_contain_text("Follow on your phone")
        enter(lead, Role.COUNT_LEAD)
        lead.goto(f"/officers/rounds/{the_round.slug}/reveal")
        use(lead, "Begin the reveal")
        expect(screen).to_contain_text("A lot is being drawn")
        site.look(hall, "reveal-lot")
        type_the_lot(lead)
        site.look(lead, "reveal-lot-hand")
        use(lead, "Record the lot and count")
        expect(lead.get_by_role("button", name="Show next")).to_be_focused()
        press(lead, "Space", "The pot and its money")
        expect(screen).to_contain_text("£10,000 left of £10,000")
        press(lead, "ArrowRight", "An offer of a part: Bench")
        expect(screen).to_contain_text("It answers now")
        site.look(hall, "reveal-offer")
        site.look(lead, "reveal-offer-hand")
        use(lead, "They accept")
        expect(lead.locator("#now")).to_contain_text("Recommended: Bench")
        expect(screen).to_contain_text("Recommended in part")
        expect(screen).to_contain_text("£1,000 of £3,000 asked for")
        press(lead, "PageDown", "Recommended: Pond, £3,000")
        expect(screen).to_contain_text("7 votes")
        expect(screen).not_to_contain_text("Hall")
        press(lead, "PageUp", "Recommended: Bench")
        expect(screen).not_to_contain_text("Pond")
        for then in ("Recommended: Pond", "Recommended: Hall", "Thanks to the other groups"):
            press(lead, "ArrowRight", then)
        expect(screen).to_contain_text("Thank you for what you bring")
        site.look(hall, "reveal-thanks")
        press(lead, "Enter", "The whole recommendation")
        expect(screen).to_contain_text("£10,000 for 3 projects")
        site.look(hall, "reveal-whole")
        use(lead, "End the reveal")
        expect(lead.get_by_role("main")).to_contain_text("The reveal is over")
        phone.goto(f"/rounds/{the_round.slug}/live")
        for told in ("They decide by", "Recommended", "Pond", "Hall", "Kiln", "still to certify"):
            expect(phone.get_by_role("main")).to_contain_text(told)


#: The smallest letters on the page, in pixels, of what can be seen of it.
SMALLEST = """() => Math.min(...[...document.querySelectorAll('.yd-screen *')]
  .filter((each) => each.checkVisibility() && !each.closest('.govuk-visually-hidden')
    && [...each.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.textContent.trim()))
  .map((each) => parseFloat(getComputedStyle(each).fontSize)))"""


def test_a_long_reveal_is_read_from_the_last_row_on_every_screen(site: Site) -> None:
    titles = [f"Lighting and benches for the path at boathouse {letter}" for letter in ascii_uppercase]
    bids = [(title, "", 50_000, None) for title in titles]
    ballots = [titles[:count] for count in range(1, len(titles) + 1)]
    vote = {"ballot_settings": {"most": len(titles)}}
    the_round = an_opened_round(bids=bids, ballots=ballots, vote=vote)
    lead = someone(Role.COUNT_LEAD)
    record_count(the_round.id, by=lead)
    begin_reveal(the_round.id, by=lead)
    # a pot, twenty that it pays for, six thanked, two lists of ten, and the end
    steps = {"award": 21, "thanks": 22, "list": 23, "last-list": 24, "whole": 25}
    with site.visit() as hall:
        for name, step in steps.items():
            show_step(the_round.id, step, by=lead)
            for width, height in ((1024, 768), (1920, 1080)):
                hall.set_viewport_size({"width": width, "height": height})
                hall.goto(f"/rounds/{the_round.slug}/reveal")
                site.look(hall, f"reveal-long-{name}-{width}")
                assert hall.evaluate(SMALLEST) >= width * 0.0189, f"{name} at {width}"
                assert hall.evaluate("document.documentElement.scrollHeight") <= height, f"{name} at {width} scrolls"
        expect(hall.locator("[data-yd-live]")).to_contain_text("£10,000 for 20 projects")
