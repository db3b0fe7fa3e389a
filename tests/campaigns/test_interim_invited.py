"""While people vote who were invited, or who gave a contact, no form tells anybody how the vote stands."""

from __future__ import annotations

import re
import secrets

import pytest
from flask import Flask

from pb.core.actors import STAFF_ROLES, Actor, Role
from pb.core.people_lists import COLUMNS as LIST_COLUMNS
from pb.models.rounds import Policy, Round
from pb.services.invited import people_page, strike_off
from pb.services.outbox import opened_messages
from pb.services.rights import Claim
from tests import factories
from tests.campaigns.pressing import Known
from tests.campaigns.telling import Watch
from tests.campaigns.under_way import ONLINE, PAPERS, TABLET, person, vote
from tests.campaigns.visiting import FULL, who_knows
from tests.voters import a_voting_round, invitation_codes, invite

pytestmark = pytest.mark.campaign

#: Which column of a list holds what.
COLUMNS = {f"officers_invited.columns.{key}": "" for key in LIST_COLUMNS} | {
    f"officers_invited.columns.{key}": key.capitalize() for key in ("name", "postcode", "address")
}
BALLOTS = [*ONLINE, *PAPERS, *TABLET]
#: The doors whose forms stand on no page of another round while people vote (tests/campaigns/test_interim.py).
DOORS = {
    Policy.CONTACT: {"voting_online.mark", "voting_online.contact", "voting_online.check", "voting_online.done"},
    Policy.INVITED: {
        "officers_invited.check",
        "officers_invited.columns",
        "officers_invited.drop",
        "officers_invited.emails",
        "officers_invited.index",
        "officers_invited.letters",
        "officers_invited.person",
        "officers_invited.put_back",
        "officers_invited.upload",
        "officers_invited.withdraw",
        "officers_invited.withdraw_batch",
        "voting_online.mark",
        "voting_online.check",
        "voting_online.done",
    },
}


@pytest.mark.parametrize("policy", DOORS)
def test_no_form_tells_a_number_that_follows_from_choices(
    app: Flask, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], policy: Policy
) -> None:
    watch = Watch(caplog, capfd, tables=1 if FULL else 0.1)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    the_round = a_voting_round(vote={"ballot_settings": {"most": 2}}, policy=policy)
    rights = rights_in(the_round)
    for titles, claim in zip(BALLOTS, rights.values(), strict=False):
        vote(the_round, titles, claim)
    struck, spare = list(rights)[-2:]
    known: Known = {"code": rights[spare].code or "", "one_time": newest_code, **COLUMNS}
    everything = tuple(STAFF_ROLES)
    people: list[tuple[Actor | None, tuple[Role, ...]]] = [(None, ()), (factories.an_account(*everything), everything)]
    visitors = [who_knows(app, actor, roles, known, watch) for actor, roles in people]
    pages = pages_of(the_round, struck, spare)
    for each in visitors:
        for address in pages:
            each.read("page", address)
        each.presser.press_all(each.forms)
    assert (watch.found, watch.faults) == ({}, [])
    assert DOORS[policy] - {door for each in visitors for door in each.presser.taken} == set()


def rights_in(the_round: Round) -> dict[str, Claim]:
    """The right to vote of everybody by their name, and of more people than there are ballots."""
    people = [person(number) for number in range(len(BALLOTS) + 2)]
    if the_round.policy == Policy.CONTACT:
        return {
            each.name: Claim(declaration=each, contact=f"me@{secrets.token_hex(8)}.example", proven=True)
            for each in people
        }
    invite(the_round, [{"Name": each.name, "Postcode": each.postcode, "Address": "1 Quay Street"} for each in people])
    codes = invitation_codes(the_round)
    invite(
        the_round,
        [{"Name": "Wren Vale", "Postcode": "EX1 1AB", "Address": "2 Quay Street", "E-mail": "wren@example.org"}],
    )
    return {name: Claim(code) for name, code in codes.items()}


def newest_code() -> str:
    """The figures in the letter that was sent last."""
    found = re.search(r"\b\d{3} \d{3}\b", opened_messages()[-1].letter.text)
    return found[0] if found else ""


def pages_of(the_round: Round, *names: str) -> list[str]:
    """The pages of such a round that another has not, among them those of two people, of whom the first is struck off."""
    pages = [f"/rounds/{the_round.slug}/vote"]
    if the_round.policy == Policy.INVITED:
        at = f"/officers/rounds/{the_round.slug}/invited"
        listed = {each.name: each.id for each in people_page(the_round.id, 1, 100).rows}
        strike_off(the_round.id, listed[names[0]], "They moved away.", by=factories.owner_of(the_round))
        pages += [at, *(f"{at}/{each}" for each in ("upload", "columns", "check", *(listed[one] for one in names)))]
    return pages
