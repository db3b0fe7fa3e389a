"""What phones and halls may know of a round while it goes on: turnout, what is on, and the reveal so far."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from pb.core.reveal import Step, StepKind
from pb.core.states import RoundState
from pb.extensions import db, present
from pb.models.ballots import Project
from pb.models.counts import Count, OfferState
from pb.models.envelopes import CastHour
from pb.models.reveals import Reveal
from pb.models.rounds import Pot, Round
from pb.services.counts import certified_count, last_count
from pb.services.elections import ballot_of, projects_of
from pb.services.event_days import now_on
from pb.services.live_cache import Data, Snapshot, kept
from pb.services.offers import offers_of
from pb.services.reconciliation import FEWEST, opening_of
from pb.services.reveals import Stand, reveal_of, stand_of
from pb.services.round_states import round_phase
from pb.services.rounds import public_round

S = RoundState

#: While people vote, the turnout moves in steps: nobody can tell by it that somebody has just voted.
TURNOUT_STEP = 10
_TURNOUT = frozenset({S.VOTING, S.CLOSED, S.OPENED, S.DECIDING})
_REVEALING = frozenset({S.OPENED, S.DECIDING})
#: Doors open before voting does, and hand-in ends before it closes.
_HALL = frozenset({S.LOCKED, S.VOTING, S.CLOSED})


def snapshot(slug: str) -> Snapshot:
    """What everybody may know of a public round now, as plain JSON data; at most a second old.

    `data` holds `round` (its address), `title`, `practice`, `currency`, `state`, `paused_until`, `opens_at`,
    `closes_at`, `decision_by` (ISO moments or None), `turnout`, `hall` and `reveal`. No number that comes from a
    ballot's choices is in it before its step of the reveal. Raises NotFound `no_round`.
    """
    return kept(slug, _snapshot)


def turnout_of(the_round: Round) -> int | None:
    """How many ballots came in so far; None for fewer than twenty.

    In steps of ten (downward) until voting has closed, in full afterwards.
    """
    opening = opening_of(the_round.id)
    total = select(func.sum(CastHour.count)).where(CastHour.round_id == the_round.id)
    ballots = opening.envelopes if opening else int(db.session.scalar(total) or 0)
    if ballots < FEWEST:
        return None
    return ballots - ballots % TURNOUT_STEP if round_phase(the_round) == S.VOTING else ballots


def _snapshot(slug: str) -> Snapshot:
    the_round = public_round(slug)
    phase, now = round_phase(the_round), present.now()
    paused = the_round.paused_until if phase == S.VOTING else None
    data = {
        "round": slug,
        "title": the_round.title,
        "practice": the_round.practice,
        "currency": the_round.currency,
        "state": phase.value,
        "paused_until": _moment(paused) if paused and paused > now else None,
        "opens_at": _moment(the_round.voting_opens_at),
        "closes_at": _moment(the_round.voting_closes_at),
        "decision_by": _moment(the_round.decision_by),
        "turnout": {"ballots": turnout_of(the_round), "fewest": FEWEST} if phase in _TURNOUT else None,
        "hall": now_on(the_round.id) if phase in _HALL else None,
        "reveal": reveal_data(the_round) if phase in _REVEALING else None,
    }
    return Snapshot(the_round.id, data)


def reveal_data(the_round: Round) -> Data | None:
    """The reveal so far as plain JSON data, nothing of a step that is not shown; None before it begins.

    `steps` are those shown, `lot` who stands equal, `asks` that the group on the screen may answer, `again` why the
    ballots were counted again since the end, and `whole` everything together once the last step is shown.
    """
    reveal = reveal_of(the_round.id)
    if reveal is None:
        return None
    stand = stand_of(reveal)
    projects = {each.key: each for each in projects_of(the_round.id)}
    pots = {pot.key: pot for pot in the_round.pots}
    steps = [_step(each, pots, projects) for each in stand.shown]
    return {
        "step": reveal.step,
        "ended": reveal.ended_at is not None,
        "certified": the_round.state == S.DECIDING,
        "again": _counted_again(the_round, reveal),
        "who_decides": the_round.promise_last_word,
        "unit": ballot_of(the_round)[0].unit,
        "lot": [_named(projects[key]) for key in reveal.tied if key in projects],
        "asks": stand.asks,
        "declined": _declined(stand),
        "steps": steps,
        "whole": _whole(stand, steps),
    }


def _step(step: Step, pots: dict[str, Pot], projects: dict[str, Project]) -> Data:
    """One step that was shown, with the names of what it shows."""
    return {
        "kind": step.kind.value,
        "pot": pots[step.pot].name if step.pot else "",
        **(_named(projects[step.project]) if step.project else {}),
        "award": step.award,
        "amount": step.amount,
        "cost": step.cost,
        "budget": step.budget,
        "before": step.before,
        "left": step.left,
        "ballots": step.ballots if step.ballots >= FEWEST else None,
        "votes": step.votes,
        "score": step.score,
        "others": [_named(projects[key]) for key in step.others],
        "listed": list(step.listed),
        "part": step.part,
        "parts": step.parts,
    }


def _named(project: Project) -> Data:
    return {"key": project.key, "project": project.title, "group": project.organisation}


def _declined(stand: Stand) -> list[Data]:
    """Offers that were declined, in the pots that are on the screen or were: the room heard it."""
    seen = {each.pot for each in stand.shown}
    offers = offers_of(stand.reveal.round_id)
    return [
        {**_named(project), "pot": project.pot.name, "amount": offer.amount}
        for offer, project in offers
        if offer.state == OfferState.DECLINED and project.pot.key in seen
    ]


def _whole(stand: Stand, steps: list[Data]) -> Data | None:
    """Everything together, once the last step is shown, with the fingerprint of the count."""
    if stand.now is None or stand.now.kind is not StepKind.END:
        return None
    count = db.session.get_one(Count, stand.reveal.count_id)
    awards = [each for each in steps if each["kind"] in (StepKind.AWARD, StepKind.OFFER)]
    return {"count": count.number, "sha256": count.shown_sha256, "amount": sum(each["amount"] for each in awards)}


def _counted_again(the_round: Round, reveal: Reveal) -> str | None:
    """Why the ballots were counted again after the reveal had ended; None where they were not."""
    count = certified_count(the_round.id) or last_count(the_round.id)
    if count is None or reveal.ended_at is None or count.id == reveal.count_id:
        return None
    return count.reason


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
