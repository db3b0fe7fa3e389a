"""A stall without a network: a tablet takes ballots for hours, and everything on it counts once when it comes home."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from pb.core.codes import print_form
from pb.core.receipts import read_receipt
from pb.core.reconciliation import imbalances
from pb.extensions import db
from pb.models.envelopes import OpenedBallot
from pb.models.rounds import Policy, Round
from pb.services.elections import projects_of
from pb.services.kiosks import add_kiosk, allow_unkept_storage, kiosks_of
from pb.services.opening import receipt_is_counted
from pb.services.reconciliation import numbers_of
from tests.factories import an_open_round, make_ballot, owner_of, turn_to
from tests.journeys.test_hpke import OLD
from tests.kiosk_browser import Server, Tablet, a_camera, picture, serving, sound
from tests.kiosks import a_station
from tests.services.test_kiosks import codes_for, opened

#: Ballots of the day; a campaign takes the number that the promise names.
BALLOTS = 200 if os.environ.get("PB_CAMPAIGN") == "full" else 12


def a_tablet(the_round: Round, server: Server, chromium: Browser, folder: Path) -> Tablet:
    """A tablet that is enrolled at the stall, and stands there."""
    station = a_station(the_round, "Market")
    _, code = add_kiosk(station.id, name="Market tablet", declares=False, by=owner_of(the_round))
    tablet = Tablet(chromium, folder / "tablet", server.url)
    tablet.switch_on()
    tablet.enrol(code)
    tablet.ready()
    return tablet


@pytest.mark.campaign
def test_a_stall_without_a_network_counts_every_ballot_once(app: Flask, chromium: Browser, tmp_path: Path) -> None:
    the_round = an_open_round(policy=Policy.CODE)
    codes = codes_for(the_round, BALLOTS)
    db.session.commit()
    with serving(app) as server:
        tablet = a_tablet(the_round, server, chromium, tmp_path)
        tablet.ready_for_the_road()
        receipts = _hours_without_a_network(tablet, server, the_round, codes)
        thief = _switched_off(tablet, tmp_path)
        _nothing_is_told_by_the_storage(tablet, the_round, codes, receipts)
        server.on()
        for each in (tablet, thief):
            each.switch_on()
            each.open()
            each.waits(0)
            each.switch_off()
        assert tablet.faults == thief.faults == []
    db.session.rollback()
    numbers = kiosks_of(the_round.id)[0].numbers
    assert (numbers.made, numbers.accepted, numbers.received, numbers.waiting) == (BALLOTS, BALLOTS, BALLOTS, 0)

    turn_to(the_round.voting_closes_at + timedelta(hours=1))
    assert opened(the_round).valid == BALLOTS
    assert all(receipt_is_counted(the_round.id, read_receipt(receipt)) for receipt in receipts)
    titles = {project.key: project.title for project in projects_of(the_round.id)}
    ballots = [ballot.choices["approved"] for ballot in db.session.scalars(select(OpenedBallot))]
    pond = len(range(0, BALLOTS, 3))
    assert Counter(titles[key] for ballot in ballots for key in ballot) == {
        "Hall": BALLOTS, "Bench": BALLOTS - pond, "Pond": pond,
    }  # fmt: skip
    assert imbalances(numbers_of(the_round)) == []


def _hours_without_a_network(tablet: Tablet, server: Server, the_round: Round, codes: tuple[str, ...]) -> list[str]:
    """The network goes; without a promise of the browser nobody votes, until a supervisor has allowed it."""
    page = tablet.page
    _nothing_is_taken_that_may_be_deleted(tablet, server, codes[0])
    page.reload()
    expect(page.get_by_text("Without a connection it takes no ballots")).to_be_visible()
    server.on()
    allow_unkept_storage(tablet.kiosk_id, by=owner_of(the_round))
    page.reload()
    expect(page.locator("main[data-at=start]")).to_be_visible()
    server.off()
    receipts = []
    for number, code in enumerate(codes):
        if number in (BALLOTS // 4, BALLOTS // 2, BALLOTS * 3 // 4):
            page.reload()
            tablet.ready()
            tablet.waits(number)
        if number == BALLOTS // 3:
            tablet.switch_off()
            page = tablet.switch_on()
            tablet.open()
            tablet.waits(number)
        receipts.append(tablet.vote(print_form(code).lower(), "Hall", "Bench" if number % 3 else "Pond"))
    tablet.waits(BALLOTS)
    return receipts


def _nothing_is_taken_that_may_be_deleted(tablet: Tablet, server: Server, code: str) -> None:
    """The panel says no; whoever begins or casts after the network has gone is told so, and no ballot waits."""
    page, start = tablet.page, tablet.page.locator("main[data-at=start]")
    refused = page.get_by_text("Without a connection it takes no ballots")
    page.get_by_role("button", name="Steward").click()
    expect(page.locator("[data-fact=offline]")).to_have_text("No: its browser may delete what is saved")
    page.get_by_role("button", name="Close").click()
    page.context.set_offline(True)
    expect(refused).to_be_visible()
    page.context.set_offline(False)
    expect(start).to_be_visible()
    tablet.enter(code)
    page.get_by_label("Hall", exact=True).check()
    page.get_by_role("button", name="Check my choices").click()
    server.off()
    page.get_by_role("button", name="Cast my ballot").click()
    expect(refused).to_be_visible()
    tablet.waits(0)
    page.goto("about:blank")  # it tries again and again to send: none of that is taken for what the next page sends
    server.on()
    with page.expect_response("**/items"):  # with which the page is at rest
        tablet.open()
    expect(start).to_be_visible()
    server.off()
    page.get_by_role("button", name="English").click()
    expect(refused).to_be_visible()


def _switched_off(tablet: Tablet, folder: Path) -> Tablet:
    tablet.switch_off()
    return tablet.copied(folder / "copy")


def _nothing_is_told_by_the_storage(
    tablet: Tablet, the_round: Round, codes: tuple[str, ...], receipts: list[str]
) -> None:
    """The files of the profile hold no code, no receipt and no choice; and they do hold the sealed ballots."""
    stored = tablet.stored()
    assert stored.count(b"sealed") >= BALLOTS
    told = [*codes, *(print_form(code) for code in codes), *receipts]
    told += [text.lower() for text in told]
    choices = json.dumps(make_ballot(the_round, "Hall", "Bench"), separators=(",", ":"))
    told += [choices, '"approved":[', '"receipt":"']
    for text in told:
        assert text.encode() not in stored, text
        assert text.encode("utf-16-le") not in stored, text


def test_a_tablet_whose_browser_is_some_years_old_is_set_up_and_its_ballot_counts(
    app: Flask, chromium: Browser, tmp_path: Path
) -> None:
    the_round = an_open_round(policy=Policy.CODE)
    (card,) = codes_for(the_round, 1)
    _, code = add_kiosk(a_station(the_round).id, name="Old tablet", declares=False, by=owner_of(the_round))
    with serving(app) as server:
        too_old = chromium.new_page()
        too_old.add_init_script("delete AbortSignal.timeout")
        too_old.goto(f"{server.url}/kiosk/enrol#{code}")
        too_old.get_by_role("button", name="Set up this tablet").click()
        expect(too_old.get_by_role("alert")).to_contain_text("bring it up to date, or use another tablet")
        expect(too_old).to_have_title(re.compile("^Error: Set up this tablet"))
        expect(too_old.get_by_label("Code from the officer")).to_be_focused()
        too_old.close()
        tablet = Tablet(chromium, tmp_path / "tablet", server.url)
        tablet.switch_on().context.add_init_script(OLD)
        tablet.enrol(code)
        tablet.ready()
        receipt = tablet.vote(card, "Hall")
        tablet.waits(0)
        tablet.switch_off()
        assert tablet.faults == []
    db.session.rollback()
    turn_to(the_round.voting_closes_at + timedelta(hours=1))
    assert opened(the_round).valid == 1
    assert receipt_is_counted(the_round.id, read_receipt(receipt))


def test_nothing_of_a_voter_is_left_for_the_next_one(app: Flask, chromium: Browser, tmp_path: Path) -> None:
    """Fourteen ballots wait; twenty voters walk away, go back or reload, and nothing of them is left."""
    the_round = an_open_round(policy=Policy.DECLARED, links=["live", "work"])
    codes = codes_for(the_round, 14)
    station = a_station(the_round)
    kiosk_id, code = add_kiosk(station.id, name="Hall tablet", declares=True, by=owner_of(the_round))
    allow_unkept_storage(kiosk_id, by=owner_of(the_round))
    with serving(app) as server:
        camera = a_camera(tmp_path / "card.y4m", f"HTTPS://VOTE.EXAMPLETON.GOV.UK/C#{codes[0]}")
        tablet = Tablet(chromium, tmp_path / "tablet", server.url, camera)
        page = tablet.switch_on()
        page.clock.install()
        tablet.enrol(code)
        tablet.ready_for_the_road()
        picture(page, "start")
        server.off()
        for number, each in enumerate(codes):
            _declare(tablet, each, f"Ann Other {'ABCDEFGHIJKLMN'[number]}")
            tablet.mark("Hall")
        tablet.waits(14)
        for leave in (_walk_away, _go_back, _reload, _stop) * 5:
            _declare(tablet, codes[0], "Zoe Nobody")
            page.get_by_label("Hall", exact=True).check()
            leave(page)
            expect(page.locator("main[data-at=start]")).to_be_visible()
            assert "Zoe" not in page.content()
            page.get_by_role("button", name="English").click()
            assert page.get_by_label("Code on your card").input_value() == ""
            assert page.locator("input:checked").count() == 0
            page.get_by_role("button", name="Stop and delete everything").first.click()
        tablet.waits(14)
        _look_at_every_screen(tablet, codes[0])
        tablet.switch_off()
        assert tablet.faults == []
        stored = tablet.stored()
        assert not [text for text in (b"Zoe Nobody", b"Ann Other", codes[0].encode()) if text in stored]


def _declare(tablet: Tablet, code: str, name: str) -> None:
    page = tablet.page
    page.get_by_role("button", name="English").click()
    page.get_by_label("Code on your card").fill(code)
    page.locator("[data-screen=code]").get_by_role("button", name="Continue").click()
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Your home postcode").fill("eh6 6ab")
    page.get_by_label("Year you were born").fill("1984")
    page.get_by_label("I live here").check()
    page.get_by_label("What I have told you is true").check()
    page.locator("[data-screen=declaration]").get_by_role("button", name="Continue").click()
    expect(page.locator("main[data-at=ballot]")).to_be_visible()


def _walk_away(page: Page) -> None:
    """For 25 seconds nothing is touched; the warning can be answered, and after 20 seconds more all is gone."""
    warning = page.get_by_role("alertdialog")
    page.clock.fast_forward(26_000)
    expect(warning).to_contain_text("Are you still there?")
    picture(page, "idle")
    page.get_by_role("button", name="I am still here").click()
    expect(warning).to_be_hidden()
    page.clock.fast_forward(26_000)
    expect(warning).to_be_visible()
    page.clock.run_for(21_000)


def _go_back(page: Page) -> None:
    page.go_back()
    page.go_forward()


def _reload(page: Page) -> None:
    page.reload()


def _stop(page: Page) -> None:
    page.locator("[data-screen=ballot]").get_by_role("button", name="Stop and delete everything").click()


def _look_at_every_screen(tablet: Tablet, code: str) -> None:
    """The camera reads a card; faults are told beside their fields; every button is large; nothing leads away; axe finds nothing."""
    page = tablet.page
    page.get_by_role("button", name="Cymraeg").click()
    expect(page.locator("html")).to_have_attribute("lang", "cy")
    page.locator("[data-leave]").first.click()
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Scan the card").click()
    expect(page.get_by_label("Code on your card")).to_have_value(print_form(code))
    page.get_by_label("Code on your card").fill(code[:-1] + ("0" if code[-1] != "0" else "1"))
    page.locator("[data-screen=code]").get_by_role("button", name="Continue").click()
    expect(page.locator("[data-screen=code] [data-errors]")).to_be_focused()
    _shown(page, "code")
    page.locator("[data-leave]").first.click()
    _declare(tablet, code, "Zoe Nobody")
    page.get_by_role("button", name="Check my choices").click()
    expect(page.get_by_role("link", name="You have not chosen anything yet.")).to_be_visible()
    _shown(page, "ballot")
    page.get_by_label("Hall", exact=True).check()
    page.get_by_role("button", name="Check my choices").click()
    _shown(page, "check")
    page.get_by_role("button", name="Cast my ballot").click()
    expect(page.locator("[data-screen=done]")).to_contain_text("It counts if this card has not been used.")
    _shown(page, "done")
    page.get_by_role("button", name="Finish: clear the screen").click()
    page.get_by_role("button", name="Steward").click()
    expect(page.locator("[data-fact=made]")).to_have_text("15")
    expect(page.locator("#steward")).to_be_visible()
    sound(page, "steward", inside="#steward")


def _shown(page: Page, name: str) -> None:
    """A screen, once it is the one that is shown: what it holds is in the page before that."""
    expect(page.locator(f"main[data-at={name}]")).to_be_visible()
    sound(page, name)
