"""A kiosk at an event day: it opens project by project, and keeps what is begun until the same card comes back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from pb.core.actors import Actor
from pb.core.codes import print_form
from pb.extensions import db
from pb.models.envelopes import OpenedBallot
from pb.models.event_days import DayStep
from pb.models.rounds import Policy, Round
from pb.models.stations import Station, StationKind
from pb.services.elections import projects_of
from pb.services.event_days import DayWanted, running_order, set_up_day
from pb.services.hall import begin, call, close_hand_in
from pb.services.kiosks import add_kiosk, allow_unkept_storage, kiosks_of
from pb.services.late_items import quarantined_count
from tests.factories import an_open_round, owner_of, turn_to
from tests.kiosk_browser import Tablet, serving, sound
from tests.services.test_kiosks import codes_for, opened
from tests.stations import a_station, on_rota

pytestmark = pytest.mark.browser

SCORE_ALL = {"ballot_type": "scoring", "ballot_settings": {"lowest": 1, "highest": 5, "score_all": True}}
#: What the tablet keeps of ballots that are begun, as anybody who takes it apart reads it.
DRAFTS = """async (kiosk) => {
  const opening = indexedDB.open(`kiosk-${kiosk}`)
  const database = await new Promise((go) => { opening.onsuccess = () => go(opening.result) })
  const asked = database.transaction('drafts').objectStore('drafts').getAll()
  const drafts = await new Promise((go) => { asked.onsuccess = () => go(asked.result) })
  database.close()
  return drafts.map((each) => [Object.keys(each).sort().join(), each.id, each.iv.length, each.sealed.length])
}"""


def a_hall(policy: Policy = Policy.CODE) -> tuple[Round, Station, Actor]:
    """An open round of three projects, each to be scored, its hall, and a steward of it."""
    the_round = an_open_round(policy=policy, vote=SCORE_ALL, links=["live"])
    station = a_station(the_round, "Town hall", kind=StationKind.EVENT)
    set_up_day(station.id, DayWanted(), by=owner_of(the_round))
    return the_round, station, on_rota(the_round, station)


def a_tablet(the_round: Round, station: Station, chromium: Browser, folder: Path, url: str) -> Tablet:
    """A tablet that is enrolled in the hall and may work without a network; voters declare where the round asks."""
    declares = the_round.policy == Policy.DECLARED
    kiosk_id, code = add_kiosk(station.id, name="By the stage", declares=declares, by=owner_of(the_round))
    allow_unkept_storage(kiosk_id, by=owner_of(the_round))
    tablet = Tablet(chromium, folder / "tablet", url)
    tablet.switch_on().clock.install()
    tablet.enrol(code)
    tablet.ready_for_the_road()
    return tablet


def presented(station: Station, place: int, by: Actor) -> str:
    """The presentation of a place of the order is over, and its score is asked for; gives its title."""
    found = running_order(station.id)[place - 1]
    call(station.id, found.pitch.id, by=by)
    begin(station.id, DayStep.SCORING, by=by)
    return found.project.title


def enters(tablet: Tablet, code: str) -> None:
    """Somebody enters their card, and has their ballot before them."""
    tablet.enter(code)
    expect(tablet.page.locator("main[data-at=ballot]")).to_be_visible()


def look_again(page: Page) -> None:
    """The tablet asks at once what is open, and need not wait for its next look."""
    with page.expect_response("**/hall.json"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def score(page: Page, title: str, given: int) -> None:
    """Give a project that is on the screen its score."""
    page.get_by_role("group", name=title, exact=True).get_by_label(str(given), exact=True).check()


def shown(page: Page) -> list[str]:
    """The titles of the projects that can be scored on the screen."""
    return page.locator(".yd-ballot__item:visible legend").all_inner_texts()


def says(page: Page, fact: str, words: str) -> None:
    """The steward's panel says so; it is closed again."""
    page.get_by_role("button", name="Steward").click()
    expect(page.locator(f"[data-fact={fact}]")).to_have_text(words)
    page.locator("[data-kiosk-close]").click()
    expect(page.get_by_role("button", name="Steward")).to_be_focused()


def step_away(page: Page) -> None:
    page.get_by_role("button", name="Save and step away").click()
    expect(page.locator("[data-screen=kept]")).to_contain_text("Nothing is handed in yet.")
    sound(page, "kept")
    page.get_by_role("button", name="Finish: clear the screen").click()
    expect(page.locator("main[data-at=start]")).to_be_visible()


def walk_away(page: Page) -> None:
    """Nobody touches the tablet for 45 seconds; the warning says what becomes of the marks."""
    warning = page.get_by_role("alertdialog")
    page.clock.fast_forward(26_000)
    expect(warning).to_contain_text("Your marks stay on this tablet, locked with your card")
    expect(warning.get_by_text("is deleted")).to_be_hidden()
    expect(page.locator("footer")).to_have_attribute("inert", "")  # nothing behind it can be reached
    sound(page, "idle", inside="[data-idle]")
    page.clock.run_for(21_000)
    expect(page.locator("main[data-at=start]")).to_be_visible()


def test_marks_wait_on_the_tablet_for_their_card_until_they_are_handed_in(
    app: Flask, chromium: Browser, tmp_path: Path
) -> None:
    """Sam comes four times, once without a network and once after the tablet was switched off; Kim never hands in."""
    the_round, hall, steward = a_hall()
    sam, kim = codes_for(the_round, 2)
    with serving(app) as server:
        tablet = a_tablet(the_round, hall, chromium, tmp_path, server.url)
        page = tablet.page
        first = presented(hall, 1, steward)
        look_again(page)
        enters(tablet, sam)
        expect(page.locator("[data-open]")).to_contain_text("Projects that you can score so far: 1 of 3.")
        assert shown(page) == [first]
        score(page, first, 5)
        sound(page, "ballot")
        walk_away(page)
        says(page, "drafts", "1")
        enters(tablet, kim)
        assert (shown(page), page.locator("input:checked").count()) == ([first], 0)
        score(page, first, 2)
        step_away(page)

        server.off()
        second, third = (each.project.title for each in running_order(hall.id)[1:])
        open_by_hand(page, second)
        enters(tablet, print_form(sam).lower())
        assert scores_on(page) == {first: "5"}
        expect(page.get_by_text("Your marks are back.")).to_be_visible()
        score(page, first, 4)
        score(page, second, 3)
        page.get_by_role("button", name="Check my choices").click()
        expect(page.locator("[data-errors]:visible")).to_contain_text("have not been presented yet: 1.")
        sound(page, "gap")
        before = page.evaluate(DRAFTS, tablet.kiosk_id)
        step_away(page)
        after = page.evaluate(DRAFTS, tablet.kiosk_id)
        nothing_is_told_by(before, after)

        tablet.switch_off()
        nothing_lies_open(tablet, sam, kim)
        page = tablet.switch_on()
        page.clock.install()
        tablet.open()
        says(page, "drafts", "2")
        server.on()
        presented(hall, 2, steward)
        presented(hall, 3, steward)
        page.reload()
        enters(tablet, sam)
        expect(page.locator("[data-open]")).to_contain_text("You can score every project now.")
        assert (shown(page), scores_on(page)) == ([first, second, third], {first: "4", second: "3"})
        score(page, third, 1)
        page.get_by_role("button", name="Check my choices").click()
        page.get_by_role("button", name="Cast my ballot").click()
        expect(page.locator("main[data-at=done]")).to_be_visible()
        page.clock.fast_forward(26_000)
        expect(page.get_by_role("alertdialog").get_by_text("Your marks stay")).to_be_hidden()  # they are handed in
        page.get_by_role("button", name="I am still here").click()
        page.get_by_role("button", name="Finish: clear the screen").click()
        tablet.waits(0)
        says(page, "drafts", "1")

        close_hand_in(hall.id, by=steward, begun=1)
        look_again(page)
        expect(page.get_by_text("The hand-in is closed.")).to_be_visible()
        says(page, "drafts", "1")  # it might be opened again
        page.clock.fast_forward(16 * 60_000)
        look_again(page)
        says(page, "drafts", "0")
        assert page.evaluate(DRAFTS, tablet.kiosk_id) == []
        tablet.switch_off()
        assert tablet.faults == []
    db.session.rollback()
    numbers = kiosks_of(the_round.id)[0].numbers
    assert (numbers.made, numbers.accepted) == (1, 1)
    assert opened_scores(the_round) == {first: 4, second: 3, third: 1}


def test_a_card_that_is_found_shows_marks_to_nobody_who_does_not_declare_and_its_voter_can_delete_them(
    app: Flask, chromium: Browser, tmp_path: Path
) -> None:
    the_round, hall, steward = a_hall(Policy.DECLARED)
    (card,) = codes_for(the_round, 1)
    with serving(app) as server:
        tablet = a_tablet(the_round, hall, chromium, tmp_path, server.url)
        page = tablet.page
        first = presented(hall, 1, steward)
        look_again(page)
        tablet.enter(card)
        declare(page, "Sam Okafor")
        score(page, first, 5)
        step_away(page)
        tablet.enter(card)
        expect(page.locator("main[data-at=declaration]")).to_be_visible()
        assert page.get_by_label("Full name").input_value() == ""
        page.locator("[data-screen=declaration] [data-leave]").click()
        says(page, "drafts", "1")  # it was not on the screen yet
        tablet.enter(card)
        declare(page, "Sam Okafor")
        assert scores_on(page) == {first: "5"}
        page.locator("[data-screen=ballot] [data-leave]").click()
        says(page, "drafts", "0")
        tablet.switch_off()
        assert tablet.faults == []
        assert b"Okafor" not in tablet.stored()


def test_whoever_casts_out_of_reach_reads_who_decides_if_the_hand_in_had_ended_and_the_steward_sees_it_wait(
    app: Flask, chromium: Browser, tmp_path: Path
) -> None:
    the_round, hall, steward = a_hall()
    (sam,) = codes_for(the_round, 1)
    with serving(app) as server:
        tablet = a_tablet(the_round, hall, chromium, tmp_path, server.url)
        page = tablet.page
        titles = [presented(hall, place, steward) for place in (1, 2, 3)]
        look_again(page)
        server.off()
        page.clock.fast_forward(61_000)
        enters(tablet, sam)
        for title in titles:
            score(page, title, 3)
        close_hand_in(hall.id, by=steward, begun=0, made={tablet.kiosk_id: 0})
        page.get_by_role("button", name="Check my choices").click()
        page.get_by_role("button", name="Cast my ballot").click()
        expect(page.get_by_text("two officers decide whether it counts")).to_be_visible()
        sound(page, "out-of-reach")
        page.get_by_role("button", name="Finish: clear the screen").click()
        page.get_by_role("button", name="Steward").press("Enter")
        page.get_by_role("button", name="Send now").press("Enter")
        expect(page.get_by_text("Not everything is sent. Waiting on this tablet: 1.")).to_be_visible()
        server.on()
        page.get_by_role("button", name="Send now").press("Enter")
        expect(page.get_by_text("Everything is sent.", exact=True)).to_be_visible()
        page.locator("[data-kiosk-close]").press("Enter")
        look_again(page)
        expect(page.get_by_text("The hand-in is closed.")).to_be_visible()
        tablet.waits(0)
        says(page, "late", "1")
        tablet.switch_off()
        assert tablet.faults == []
    db.session.rollback()
    assert quarantined_count(the_round.id) == 1


def declare(page: Page, name: str) -> None:
    """Somebody says on the tablet who they are."""
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Your home postcode").fill("EH6 6AB")
    page.get_by_label("Year you were born").fill("1984")
    page.get_by_label("What I have told you is true").check()
    page.locator("[data-screen=declaration]").get_by_role("button", name="Continue").click()
    expect(page.locator("main[data-at=ballot]")).to_be_visible()


def open_by_hand(page: Page, title: str) -> None:
    """A steward opens the next project of the order on the tablet; a slip of the finger can be taken back."""
    page.get_by_role("button", name="Steward").click()
    forth = page.locator("[data-kiosk-next]")
    expect(forth).to_contain_text(title)
    forth.click()
    expect(page.locator("[data-fact=open]")).to_have_text("2 of 3")
    page.locator("[data-kiosk-undo]").click()
    expect(page.locator("[data-fact=open]")).to_have_text("1 of 3")
    forth.click()
    expect(page.locator("[data-fact=byHand]")).to_contain_text(title)
    expect(page.locator("[data-kiosk-undo]")).to_contain_text(title)
    sound(page, "steward", inside="#steward")
    page.locator("[data-kiosk-close]").click()


def scores_on(page: Page) -> dict[str, str]:
    """The scores that stand on the screen, by the projects' titles."""
    marked = page.locator(".yd-ballot__item:has(:checked)")
    return {each.locator("legend").inner_text(): each.locator(":checked").input_value() for each in marked.all()}


def nothing_is_told_by(before: list[list[object]], after: list[list[object]]) -> None:
    """Two drafts: random bytes of one size under random ids, of which the one that was saved again has another."""
    assert {(shape, vector, size) for shape, _, vector, size in (*before, *after)} == {("id,iv,sealed", 12, 8208)}
    assert len({each[1] for each in before} & {each[1] for each in after}) == 1


def nothing_lies_open(tablet: Tablet, *codes: str) -> None:
    """The files of the profile hold no code and no mark."""
    stored = tablet.stored()
    told = [*codes, *map(print_form, codes), '["p1","', '"p1","5"', '"p2","3"']
    for text in (*told, *map(str.lower, told)):
        assert text.encode() not in stored, text
        assert text.encode("utf-16-le") not in stored, text
    assert b"heard_first" in stored, "what the hall said last is there"


def opened_scores(the_round: Round) -> dict[str, int]:
    """The scores of the one ballot, once the box was opened."""
    titles = {each.key: each.title for each in projects_of(the_round.id)}
    turn_to(the_round.voting_closes_at + timedelta(hours=1))
    opened(the_round)
    (ballot,) = db.session.scalars(select(OpenedBallot))
    return {titles[key]: given for key, given in ballot.choices["scores"].items()}
