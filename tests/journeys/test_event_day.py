"""A whole event day: from the desk at the door to the reveal, by phone, kiosk and slip, worked out by hand below.

Four bids ask for £17,000 of a pot of £10,000. Every project must be scored, from 1 to 5.

            Hall £6,000   Bench £3,000   Pond £3,000 (at least £1,000)   Choir £5,000
    phone         5             5                4                            1
    phone         5             5                2                            2
    phone         4             1                4                            1
    kiosk         5             3                3                            2
    slip 1        5             2                3                            1
    slip 2        4             4                4                            3
    slip 3        5             2                2                            1
    total        33            22               22                           11

The Hall is first: £6,000, and £4,000 is left. Bench and Pond stand equal at 22. Two voters gave the Bench a 5 and
nobody the Pond, so the Bench comes first: £3,000. £1,000 is left, the least with which the Pond can go ahead: it is
offered, and accepted in the room. Nothing is left for the Choir. 6,000 + 3,000 + 1,000 = 10,000.

Six slips were printed: 4 given at the door and 1 for the spoilt one are 5; 1 is unused. Of the 5, 3 are in the box, 1 is
spoilt, 1 went home. Five cards: 4 given (3 phones, 1 kiosk), 1 unused. Nine people: 4 cards, 4 slips, 1 observer.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pb.core.actors import Actor, Role
from pb.core.codes import print_form
from pb.core.election import Choices
from pb.core.eligibility import Declaration
from pb.core.errors import Refusal
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.core.reconciliation import imbalances
from pb.extensions import db
from pb.models.event_days import DayStep, Presence
from pb.models.papers import PaperBatch
from pb.models.rounds import Policy, Round
from pb.models.stations import Station, StationKind
from pb.services.casting import Marked, cast
from pb.services.check_in import check_in, door_list, let_observe, swap_slip
from pb.services.counts import certify, last_count, read_count, record_count
from pb.services.elections import projects_of
from pb.services.event_days import DayWanted, running_order, set_up_day
from pb.services.hall import begin, call, mark_presence, resume
from pb.services.kiosks import allow_unkept_storage, kiosks_of
from pb.services.ledger import events_of_round
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.paper_keying import Typed, key_again, key_papers, mismatches
from pb.services.papers import PapersWanted, count_papers, make_papers
from pb.services.reconciliation import channels_of, numbers_of
from pb.services.reveals import answer_in_room, begin_reveal, end_reveal, show_step
from pb.services.rights import Claim
from pb.services.rounds import find_round
from tests.browser import Site
from tests.factories import DATES, an_account, an_open_round, owner_of, someone, turn_to
from tests.journeys.people import at_desk
from tests.journeys.steps import fill, press
from tests.kiosk_browser import Tablet
from tests.stations import a_station, cards_at, closed, on_rota, opened

pytestmark = pytest.mark.browser

BIDS = [
    ("Hall", "", 600_000, 400_000),
    ("Bench", "", 300_000, 200_000),
    ("Pond", "", 300_000, 100_000),
    ("Choir", "", 500_000, 200_000),
]
PHONES = [(5, 5, 4, 1), (5, 5, 2, 2), (4, 1, 4, 1)]
KIOSK = (5, 3, 3, 2)
SLIPS = [(5, 2, 3, 1), (4, 4, 4, 3), (5, 2, 2, 1)]
TOTALS = {"Hall": 33, "Bench": 22, "Pond": 22, "Choir": 11}
GIVEN = {"Hall": 600_000, "Bench": 300_000, "Pond": 100_000, "Choir": 0}
NAMES = ["Sam Okafor", "Kim Vale", "Zoë Wyn", "Ann Lee", "Ben Hay", "Dee Roe", "Eli Fox", "Flo May"]


def person(name: str) -> Declaration:
    return Declaration(name, "EX1 1AB", 1984, "live", declared=True)


def a_day_in_the_hall() -> Round:
    """A round that votes on one morning in a hall."""
    assert DATES.voting_opens_at is not None
    noon = DATES.voting_opens_at + timedelta(hours=4)
    dates = replace(DATES, voting_closes_at=noon, few_days_reason="People vote in the town hall on one morning.")
    scores = {"ballot_settings": {"lowest": 1, "highest": 5, "score_all": True}}
    return an_open_round(
        an_account(Role.OFFICER), title="You Decide: Harbour hall", dates=dates, preset="score-all", vote=scores,
        bids=BIDS, policy=Policy.DECLARED,
    )  # fmt: skip


def by_title(the_round: Round) -> dict[str, str]:
    """The keys of the projects."""
    return {each.title: each.key for each in projects_of(the_round.id)}


def scores(the_round: Round, given: tuple[int, ...]) -> dict[str, Choices]:
    """A ballot with these scores for Hall, Bench, Pond and Choir."""
    keys = by_title(the_round)
    pot = the_round.pots[0].key
    return {pot: {"scores": {keys[title]: score for (title, *_), score in zip(BIDS, given, strict=True)}}}


def by_phone(the_round: Round, code: str, given: tuple[int, ...]) -> None:
    nonce = make_nonce(secrets.token_bytes(NONCE_BYTES))
    cast(Marked(the_round.id, 1, scores(the_round, given), nonce), Claim(code))


def test_a_whole_event_day(site: Site, chromium: Browser, tmp_path: Path) -> None:
    the_round = a_day_in_the_hall()
    owner = owner_of(the_round)
    hall = a_station(the_round, "Town hall", kind=StationKind.EVENT)
    set_up_day(hall.id, DayWanted(pitch_seconds=180, question_seconds=120, scoring_seconds=60), by=owner)
    cards = cards_at(the_round, hall, 5, by_steward=True, channel="event").codes
    slips = make_papers(the_round.id, PapersWanted("Slips", 6, channel="event", station_id=hall.id), by=owner)
    kiosk = a_kiosk(site, the_round, hall, Tablet(chromium, tmp_path / "tablet", site.url))
    steward = an_account(Role.STEWARD)
    one, other = on_rota(the_round, hall, steward), on_rota(the_round, hall)
    opened(hall, one, other)

    people_come_in(site, the_round, hall, one)
    with site.visit(phone=True) as phone, site.visit() as screen:
        screen.set_viewport_size({"width": 1920, "height": 1080})
        score_in_the_hall(site, the_round, hall, one, phone, screen, cards[0], AtTheKiosk(site, kiosk, cards[3]))
    for code, given in zip(cards[1:3], PHONES[1:], strict=True):
        by_phone(the_round, code, given)
    numbers = kiosks_of(the_round.id)[0].numbers
    assert (numbers.made, numbers.accepted, numbers.waiting) == (1, 1, 0)
    assert (door_list(hall.id).cast, sum(channels_of(the_round.id).values())) == (4, 4)
    close_the_hand_in(site, the_round, hall, one)
    look_again(kiosk.page)
    expect(kiosk.page.get_by_text("The hand-in is closed.")).to_be_visible()
    kiosk.switch_off()
    assert kiosk.faults == []
    turn_to(the_round.voting_closes_at)
    with pytest.raises(Refusal, match=r"closed"):
        by_phone(the_round, cards[4], PHONES[0])

    key_the_slips(the_round, hall, slips, one, other)
    open_and_count(the_round)
    reveal(site, the_round)


def test_a_phone_that_is_passed_on_shows_the_next_person_no_mark_of_the_one_before(site: Site) -> None:
    the_round = a_day_in_the_hall()
    hall = a_station(the_round, "Town hall", kind=StationKind.EVENT)
    wanted = DayWanted(pitch_seconds=180, question_seconds=120, scoring_seconds=60, score_when_heard=False)
    set_up_day(hall.id, wanted, by=owner_of(the_round))
    first, second = cards_at(the_round, hall, 2, by_steward=True, channel="event").codes
    opened(hall, on_rota(the_round, hall), on_rota(the_round, hall))
    with site.visit(phone=True) as phone:
        marked = phone.locator("input:checked")

        def enter(code: str, marks: int) -> None:
            phone.goto("/c")
            phone.goto(f"/c#{code}")
            expect(phone.get_by_label("Code on your card")).to_have_value(print_form(code))
            press(phone, "Continue")
            expect(phone.locator("form[data-yd-ballot]")).to_be_visible()
            expect(phone.locator("[data-yd-restored]")).to_have_count(1)
            expect(marked).to_have_count(marks)

        enter(first, 0)
        expect(phone.locator("[data-yd-hall-now]")).not_to_be_empty()
        phone.locator("[name=p1][value='5']").check()
        phone.locator("[name=p2][value='1']").check()
        expect(phone.locator("form[data-yd-kept='2']")).to_have_count(1)
        assert draft_on(phone, kept=True)
        enter(first, 2)
        enter(second, 0)
        assert draft_on(phone, kept=False) is None
        phone.goto("/c")
        expect(phone.get_by_label("Code on your card")).to_be_visible()
        expect(phone.get_by_text("A ballot was begun on this phone")).to_be_hidden()
        enter(second, 0)
        for number in range(1, 5):
            phone.locator(f"[name=p{number}][value='3']").check()
        press(phone, "Check my choices")
        press(phone, "Cast my ballot")
        expect(phone.get_by_role("heading", name="Your ballot is in the box")).to_be_visible()
        for _ in range(3):
            phone.go_back()
            expect(phone.locator("h1")).to_be_visible()
            expect(marked).to_have_count(0)
            assert "Score 3" not in phone.locator("main").inner_text()
        enter(first, 0)


def people_come_in(site: Site, the_round: Round, hall: Station, steward: Actor) -> None:
    """Nine people: four take cards, four slips; one of them tries twice; one watches."""
    desk = f"/stations/{the_round.slug}/{hall.id}/check-in"
    with at_desk(site, steward, desk) as page:
        first = {
            "name": NAMES[0], "postcode": "EX1 1AB", "year_of_birth": "1984", "link": "live", "declared": True,
            "what": "card", "needs": ["bsl"],
        }  # fmt: skip
        page.get_by_text("They need something").click()
        fill(page, first)
        site.look(page, "event-desk")
        press(page, "Let them in")
        expect(page.get_by_role("status").first).to_contain_text("Give them a card")
        fill(page, {**first, "needs": []})
        press(page, "Let them in")
        expect(page.locator(".govuk-error-summary")).to_contain_text("has been given a card or a paper already")
        page.set_viewport_size({"width": 1024, "height": 768})
        site.look(page, "event-desk-twice")
    db.session.rollback()
    for name in NAMES[1:4]:
        check_in(hall.id, person(name), what="card", by=steward)
    for name in NAMES[4:]:
        check_in(hall.id, person(name), what="slip", by=steward)
    let_observe(hall.id, by=steward)
    door = door_list(hall.id)
    assert (door.people, door.given) == (9, {"card": 4, "slip": 4, "observer": 1})
    assert door.needs == {"bsl": 1}
    swap_slip(hall.id, by=steward)


def a_kiosk(site: Site, the_round: Round, hall: Station, tablet: Tablet) -> Tablet:
    """An officer adds a tablet on their page, and it is set up with the code that stands there then."""
    owner = owner_of(the_round)
    with at_desk(site, owner, f"/officers/rounds/{the_round.slug}/kiosks/add") as page:
        fill(page, {"name": "Tablet by the stage", "station": hall.name})
        press(page, "Make the code")
        code = page.locator(".yd-receipt__code").inner_text()
    db.session.rollback()
    tablet.switch_on()
    tablet.enrol(code.replace(" ", ""))
    allow_unkept_storage(tablet.kiosk_id, by=owner)
    tablet.page.reload()
    tablet.ready_for_the_road()
    return tablet


@dataclass
class AtTheKiosk:
    """One voter who scores at the kiosk between the presentations, from the practice to the hand-in."""

    site: Site
    tablet: Tablet
    code: str

    def practise(self) -> None:
        """The practice item is there, and nothing else: it is not counted, and nothing of it is kept."""
        page = self.tablet.page
        look_again(page)
        self._enter()
        page.locator("#practice-4").check()
        expect(page.locator("[data-yd-practice-said]")).to_have_text("You gave 4. Nothing was sent.")
        expect(page.locator(".yd-ballot__item:visible")).to_have_count(0)
        press(page, "Save and step away")
        expect(page.locator("main[data-at=start]")).to_be_visible()
        expect(page.locator("[data-fact=drafts]")).to_have_text("0")

    def come_and_score(self, number: int, score: int, so_far: int) -> None:
        """Come back, find what was marked before, score what was presented now."""
        page = self.tablet.page
        look_again(page)
        self._enter()
        expect(page.locator(".yd-ballot__item:visible")).to_have_count(so_far)
        expect(page.locator("form input:checked:visible")).to_have_count(so_far - 1)
        page.locator(f"[name=p{number}][value='{score}']").check()

    def step_away(self) -> None:
        """Save, and leave the tablet to others."""
        page = self.tablet.page
        press(page, "Save and step away")
        expect(page.locator("main[data-at=kept]")).to_be_visible()
        press(page, "Finish: clear the screen")

    def hand_in(self) -> None:
        """Check the choices, cast them, and see that they are sent."""
        page = self.tablet.page
        press(page, "Check my choices")
        expect(page.locator("main[data-at=check]")).to_be_visible()
        assert sorted(page.locator("dd").filter(has_text="Score").all_inner_texts())[0].startswith("Score 2")
        press(page, "Cast my ballot")
        expect(page.locator("main[data-at=done]")).to_be_visible()
        press(page, "Finish: clear the screen")
        self.tablet.waits(0)
        expect(page.locator("[data-fact=drafts]")).to_have_text("0")

    def _enter(self) -> None:
        self.tablet.enter(self.code)
        expect(self.tablet.page.locator("main[data-at=ballot]")).to_be_visible()


def score_in_the_hall(
    site: Site, the_round: Round, hall: Station, steward: Actor, phone: Page, screen: Page, code: str, voter: AtTheKiosk
) -> None:
    """One voter's phone, another at the kiosk, and the hall's screen, while four bids are presented."""
    places = running_order(hall.id)
    given, at_kiosk = (dict(zip([title for title, *_ in BIDS], each, strict=True)) for each in (PHONES[0], KIOSK))
    screen.goto(f"/rounds/{the_round.slug}/hall")
    begin(hall.id, DayStep.PRACTICE, by=steward)
    phone.goto(f"/c#{code}")
    expect(phone.get_by_label("Code on your card")).to_have_value(print_form(code).replace("-", " "))
    press(phone, "Continue")
    expect(phone.get_by_role("heading", name="Practice: this does not count")).to_be_visible()
    phone.locator("#practice-4").check()
    expect(phone.locator("[data-yd-practice-said]")).to_have_text("You gave 4. Nothing was sent.")
    expect(phone.locator("[name=p1]").first).to_be_disabled()
    expect(phone.get_by_text("Not yet heard.").first).to_be_visible()
    site.look(phone, "event-phone-practice")
    voter.practise()
    for place in places:
        call(hall.id, place.pitch.id, by=steward)
        mark_presence(hall.id, place.pitch.id, Presence.PRESENT, by=steward)
        resume(hall.id, by=steward)
        if place.pitch.place == 1:
            watch_the_clock(site, screen, place.project.title)
        begin(hall.id, DayStep.SCORING, by=steward)
        look_again(phone)
        if place.pitch.place < len(places):
            phone.locator(f"[name=p{place.project.number}][value='{given[place.project.title]}']").check()
        if place.pitch.place == 2:
            reload_and_go_on(site, phone, code)
        voter.come_and_score(place.project.number, at_kiosk[place.project.title], place.pitch.place)
        if place.pitch.place < len(places):
            voter.step_away()
    voter.hand_in()
    expect(phone.locator("[data-yd-hall-now]")).to_contain_text(f"You can score {places[-1].project.title} now")
    press(phone, "Check my choices")
    last = places[-1].project
    gap = f"Give “{last.title}” a score. This ballot counts when every project has one."
    expect(phone.locator(".govuk-error-summary")).to_contain_text(gap)
    phone.locator(f"[name=p{last.number}][value='{given[last.title]}']").check()
    site.look(phone, "event-phone-scored")
    press(phone, "Check my choices")
    for title, score in given.items():
        expect(phone.get_by_role("definition").filter(has_text=f"Score {score}").first).to_be_visible()
        assert title in phone.locator("dl").inner_text()
    press(phone, "Cast my ballot")
    expect(phone.get_by_role("heading", name="Your ballot is in the box")).to_be_visible()
    assert draft_on(phone, kept=False) is None
    db.session.rollback()


def close_the_hand_in(site: Site, the_round: Round, hall: Station, steward: Actor) -> None:
    """A steward has looked at the tablet: everything that was begun on it is handed in."""
    with at_desk(site, steward, f"/stations/{the_round.slug}/{hall.id}/hall/hand-in") as page:
        fill(page, {"agreed": True})
        press(page, "Close the hand-in")
        expect(page.locator(".govuk-error-summary")).to_contain_text("Look at each tablet")
        fill(page, {"begun": "0"})
        site.look(page, "event-hand-in")
        press(page, "Close the hand-in")
        expect(page.get_by_role("main")).to_contain_text("The hand-in was closed")
    db.session.rollback()
    (event,) = events_of_round(the_round.id, ("hand_in_closed",))
    assert (event.facts["begun"], event.facts["batches"]) == (0, 1)


def look_again(device: Page) -> None:
    """Somebody takes up a phone or tablet that was dark: it asks at once what is on, and waits for no next look."""
    device.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def watch_the_clock(site: Site, screen: Page, title: str) -> None:
    """The screen shows who presents, counts down, and warns in words as well as in colour."""
    expect(screen.get_by_role("heading", name=title)).to_be_visible()
    clock = screen.locator("[data-yd-clock]")
    expect(clock).to_contain_text("left")
    site.look(screen, "event-screen")


def reload_and_go_on(site: Site, phone: Page, code: str) -> None:
    """A phone that was reloaded gives its marks back for the code of their card, and shows them to nobody without it."""
    expect(phone.locator("form[data-yd-kept='2']")).to_have_count(1)  # the second mark as well
    assert draft_on(phone, kept=True)
    before = phone.locator("input:checked").count()
    phone.reload()
    expect(phone.get_by_text("A ballot was begun on this phone")).to_be_visible()
    expect(phone.locator("input:checked")).to_have_count(0)
    site.look(phone, "event-phone-draft")
    phone.goto(f"/c#{code}")
    press(phone, "Continue")
    expect(phone.locator("form[data-yd-ballot] input:checked")).to_have_count(before - 1)


def draft_on(phone: Page, *, kept: bool) -> str | None:
    """What the phone keeps of the ballot, once it has been kept or thrown away."""
    script = """async (kept) => {
      const look = () => sessionStorage.getItem('yd-draft')
      for (let turns = 0; turns < 600 && Boolean(look()) !== kept; turns += 1) await new Promise((go) => setTimeout(go, 50))
      return look()
    }"""
    found: str | None = phone.evaluate(script, kept)
    return found


def key_the_slips(the_round: Round, hall: Station, slips: PaperBatch, one: Actor, other: Actor) -> None:
    """The station is closed by two; two people key three slips, one misreads a 4, and looking settles it."""
    closed(hall, one, other, papers={slips.id: 1}, in_box=3, spoilt_papers=1)
    counts = {"issued": 5, "unused": 1, "spoilt": 1, "not_returned": 1, "in_box": 3}
    count_papers(the_round.id, slips.id, counts, by=one)
    keys = by_title(the_round)

    def line(number: int, given: tuple[int, ...]) -> Typed:
        return Typed(number, {keys[title]: str(score) for (title, *_), score in zip(BIDS, given, strict=True)})

    right = [line(number, given) for number, given in enumerate(SLIPS, 1)]
    key_papers(the_round.id, slips.id, right, by=one)
    misread = [right[0], line(2, (4, 4, 5, 3)), right[2]]
    key_papers(the_round.id, slips.id, misread, by=other)
    assert [each.number for each in mismatches(slips)] == [2]
    assert key_again(the_round.id, slips.id, right[1], by=other)
    assert mismatches(slips) == []


def open_and_count(the_round: Round) -> None:
    """The box is opened, everything balances, and the count is what the table says."""
    turn_to(the_round.voting_closes_at + timedelta(minutes=the_round.grace_minutes))  # type: ignore[operator]
    lead = someone(Role.COUNT_LEAD)
    freeze_box(the_round.id, by=lead)
    for _ in range(2):
        approve_opening(the_round.id, by=someone(Role.OFFICER))
    opening = open_box(the_round.id, by=lead, witnesses=["Ann Other"])
    assert (opening.envelopes, opening.valid, opening.invalid) == (7, 7, {})
    assert imbalances(numbers_of(find_round(the_round.slug))) == []
    record_count(the_round.id, by=lead)


def reveal(site: Site, the_round: Round) -> None:
    """One press each, the offer answered in the room, and the whole list on the screen at the end."""
    lead = someone(Role.COUNT_LEAD)
    begin_reveal(the_round.id, by=lead)
    for step in (1, 2):  # the pot, and the offer to the Pond
        show_step(the_round.id, step, by=lead)
    with pytest.raises(Refusal, match="must answer first"):
        show_step(the_round.id, 3, by=lead)
    answer_in_room(the_round.id, by_title(the_round)["Pond"], accepted=True, by=lead)
    for step in (3, 4, 5, 6):  # the Bench, the Hall, thanks to the Choir, and the whole
        show_step(the_round.id, step, by=lead)
    end_reveal(the_round.id, by=lead)
    count = last_count(the_round.id)
    assert count is not None
    certify(the_round.id, count.number, by=someone(Role.SECOND_TELLER))
    (outcome,) = read_count(count).outcomes.values()
    titles = {key: title for title, key in by_title(the_round).items()}
    assert {titles[each.id]: each.score for each in outcome.projects} == TOTALS
    assert {titles[each.id]: each.amount for each in outcome.projects} == GIVEN
    (tie,) = outcome.ties
    assert ([titles[key] for key in tie.order], tie.decided_by) == (["Bench", "Pond"], ("top_scores",))
    with site.visit() as page:
        page.set_viewport_size({"width": 1920, "height": 1080})
        page.goto(f"/rounds/{the_round.slug}/reveal")
        expect(page.get_by_role("main")).to_contain_text("Pond")
        expect(page.get_by_role("main")).to_contain_text("£10,000")
        site.look(page, "event-reveal")
