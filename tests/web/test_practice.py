"""A rehearsal of a whole round: every page says so, no list shows it, and nobody is written to about its result."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from pb.core.actors import STAFF_ROLES, Role
from pb.extensions import db
from pb.models.outbox import Message
from pb.models.rounds import Round
from pb.services.retention import box_part, names_part
from pb.services.rounds import find_round
from tests import factories
from tests.deciding import a_published_round
from tests.reader import Reader, soup
from tests.signing_in import sign_in
from tests.voters import a_voting_round, codes_for, go_on
from tests.web.test_secrecy import addresses

BANNER = "This round is a rehearsal. Ballots cast here decide nothing."


def test_every_page_about_a_rehearsal_says_so(app: Flask, client: Reader) -> None:
    the_round = a_voting_round(practice=True)
    mine = [each for each in addresses(app, the_round) if the_round.slug in each]
    people = [None, factories.an_account(*STAFF_ROLES, areas=[area.id for area in the_round.areas])]
    read = 0
    for person in people:
        if person is not None:
            sign_in(client, person)
        for address in mine:
            answer = client.get(address)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                read += 1
                assert BANNER in soup(answer).get_text(), address
    assert read > 25


def test_voters_read_it_on_each_of_their_pages(client: Reader) -> None:
    the_round = a_voting_round(practice=True)
    (code,) = codes_for(the_round)
    pages = [client.send(f"/rounds/{the_round.slug}/vote", {"code": code})]
    pages.append(go_on(client, pages[-1], {"p1": "1"}))
    pages.append(go_on(client, pages[-1]))
    assert [BANNER in soup(page).get_text() for page in pages] == [True] * 3
    assert soup(pages[0]).select_one("meta[name=robots][content=noindex]") is not None


def test_a_rehearsal_stands_in_no_public_list_and_its_result_is_told_to_nobody(client: Reader) -> None:
    before = db.session.scalar(select(func.count()).select_from(Message)) or 0
    the_round = a_published_round(practice=True, title="Try it out")
    assert "Try it out" not in client.get("/").get_data(as_text=True)
    result = client.get(f"/rounds/{the_round.slug}/result")
    assert result.status_code == 200
    assert BANNER in soup(result).get_text()
    assert (db.session.scalar(select(func.count()).select_from(Message)) or 0) == before
    again = find_round(the_round.slug)
    assert box_part(again).due
    assert names_part(again).due


def test_an_officer_adds_a_rehearsal_and_sees_it_marked_in_the_list(client: Reader) -> None:
    officer = factories.an_account(Role.OFFICER)
    sign_in(client, officer)
    client.send("/officers/rounds/add", {"title": "Try it out", "kind": "open_grant", "practice": "y"})
    the_round = db.session.scalars(select(Round)).one()
    assert the_round.practice
    page = " ".join(client.read(f"/officers/rounds/{the_round.slug}").get_text(" ").split())
    assert BANNER in page
    assert "Rehearsal" in client.read("/officers/rounds").get_text()
