"""Key holders, lock, box, count and what everybody can check, as a phone and a desk show them."""

from __future__ import annotations

import pyotp
import pytest
from playwright.sync_api import Page

from pb.core.actors import Actor, Role
from pb.extensions import present
from pb.models.rounds import KeyMode, Round
from pb.services.accounts import account_of
from pb.services.key_holders import appoint_key_holder
from pb.services.locks import ask_lock
from pb.services.opening import freeze_box
from pb.services.pots import PotEntry
from tests.browser import Site
from tests.factories import (
    DATES,
    PASSWORD,
    a_certified_round,
    a_checked_round,
    a_closed_round,
    a_counted_round,
    an_account,
    an_open_round,
    an_opened_round,
    cast_ballots,
    owner_of,
    someone,
    turn_to,
)

pytestmark = pytest.mark.browser

EVERYTHING = (Role.OFFICER, Role.APPROVER, Role.COUNT_LEAD, Role.SECOND_TELLER)
TWO_POTS = {
    "pots": [PotEntry("Abbey ward", 600_000), PotEntry("Castle ward", 400_000)],
    "bids": [
        ("A bench for the pond", "abbey-ward", 300_000, None),
        ("Hall roof that does not leak when it rains", "abbey-ward", 600_000, 250_000),
        ("Pond dipping for schools", "castle-ward", 250_000, None),
        ("Warm space on Fridays", "castle-ward", 180_000, 100_000),
    ],
    "ballots": [
        ("A bench for the pond", "Pond dipping for schools"),
        ("A bench for the pond", "Warm space on Fridays"),
        ("Hall roof that does not leak when it rains", "Pond dipping for schools"),
    ],
}


def again() -> None:
    """Turn the clock back to where a round can begin."""
    turn_to(DATES.bids_open_at)


def enter(page: Page, *roles: Role) -> Actor:
    """Sign in as somebody new and set up the second step on the way."""
    who = an_account(*roles)
    page.goto("/account/sign-in")
    page.get_by_label("E-mail address").fill(account_of(who.account_id).email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state()
    page.goto("/account/set-up-second-step")
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.locator("input[name=figures]").fill(pyotp.TOTP(secret).at(int(present.now().timestamp())))
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    return who


def look_at(site: Site, page: Page, the_round: Round, paths: dict[str, str]) -> None:
    """Look at pages about a round: name -> path after its address."""
    size = "phone" if (page.viewport_size or {})["width"] < 600 else "desk"
    for name, path in paths.items():
        page.goto(f"/officers/rounds/{the_round.slug}/{path}" if not path.startswith("/") else path)
        site.look(page, f"box-{name}-{size}")


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_the_pages_before_the_vote_read_well(site: Site, phone: bool) -> None:
    the_round = a_checked_round(key_mode=KeyMode.HOLDERS)
    with site.visit(phone=phone) as page:
        who = enter(page, *EVERYTHING)
        appoint_key_holder(the_round.id, who.account_id or 0, by=owner_of(the_round))
        appoint_key_holder(
            the_round.id, someone(Role.SCRUTINY, name="Grace Okafor").account_id or 0, by=owner_of(the_round)
        )
        look_at(
            site,
            page,
            the_round,
            {"keys": "key-holders", "passphrase": "my-key", "blocked": "lock", "mine": "/officers/keys"},
        )
        again()
        asked = a_checked_round(**{key: TWO_POTS[key] for key in ("pots", "bids")})
        ask_lock(asked.id, by=owner_of(asked))
        look_at(site, page, asked, {"lock": "lock", "confirm": "lock/confirm", "simple": "key-holders"})


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_the_box_reads_well_shut_and_open(site: Site, phone: bool) -> None:
    voting = an_open_round(policy="code")
    cast_ballots(voting, [("Hall",)] * 3, channel="online")
    cast_ballots(voting, [("Hall",)] * 2, channel="stall")
    with site.visit(phone=phone) as page:
        enter(page, *EVERYTHING)
        look_at(
            site,
            page,
            voting,
            {"voting": "box", "public": f"/rounds/{voting.slug}/the-ballot", "shut": f"/rounds/{voting.slug}/receipts"},
        )
    again()
    closed = a_closed_round()
    freeze_box(closed.id, by=someone(Role.COUNT_LEAD))
    with site.visit(phone=phone) as page:
        enter(page, *EVERYTHING)
        look_at(site, page, closed, {"frozen": "box", "approve": "box/approve", "open": "box/open"})
    again()
    opened = an_opened_round()
    with site.visit(phone=phone) as page:
        enter(page, *EVERYTHING)
        look_at(
            site,
            page,
            opened,
            {
                "opened": "box",
                "uncounted": "counts",
                "receipts": f"/rounds/{opened.slug}/receipts?receipt=0000000000000",
            },
        )


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_the_count_reads_well(site: Site, phone: bool) -> None:
    counted = a_counted_round(**TWO_POTS)
    with site.visit(phone=phone) as page:
        enter(page, *EVERYTHING)
        look_at(site, page, counted, {"counted": "counts", "again": "counts/again"})
    again()
    tied = an_opened_round(pots=[PotEntry("Everywhere", 500_000)], ballots=[("Bench", "Pond"), ("Bench", "Pond")])
    with site.visit(phone=phone) as page:
        enter(page, *EVERYTHING)
        look_at(site, page, tied, {"tied": "counts", "lot": "counts/lot"})
    again()
    ready = a_counted_round()
    with site.visit(phone=phone) as page:
        enter(page, *EVERYTHING)
        look_at(site, page, ready, {"certify": "counts/certify"})
    again()
    certified = a_certified_round()
    with site.visit(phone=phone) as page:
        enter(page, *EVERYTHING)
        look_at(site, page, certified, {"how": f"/rounds/{certified.slug}/how-it-was-counted", "certified": "counts"})
