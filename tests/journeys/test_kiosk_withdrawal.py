"""A project leaves the ballot while a tablet stands at a stall or in a hall: it learns so at once, or as it comes home."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from pb.core.actors import Role
from pb.extensions import db
from pb.models.rounds import Policy
from pb.services.counts import read_count, record_count
from pb.services.elections import projects_of
from pb.services.event_days import running_order
from pb.services.kiosks import add_kiosk, allow_unkept_storage, kiosks_of
from tests.factories import an_open_round, owner_of, someone, turn_to
from tests.journeys.test_kiosk_event_day import a_hall, enters, look_again, presented, score, shown
from tests.journeys.test_kiosk_event_day import a_tablet as a_tablet_in_the_hall
from tests.kiosk_browser import Tablet, serving, sound
from tests.kiosks import a_station
from tests.services.test_kiosks import codes_for, opened
from tests.services.test_withdrawals import REASON, withdraw

pytestmark = pytest.mark.browser

GONE = f"“Hall” has left the ballot. The reason: {REASON}"
AGAIN = "The ballot has changed since you opened it. Nothing was recorded."


def at_home(page: Page) -> None:
    """The network is back, and the tablet finds so."""
    with page.expect_response("**/items"):
        page.evaluate("window.dispatchEvent(new Event('online'))")


def test_a_tablet_that_comes_home_learns_what_was_withdrawn_and_what_it_took_before_is_good(
    app: Flask, chromium: Browser, tmp_path: Path
) -> None:
    """By hand: Ann chose Hall and Bench before, Ben both as Hall went, and then Bench; so Bench has 2 of two ballots."""
    the_round = an_open_round(policy=Policy.CODE)
    ann, ben = codes_for(the_round, 2)
    kiosk_id, code = add_kiosk(a_station(the_round).id, name="Market", declares=False, by=owner_of(the_round))
    allow_unkept_storage(kiosk_id, by=owner_of(the_round))
    with serving(app) as server:
        tablet = Tablet(chromium, tmp_path / "tablet", server.url)
        page = tablet.switch_on()
        tablet.enrol(code)
        tablet.ready_for_the_road()
        server.off()
        tablet.vote(ann, "Hall", "Bench")
        enters(tablet, ben)
        page.get_by_label("Hall", exact=True).check()
        page.get_by_label("Bench", exact=True).check()
        page.get_by_role("button", name="Check my choices").click()
        withdraw(the_round, "Hall")
        server.on()
        at_home(page)
        expect(page.locator("[data-screen=ballot] [data-errors]")).to_contain_text(AGAIN)
        expect(page.locator("[data-screen=ballot] [data-errors]")).to_be_focused()
        expect(page.get_by_text(GONE)).to_be_visible()
        expect(page.get_by_label("Hall", exact=True)).to_have_count(0)
        expect(page.get_by_label("Bench", exact=True)).to_be_checked()
        sound(page, "withdrawn")
        page.get_by_role("button", name="Back").click()
        page.locator("[data-screen=code]").get_by_role("button", name="Continue").click()
        tablet.mark()
        tablet.waits(0)
        expect(page.get_by_text(GONE)).to_be_visible()
        page.get_by_role("button", name="Steward").click()
        expect(page.locator("[data-kiosk-gone]")).to_contain_text("No longer on the ballot: Hall")
        tablet.switch_off()
        assert tablet.faults == []
    db.session.rollback()
    assert kiosks_of(the_round.id)[0].numbers.accepted == 2
    turn_to(the_round.voting_closes_at + timedelta(hours=1))
    assert opened(the_round).valid == 2
    (outcome,) = read_count(record_count(the_round.id, by=someone(Role.COUNT_LEAD))).outcomes.values()
    titles = {each.key: each.title for each in projects_of(the_round.id)}
    assert {titles[each.id]: each.votes for each in outcome.projects if each.rank is not None} == {"Bench": 2}


def test_a_project_that_was_withdrawn_before_its_turn_is_never_opened_on_a_tablet_in_the_hall(
    app: Flask, chromium: Browser, tmp_path: Path
) -> None:
    the_round, hall, steward = a_hall()
    (sam,) = codes_for(the_round, 1)
    with serving(app) as server:
        tablet = a_tablet_in_the_hall(the_round, hall, chromium, tmp_path, server.url)
        page = tablet.page
        first = presented(hall, 1, steward)
        look_again(page)
        enters(tablet, sam)
        score(page, first, 5)
        second = running_order(hall.id)[1].project.title
        withdraw(the_round, second)
        look_again(page)
        expect(page.locator("[data-screen=ballot] [data-errors]")).to_contain_text(AGAIN)
        expect(page.locator("[data-open]")).to_contain_text("Projects that you can score so far: 1 of 2.")
        assert shown(page) == [first]
        tablet.switch_off()
        assert tablet.faults == []
