"""What is weaker is said before anybody relies on it: a key on the server, a rule that not everybody can repeat."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from pb.core.rules import RULES
from pb.models.rounds import KeyMode, Round
from pb.services.transactions import transaction
from tests import factories
from tests.reader import Reader
from tests.signing_in import sign_in


@pytest.mark.parametrize(("mode", "weaker"), [(KeyMode.SIMPLE, True), (KeyMode.HOLDERS, False)])
def test_the_public_page_of_a_round_in_simple_mode_says_that_it_is_weaker(
    app: Flask, client: Reader, mode: KeyMode, weaker: bool
) -> None:
    the_round = factories.a_locked_round()
    with transaction() as session:
        session.execute(update(Round).values(key_mode=mode))
    told = client.read(f"/rounds/{the_round.slug}/the-ballot").get_text(" ", strip=True)
    assert ("That is weaker than key holders" in told) is weaker


def test_an_officer_is_told_which_rules_only_scrutineers_may_be_able_to_repeat(app: Flask, client: Reader) -> None:
    officer = factories.an_officer()
    the_round = factories.a_round(officer)
    sign_in(client, officer)
    warned = set()
    for rule in RULES:
        with transaction() as session:
            session.execute(update(Round).values(rule=rule, rule_options={}))
        page = client.read(f"/officers/rounds/{the_round.slug}/set-up/counting").get_text(" ", strip=True)
        warned |= {rule} if "stand together on a ballot" in page else set()
    assert warned == {"equal-shares", "bounded-overspending", "phragmen"}
