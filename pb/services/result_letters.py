"""What groups are told when the result is released: votes, rank, the line, the reason, and whom to ask."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from pb.core.money import format_money
from pb.extensions import db, present
from pb.models.accounts import Account
from pb.models.bids import Bid
from pb.models.organisations import OrganisationContact
from pb.models.rounds import Round
from pb.services.accounts import account_of
from pb.services.elections import projects_of
from pb.services.outbox import queue_message

Data = dict[str, Any]


def tell_groups(the_round: Round, content: Data, before: Data | None) -> None:
    """Queue a letter to the contacts of every bid, inside the caller's transaction.

    After a correction only those are told whose amount or decision it changes; `before` is what it corrects. A
    rehearsal gives nothing, so nobody is told.
    """
    if the_round.practice:
        return
    bids = {project.key: project.bid for project in projects_of(the_round.id)}
    told = {each["key"]: each for pot in before["pots"] for each in pot["projects"]} if before else {}
    for pot in content["pots"]:
        line = _line(pot)
        for project in pot["projects"]:
            bid, old = bids.get(project["key"]), told.get(project["key"])
            if bid is None or project["withdrawn"] or (old and _same(old, project)):
                continue
            _tell(the_round, bid, project, line, correction=content["reason"])


def _same(old: Data, new: Data) -> bool:
    return bool(old["amount"] == new["amount"] and old["decision"] == new["decision"])


def _tell(the_round: Round, bid: Bid, project: Data, line: Data, correction: str) -> None:
    decision, currency = project["decision"], the_round.currency
    said = {
        "title": project["title"],
        "reference": bid.reference,
        "round": the_round.title,
        "amount": format_money(project["amount"], currency),
        "asked": format_money(project["cost"], currency),
        "full": project["amount"] >= project["cost"],
        "votes": project["votes"],
        "rank": project["rank"],
        **line,
        "reason": decision["reason"] if decision else "",
        "count_reason": project["reason"]["text"],
        "differs": bool(decision) and decision["amount"] != decision["recommended"],
        "decider": decision["by"] if decision else "",
        "officer": account_of(the_round.owner_id).name,
        "correction": correction,
        "link": f"{present.settings.public_url}/rounds/{the_round.slug}/result/projects/{project['key']}",
    }
    for contact in contacts_of(bid.organisation_id):
        kind = "result_won" if project["amount"] else "result_lost"
        queue_message(kind, contact.email, language=contact.language, name=contact.name, **said)


def contacts_of(organisation_id: int) -> list[Account]:
    """The people who act for a group and may sign in, in the order of their accounts."""
    query = (
        select(Account)
        .join(OrganisationContact, OrganisationContact.account_id == Account.id)
        .where(OrganisationContact.organisation_id == organisation_id, Account.active)
    )
    return list(db.session.scalars(query.order_by(Account.id)))


def _line(pot: Data) -> Data:
    """How many projects were ranked, and the lowest rank that got money: where the line is."""
    ranks = [each["rank"] for each in pot["projects"] if each["rank"] is not None]
    funded = [each["rank"] for each in pot["projects"] if each["amount"] and each["rank"] is not None]
    return {"ranked": len(ranks), "last_funded": max(funded, default=None)}
