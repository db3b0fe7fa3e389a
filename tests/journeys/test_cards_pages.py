"""The officers' and stewards' pages of cards in Chromium: a batch printed, counted, a card spoilt, with scripts and without."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from pb.models.rounds import Policy
from pb.models.stations import StationKind
from pb.services.cards import AT_ONCE
from pb.services.casting import cast
from pb.services.event_days import DayWanted, set_up_day
from pb.services.rights import Claim
from pb.services.worker import work_due
from tests import factories
from tests.browser import Site
from tests.reader import Reader
from tests.signing_in import sign_in
from tests.stations import a_station, cards_at, on_rota, opened
from tests.voters import SAM, a_paper, a_voting_round, codes_for

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_an_officer_prints_cards_counts_them_and_takes_a_spoilt_one_back(
    site: Site, app: Flask, client: Reader, phone: bool
) -> None:
    officer = factories.an_officer()
    the_round = a_voting_round(by=officer, policy=Policy.DECLARED, title="You Decide: Quay Street and Northfield")
    old, new = codes_for(the_round, 2, "Central Library")
    cast(a_paper(the_round), Claim(old, SAM))
    sign_in(client, officer)
    cookie = client.get_cookie("you_decide")
    assert cookie is not None
    path, where = f"/officers/rounds/{the_round.slug}/codes", "phone" if phone else "desk"
    with site.visit(phone=phone, javascript=not phone) as page:
        page.context.add_cookies([{"name": "you_decide", "value": cookie.value, "url": site.url}])
        page.goto(f"{path}/print")
        site.look(page, f"cards-print-{where}")
        page.get_by_label("Name of the batch").fill("School")
        page.get_by_label("How many cards").fill(str(AT_ONCE + 1))
        page.get_by_label("How many cards").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Write down the passphrase")
        site.look(page, f"cards-passphrase-{where}")
        passphrase = page.locator("main .yd-mono").inner_text()
        page.get_by_role("button", name="I have written it down").click()
        expect(page.get_by_text(f"0 of {AT_ONCE + 1} cards made")).to_be_visible()
        site.look(page, f"cards-progress-{where}")
        work_due()
        if phone:  # without scripts the page is asked for again; with them it comes by itself
            page.get_by_role("button", name="Look again").click()
        page.get_by_label("Passphrase of the file").fill(passphrase.lower())
        site.look(page, f"cards-ready-{where}")
        with page.expect_download() as download:
            page.get_by_label("Passphrase of the file").press("Enter")
        assert download.value.path().read_bytes().startswith(b"%PDF")
        page.reload()
        page.get_by_role("button", name="I have it: delete it here").click()
        expect(page.get_by_text("was fetched and is deleted here")).to_be_visible()
        page.goto(f"{path}/1/counts")
        site.look(page, f"cards-counts-{where}")
        page.get_by_label("Handed out").fill("one")
        page.get_by_role("button", name="Keep the counts").click()
        expect(page.get_by_label("Handed out")).to_have_value("one")
        page.get_by_label("Handed out").fill("2")
        page.get_by_role("button", name="Keep the counts").click()
        expect(page.get_by_text("The counts are kept.")).to_be_visible()
        expect(page.get_by_text("differs by").first).to_be_visible()
        site.look(page, f"cards-batch-{where}")
        page.goto(f"{path}/spoilt")
        page.get_by_label("Card that came back").fill(old)
        page.get_by_role("button", name="Make the card void").click()
        expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
        site.look(page, f"cards-spoilt-{where}")
        page.get_by_label("New card", exact=True).fill(new)
        page.get_by_role("button", name="Make the card void").click()
        expect(page.get_by_text("taken out of the box, unopened")).to_be_visible()
        page.goto(path)
        site.look(page, f"cards-index-{where}")


def test_a_card_of_a_stall_is_voted_with_while_an_event_opens_its_projects_one_by_one(site: Site) -> None:
    the_round = a_voting_round()
    hall = a_station(the_round, "Town hall", kind=StationKind.EVENT)
    set_up_day(hall.id, DayWanted(), by=factories.owner_of(the_round))
    stall = a_station(the_round)
    (code,) = cards_at(the_round, stall, 1).codes
    opened(stall, on_rota(the_round, stall), on_rota(the_round, stall))
    with site.visit(phone=True) as page:
        page.goto("/c")
        page.get_by_label("Code on your card").fill(code)
        with page.expect_response("**/live.json*") as asked:
            page.get_by_role("button", name="Continue").click()
        assert asked.value.json()["hall"]["station"] == hall.id
        page.evaluate(
            "address => fetch(address).then(answer => answer.json())", asked.value.url
        )  # the page has read its own by now
        expect(page.locator("#p1")).to_be_enabled()
        expect(page.get_by_text("Not yet heard")).to_have_count(0)
