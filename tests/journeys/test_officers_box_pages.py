"""The officers' pages of codes and of the duplicates desk, in Chromium on a phone and on a desk."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import expect

from pb.extensions import present
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


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_an_officer_settles_a_whole_mail_domain(site: Site, app: Flask, client: Reader, phone: bool) -> None:
    officer = factories.an_officer()
    the_round = a_voting_round(by=officer, policy=Policy.CONTACT, bids=STREET, title="You Decide: Quay Street")
    present.use(settings=present.settings.model_copy(update={"most_from_mail_domain": 1}))
    for letter, name in zip("ABC", ("ann", "ben", "cat"), strict=True):
        claim = Claim(declaration=replace(SAM, name=f"{name} Hill".title()), contact=f"{name}@hill-academy.example")
        cast(a_paper(the_round, letter), replace(claim, proven=True))
    sign_in(client, officer)
    cookie = client.get_cookie("you_decide")
    assert cookie is not None
    where = "phone" if phone else "desk"
    with site.visit(phone=phone) as page:
        page.context.add_cookies([{"name": "you_decide", "value": cookie.value, "url": site.url}])
        page.goto(f"/officers/rounds/{the_round.slug}/duplicates")
        site.look(page, f"officer-desk-domain-{where}")
        page.get_by_role("link", name="Ben Hill").click()
        site.look(page, f"officer-claim-domain-{where}")
        page.get_by_label("A person of their own").check()
        page.get_by_label("Settle every claim that waits for this domain").check()
        page.get_by_label("Reason").fill("Rang the school: sixth-formers and teachers")
        page.get_by_role("button", name="Settle for good").click()
        expect(page.get_by_text("2 ballots are accepted.")).to_be_visible()
        expect(page.get_by_text("No claim waits")).to_be_visible()
        site.look(page, f"officer-desk-domain-done-{where}")
