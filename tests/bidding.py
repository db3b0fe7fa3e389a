"""Groups and bids to test with, made through the services, so that they cannot be impossible."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from pb.core.actors import Actor, Role
from pb.core.bids import DECLARATIONS, SECTIONS
from pb.core.checks import CheckResult, questions_for
from pb.models.bids import Bid
from pb.models.organisations import Organisation, OrganisationKind
from pb.models.rounds import Round
from pb.services.bid_facts import facts_of
from pb.services.bid_lists import answers_of
from pb.services.bids import save_section, start_bid, submit_bid
from pb.services.checks import Answer, answer_checks, pass_bid
from pb.services.organisations import add_organisation
from tests.factories import actor_again, an_account, someone

_numbers = count(1)

#: What a group writes in a bid for a round whose limits, if any, allow £600 to £1,000.
BID: dict[str, Any] = {
    "address": "The Old School, Mill Lane",
    "postcode": "EX4 3AB",
    "active_in": "Northfield and the streets around it",
    "bank_account": "two_signatories",
    "governing_document": "adopted",
    "title": "Benches along the brook",
    "summary": "Three benches with backs, so that everybody can walk to the shops and rest on the way.",
    "what": "We will put three benches along the path by the brook.",
    "why": "Fifty older neighbours told us that they no longer walk to the shops.",
    "who": "Older people, parents with small children, anybody who likes to sit.",
    "people": 400,
    "outcome": "We will count who sits there, in May and in October.",
    "where": "The path between Mill Lane and the shops",
    "starts_on": date(2026, 9, 1),
    "ends_on": date(2026, 11, 30),
    "total_cost": 120_000,
    "cost_lines": [("Three benches", 90_000), ("Putting them in", 30_000)],
    "asked": 100_000,
    "workable_minimum": 60_000,
    "other_funding": 15_000,
    "own_money": 5_000,
    "nothing_started": True,
    "has_interest": False,
    "interests": "",
    "declarations": list(DECLARATIONS),
    "declared_name": "Ada Mensah",
    "declared_role": "Treasurer",
}


def a_contact(name: str = "", *, password: str = "") -> Actor:
    """Somebody who acts for groups, of which there are none yet; with a password where they must sign in."""
    return an_account(Role.GROUP_CONTACT, name=name, password=password)


def an_organisation(
    by: Actor | None = None, name: str = "", kind: OrganisationKind = OrganisationKind.RESIDENTS
) -> Organisation:
    """A group; its contact (read again by `actor_again`) may bid for it from now on."""
    return add_organisation(name or f"Friends of Street {next(_numbers)}", kind, by=by or a_contact())


def a_blank_bid(the_round: Round, by: Actor | None = None, organisation: Organisation | None = None) -> Bid:
    """A draft in which nothing is written yet."""
    by = by or a_contact()
    organisation = organisation or an_organisation(by)
    return start_bid(the_round.id, organisation.id, by=actor_again(by.account_id))


def a_draft(the_round: Round, by: Actor | None = None, organisation: Organisation | None = None, **wanted: Any) -> Bid:
    """A bid that is written from end to end and not sent; what is `wanted` replaces what BID holds."""
    bid = a_blank_bid(the_round, by, organisation)
    values = BID | {"themes": the_round.themes[:1], "pot_id": the_round.pots[0].id} | wanted
    for key, section in SECTIONS.items():
        page = {name: values[name] for name in section.fields if name in values}
        save_section(bid.id, key, page, by=contact_of(bid))
    return bid


def a_bid(the_round: Round, by: Actor | None = None, organisation: Organisation | None = None, **wanted: Any) -> Bid:
    """A bid that was sent, with its automatic checks answered."""
    bid = a_draft(the_round, by, organisation, **wanted)
    return submit_bid(bid.id, by=contact_of(bid))


def contact_of(bid: Bid) -> Actor:
    """Who wrote a bid."""
    return actor_again(bid.created_by)


def an_eligible_bid(the_round: Round, by: Actor | None = None, officer: Actor | None = None, **wanted: Any) -> Bid:
    """A bid that an officer has passed."""
    bid = a_bid(the_round, by, **wanted)
    pass_every_check(bid, officer or someone(Role.OFFICER))
    return bid


def pass_every_check(bid: Bid, officer: Actor) -> None:
    """Answer "met" to every question about a bid that is not met yet, and pass it."""
    answers = answers_of(bid)
    open_questions = [key for key in questions_for(facts_of(bid)) if answers.get(key) != CheckResult.MET]
    answer_checks(bid.id, {key: Answer(CheckResult.MET) for key in open_questions}, by=officer)
    pass_bid(bid.id, by=officer)
