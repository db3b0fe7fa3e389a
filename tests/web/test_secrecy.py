"""What must not be told: a choice before the opening, by any page; a voter's words, by anything that is stored."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from pb.core.actors import STAFF_ROLES
from pb.core.sealing import SEAL_BYTES
from pb.extensions import Base, db, present
from pb.models.envelopes import Envelope
from pb.models.rounds import Policy, Round
from pb.services.elections import projects_of
from tests import factories
from tests.reader import Reader, soup
from tests.signing_in import sign_in
from tests.voters import a_voting_round, codes_for, filled, go_on

SECTIONS = ("about", "purpose", "promise", "money", "voters", "keys")
#: What the ballots give to Hall and to Bench: numbers that no page shows for another reason.
HALL, BENCH = 31, 29


def addresses(app: Flask, the_round: Round) -> list[str]:
    """Every address that can be asked for about a round, and those about no round."""
    first = projects_of(the_round.id)[0]
    known = {
        "slug": the_round.slug,
        "key": first.key,
        "pot": first.pot.key,
        "reference": first.key,
        "number": 1,
        "batch_id": 1,
    }
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "accounts.sign_out"):
            continue
        for section in SECTIONS if "section" in rule.arguments else ("",):
            values = {**known, "section": section}
            if rule.arguments <= values.keys():
                built = rule.build({name: values[name] for name in rule.arguments})
                found += [built[1]] if built else []
    return sorted(set(found))


def test_no_page_tells_how_the_vote_stands_between_the_close_and_the_opening(app: Flask, client: Reader) -> None:
    """While voting is open: tests/campaigns/test_interim.py."""
    the_round = a_voting_round(vote={"ballot_settings": {"most": 2}})
    factories.cast_ballots(the_round, [("Hall", "Bench")] * BENCH + [("Hall",)] * (HALL - BENCH) + [("Pond",)] * 12)
    factories.turn_to(the_round.decision_by)
    people = [None, factories.an_account(*STAFF_ROLES, areas=[area.id for area in the_round.areas])]
    read = 0
    for person in people:
        if person is not None:
            sign_in(client, person)
        for address in addresses(app, the_round):
            answer = client.get(address)
            read += answer.status_code == 200
            told = soup(answer).get_text(" ") if answer.mimetype == "text/html" else answer.get_data(as_text=True)
            told = re.sub(r"\bPerson \d+", "", told)  # the names of accounts that tests make
            assert not re.search(rf"\b({HALL}|{BENCH})\b", told), address
    assert read > 50


def test_nothing_that_a_voter_enters_or_chooses_is_stored_or_logged_in_the_open(
    client: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    the_round = a_voting_round(policy=Policy.DECLARED, vote={"ballot_settings": {"most": 2}, "allow_change": True})
    (code,) = codes_for(the_round)
    person = {"name": "Xanthippe Qwortleby", "postcode": "EX1 1ZQ", "year_of_birth": "1931"}
    ballot = client.send(f"/rounds/{the_round.slug}/vote", filled(code=code, **person))
    done = go_on(client, go_on(client, ballot, {"p1": "1", "p2": "1"}))
    receipt = "".join(soup(done).select_one("#receipt").get_text().split())  # type: ignore[union-attr]
    again = client.send(f"/rounds/{the_round.slug}/vote", filled(**person))
    asked = go_on(client, go_on(client, go_on(client, again, {"p1": "1"})), {"ask_check": "yes"})
    assert asked.status_code == 200
    words = [*person["name"].split(), "EX1 1ZQ", "EX11ZQ", code, receipt, '"approved"']
    stored = {path.name: path.read_bytes() for path in present.settings.instance_path.rglob("*") if path.is_file()}
    db.session.rollback()
    tables = Base.metadata.sorted_tables
    stored["the log"] = caplog.text.encode()
    stored |= {each.name: repr(db.session.execute(select(each)).all()).encode() for each in tables}
    kept = {"round", "ballot_version"}  # the settings of the ballot are public, and speak of approval
    found = [(name, word) for name, content in stored.items() for word in words if word.encode() in content]
    assert [(name, word) for name, word in found if name not in kept or word != '"approved"'] == []
    assert {len(each.sealed or b"") > SEAL_BYTES for each in db.session.scalars(select(Envelope))} == {True}
