"""What everybody sees of the rounds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.core.presets import PRESETS
from pb.extensions import present
from pb.models.ballots import Project
from pb.models.rounds import KeyMode, Policy
from pb.services.elections import projects_of
from pb.services.pots import PotEntry
from pb.services.round_ballots import change_money_line
from pb.services.round_steps import cancel_round, pause_voting
from pb.services.transactions import transaction
from tests.conftest import TurningClock
from tests.factories import (
    DATES,
    a_locked_round,
    a_round,
    a_round_taking_bids,
    an_account,
    an_area,
    an_open_round,
    owner_of,
)
from tests.reader import Reader
from tests.signing_in import sign_in

POTS = [PotEntry("Abbey", 600_000), PotEntry("Castle", 400_000)]
BIDS = [("Bench", "abbey", 300_000, 100_000), ("Hall", "castle", 350_000, None), ("Pond", "abbey", 250_000, None)]


def test_the_start_page_says_what_to_do_when_no_round_is_open(client: Reader) -> None:
    page = client.read("/")
    assert "No round is open just now" in page.get_text()
    assert page.select_one("main a[href='/how-it-works']")


def test_a_round_is_no_page_before_it_is_public(client: Reader) -> None:
    the_round = a_round()
    for page in ("", "/how-it-works", "/dates.ics", "/projects/any"):
        assert client.get(f"/rounds/{the_round.slug}{page}").status_code == 404
    assert the_round.title not in client.read("/").get_text()


def test_the_start_page_sorts_rounds_by_what_one_can_do(client: Reader, clock: TurningClock) -> None:
    the_round = a_locked_round(title="You Decide: Abbey")
    assert "Vote from 11 May 2026 at 9am" in client.read("/").get_text()
    clock.at = the_round.voting_opens_at or clock.at
    page = client.read("/").get_text(" ")
    assert page.index("Open now") < page.index("You Decide: Abbey")
    assert "Vote until 1 June 2026 at 5pm" in page


def test_a_round_shows_its_promise_money_dates_and_voters(client: Reader) -> None:
    the_round = a_round_taking_bids(title="You Decide: Abbey", most_grant=250_000, areas=[an_area("Abbey")])
    words = client.read(f"/rounds/{the_round.slug}").get_text(" ")
    for said in (
        "£15,000",
        "A bid may ask for up to £2,500.",
        "The ward members, who give reasons where they differ.",
        "The members decide on the list in the order of the vote.",
        "Monday 13 April 2026 at midday",
        "aged 11 or over",
        "I work here",
        "“Here” is: Abbey.",
        "Choose up to 3 projects.",
    ):
        assert said in words


def test_somebody_who_wants_to_bid_is_led_there_as_long_as_bids_are_open(client: Reader, clock: TurningClock) -> None:
    the_round = a_round_taking_bids()
    page = f"/rounds/{the_round.slug}"
    assert client.read(page).select_one("a[href='/groups/start']")
    clock.at = DATES.bids_close_at or clock.at
    assert client.read(page).select_one("a[href='/groups/start']") is None
    clock.turn(days=-1)
    sign_in(client, an_account(Role.GROUP_CONTACT))
    assert client.read(page).select_one(f"a[href='/groups/rounds/{the_round.slug}/bid']")


def test_the_pots_say_what_each_is_for(client: Reader) -> None:
    abbey = an_area("Abbey")
    pots = [
        PotEntry("Small things", 500_000, area_id=abbey.id, most_bid=50_000),
        PotEntry("Parks", 1_000_000, theme="Parks"),
    ]
    the_round = a_round_taking_bids(areas=[abbey], themes=["Parks"], pots=pots)
    rows = client.read(f"/rounds/{the_round.slug}").select("tbody tr")
    assert [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in rows] == [
        ["Small things", "Abbey, bids up to £500", "£5,000"],
        ["Parks", "any bid", "£10,000"],
    ]


def test_a_locked_round_shows_its_projects_by_pot_in_the_order_drawn(client: Reader) -> None:
    the_round = a_locked_round(pots=POTS, bids=BIDS)
    page = client.read(f"/rounds/{the_round.slug}")
    shown = [heading.get_text(strip=True) for heading in page.select(".yd-card h4")]
    drawn = projects_of(the_round.id)
    by_pot = [each.title for pot in the_round.pots for each in drawn if each.pot_id == pot.id]
    assert shown == by_pot
    assert "2 projects ask for £5,500 together." in page.get_text()


def test_one_pot_can_be_looked_at_alone_and_an_unknown_one_shows_all(client: Reader) -> None:
    the_round = a_locked_round(pots=POTS, bids=BIDS)
    page = client.read(f"/rounds/{the_round.slug}?pot=castle")
    assert [heading.get_text(strip=True) for heading in page.select(".yd-card h4")] == ["Hall"]
    assert len(client.read(f"/rounds/{the_round.slug}?pot=atlantis").select(".yd-card")) == 3


def test_a_project_has_a_page_with_its_cost_and_its_neighbours(client: Reader) -> None:
    the_round = a_locked_round(pots=POTS, bids=BIDS)
    first, second, third = projects_of(the_round.id)
    page = client.read(f"/rounds/{the_round.slug}/projects/{second.key}")
    assert [link.get_text(strip=True) for link in page.select(".govuk-pagination__link-label")] == [
        first.title,
        third.title,
    ]
    bench = next(each for each in (first, second, third) if each.title == "Bench")
    words = client.read(f"/rounds/{the_round.slug}/projects/{bench.key}").get_text(" ")
    assert "£3,000" in words
    assert "It could go ahead with £1,000." in words
    assert "from the pot “Abbey”" in words
    assert client.get(f"/rounds/{the_round.slug}/projects/unheard-of").status_code == 404


def test_a_project_that_was_withdrawn_says_so(client: Reader, clock: TurningClock) -> None:
    the_round = a_locked_round()
    project = projects_of(the_round.id)[0]
    with transaction() as session:
        session.get_one(Project, project.id).withdrawn_at = clock.at
    words = client.read(f"/rounds/{the_round.slug}/projects/{project.key}").get_text()
    assert "The group has withdrawn this project." in words
    assert "Withdrawn" in client.read(f"/rounds/{the_round.slug}").select_one(".yd-card").get_text()  # type: ignore[union-attr]


def test_the_vote_is_one_step_away_while_it_is_open_and_no_longer(client: Reader, clock: TurningClock) -> None:
    the_round = an_open_round()
    page, vote = f"/rounds/{the_round.slug}", f"a[href='/rounds/{the_round.slug}/vote']"
    assert client.read(page).select_one(vote)
    assert client.read(f"{page}/projects/{projects_of(the_round.id)[0].key}").select_one(vote)
    clock.at = the_round.voting_closes_at or clock.at
    assert client.read(page).select_one(vote) is None
    assert "Voting closed" in client.read(page).get_text()


def test_a_paused_vote_says_why_and_until_when_and_offers_no_ballot(client: Reader, clock: TurningClock) -> None:
    the_round = an_open_round()
    pause_voting(the_round.id, "A printer’s <b>mistake</b>.", clock.at + timedelta(days=1), by=owner_of(the_round))
    page = client.read(f"/rounds/{the_round.slug}")
    assert "A printer’s <b>mistake</b>." in page.get_text()
    assert "Voting is paused until Tuesday 12 May 2026 at 9am" in page.get_text()
    assert page.select_one(f"a[href='/rounds/{the_round.slug}/vote']") is None
    assert "Voting is paused" in client.read("/").get_text()


def test_a_cancelled_round_keeps_its_page_with_the_reason(client: Reader) -> None:
    the_round = a_round_taking_bids()
    cancel_round(the_round.id, "The money was needed elsewhere.", by=owner_of(the_round))
    assert "The money was needed elsewhere." in client.read(f"/rounds/{the_round.slug}").get_text()
    assert the_round.title in client.read("/").get_text()


@pytest.mark.parametrize("key", PRESETS)
def test_how_a_round_works_is_told_in_plain_words_whatever_the_way_of_voting(client: Reader, key: str) -> None:
    the_round = a_round_taking_bids(preset=key)
    page = client.read(f"/rounds/{the_round.slug}/how-it-works")
    told = {term.get_text(strip=True) for term in page.select("dt")}
    assert {"Who comes first", "How the money runs", "If projects stand equal", "Money that is left"} <= told
    assert "%(" not in page.get_text()
    assert "How you vote" in page.get_text()


SAID = [
    ({"kind": "stop", "reserve_percent": 80}, "If at least 80% of its cost is left, a reserve pays the rest of it."),
    ({"kind": "skip"}, "A project that no longer fits is passed over"),
    ({"kind": "offer"}, "is offered what is left, if it could go ahead with that."),
]


@pytest.mark.parametrize(("allocation", "sentence"), SAID)
def test_the_page_says_how_the_money_runs_and_what_decides_ties(
    client: Reader, allocation: dict[str, object], sentence: str
) -> None:
    the_round = a_round_taking_bids()
    change_money_line(the_round.id, allocation, {"ballots_percent": 10}, ["cheaper"], "share", by=owner_of(the_round))
    words = client.read(f"/rounds/{the_round.slug}/how-it-works").get_text(" ")
    assert sentence in words
    assert "at least 10% of the ballots" in words
    assert "in this order: the lower cost; a lot drawn in public." in words


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"policy": Policy.CODE}, "You need a code from a card or letter."),
        ({"policy": Policy.DECLARED}, "You give your name, postcode and year of birth."),
        ({"policy": Policy.CONTACT}, "enter a code that we send there."),
        ({"policy": Policy.INVITED}, "The code is all you need to vote."),
        ({"key_mode": KeyMode.SIMPLE}, "weaker against the people who run the server"),
        ({"key_mode": KeyMode.HOLDERS}, "two of three named people use their keys together"),
        ({"least_age": 0}, "Everybody, of any age"),
        ({"allow_change": True, "policy": Policy.CODE}, "You may change your ballot until voting closes."),
    ],
)
def test_the_page_says_who_may_vote_and_who_holds_the_keys(
    client: Reader, columns: dict[str, object], sentence: str
) -> None:
    the_round = a_round_taking_bids(**columns)
    assert sentence in client.read(f"/rounds/{the_round.slug}/how-it-works").get_text(" ")


def test_the_calendar_file_holds_every_date_in_universal_time(app: Flask, client: Reader) -> None:
    the_round = a_round_taking_bids(title="Abbey, Castle; “parks” and " + "paths " * 10)
    answer = client.get(f"/rounds/{the_round.slug}/dates.ics")
    assert answer.mimetype == "text/calendar"
    raw = answer.get_data()
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    text = raw.decode().replace("\r\n ", "")
    starts = [line.split(":")[1] for line in text.split("\r\n") if line.startswith("DTSTART")]
    assert starts == [
        "20260302T090000Z",
        "20260413T110000Z",
        "20260511T080000Z",
        "20260601T160000Z",
        "20260626T160000Z",
    ]
    assert "SUMMARY:Abbey\\, Castle\\; “parks” and paths" in text


def test_the_calendar_file_leads_to_the_configured_address_whatever_the_request_says(
    app: Flask, client: Reader
) -> None:
    the_round = a_round_taking_bids()
    answer = client.get(f"/rounds/{the_round.slug}/dates.ics", base_url="https://localhost:8443")
    text = answer.get_data(as_text=True).replace("\r\n ", "")
    links = {line for line in text.split("\r\n") if line.startswith("URL:")}
    assert links == {f"URL:{present.settings.public_url}/rounds/{the_round.slug}"}
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 5


def test_a_rehearsal_is_marked_as_one_and_not_listed(client: Reader) -> None:
    the_round = a_round_taking_bids()
    with transaction():
        the_round.practice = True
    assert "This round is a rehearsal." in client.read(f"/rounds/{the_round.slug}").get_text()
    assert the_round.title not in client.read("/").get_text()
