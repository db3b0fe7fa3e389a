"""How a vote was counted, explained, as a phone and a desk show it: the voters' money, near misses, other rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from pb.core.actors import Role
from pb.models.rounds import Round
from pb.services.pots import PotEntry
from tests.browser import Site
from tests.core.pb_files import SAMPLE
from tests.deciding import a_published_round
from tests.factories import a_round
from tests.journeys.test_box_pages import again, enter

pytestmark = pytest.mark.browser

BIDS = [
    ("Hall roof that does not leak when it rains", "", 600_000, None),
    ("A bench for the pond", "", 120_000, None),
    ("Pond dipping for schools", "", 250_000, None),
    ("Warm space on Fridays", "", 300_000, None),
    ("Football goals", "", 280_000, None),
]
#: Sixty-two ballots: a camp for the hall, one for the pond, one that wants something for winter, and two of their own.
BALLOTS = [
    *[("Hall roof that does not leak when it rains", "A bench for the pond")] * 22,
    *[("Pond dipping for schools", "A bench for the pond")] * 17,
    *[("Warm space on Fridays", "Football goals")] * 14,
    *[("Warm space on Fridays",)] * 7,
    *[("Football goals", "Pond dipping for schools")] * 2,
]
SHARES: dict[str, Any] = {
    "bids": BIDS,
    "ballots": BALLOTS,
    "vote": {"rule": "equal-shares", "rule_options": {}, "allocation": "skip"},
}


def _look(site: Site, page: Page, the_round: Round, paths: dict[str, str]) -> None:
    size = "phone" if (page.viewport_size or {})["width"] < 600 else "desk"
    for name, path in paths.items():
        page.goto(path.replace("SLUG", the_round.slug))
        for summary in page.locator("summary").all():
            summary.click()
        site.look(page, f"explained-{name}-{size}")


def test_a_count_by_equal_shares_is_explained_on_a_phone_and_on_a_desk(site: Site) -> None:
    the_round = a_published_round(**SHARES)
    paths = {
        "counted": "/rounds/SLUG/how-it-was-counted",
        "counted-welsh": "/rounds/SLUG/how-it-was-counted?lang=cy",
        "other-rules": "/rounds/SLUG/how-it-was-counted/other-rules",
        "round": "/rounds/SLUG",
    }
    for phone in (True, False):
        with site.visit(phone=phone) as page:
            _look(site, page, the_round, paths)


def test_officers_try_ways_of_counting_on_a_file(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "riverside.pb"
    file.write_text(SAMPLE, encoding="utf-8")
    for phone in (True, False):
        again()
        the_round = a_round(pots=[PotEntry("Everywhere", 1_000_000)])
        with site.visit(phone=phone) as page:
            enter(page, Role.OFFICER)
            address = f"/officers/rounds/{the_round.slug}/rules-compared"
            _look(
                site,
                page,
                the_round,
                {"try": address, "counting": f"/officers/rounds/{the_round.slug}/set-up/counting"},
            )
            page.goto(address)
            page.set_input_files("input[type=file]", str(file))
            page.get_by_role("button", name="Count these ballots").click()
            page.wait_for_load_state()
            page.get_by_text("Where the ways of counting differ").wait_for()
            site.look(page, f"explained-tried-{'phone' if phone else 'desk'}")
