"""Paper in Chromium: a batch made and counted, keyed by one with the keyboard alone and by another without scripts."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from pb.core.actors import Actor, Role
from pb.extensions import db
from pb.models.rounds import Policy
from pb.services.papers import find_papers, keying_of, papers_of
from tests import factories, stations
from tests.browser import Site
from tests.reader import Reader
from tests.signing_in import sign_in
from tests.voters import STREET, a_voting_round

pytestmark = pytest.mark.browser


def signed_in(app: Flask, site: Site, page: Page, who: Actor) -> None:
    """Give a browser the session of somebody who signed in."""
    client = Reader(app)
    sign_in(client, who)
    cookie = client.get_cookie("you_decide")
    assert cookie is not None
    page.context.add_cookies([{"name": "you_decide", "value": cookie.value, "url": site.url}])


def test_papers_are_keyed_by_the_keyboard_and_without_scripts_and_a_misread_one_is_looked_at_again(
    site: Site, app: Flask
) -> None:
    officer = factories.an_officer("Olu Bright")
    the_round = a_voting_round("scoring", by=officer, policy=Policy.CODE, bids=STREET)
    path = f"/officers/rounds/{the_round.slug}/papers"
    station = stations.a_station(the_round)
    two = [stations.on_rota(the_round, station) for _ in range(2)]
    with site.visit() as page:
        signed_in(app, site, page, officer)
        page.goto(path)
        page.get_by_role("button", name="Make a batch").click()
        page.get_by_label("Name of the batch").fill("Chapel hall")
        page.get_by_label("How many papers").fill("30")
        page.get_by_label("In the hall, as a scoring slip").check()
        page.get_by_label("It is handed to somebody who may vote").check()
        page.get_by_role("combobox", name="Station").select_option("Tesco car park")
        site.look(page, "papers-add")
        page.get_by_role("button", name="Make the batch").click()
        expect(page.get_by_role("heading", name="Chapel hall")).to_be_visible()
        db.session.rollback()  # to see what the page has written
        (batch,) = papers_of(the_round.id)
        stations.opened(station, *two)
        stations.closed(station, *two, papers={batch.id: 26}, in_box=3, explanation="Given by hand.")
        page.get_by_role("button", name="Count the papers").click()
        for name, count in (("Given out", 4), ("Unused", 26), ("Not returned", 1), ("In the box", 3)):
            page.get_by_label(name, exact=True).fill(str(count))
        site.look(page, "papers-counts")
        page.get_by_role("button", name="Keep the counts").click()
        site.look(page, "papers-batch")
        page.get_by_role("button", name="Key papers").click()
        expect(page.get_by_label("Line 1, project 1,")).to_be_focused()
        # The figures of a paper, and Enter past the reason to the figures of the next.
        page.keyboard.type("54321", delay=5)
        page.keyboard.press("Enter")
        page.keyboard.type("11111", delay=5)
        expect(page.get_by_label("Line 2, why the paper is void")).to_be_focused()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_label("Line 3, project 1,")).to_be_focused()
        expect(page.get_by_label("Line 2, why the paper is void")).to_have_value("")
        page.get_by_label("Line 3, project 1,").fill("9")
        page.get_by_role("button", name="Keep these papers").click()
        expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
        site.look(page, "papers-keying-wrong")
        page.get_by_label("Line 3, project 1,").fill("")
        page.get_by_label("Line 3, why the paper is void").select_option("identifying mark")
        page.get_by_role("button", name="Keep these papers").click()
        expect(page.get_by_text("Keyed for the first time: 3.")).to_be_visible()
        site.look(page, "papers-keyed-once")
    with site.visit(phone=True, javascript=False) as page:
        signed_in(app, site, page, factories.an_account(Role.STEWARD, name="Sue Steward"))
        page.goto(f"{path}/1/keying")
        for line, marks in ((1, "54321"), (2, "11121")):
            for at, sign in enumerate(marks, 1):
                page.get_by_label(f"Line {line}, project {at},").fill(sign)
        page.get_by_label("Line 3, why the paper is void").select_option("identifying mark")
        site.look(page, "papers-keying-phone")
        page.get_by_role("button", name="Keep these papers").click()
        expect(page.get_by_text("Not alike: 1.")).to_be_visible()
        page.goto(f"{path}/1/keying/look-again")
        expect(page.get_by_text("project 4")).to_be_visible()
        site.look(page, "papers-look-again-phone")
        page.get_by_role("link", name="Paper 2").click()
        for at in range(1, 6):
            page.get_by_label(f"Line 1, project {at},").fill("1")
        site.look(page, "papers-again-phone")
        page.get_by_role("button", name="Keep this").click()
        expect(page.get_by_text("Paper 2: two people agree.")).to_be_visible()
        page.goto(f"{path}/1")
        expect(page.get_by_text("differs")).to_have_count(0)
        site.look(page, "papers-batch-phone")
    db.session.rollback()  # to see what the pages have written
    assert keying_of(find_papers(the_round.id, 1)).complete
