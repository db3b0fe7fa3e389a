"""What must not be told: a choice before the opening, by any page. (A voter's words: tests/web/test_canary.py.)"""

from __future__ import annotations

import re

from flask import Flask

from pb.core.actors import STAFF_ROLES
from pb.models.rounds import Round
from pb.services.elections import projects_of
from tests import factories
from tests.reader import Reader, soup
from tests.signing_in import sign_in
from tests.voters import a_voting_round

SECTIONS = ("about", "purpose", "promise", "money", "voters", "keys")
#: Doors that show no round: signing out, styles, and pictures made from a bid's number alone.
ELSEWHERE = ("static", "accounts.sign_out", "information.picture")
#: What the ballots give to Hall and to Bench: numbers that no page shows for another reason.
HALL, BENCH = 31, 29


def addresses(app: Flask, the_round: Round) -> list[str]:
    """Every address that can be asked for, about a round where it is about one; what is not known is the first."""
    known: dict[str, object] = {"slug": the_round.slug}
    for first in projects_of(the_round.id)[:1]:
        known |= {"key": first.key, "pot": first.pot.key, "reference": first.key}
    found = set()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in ELSEWHERE:
            continue
        for section in SECTIONS if "section" in rule.arguments else ("",):
            built = rule.build({name: (known | {"section": section}).get(name, 1) for name in rule.arguments})
            found |= {built[1]} if built else set()
    return sorted(found)


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
            told = re.sub(r"\b(?:Person|You Decide|Ward|Batch|Street) \d+", "", told)  # names that tests number
            assert not re.search(rf"\b({HALL}|{BENCH})\b", told), address
    assert read > 50
