"""A supermarket day: two stations, one of them without a network, and every way in which a card can go.

What must come out was worked out by hand; it stands beside each step.

At Tesco stewards ask for names; of 12 cards 8 are handed out, to seven people:

    a0 phone Hall, a1 phone Hall and Bench, a2 kiosk Hall, a3 paper Pond, a4 phone Bench (and once more on the kiosk),
    a5 phone Pond, handed back spoilt, in its place a7 phone Bench; a6 is taken home and never used

On the market there is no network and voters say themselves who they are; of 10 cards 6 are gone:

    b0 kiosk Hall, b1 kiosk Hall and Pond, b2 at home on a phone Bench, b3 kiosk Pond by somebody who had a card at
    Tesco (held, then rejected), b4 phone Hall (and once more on the kiosk), b5 on the kiosk after its closing: Pond

In the box: 11 ballots. Hall 6 (a0 a1 a2 b0 b1 b4), Bench 4 (a1 a4 a7 b2), Pond 3 (a3 b1 b5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from pb.core.actors import Actor, Role
from pb.core.codes import print_form
from pb.core.eligibility import Declaration
from pb.core.reconciliation import equations
from pb.models.rounds import Policy, Round
from pb.models.stations import Station
from pb.services.accounts import account_of
from pb.services.batches import note_card_counts, numbers_of_batch
from pb.services.counts import last_count, read_count, record_count
from pb.services.duplicates import held_claims, settle
from pb.services.elections import projects_of
from pb.services.late_items import ask_late, settle_late
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.paper_keying import Typed, key_papers
from pb.services.papers import PapersWanted, count_papers, make_papers
from pb.services.reconciliation import numbers_of, opening_of
from pb.services.rounds import find_round
from pb.services.station_reports import cards_by_station, report_of
from pb.services.stations import find_station
from tests import factories
from tests.conftest import TurningClock
from tests.factories import PASSWORD, make_ballot
from tests.kiosks import Device, a_device
from tests.reader import Reader, pressed, soup
from tests.signing_in import sign_in
from tests.stations import a_station, cards_at, on_rota, opened
from tests.voters import SAM, a_voting_round, filled, go_on


def somebody(name: str) -> Declaration:
    return replace(SAM, name=name)


class Day:
    """The two stations of a round, with their stewards, cards, tablets and papers."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.round = a_voting_round(policy=Policy.DECLARED)
        self.tesco, self.market = a_station(self.round), a_station(self.round, "Market")
        self.a = cards_at(self.round, self.tesco, 12, by_steward=True)
        self.b = cards_at(self.round, self.market, 10)
        for batch, printed in ((self.a, 12), (self.b, 10)):
            note_card_counts(self.round.id, batch.batch_id, {"printed": printed}, by=factories.owner_of(self.round))
        wanted = PapersWanted("Papers for Tesco", 5, station_id=self.tesco.id, with_code=True)
        self.papers = make_papers(self.round.id, wanted, by=factories.owner_of(self.round))
        self.stewards = [
            [on_rota(self.round, station, factories.an_account(Role.STEWARD)) for _ in range(2)]
            for station in (self.tesco, self.market)
        ]
        for station, pair in zip((self.tesco, self.market), self.stewards, strict=True):
            opened(station, *pair)
        self.online = a_device(self.round, self.tesco, name="Tesco tablet")
        self.offline = a_device(self.round, self.market, name="Market tablet", declares=True)

    def at(self, station: Station) -> str:
        return f"/stations/{self.round.slug}/{station.id}"

    def phone(self, code: str, *titles: str, said: Declaration | None = None) -> str:
        """Somebody scans their card and votes on their phone; gives what the last page says."""
        client: Reader = self.app.test_client()  # type: ignore[assignment]
        page = client.send("/c", {"code": print_form(code)})
        if said is not None and "Who you are" in soup(page).get_text():
            page = go_on(client, page, filled(said))
        numbers = {each.title: each.number for each in projects_of(self.round.id)}
        page = go_on(client, page, {f"p{numbers[title]}": "1" for title in titles})
        return soup(go_on(client, page)).get_text()

    def hand(self, client: Reader, who: Declaration) -> int:
        """A steward gives somebody a card on the tablet; gives the status of the answer."""
        at = self.at(self.tesco)
        return pressed(client, at, f"{at}/hand", filled(who) | {"what": "card"}).status_code

    def close(self, client: Reader, station: Station, second: Actor, typed: dict[str, Any]) -> Any:
        who = {"email": account_of(second.account_id).email, "password": PASSWORD}
        return client.send(f"{self.at(station)}/close", {"in_box": "0", "spoilt_papers": "0"} | typed | who)


@pytest.fixture
def day(app: Flask) -> Day:
    return Day(app)


def at_tesco(day: Day, client: Reader) -> None:
    """Seven people get a card, one twice of them in vain; cards go to phones, to the kiosk, onto paper."""
    sign_in(client, day.stewards[0][0])
    for number in range(7):
        assert day.hand(client, somebody(f"Shopper {'ABCDEFG'[number]}")) == 303
    assert day.hand(client, somebody("Shopper A")) == 409
    a = day.a.codes
    for code, titles in ((a[0], ["Hall"]), (a[1], ["Hall", "Bench"]), (a[4], ["Bench"]), (a[5], ["Pond"])):
        assert "Your receipt" in day.phone(code, *titles)
    used, again = day.online.cast(a[2], "Hall"), day.online.cast(a[4], "Pond")
    answers = day.online.send()
    assert (answers[used.id].answer, answers[again.id].answer) == ("stored", "rejected")
    spoilt = client.send(f"{day.at(day.tesco)}/spoilt", {"code": print_form(a[5]), "replacement": print_form(a[7])})
    assert spoilt.status_code == 303
    assert "Your receipt" in day.phone(a[7], "Bench")
    at = day.at(day.tesco)
    assert pressed(client, at, f"{at}/hand", filled(somebody("Shopper D")) | {"what": "slip"}).status_code == 303


def on_the_market(day: Day) -> None:
    """No network: the tablet keeps four ballots; two cards are used on phones, one of them before the tablet's."""
    b, names = day.b.codes, [somebody(f"Stroller {letter}") for letter in "ABCDEF"]
    day.offline.cast(b[0], "Hall", said=names[0])
    day.offline.cast(b[1], "Hall", "Pond", said=names[1])
    day.offline.cast(b[3], "Pond", said=somebody("Shopper A"))
    assert "Your receipt" in day.phone(b[4], "Hall", said=names[4])
    day.offline.cast(b[4], "Bench", said=names[4])


def close_both(day: Day, client: Reader) -> None:
    """Counts that do not add up want a word; the market's tablet shows 4, and makes one more ballot after that."""
    cards, papers = f"cards_{day.a.batch_id}", f"papers_{day.papers.id}"
    typed = {cards: "4", papers: "4", "in_box": "1", f"kiosk_{day.online.kiosk_id}": "2"}
    assert day.close(client, day.tesco, day.stewards[0][1], typed).status_code == 303
    pressed(client, "/stations", "/account/sign-out")
    sign_in(client, day.stewards[1][0])
    cards = f"cards_{day.b.batch_id}"
    typed = {cards: "4", f"kiosk_{day.offline.kiosk_id}": "4"}
    page = soup(day.close(client, day.market, day.stewards[1][1], typed))
    assert "By the records there should be 10; you counted 4." in page.get_text()
    typed["explanation"] = "No network all day: six cards were given by hand."
    assert day.close(client, day.market, day.stewards[1][1], typed).status_code == 303
    day.offline.cast(day.b.codes[5], "Pond", said=somebody("Stroller F"))
    assert "Your receipt" in day.phone(day.b.codes[2], "Bench", said=somebody("Stroller C"))


def sync_late(day: Day, clock: TurningClock) -> None:
    """Five hours later the tablet finds a network: two ballots go in, one is held, one was used, one waits for two."""
    clock.turn(hours=5)
    answers = [day.offline.send()[item.id] for item in list(day.offline.outbox)]
    assert [each.answer for each in answers] == ["duplicate"] * 5
    ask_late(day.offline.kiosk_id, accept=True, reason="The last voter was at the tablet.", by=factories.an_officer())
    assert settle_late(day.offline.kiosk_id, confirm=True, by=factories.an_officer()) == (1, 0)
    officer = factories.an_officer()
    (claim,) = held_claims(day.round.id, by=officer)
    assert claim.first.channel == "stall"
    settle(day.round.id, claim.id, accepted=False, reason="They had a card at Tesco.", by=officer)


def key_and_count(day: Day, clock: TurningClock) -> None:
    """The paper is keyed by two; cards that nobody used are noted; the box is opened and counted."""
    count_papers(day.round.id, day.papers.id, {"not_returned": 0}, by=factories.someone(Role.STEWARD))
    marks = {key: "x" for keys in make_ballot(day.round, "Pond").values() for key in keys.get("approved", [])}
    for _ in range(2):
        line = Typed(1, marks, code=day.a.codes[3])
        key_papers(day.round.id, day.papers.id, [line], by=factories.someone(Role.STEWARD))
    for made, home in ((day.a, 1), (day.b, 0)):
        numbers = numbers_of_batch(day.round.id, made.batch_id)
        kept = {name: getattr(numbers, name) for name in ("printed", "handed_out", "returned_unused", "missing")}
        note_card_counts(day.round.id, made.batch_id, kept | {"not_returned": home}, by=factories.someone(Role.STEWARD))
    factories.turn_to(day.round.voting_closes_at)
    clock.turn(minutes=day.round.grace_minutes)
    lead = factories.someone(Role.COUNT_LEAD)
    freeze_box(day.round.id, by=lead)
    for _ in range(2):
        approve_opening(day.round.id, by=factories.an_officer())
    open_box(day.round.id, by=lead)
    record_count(day.round.id, by=lead)


def out_of_balance(the_round: Round) -> list[tuple[str, int]]:
    return [(each.key, each.difference) for each in equations(numbers_of(the_round)) if not each.holds]


def figures(station: Station) -> Sequence[int]:
    report = report_of(find_station(station.round_id, station.id))
    (cards,) = [stack for stack in report.stacks if not stack.paper]
    return cards.given, cards.used, cards.spoilt, cards.left or 0


def test_a_supermarket_day_balances_to_the_last_card(day: Day, client: Reader, clock: TurningClock) -> None:
    at_tesco(day, client)
    on_the_market(day)
    close_both(day, client)
    first: Device = day.offline
    answers = first.send()
    assert [answers[item.id].answer for item in first.outbox] == ["stored", "stored", "held", "rejected", "quarantined"]
    sync_late(day, clock)
    key_and_count(day, clock)

    # given, used (the held one's code too), spoilt, left
    assert figures(day.tesco) == (8, 6, 1, 4)
    assert figures(day.market) == (6, 6, 0, 4)
    sign_in(client, day.stewards[1][0])
    market = client.read(f"{day.at(day.market)}/report").get_text()
    assert "No network all day: six cards were given by hand." in market
    assert "6 fewer than the records say" in market

    the_round = find_round(day.round.slug)
    lines = [(each.station, each.given, each.used, each.spoilt, each.left) for each in cards_by_station(the_round.id)]
    assert lines == [("Market", 6, 6, 0, 4), ("Tesco car park", 8, 6, 1, 4)]
    assert out_of_balance(the_round) == []
    numbers, opening = numbers_of(the_round), opening_of(the_round.id)
    assert (numbers.accepted, numbers.rejected, numbers.held) == (11, 1, 0)
    assert opening is not None
    assert (opening.valid, opening.invalid) == (11, {})
    count = last_count(the_round.id)
    assert count is not None
    (outcome,) = read_count(count).outcomes.values()
    titles = {each.key: each.title for each in projects_of(the_round.id)}
    assert {titles[each.id]: each.votes for each in outcome.projects} == {"Hall": 6, "Bench": 4, "Pond": 3}
