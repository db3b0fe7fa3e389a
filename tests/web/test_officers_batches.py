"""The officers' and stewards' pages of one batch: its account, counts, lost and spoilt cards, cancelling."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.core.reconciliation import imbalances
from pb.models.rounds import Policy, Round
from pb.services.batches import find_batch
from pb.services.casting import cast
from pb.services.codes import batches_of
from pb.services.ledger import events_of_round
from pb.services.reconciliation import numbers_of
from pb.services.rights import Claim
from pb.services.spoiling import spoil
from tests import factories
from tests.reader import Reader, pressed, soup
from tests.signing_in import sign_in
from tests.voters import SAM, a_paper, a_voting_round, codes_for, go_on


@pytest.fixture
def the_round(app: Flask, client: Reader) -> Round:
    """An open round whose owner is signed in."""
    owner = factories.an_officer()
    the_round = a_voting_round(by=owner)
    sign_in(client, owner)
    return the_round


@pytest.fixture
def path(the_round: Round) -> str:
    return f"/officers/rounds/{the_round.slug}/codes"


def test_the_account_of_a_batch_says_at_once_what_has_not_come_out_even(
    client: Reader, the_round: Round, path: str
) -> None:
    cast(a_paper(the_round), Claim(codes_for(the_round, 5)[0]))
    assert "Nobody has counted cards" in client.read(f"{path}/1").get_text()
    client.send(f"{path}/1/counts", {"printed": "5", "handed_out": "3", "returned_unused": "2", "missing": "0"})
    page = client.read(f"{path}/1")
    told = [row.select_one("td:last-child").get_text(strip=True) for row in page.select(".yd-table tbody tr")]  # type: ignore[union-attr]
    assert told == ["even", "even", "even", "2 still open"], "cards that were given out may still be used"
    form = client.read(f"{path}/1/counts")
    assert [form.select_one(f"#{name}")["value"] for name in ("handed_out", "missing")] == ["3", "0"]  # type: ignore[index]
    client.send(f"{path}/1/counts", {"printed": "5", "handed_out": "3", "returned_unused": "2", "not_returned": "2"})
    told = client.read(f"{path}/1").select_one(".yd-table").get_text()  # type: ignore[union-attr]
    assert "still open" not in told
    assert "differs" not in told
    client.send(f"{path}/1/counts", {"printed": "5", "handed_out": "9", "not_returned": "8"})
    told = client.read(f"{path}/1").select_one(".yd-table").get_text()  # type: ignore[union-attr]
    assert "differs by 6" in told, "more cards were given out than there were"


def test_after_the_vote_a_steward_fills_in_and_an_officer_corrects_with_a_reason_that_the_box_lists(
    app: Flask, client: Reader, the_round: Round, path: str
) -> None:
    codes_for(the_round, 5)
    person, owner, steward = factories.an_account(Role.STEWARD), factories.owner_of(the_round), Reader(app)
    sign_in(steward, person)
    counts = {"printed": "5", "handed_out": "3", "missing": "1"}
    steward.send(f"{path}/1/counts", counts)
    assert not client.read(f"{path}/1/counts").select("#reason"), "while people vote, slips are simply mended"
    factories.turn_to(the_round.voting_closes_at)
    sign_in(steward, person)
    sign_in(client, owner)
    counts["returned_unused"] = "2"
    refused = steward.send(f"{path}/1/counts", counts | {"missing": "0"})
    page = soup(refused)
    assert refused.status_code == 403
    assert "An officer who did not type it" in page.select_one("#missing-error").get_text()  # type: ignore[union-attr]
    assert page.select_one("#returned_unused")["value"] == "2", "nothing that was typed is lost"  # type: ignore[index]
    assert not page.select("#reason")
    assert "an officer" in page.select_one(".govuk-inset-text").get_text()  # type: ignore[union-attr]

    unsaid = client.send(f"{path}/1/counts", counts | {"missing": "0"})
    assert unsaid.status_code == 422
    assert soup(unsaid).select_one("#reason-error")
    assert soup(unsaid).select_one("#missing")["value"] == "0"  # type: ignore[index]
    assert "corrected after the vote" not in client.read(f"/officers/rounds/{the_round.slug}/box").get_text()
    said = client.send(f"{path}/1/counts", counts | {"missing": "0", "reason": "It lay <b>below</b> the box."})
    assert said.status_code == 303
    listed = client.read(f"/officers/rounds/{the_round.slug}/box").select("table")[-1].select("tbody td")
    told = [cell.get_text(strip=True) for cell in listed]
    assert told[:4] == ["1", "0", "Engagement officer", "It lay <b>below</b> the box."]


@pytest.mark.parametrize("typed", ["-1", "three", "20001", "9" * 30])
def test_a_count_that_cannot_be_is_refused_beside_its_field(
    client: Reader, the_round: Round, path: str, typed: str
) -> None:
    codes_for(the_round, 5)
    answer = client.send(f"{path}/1/counts", {"printed": "5", "handed_out": typed})
    assert answer.status_code == 422
    page = soup(answer)
    assert page.select_one("#handed_out-error")
    assert page.select_one("#handed_out")["value"] == typed  # type: ignore[index]


def test_a_lost_card_is_replaced_once_and_the_second_time_the_page_says_why_not(
    client: Reader, the_round: Round, path: str
) -> None:
    codes_for(the_round, 5)
    lost, note = f"{path}/1/lost", {"deed": "note"}
    assert client.read(f"{path}/1").select(f'a[href="{lost}"]'), "a page asks before anything is noted"
    assert "1 of at most 1 lost cards replaced" in _after(client, pressed(client, lost, lost, note))
    assert "No more lost cards of this batch" in _after(client, pressed(client, lost, lost, note))


def test_a_lost_card_that_was_noted_by_mistake_is_taken_back_with_a_reason(
    client: Reader, the_round: Round, path: str
) -> None:
    codes_for(the_round, 5)
    lost = f"{path}/1/lost"
    pressed(client, lost, lost, {"deed": "note"})
    assert soup(client.send(lost, {"reason": " "})).select_one("#reason-error")
    assert "now 0 lost cards" in _after(client, client.send(lost, {"reason": "Found in the other box."}))
    assert find_batch(the_round.id, 1).lost_replaced == 0
    (event,) = events_of_round(the_round.id, ("lost_card_taken_back",))
    assert event.facts == {"batch": 1, "reason": "Found in the other box."}
    assert "No lost card" in soup(client.send(lost, {"reason": "Once more."})).get_text()


def _after(client: Reader, answer) -> str:  # type: ignore[no-untyped-def]
    assert answer.status_code == 303
    return client.read(answer.location).get_text()


def test_a_batch_is_cancelled_with_a_reason_that_its_page_tells(client: Reader, the_round: Round, path: str) -> None:
    codes_for(the_round, 5)
    assert client.send(f"{path}/1/cancel", {"reason": " "}).status_code == 422
    assert "Codes cancelled: 5." in _after(client, client.send(f"{path}/1/cancel", {"reason": "Stolen on Monday."}))
    page = client.read(f"{path}/1")
    assert "Stolen on Monday." in page.get_text()
    assert page.select('a[href$="/cancel"]') == []
    assert "Cancelled" in client.read(path).get_text()


def test_a_steward_takes_a_spoilt_card_back_and_sees_nothing_of_the_ballot(app: Flask, client: Reader) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    old, new = codes_for(the_round, 2)
    cast(a_paper(the_round), Claim(old, SAM))
    sign_in(client, factories.an_account(Role.STEWARD))
    path = f"/officers/rounds/{the_round.slug}/codes"
    assert client.read(path).select(f'a[href="{path}/spoilt"]')
    refused = client.send(f"{path}/spoilt", {"code": old})
    assert "on the roll already" in soup(refused).select_one("#replacement-error").get_text()  # type: ignore[union-attr]
    assert soup(refused).select_one("#code")["value"] == old  # type: ignore[index]
    done = client.send(f"{path}/spoilt", {"code": old, "replacement": new})
    told = client.read(done.location).get_text()
    assert "taken out of the box, unopened" in told
    assert SAM.name not in told
    assert batches_of(the_round.id)[0].void == 1
    assert client.get(f"{path}/1/cancel").status_code == 403
    assert client.read(f"{path}/1").select('a[href$="/cancel"]') == []


def test_a_batch_that_is_not_there_is_not_found(client: Reader, the_round: Round, path: str) -> None:
    for page in ("99", "99/counts", "99/cards", "99/cards/progress"):
        assert client.get(f"{path}/{page}").status_code == 404
    assert pressed(client, path, f"{path}/99/lost").status_code == 404


def test_the_new_card_of_somebody_who_declared_leads_straight_to_the_ballot(app: Flask, client: Reader) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    old, new = codes_for(the_round, 2)
    cast(a_paper(the_round), Claim(old, SAM))
    spoil(the_round.id, old, by=factories.someone(Role.STEWARD), replacement=new)
    ballot = client.send(f"/rounds/{the_round.slug}/vote", {"code": new})
    assert ballot.status_code == 200
    done = go_on(client, go_on(client, ballot, {"p1": "1"}))
    assert soup(done).select_one("#receipt")
    assert imbalances(numbers_of(the_round)) == []
