"""A tablet whose clock is days off: it takes ballots and sends them all the same, for the server's clock alone decides."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from pb.extensions import db, present
from pb.models.rounds import Policy
from pb.services.kiosks import add_kiosk, allow_unkept_storage, kiosks_of
from tests.factories import an_open_round, owner_of
from tests.kiosk_browser import Tablet, serving
from tests.kiosks import a_station
from tests.voters import codes_for

DAYS = {"slow": -3, "fast": 3}


@pytest.mark.campaign
@pytest.mark.parametrize("clock", DAYS)
def test_a_tablet_three_days_off_votes_with_and_without_a_network(
    app: Flask, chromium: Browser, tmp_path: Path, clock: str
) -> None:
    """On the first minute of the vote: by its own clock a slow one would be shut, and a fast one's cards run out."""
    the_round = an_open_round(policy=Policy.CODE)
    hour = {"window_from": present.now(), "window_to": present.now() + timedelta(hours=1)}
    codes = codes_for(the_round, 3, **hour)
    kiosk_id, code = add_kiosk(a_station(the_round).id, name="Old", declares=False, by=owner_of(the_round))
    allow_unkept_storage(kiosk_id, by=owner_of(the_round))
    with serving(app) as server:
        tablet = Tablet(chromium, tmp_path / "tablet", server.url)
        page = tablet.switch_on()
        page.clock.install(time=present.now() + timedelta(days=DAYS[clock]))
        tablet.enrol(code)
        tablet.ready_for_the_road()
        page.get_by_role("button", name="Steward").click()
        expect(page.locator("#steward")).to_contain_text("it is not right; that does no harm")
        page.get_by_role("button", name="Close").click()
        tablet.vote(codes[0], "Hall")
        tablet.waits(0)
        server.off()
        tablet.vote(codes[1], "Bench")
        page.reload()
        tablet.ready()
        tablet.vote(codes[2], "Pond")
        tablet.waits(2)
        server.on()
        tablet.switch_off()
        tablet.switch_on()
        tablet.open()
        tablet.waits(0)
        tablet.switch_off()
        assert tablet.faults == []
    db.session.rollback()
    numbers = kiosks_of(the_round.id)[0].numbers
    assert (numbers.made, numbers.accepted, numbers.quarantined) == (3, 3, 0)
