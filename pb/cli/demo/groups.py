"""What groups and officers do with bids: write them page by page, send them, withdraw one, check and refuse."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pb.cli.demo.people import a_postcode
from pb.cli.demo.town import Town, pot_for, round_at
from pb.core.bids import DECLARATIONS, SECTIONS
from pb.core.checks import CheckResult, questions_for
from pb.core.clock import to_london
from pb.extensions import db, present
from pb.models.bids import Bid
from pb.models.organisations import OrganisationKind
from pb.models.rounds import Round
from pb.services.bid_facts import facts_of
from pb.services.bid_lists import answers_of
from pb.services.bids import save_section, start_bid, submit_bid, withdraw_bid
from pb.services.checks import Answer, answer_checks, confirm_refusal, pass_bid, refuse_bid
from pb.services.organisations import add_organisation
from pb.services.rounds import slug_of

#: Pages that a bid which is only begun has.
BEGUN = ("group", "papers", "title", "plan")


def write_bid(town: Town, slug: str, words: dict[str, Any], sections: tuple[str, ...] = tuple(SECTIONS)) -> None:
    """A group writes its bid, page after page; it joins first if it is new here."""
    group = words["group"]
    if group not in town.organisations:
        join(town, words)
    the_round = round_at(slug)
    pot = pot_for(the_round, words["ward"])
    bid = start_bid(the_round.id, town.organisations[group], by=town.contact(group), pot_id=pot.id)
    town.bids[words["title"]] = bid.id
    values = _values(town, round_at(slug), words) | {"pot_id": pot.id}
    for key in sections:
        page = {name: values[name] for name in SECTIONS[key].fields}
        save_section(bid.id, key, page, by=town.contact(group))


def join(town: Town, words: dict[str, Any]) -> None:
    """A group's contact gets an account and adds the group."""
    name, role = words["contact"].split(", ")
    group = words["group"]
    town.add_contact(group, name, f"{slug_of(group)}@groups.example")
    kind = OrganisationKind(words["kind"])
    town.organisations[group] = add_organisation(group, kind, by=town.contact(group), role_there=role).id


def _values(town: Town, the_round: Round, words: dict[str, Any]) -> dict[str, Any]:
    """Every answer of the form from what is written in the file."""
    name, role = words["contact"].split(", ")
    starts = _decided_on(the_round) + timedelta(days=14)
    alike = ("kind", "title", "summary", "what", "why", "who", "people", "outcome", "where")
    return {
        **{field: words[field] for field in alike},
        "kind": OrganisationKind(words["kind"]),
        "address": words["where"],
        "postcode": a_postcode(town.chance, words["ward"]),
        "active_in": f"{words['ward']} ward",
        "bank_account": "two_signatories",
        "governing_document": "adopted",
        "themes": [theme for theme in words["themes"] if theme in the_round.themes],
        "starts_on": starts,
        "ends_on": starts + timedelta(days=210),
        "total_cost": sum(amount for _item, amount in words["lines"]),
        "cost_lines": [(item, amount) for item, amount in words["lines"]],
        "asked": words["asked"],
        "workable_minimum": words["minimum"] or words["asked"],
        "other_funding": 0,
        "own_money": words["own"],
        "nothing_started": True,
        "has_interest": False,
        "interests": "",
        "declarations": list(DECLARATIONS),
        "declared_name": name,
        "declared_role": role.capitalize(),
    }


def _decided_on(the_round: Round) -> date:
    return to_london(the_round.decision_by or present.now()).date()


def send_bid(town: Town, words: dict[str, Any]) -> None:
    """The group sends what it wrote."""
    submit_bid(town.bids[words["title"]], by=town.contact(words["group"]))


def take_back(town: Town, words: dict[str, Any]) -> None:
    """The group withdraws its bid."""
    withdraw_bid(town.bids[words["title"]], by=town.contact(words["group"]))


def check_bid(town: Town, words: dict[str, Any], by: str = "officer") -> None:
    """An officer answers every question that is not answered yet, and passes the bid."""
    officer, bid_id = town.actor(by), town.bids[words["title"]]
    answer_checks(bid_id, dict.fromkeys(_waiting(bid_id), Answer(CheckResult.MET)), by=officer)
    pass_bid(bid_id, by=officer)


def look_at(town: Town, words: dict[str, Any], count: int) -> None:
    """An officer answers the first questions about a bid and goes home."""
    bid_id = town.bids[words["title"]]
    answer_checks(bid_id, dict.fromkeys(_waiting(bid_id)[:count], Answer(CheckResult.MET)), by=town.actor("officer"))


def ask_refusal(town: Town, words: dict[str, Any]) -> None:
    """An officer finds a bid ineligible, with reasons for the group."""
    bid_id, officer = town.bids[words["title"]], town.actor("officer")
    failed = {rule: Answer(CheckResult.NOT_MET, reason) for rule, reason in words["refused"].items()}
    answers = dict.fromkeys(_waiting(bid_id), Answer(CheckResult.MET)) | failed
    answer_checks(bid_id, answers, by=officer)
    refuse_bid(bid_id, words["reason"], by=officer)


def confirm(town: Town, words: dict[str, Any]) -> None:
    """A second officer confirms a refusal."""
    confirm_refusal(town.bids[words["title"]], by=town.actor("second"))


def _waiting(bid_id: int) -> list[str]:
    bid = db.session.get_one(Bid, bid_id)
    answers = answers_of(bid)
    return [key for key in questions_for(facts_of(bid)) if answers.get(key) != CheckResult.MET]
