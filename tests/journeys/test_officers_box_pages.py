"""The officers' pages of codes and of the duplicates desk, in Chromium on a phone and on a desk."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from pb.models.rounds import Policy
from pb.services.casting import cast
from pb.services.rights import Claim
from tests import factories
from tests.browser import Site
from tests.reader import Reader
from tests.signing_in import sign_in
from tests.voters import SAM, STREET, a_paper, a_voting_round

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_an_officer_makes_codes_and_settles_a_claim(site: Site, app: Flask, client: Reader, phone: bool) -> None:
    officer = factories.an_officer()
    title = "You Decide: Quay Street and Northfield"
    the_round = a_voting_round(by=officer, policy=Policy.DECLARED, bids=STREET, title=title)
    cast(a_paper(the_round), Claim(declaration=SAM))
    cast(a_paper(the_round, "B"), Claim(declaration=SAM), ask_check=True)
    sign_in(client, officer)
    cookie = client.get_cookie("you_decide")
    assert cookie is not None
    path, where = f"/officers/rounds/{the_round.slug}", "phone" if phone else "desk"
    with site.visit(phone=phone) as page:
        page.context.add_cookies([{"name": "you_decide", "value": cookie.value, "url": site.url}])
        page.goto(f"{path}/codes/add")
        site.look(page, f"officer-codes-add-{where}")
        page.get_by_label("Name of the batch").fill("Central Library")
        page.get_by_label("How many codes").fill("12")
        page.get_by_role("button", name="Make the codes").click()
        expect(page.locator(".yd-codes__code")).to_have_count(12)
        site.look(page, f"officer-codes-made-{where}")
        with page.expect_download() as download:
            page.get_by_role("button", name="Save as a file").click()
        assert len(download.value.path().read_text().split()) == 1 + 12 * 5
        page.goto(f"{path}/codes")
        site.look(page, f"officer-codes-{where}")
        page.goto(f"{path}/duplicates")
        site.look(page, f"officer-desk-{where}")
        page.get_by_role("link", name="Sam Okafor").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Settle a claim")
        site.look(page, f"officer-claim-{where}")
        page.get_by_label("Two people").check()
        page.get_by_label("Reason").fill("Father and son, both on the register")
        page.get_by_role("button", name="Settle for good").click()
        expect(page.get_by_text("The ballot is accepted.")).to_be_visible()
        site.look(page, f"officer-desk-done-{where}")
