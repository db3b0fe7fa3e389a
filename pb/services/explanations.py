"""Explaining a stored count: how near the losers came and what other rules would give, worked out once and kept."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.disclosure import disclosure
from pb.core.explaining.again import Election
from pb.core.explaining.comparing import compare_methods, usual_methods
from pb.core.explaining.disclosed import told
from pb.core.explaining.explanation import Tick, explain
from pb.core.outcome import Outcome
from pb.core.rules import Facts
from pb.core.surplus import PotCount
from pb.extensions import db, present
from pb.models.counts import Count, CountExplanation
from pb.models.jobs import Job
from pb.models.rounds import Round
from pb.services.elections import pot_counts
from pb.services.jobs import advance, keep_hold, queue_job, run
from pb.services.transactions import in_transaction, transaction

Data = dict[str, Any]

KIND = "explain_count"
#: A count with so many ballots is explained at once, a larger one by the worker.
AT_ONCE = 200
#: How often the ballots of a pot are drawn again.
DRAWS = 100
#: How long each stage of one pot may take; what is found by then is kept. Every rule gets its turn if it can.
SECONDS = {"margins": 10.0, "draws": 10.0, "methods": 60.0}
#: A step that is at work for so long says that it still is: less than a job is held for.
STILL_AT_IT = timedelta(minutes=1)


def ask_explanation(session: Session, count: Count, by: Actor) -> int:
    """Queue the explaining of a count, a step for each pot, in the caller's transaction; gives the job's id."""
    total = len(count.outcome["pots"])
    return queue_job(session, KIND, round_id=count.round_id, subject=count.id, total=total, by=by).id


def explain_small(job_id: int, count: Count) -> None:
    """Explain a count with few ballots at once; the worker sees to others, and to what is not committed yet."""
    if not in_transaction() and sum(pot["ballots"] for pot in count.outcome["pots"].values()) <= AT_ONCE:
        run(job_id, explain_part)


def explain_part(job: Job) -> None:
    """Work out what may be told of the next pot of a count, and keep it: a step of a job. Raises JobLost."""
    job_id, done, count_id = job.id, job.done, job.subject
    count = db.session.get_one(Count, count_id)
    the_round = db.session.get_one(Round, count.round_id)
    key = list(count.outcome["pots"])[done]
    pot = next(each for each in pot_counts(the_round) if each.key == key)
    told_of_it = _explained(pot, Outcome.from_json(count.outcome["pots"][key]), the_round, _time(job_id, done))
    with transaction() as session:
        advance(session, job_id, done=done, more=1)
        kept = session.scalar(select(CountExplanation).where(CountExplanation.count_id == count_id))
        if kept is None:
            session.add(CountExplanation(count_id=count_id, pots={key: told_of_it}, made_at=present.now()))
        else:
            kept.pots = {**kept.pots, key: told_of_it}


def explanation_of(count: Count) -> Mapping[str, Data] | None:
    """What is kept about a count so far, by the pot's key; None where nothing is."""
    found = db.session.scalar(select(CountExplanation).where(CountExplanation.count_id == count.id))
    return found.pots if found else None


def _explained(pot: PotCount, outcome: Outcome, the_round: Round, tick: Tick) -> Data:
    """What may be told of one pot. The seed of the draws is the fingerprint of the ballot, fixed before any vote."""
    instance = replace(pot.instance, budget=outcome.budget)
    facts = Facts.from_json({key: outcome.options[key] for key in ("withdrawn", "lots", "responses")})
    election = Election(instance, pot.profile, pot.method, facts)
    seed = f"{the_round.frozen_sha256}/{pot.key}"
    explanation = explain(election, outcome, draws=DRAWS, seed=seed, tick=tick)
    comparison = compare_methods(election, usual_methods(pot.method, pot.profile.ballot_type), tick)
    return told(explanation, comparison, outcome, disclosure(pot.profile, present.settings.least_ballots))


def _time(job_id: int, done: int) -> Tick:
    """Whether there is time left for a stage, asked again and again; the job is held on to meanwhile."""
    ends: dict[str, float] = {}
    held = present.now()

    def is_left(stage: str, _done: int, _total: int) -> bool:
        nonlocal held
        if present.now() - held >= STILL_AT_IT:
            keep_hold(job_id, done=done)
            held = present.now()
        now = time.monotonic()
        return now < ends.setdefault(stage, now + SECONDS[stage])

    return is_left
