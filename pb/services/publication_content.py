"""The public record of a round's result as plain JSON data: from the count and the decisions, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pb.core.decisions import verdict
from pb.core.disclosure import NO_SCORES, Level, histogram, merged
from pb.core.paper_account import void_reasons
from pb.core.reconciliation import BoxNumbers
from pb.models.accounts import Account
from pb.models.counts import Count
from pb.models.decisions import Decision, Interest
from pb.models.rounds import Round
from pb.services.accounts import account_of
from pb.services.decision_desk import Desk, PotDesk, certified, desk_of, earlier_decisions
from pb.services.elections import ballot_of, instances_of, profile_of
from pb.services.reconciliation import opening_of

FORMAT = "you-decide-result-1"

Data = dict[str, Any]


def content_of(the_round: Round, *, number: int, reason: str = "") -> Data:
    """Everything that a publication says, the same whenever it is asked for, as long as nothing is decided anew.

    Amounts in minor units, moments in UTC as ISO 8601. Raises Refusal `not_certified`.
    """
    count, pots = certified(the_round.id), desk_of(the_round)
    earlier = earlier_decisions(the_round.id)
    told = [_pot(the_round, pot, count.disclosure[pot.pot.key], earlier) for pot in pots]
    whole = all(pot["disclosure"]["level"] == Level.FULL for pot in told)
    return {
        "format": FORMAT,
        "number": number,
        "reason": reason,
        "round": _round(the_round),
        "count": _count(count, whole=whole),
        "turnout": _turnout(the_round),
        "pots": told,
        "moves": count.outcome["moves"],
    }


def _round(the_round: Round) -> Data:
    frozen = the_round.frozen or {}
    return {
        "slug": the_round.slug,
        "title": the_round.title,
        "summary": the_round.summary,
        "currency": the_round.currency,
        "scale": frozen["round"]["scale"],
        "areas": [area.name for area in the_round.areas],
        "last_word": the_round.promise_last_word,
        "voting_opened_at": _moment(the_round.voting_opens_at),
        "voting_closed_at": _moment(the_round.voting_closes_at),
        "ballot_sha256": the_round.frozen_sha256,
        "sealed_root": the_round.sealed_root,
        "ballot_root": the_round.ballot_root,
    }


def _count(count: Count, *, whole: bool) -> Data:
    """The digest of the ballots is told only where all of them are public: in a small pot it could be guessed at."""
    return {
        "number": count.number,
        "rule": count.rule,
        "rule_version": count.rule_version,
        "recorded_at": _moment(count.recorded_at),
        "instance_sha256": count.instance_sha256,
        "profile_sha256": count.profile_sha256 if whole else None,
        "outcome_sha256": count.shown_sha256,
    }


def _turnout(the_round: Round) -> Data:
    """How many took part; channels with few ballots are not told apart."""
    opening = opening_of(the_round.id)
    if opening is None:
        return {"ballots": 0, "invalid": {}, "rejected": 0, "void_papers": {}, "void_parts": {}, "channels": []}
    numbers = BoxNumbers.from_json(opening.account["numbers"])
    return {
        "ballots": opening.valid,
        "invalid": dict(opening.invalid),
        "rejected": numbers.rejected,
        "void_papers": void_reasons(numbers.paper_batches),
        "void_parts": void_reasons(numbers.paper_batches, parts=True),
        "channels": [cell.to_json() for cell in merged(opening.account["channels"])],
    }


def _pot(the_round: Round, pot: PotDesk, shown: Data, earlier: list[Decision]) -> Data:
    outcome, profile = pot.money.outcome, profile_of(pot.pot)
    instance = instances_of(the_round)[pot.pot.key]
    return {
        "key": pot.pot.key,
        "name": pot.pot.name,
        "area": pot.pot.area.name if pot.pot.area else "",
        "amount": pot.pot.amount,
        "budget": outcome.budget,
        "limit": pot.money.limit,
        "counted": outcome.spent + outcome.reserve,
        "awarded": sum(desk.decision.amount for desk in pot.projects if desk.decision),
        "ballots": outcome.ballots,
        "marked": outcome.marked,
        "ballot_type": profile.ballot_type,
        "unit": ballot_of(the_round)[0].unit,
        "disclosure": shown,
        "scores": {} if shown["level"] in NO_SCORES else histogram(instance, profile),
        "projects": [_project(desk, earlier) for desk in _in_order(pot.projects)],
    }


def _in_order(desks: Iterable[Desk]) -> list[Desk]:
    """By rank; what was not ranked comes last, in the order of the count."""
    return sorted(desks, key=lambda desk: (desk.result.rank is None, desk.result.rank or 0))


def _project(desk: Desk, earlier: list[Decision]) -> Data:
    project, result, decision = desk.project, desk.result, desk.decision
    return {
        "key": project.key,
        "number": project.number,
        "title": project.title,
        "organisation": project.organisation,
        "summary": project.summary,
        "cost": project.cost,
        "rank": result.rank,
        "votes": result.votes,
        "score": result.score,
        "measure": result.measure,
        "award": result.award.value,
        "counted": result.amount + result.top_up,
        "recommended": desk.recommended,
        "in_line": desk.recommended != result.amount + result.top_up,
        "reason": result.reason.to_json(),
        "withdrawn": project.withdrawn_at is not None,
        "referred": desk.referred,
        "interests": [_interest(each) for each in desk.interests],
        "amount": decision.amount if decision else 0,
        "verdict": verdict(desk.recommended, decision.amount).value if decision else "",
        "decision": _decision(decision, decision.decider) if decision else None,
        "earlier": [_decision(each, each.decider) for each in earlier if _was_public(each, desk)],
    }


def _was_public(decision: Decision, desk: Desk) -> bool:
    return decision.project_id == desk.project.id and decision.published_at is not None


def _decision(decision: Decision, decider: Account) -> Data:
    return {
        "by": decider.name,
        "power": decision.power,
        "citation": decision.citation,
        "recommended": decision.recommended,
        "amount": decision.amount,
        "reason": decision.reason,
        "alternatives": decision.alternatives,
        "interests": decision.interests,
        "referred": decision.referred,
        "decided_at": _moment(decision.decided_at),
        "published_at": _moment(decision.published_at),
    }


def _interest(interest: Interest) -> Data:
    return {
        "by": account_of(interest.account_id).name,
        "nature": interest.nature,
        "declared_at": _moment(interest.declared_at),
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
