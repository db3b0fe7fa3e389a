"""The sheet of a result that two people sign: what was counted, drawn and offered, with the fingerprint."""

from __future__ import annotations

from typing import Any

from pb.core.canonical import words
from pb.core.clock import in_london
from pb.core.disclosure import merged
from pb.core.errors import NotFound, Refusal
from pb.core.money import format_money
from pb.core.outcome import Outcome, Tie
from pb.core.reveal import Step, StepKind, reveal_steps
from pb.core.rules.tiebreak import TIE_STEPS
from pb.core.unsealing import INVALID_REASONS
from pb.core.words import N_
from pb.extensions import present
from pb.models.ballots import Project
from pb.models.counts import Count, OfferState
from pb.models.rounds import Round
from pb.services.counts import certified_count, last_count, read_count
from pb.services.elections import projects_of
from pb.services.imbalances import Line, account_of_box
from pb.services.lots import lots_of
from pb.services.offers import offers_of
from pb.services.packages import package_of
from pb.services.publication import publication_of
from pb.services.reconciliation import opening_of
from pb.services.typesetting import symbol_of, typeset

Data = dict[str, Any]

CHANNELS = {
    "online": "Online",
    "stall": "At a stall",
    "kiosk": "At a kiosk",
    "event": "At an event",
    "paper": "On paper",
    "post": "By post",
    "desk": "At the desk",
    "assisted": "With help",
}
OFFERS = {
    OfferState.OPEN: "no answer yet",
    OfferState.ACCEPTED: "accepted",
    OfferState.DECLINED: "declined",
}
AWARDS = {"full": "in full", "partial": "in part", "reserve": "in full, with help from a reserve"}


def result_sheet(the_round: Round) -> bytes:
    """A tagged PDF of the newest count (the certified one, once there is), to be signed by two people.

    Votes are left out where so few voted that they are not told. Refuses (`not_counted`) before a count is recorded.
    """
    certified = certified_count(the_round.id)
    count = certified or last_count(the_round.id)
    if count is None:
        raise Refusal("not_counted", N_("No count is recorded yet."))
    return typeset("result-sheet", _sheet(the_round, count, certified=certified is not None))


def _sheet(the_round: Round, count: Count, *, certified: bool) -> Data:
    address = f"{present.settings.public_url}/rounds/{the_round.slug}/result"
    decided = the_round.decision_by
    return {
        "title": the_round.title,
        "council": present.settings.council_name,
        "practice": the_round.practice,
        "made": in_london(present.now()),
        "count": f"Count {count.number}, recorded {in_london(count.recorded_at)}",
        "certified": certified,
        "last_word": the_round.promise_last_word or "The council’s members decide.",
        "decided": f"Decision by {in_london(decided)}." if decided else "",
        "pots": _pots(the_round, count),
        "lots": _lots(the_round),
        "offers": _offers(the_round),
        **_box(the_round),
        "fingerprint": _fingerprint(the_round, count),
        "address": address.partition("://")[2],
        "svg": symbol_of(address)[0],
    }


def _pots(the_round: Round, count: Count) -> list[Data]:
    projects = {each.key: each for each in projects_of(the_round.id)}
    outcomes = read_count(count).outcomes
    return [
        _pot(
            pot.name, outcomes[pot.key], reveal_steps({pot.key: outcomes[pot.key]}, list(projects)), projects, the_round
        )
        for pot in the_round.pots
        if pot.key in outcomes
    ]


def _pot(name: str, outcome: Outcome, steps: tuple[Step, ...], projects: dict[str, Project], the_round: Round) -> Data:
    """One pot: who gets what, the first in line first, and the others in the order of the ballot."""
    currency = the_round.currency
    given = [each for each in reversed(steps) if each.kind in (StepKind.AWARD, StepKind.OFFER)]
    others = [key for each in steps for key in each.others]
    return {
        "name": name,
        "money": f"{format_money(outcome.budget, currency)} in the pot, {format_money(outcome.spent, currency)} "
        f"recommended, {format_money(outcome.left, currency)} left. Ballots: {outcome.ballots:,}.",
        "told": bool(given) and given[0].votes is not None,
        "projects": [
            {
                "title": projects[each.project].title,
                "group": projects[each.project].organisation,
                "votes": _votes(each),
                "cost": format_money(each.cost, currency),
                "amount": format_money(each.amount, currency),
                "how": AWARDS[each.award] if each.kind is StepKind.AWARD else "offered a part, no answer yet",
            }
            for each in given
        ],
        "others": [f"{projects[key].title} ({projects[key].organisation})" for key in others],
        "ties": [_tie(tie, projects) for tie in outcome.ties if tie.decided_by],
    }


def _votes(step: Step) -> str:
    if step.votes is None or step.score is None:
        return ""
    return f"{step.votes:,}" if step.votes == step.score else f"{step.score:,} on {step.votes:,} ballots"


def _tie(tie: Tie, projects: dict[str, Project]) -> str:
    names = " and ".join(projects[key].title for key in tie.projects)
    steps = "; ".join(str(TIE_STEPS[key].label) if key in TIE_STEPS else "equal shares" for key in tie.decided_by)
    order = ", ".join(projects[key].title for key in tie.order)
    return f"{names} stood equal. Decided by: {steps}. Order: {order}."


def _lots(the_round: Round) -> list[str]:
    titles = {each.key: each.title for each in projects_of(the_round.id)}
    return [
        f"{in_london(lot.drawn_at)}: {', '.join(titles[key] for key in lot.order)}, in this order. How: "
        f"{lot.method.rstrip('.')}. Seen by {lot.first_witness} and {lot.second_witness}."
        for lot in lots_of(the_round.id)
    ]


def _offers(the_round: Round) -> list[str]:
    currency = the_round.currency
    return [
        f"{project.title}: {format_money(offer.amount, currency)} of {format_money(project.cost, currency)} offered, "
        f"{OFFERS[offer.state]}."
        for offer, project in offers_of(the_round.id)
        if offer.state in OFFERS
    ]


def _box(the_round: Round) -> Data:
    """What was in the box: by channel with small numbers together, the invalid by reason, the account line by line."""
    opening = opening_of(the_round.id)
    if opening is None:
        return {"opened": "", "channels": [], "invalid": [], "account": []}
    witnesses = f" Seen by {', '.join(opening.witnesses)}." if opening.witnesses else ""
    cells = merged(opening.account["channels"])
    return {
        "opened": f"Opened {in_london(opening.opened_at)}: {opening.envelopes:,} envelopes, {opening.valid:,} valid."
        + witnesses,
        "channels": [[", ".join(CHANNELS.get(name, name) for name in cell.names), f"{cell.count:,}"] for cell in cells],
        "invalid": [[INVALID_REASONS.get(key, key), f"{number:,}"] for key, number in opening.invalid.items()],
        "account": [_account_line(line) for line in account_of_box(the_round)],
    }


def _account_line(line: Line) -> list[str]:
    equation = line.equation
    parts = " + ".join(f"{term.amount:,} {term}" for term in equation.right)
    told = "even" if equation.holds else f"differs by {equation.difference:,}"
    if line.explanation is not None and not equation.holds:
        told += f": {line.explanation.reason}"
    return [f"{equation.left.amount:,} {equation.left}", parts, told]


def _fingerprint(the_round: Round, count: Count) -> Data:
    """The fingerprint of the package once there is one; before that the count's own."""
    publication = publication_of(the_round.id)
    try:
        sha256 = package_of(publication).sha256 if publication else ""
    except NotFound:
        sha256 = ""
    if sha256:
        return {"what": "Fingerprint of the published result (its package)", "words": words(sha256)}
    what = "Fingerprint of this count; the published result will have one of its own"
    return {"what": what, "words": words(count.shown_sha256)}
