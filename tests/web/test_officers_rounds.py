"""The officer's way through a round in the pages: add, assess, set up, open; and every wrong turn on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from pb.core.actors import Actor, Role
from pb.models.rounds import Round
from pb.services.ledger import events_of_round
from pb.services.round_steps import pause_voting, start_set_up
from pb.services.rounds import find_round
from tests.conftest import TurningClock
from tests.factories import (
    a_locked_round,
    a_round,
    a_round_taking_bids,
    a_sent_assessment,
    an_account,
    an_area,
    an_assessed_round,
    an_idea,
    an_open_round,
)
from tests.reader import Reader, soup
from tests.signing_in import sign_in

R = "/officers/rounds/you-decide-abbey"
ANSWERS: dict[str, dict[str, object]] = {
    "why": {"why": "People asked for it.", "which_decision": "The ward grant."},
    "known": {"known_already": "A survey of 2024.", "do_differently": "We would fund other groups."},
    "fairness": {"formative": "Yes.", "information": "Yes.", "time": "Six weeks.", "consideration": "The members."},
    "priority": {"priority": "high", "cost": "1,500"},
    "equality": {"equality_impact_needed": "no", "equality_impact_reason": "Screened."},
}


@pytest.fixture
def officer() -> Actor:
    return an_account(Role.OFFICER)


@pytest.fixture
def desk(client: Reader, officer: Actor) -> Reader:
    """The officer's browser, signed in."""
    sign_in(client, officer)
    return client


def day(month: int, date: int, time: str) -> list[str]:
    return [str(date), str(month), "2026", time]


DATES = {
    "bids_open_at": day(3, 2, "9am"),
    "bids_close_at": day(4, 13, "midday"),
    "voting_opens_at": day(5, 11, "9am"),
    "voting_closes_at": day(6, 1, "5pm"),
    "decision_by": day(6, 26, "17:00"),
}


def faults_of(page: BeautifulSoup) -> dict[str, str]:
    """The error summary: what is said, by the input that it leads to."""
    return {str(a["href"]): a.get_text() for a in page.select(".govuk-error-summary a")}


def test_an_officer_takes_a_round_from_an_idea_to_open_for_bids(app: Flask, desk: Reader) -> None:
    approver = app.test_client()
    sign_in(approver, an_account(Role.APPROVER))
    area = an_area("Abbey")
    desk.send("/officers/rounds/add", {"title": "You Decide: Abbey", "kind": "member_grant"})
    for page, answers in ANSWERS.items():
        desk.send(f"{R}/assessment/{page}", answers)
    desk.send(f"{R}/assessment")
    assert "Assess whether it should go ahead" in approver.read("/officers/").get_text()
    approver.send(f"{R}/assessment", {"outcome": "pursue"})
    desk.send(R)
    desk.send(f"{R}/set-up/about", {"summary": "Money for Abbey.", "themes": "Parks\nYoung people"})
    desk.send(f"{R}/set-up/purpose", {"purpose": "a", "decision_informed": "b", "result_use": "c"})
    desk.send(f"{R}/set-up/promise", {"promise_up": "a", "promise_not": "b", "promise_last_word": "c"})
    desk.send(f"{R}/set-up/areas", {"areas": [str(area.id)]})
    desk.send(f"{R}/set-up/money", {"total": "£15,000.01", "most_grant": "2500"})
    desk.send(f"{R}/set-up/pots/share", {"layout": "themes"})
    desk.send(f"{R}/set-up/dates", DATES)
    desk.send(f"{R}/set-up/voters", {"least_age": "11", "links": ["live", "work"], "policy": "declared"})
    desk.send(f"{R}/set-up/ballot", {"preset": "score-all"})
    desk.send(f"{R}/set-up/ballot/settings", {"highest": "10"})
    desk.send(f"{R}/set-up/counting", {"rule": "greedy"})
    desk.send(f"{R}/set-up/counting/money", {"kind": "skip", "ballots_percent": "10", "tie_1": "top_scores"})
    desk.send(f"{R}/set-up/keys", {"key_mode": "simple"})
    assert desk.send(f"{R}/open-bids").status_code == 303
    the_round = find_round("you-decide-abbey")
    assert [(pot.name, pot.amount) for pot in the_round.pots] == [("Parks", 750_001), ("Young people", 750_000)]
    assert (the_round.allocation, the_round.ballot_settings["highest"]) == ("skip", 10)
    assert "Money for Abbey." in desk.read("/rounds/you-decide-abbey").get_text()


def set_up_for(officer: Actor) -> Round:
    """A round whose set-up has just begun."""
    the_round = an_assessed_round(officer, "You Decide: Abbey")
    start_set_up(the_round.id, by=officer)
    return the_round


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("£0", "Enter an amount of at least £0.01."),
        ("-1", "Enter an amount above nought, without a minus sign."),
        ("1e9", "Enter the amount in figures, such as £1,500."),
        ("1000000000", "Enter an amount of at most £10,000,000."),
        ("12.345", "Enter an amount with at most 2 figures after the point, such as £1,500."),
        ("ten", "Enter the amount in figures, such as £1,500."),
        ("", "Enter how much money there is."),
    ],
)
def test_an_amount_that_is_none_is_told_beside_its_field_and_kept_as_it_was_typed(
    desk: Reader, officer: Actor, typed: str, said: str
) -> None:
    set_up_for(officer)
    answer = desk.send(f"{R}/set-up/money", {"total": typed, "most_grant": "2,500"})
    assert answer.status_code == 422
    page = soup(answer)
    assert faults_of(page) == {"#total": said}
    kept = {str(field["name"]): field.get("value", "") for field in page.select("main input[name]")}
    assert (kept["total"], kept["most_grant"]) == (typed, "2,500")
    assert find_round("you-decide-abbey").total == 0


def test_pots_that_do_not_add_up_come_back_with_all_that_was_typed(desk: Reader, officer: Actor) -> None:
    a_round(officer, title="You Decide: Abbey")
    rows = {"pots-1-name": "Castle", "pots-1-amount": "4,000.50", "pots-0-amount": "£10,000"}
    answer = desk.send(f"{R}/set-up/pots", rows)
    assert answer.status_code == 422
    page = soup(answer)
    assert "The pots come to £14,000.50, and the round has £15,000. £999.50 is still to be placed." in page.get_text()
    values = [field.get("value", "") for field in page.select("input[name$='-amount']")]
    assert values == ["£10,000", "4,000.50"]
    assert [pot.amount for pot in find_round("you-decide-abbey").pots] == [1_500_000]
    desk.send(f"{R}/set-up/pots", rows | {"pots-1-amount": "5000"})
    assert [pot.amount for pot in find_round("you-decide-abbey").pots] == [1_000_000, 500_000]


@pytest.mark.parametrize("typed", ["£0", "-1", "1e9", "12.345", "ten", ""])
def test_a_pot_without_a_proper_amount_is_told_beside_it(desk: Reader, officer: Actor, typed: str) -> None:
    a_round(officer, title="You Decide: Abbey")
    answer = desk.send(f"{R}/set-up/pots", {"pots-0-amount": typed})
    assert answer.status_code == 422
    assert "#pots-0-amount" in faults_of(soup(answer))
    assert [pot.amount for pot in find_round("you-decide-abbey").pots] == [1_500_000]


def test_a_row_for_a_pot_is_added_or_taken_away_without_losing_the_others(desk: Reader, officer: Actor) -> None:
    a_round(officer, title="You Decide: Abbey")
    page = soup(desk.send(f"{R}/set-up/pots", {"pots-0-name": "Mended", "add": "1"}))
    assert [field.get("value", "") for field in page.select("input[name$='-name']")] == ["Mended", ""]
    rows = {"pots-0-name": "One", "pots-1-name": "Two", "pots-1-amount": "ten", "pots-2-name": "Three", "remove": "0"}
    page = soup(desk.send(f"{R}/set-up/pots", rows))
    assert [field.get("value", "") for field in page.select("input[name$='-name']")] == ["Two", "Three"]
    assert page.select_one("input[name='pots-0-amount']")["value"] == "ten"  # type: ignore[index]
    assert [pot.name for pot in find_round("you-decide-abbey").pots] == ["Everywhere"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"bids_close_at": ["31", "2", "2026", "9am"]}, "That day is not in the calendar"),
        ({"bids_close_at": ["29", "3", "2026", "1:30am"]}, "The clocks go forward that night"),
        ({"bids_close_at": ["13", "4", "2026", "25:00"]}, "Enter the time"),
        ({"bids_close_at": ["", "4", "2026", "9am"]}, "The date must include a day"),
        ({"bids_close_at": ["3", "3", "2026", "9am"]}, "Bids must be open for at least 14 days"),
        ({"voting_closes_at": ["1", "5", "2026", "9am"]}, "Voting must close after it opens."),
    ],
)
def test_a_date_that_cannot_be_is_told_beside_it(
    desk: Reader, officer: Actor, typed: dict[str, list[str]], said: str
) -> None:
    set_up_for(officer)
    answer = desk.send(f"{R}/set-up/dates", DATES | typed)
    assert answer.status_code == 422
    (name,) = typed
    found = faults_of(soup(answer))
    assert said in found[f"#{name}-day"]
    assert find_round("you-decide-abbey").bids_open_at is None


def test_a_step_that_is_blocked_answers_409_with_every_sentence_and_changes_nothing(
    desk: Reader, officer: Actor
) -> None:
    the_round = set_up_for(officer)
    before = len(list(events_of_round(the_round.id)))
    page = desk.read(R)
    token = page.select_one("input[name=csrf_token]")
    assert token is not None
    answer = desk.post(f"{R}/open-bids", data={"csrf_token": token["value"]})
    assert answer.status_code == 409
    told = soup(answer).select_one("#stopped")
    assert told is not None
    assert "Nothing says how much money there is." in told.get_text()
    assert "No area is chosen." in told.get_text()
    assert len(list(events_of_round(the_round.id))) == before


def test_starting_the_set_up_of_an_idea_answers_409_with_the_reason(desk: Reader, officer: Actor) -> None:
    an_idea(officer, "You Decide: Abbey")
    token = desk.read("/officers/rounds/add").select_one("input[name=csrf_token]")
    assert token is not None
    answer = desk.post(f"{R}/start-set-up", data={"csrf_token": token["value"]})
    assert answer.status_code == 409
    assert "The early assessment is not passed yet." in soup(answer).get_text()


def test_each_blocker_leads_to_the_page_that_mends_it(desk: Reader, officer: Actor) -> None:
    set_up_for(officer)
    links = {str(a["href"]) for a in desk.read(R).select(".yd-box a")}
    assert {f"{R}/set-up/money", f"{R}/set-up/areas", f"{R}/set-up/ballot", f"{R}/set-up/dates"} <= links
    for link in links:
        assert desk.get(link, follow_redirects=True).status_code == 200


def test_everything_can_be_read_and_nothing_changed_after_the_lock(desk: Reader, officer: Actor) -> None:
    the_round = a_locked_round(officer)
    sign_in(desk, officer)  # weeks have passed since
    pages = ("about", "purpose", "promise", "areas", "money", "pots", "dates", "voters", "ballot",
             "ballot/settings", "counting", "counting/money", "keys")  # fmt: skip
    for section in pages:
        page = desk.read(f"/officers/rounds/{the_round.slug}/set-up/{section}")
        assert "The ballot is locked." in page.get_text(), section
        assert page.select("fieldset[disabled]"), section
        assert page.select("main button[type=submit]:not(.govuk-visually-hidden)") == [], section


def test_another_officer_reads_a_round_and_is_told_who_runs_it(app: Flask, desk: Reader) -> None:
    the_round = a_round(an_account(Role.OFFICER, name="Amina Khan"))
    page = desk.read(f"/officers/rounds/{the_round.slug}/set-up/purpose")
    assert "Amina Khan runs this round." in page.get_text()
    answer = desk.send(f"/officers/rounds/{the_round.slug}/set-up/purpose", {"purpose": "Mine now"})
    assert answer.status_code == 403
    assert find_round(the_round.slug).purpose != "Mine now"


def test_a_clash_is_shown_and_wants_its_reason_before_the_round_opens(desk: Reader, officer: Actor) -> None:
    area = an_area("Abbey")
    a_round_taking_bids(areas=[area], title="The other one")
    a_round(officer, title="You Decide: Abbey", areas=[area])
    page = desk.read(f"{R}/open-bids")
    assert "“The other one”, from 2 March 2026 to 1 June 2026; Abbey" in page.get_text()
    answer = desk.send(f"{R}/open-bids")
    assert answer.status_code == 422
    assert list(faults_of(soup(answer))) == ["#clash_reason"]
    assert desk.send(f"{R}/open-bids", {"clash_reason": "For schools."}).status_code == 303


def test_a_round_is_cancelled_with_its_reason_and_everybody_reads_it(desk: Reader, officer: Actor) -> None:
    the_round = a_round_taking_bids(officer, title="You Decide: Abbey")
    assert desk.send(f"{R}/cancel").status_code == 422
    assert desk.send(f"{R}/cancel", {"reason": "The money is gone."}).status_code == 303
    assert "The money is gone." in desk.read(f"/rounds/{the_round.slug}").get_text()


def test_voting_is_paused_and_taken_up_again_from_the_page(desk: Reader, officer: Actor, clock: TurningClock) -> None:
    the_round = an_open_round(officer)
    page = f"/officers/rounds/{the_round.slug}"
    sign_in(desk, officer)  # weeks have passed since
    assert desk.send(f"{page}/pause", {"reason": "Mistake."}).status_code == 422
    assert desk.send(f"{page}/pause", {"reason": "Mistake.", "until": day(5, 12, "9am")}).status_code == 303
    assert "Voting is paused until Tuesday 12 May 2026 at 9am" in desk.read(f"/rounds/{the_round.slug}").get_text()
    desk.send(page, form=f"form[action='{page}/resume']")
    assert "Voting is paused" not in desk.read(f"/rounds/{the_round.slug}").get_text()


def test_a_pause_that_is_over_is_no_longer_shown(client: Reader, officer: Actor, clock: TurningClock) -> None:
    the_round = an_open_round(officer)
    pause_voting(the_round.id, "Mistake.", clock.at + timedelta(hours=1), by=officer)
    assert "Voting is paused" in client.read(f"/rounds/{the_round.slug}").get_text()
    clock.turn(hours=1)
    assert "Voting is paused" not in client.read(f"/rounds/{the_round.slug}").get_text()


def test_the_desk_shows_own_rounds_and_the_list_finds_others(desk: Reader, officer: Actor) -> None:
    a_round(officer, title="Mine")
    a_sent_assessment(title="Theirs")
    own = desk.read("/officers/").get_text()
    assert "Mine" in own
    assert "Theirs" not in own
    found = desk.read("/officers/rounds?words=their&state=idea").select(".yd-rows__row")
    assert [row.select_one("a").get_text() for row in found] == ["Theirs"]  # type: ignore[union-attr]
    assert "No round found" in desk.read("/officers/rounds?words=nothing+like+it").get_text()


def test_a_new_officer_is_shown_where_to_begin(desk: Reader) -> None:
    page = desk.read("/officers/")
    assert "You run no rounds yet" in page.get_text()
    assert page.select_one("main a[href='/officers/rounds/add']")
