"""Counting: an outcome is worked out from what was opened, stored with the digests of its inputs, and certified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.blockers import Blocked, Blocker
from pb.core.canonical import digest
from pb.core.disclosure import Level, disclosure
from pb.core.errors import NotAllowed, Refusal
from pb.core.outcome import Award, Outcome, ProjectResult, Reason
from pb.core.permissions import has_stepped_up, may_certify, may_open_box
from pb.core.reasons import read_reason
from pb.core.recommendations import standing
from pb.core.rules import RULES
from pb.core.states import RoundState
from pb.core.surplus import Move, PotCount, count_pots
from pb.core.withholding import shown
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.ballots import Project
from pb.models.bids import Bid
from pb.models.counts import Count
from pb.models.rounds import Pot, Round
from pb.services.bid_states import set_bid_state
from pb.services.elections import facts_of, pot_counts, projects_of
from pb.services.explanations import ask_explanation, explain_small
from pb.services.imbalances import account_of_box
from pb.services.ledger import events_of_round, record
from pb.services.round_states import must_be, record_due_arrows, set_round_state
from pb.services.rounds import locked_round
from pb.services.transactions import transaction


@dataclass(frozen=True)
class Counted:
    """A stored count as core reads it: the outcome of each pot by its key, and what moved between pots."""

    count: Count
    outcomes: dict[str, Outcome]
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Recommendation:
    """What the certified count gives to one project. Amounts in minor units; `amount` is all that it gets."""

    project: Project
    pot: Pot
    rank: int | None
    votes: int | None
    score: int | None
    award: Award
    amount: int
    reason: Reason
    reserve: int
    top_up: int


def outcome_now(the_round: Round) -> dict[str, Any]:
    """Count every pot with what is known now, as plain JSON data; writes nothing.

    Raises Refusal `open_tie` (its `ids` are the keys of the tied projects) where a lot must be drawn.
    """
    return _work_out(the_round, pot_counts(the_round))


def record_count(round_id: int, *, by: Actor, reason: str = "") -> Count:
    """Count and store the outcome with its inputs' digests; by the count lead. A count after the first has a reason.

    What may be told besides the outcome is then worked out: at once where there are few ballots, else by the worker.
    Raises NotFound `no_round`; NotAllowed `not_count_lead`; Refusal `not_now`, `reason_missing`, `reason_long`,
    `open_tie`, `count_same`. Event `count_recorded`.
    """
    if not may_open_box(by):
        raise NotAllowed("not_count_lead", N_("Only the count lead records a count."))
    with transaction() as session:
        the_round = locked_round(session, round_id)
        must_be(the_round, RoundState.OPENED)
        before = last_count(round_id)
        if before is not None:
            reason = read_reason(reason, N_("Say why it is counted again. The reason is published."), lines=True)
        count = _count_row(the_round, before.number + 1 if before else 1, reason if before else "", by)
        if before is not None and _inputs_and_outcome(before) == _inputs_and_outcome(count):
            raise Refusal("count_same", N_("Nothing has changed since the last count, so it would be the same."))
        session.add(count)
        session.flush()
        _record(count, by)
        job_id = ask_explanation(session, count, by)
    explain_small(job_id, count)
    return count


def counts_of(round_id: int) -> list[Count]:
    """The stored counts of a round, the first one first."""
    return list(db.session.scalars(select(Count).where(Count.round_id == round_id).order_by(Count.number)))


def last_count(round_id: int) -> Count | None:
    """The newest stored count of a round; None before the first."""
    query = select(Count).where(Count.round_id == round_id).order_by(Count.number.desc()).limit(1)
    return db.session.scalar(query)


def certified_count(round_id: int) -> Count | None:
    """The count that was certified; None before that."""
    numbers = [event.facts["count"] for event in events_of_round(round_id, ("count_certified",))]
    if not numbers:
        return None
    return db.session.scalar(select(Count).where(Count.round_id == round_id, Count.number == numbers[-1]))


def knows_everything(count: Count, the_round: Round) -> bool:
    """Whether a stored count knew all lots, answers and withdrawals of now: only other ballots could change it."""
    facts = {key: each.to_json() for key, each in facts_of(the_round).items()}
    return all(facts[key].items() <= pot["options"].items() for key, pot in count.outcome["pots"].items())


def shown_outcome(count: Count) -> dict[str, Any]:
    """The whole outcome of a stored count as everybody may know it, as plain JSON data; see `core.withholding`."""
    return _shown(count.outcome, count.disclosure)


def read_count(count: Count) -> Counted:
    """A stored count with its outcomes, as everybody may know them."""
    outcomes = {key: Outcome.from_json(data) for key, data in shown_outcome(count)["pots"].items()}
    return Counted(count, outcomes, tuple(Move(**move) for move in count.outcome["moves"]))


def certify_blockers(the_round: Round, *, afresh: bool = False) -> list[Blocker]:
    """Everything that still stops certifying the newest count, in plain words; empty when it may be certified.

    Ballots are counted again where something has become known since; `afresh`: in any case, as certifying does.
    """
    if the_round.state != RoundState.OPENED:
        return [Blocker("not_opened", N_("A count is certified after the box is opened and before anybody decides."))]
    return [*_unbalanced(the_round), *_uncounted(the_round, afresh), *_pending(the_round)]


def certify(round_id: int, number: int, *, by: Actor) -> Count:
    """The second teller certifies the newest count, which somebody else recorded; the round goes on to be decided.

    Everything is counted again first and must come out the same. Bids become recommended, reserve or not funded.
    Raises NotFound `no_round`; NotAllowed `not_second_teller`, `step_up`; Refusal `not_now`, `count_not_newest`;
    Blocked with what still stops it. Event `count_certified`.
    """
    with transaction() as session:
        the_round = locked_round(session, round_id)
        record_due_arrows(the_round)
        must_be(the_round, RoundState.OPENED)
        count = last_count(round_id)
        _refuse_certifier(count, by)
        blockers = certify_blockers(the_round, afresh=True)
        if blockers:
            raise Blocked(blockers)
        if count is None or count.number != number:
            raise Refusal("count_not_newest", N_("There is a newer count. Look at it before you certify."))
        _move_bids(session, the_round, count, by)
        set_round_state(the_round, RoundState.DECIDING, by)
        record("count_certified", by, round_id=round_id, subject=f"count:{count.id}", count=count.number)
    return count


def recommendations(round_id: int) -> list[Recommendation]:
    """What the certified count gives to every project, pot by pot, in the order in which their turns came.

    Empty before a count is certified.
    """
    count = certified_count(round_id)
    return recommendations_from(count) if count else []


def recommendations_from(count: Count) -> list[Recommendation]:
    """What a stored count gives to every project, certified or not, as `recommendations`."""
    projects = {project.key: project for project in projects_of(count.round_id)}
    results = chain.from_iterable(outcome.projects for outcome in read_count(count).outcomes.values())
    return [_recommendation(projects[result.id], result) for result in results]


def _recommendation(project: Project, result: ProjectResult) -> Recommendation:
    return Recommendation(
        project=project,
        pot=project.pot,
        rank=result.rank,
        votes=result.votes,
        score=result.score,
        award=result.award,
        amount=result.amount + result.top_up,
        reason=result.reason,
        reserve=result.reserve,
        top_up=result.top_up,
    )


def _work_out(the_round: Round, pots: list[PotCount]) -> dict[str, Any]:
    surplus = (the_round.frozen or {})["surplus"]
    counted = count_pots(pots, surplus)
    return {
        "surplus": surplus,
        "pots": {key: outcome.to_json() for key, outcome in counted.outcomes.items()},
        "moves": [{"source": each.source, "target": each.target, "amount": each.amount} for each in counted.moves],
    }


def _count_row(the_round: Round, number: int, reason: str, by: Actor) -> Count:
    pots = pot_counts(the_round)
    outcome = _work_out(the_round, pots)
    told = {pot.key: disclosure(pot.profile, present.settings.least_ballots).to_json() for pot in pots}
    rule = RULES[pots[0].method.rule]
    return Count(
        round_id=the_round.id,
        number=number,
        rule=rule.key,
        rule_version=rule.version,
        instance_sha256=digest({pot.key: pot.instance.digest() for pot in pots}),
        profile_sha256=digest({pot.key: pot.profile.digest() for pot in pots}),
        outcome_sha256=digest(outcome),
        outcome=outcome,
        disclosure=told,
        shown_sha256=digest(_shown(outcome, told)),
        recorded_at=present.now(),
        recorded_by=by.account_id,
        reason=reason,
    )


def _shown(outcome: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    pots = {key: shown(pot, Level(told[key]["level"])) for key, pot in outcome["pots"].items()}
    return {**outcome, "pots": pots}


def _inputs_and_outcome(count: Count) -> tuple[str, str, str]:
    return count.instance_sha256, count.profile_sha256, count.outcome_sha256


def _record(count: Count, by: Actor) -> None:
    record(
        "count_recorded",
        by,
        round_id=count.round_id,
        subject=f"count:{count.id}",
        count=count.number,
        rule=count.rule,
        rule_version=count.rule_version,
        instance=count.instance_sha256,
        profile=count.profile_sha256,
        outcome=count.outcome_sha256,
    )


def _refuse_certifier(count: Count | None, by: Actor) -> None:
    if not may_certify(by, count.recorded_by if count else None):
        sentence = N_("A second teller, who did not record the count, certifies it.")
        raise NotAllowed("not_second_teller", sentence)
    if not has_stepped_up(by):
        raise NotAllowed("step_up", N_("Show your second factor again before you do this."))


def _unbalanced(the_round: Round) -> Iterator[Blocker]:
    """Lines of the ballot account that are not even, until two people have explained each."""
    for line in account_of_box(the_round):
        if line.settled:
            continue
        named = {"label": str(line.equation.left), "difference": line.equation.difference}
        page = ("officers_box.explain", {"slug": the_round.slug, "name": line.equation.name})
        if line.explanation is None:
            sentence = N_("The ballot account does not balance: %(label)s differ by %(difference)s.")
            yield Blocker("imbalance", sentence, named, *page)
        else:
            sentence = N_("That %(label)s differ by %(difference)s is explained; a second person must confirm it.")
            yield Blocker("imbalance_unconfirmed", sentence, named, *page)


def _uncounted(the_round: Round, afresh: bool) -> Iterator[Blocker]:
    """No count, a tie that waits for its lot, or a count that something has overtaken."""
    count = last_count(the_round.id)
    if count is None:
        yield Blocker("not_counted", N_("No count is recorded yet."))
        return
    if not afresh and knows_everything(count, the_round):
        return
    try:
        now = digest(outcome_now(the_round))
    except Refusal as refusal:
        yield Blocker(refusal.code, refusal.fault.message, refusal.fault.params)
        return
    if now != count.outcome_sha256:
        sentence = N_("Something has happened since the last count, such as an answer or a lot. Count again.")
        yield Blocker("count_overtaken", sentence)


def _pending(the_round: Round) -> Iterator[Blocker]:
    """Offers that are still to be made, or to be answered."""
    count = last_count(the_round.id)
    if count is None:
        return
    titles = {project.key: project.title for project in projects_of(the_round.id)}
    for outcome in read_count(count).outcomes.values():
        for each in outcome.pending:
            sentence = N_("The offer to “%(project)s” has no answer yet.")
            yield Blocker("offer_pending", sentence, {"project": titles[each.id]})


def _move_bids(session: Session, the_round: Round, count: Count, by: Actor) -> None:
    results = {key: each for outcome in read_count(count).outcomes.values() for key, each in outcome.by_id.items()}
    for project in projects_of(the_round.id):
        bid = session.get(Bid, project.bid_id) if project.bid_id else None
        if bid is None or project.withdrawn_at is not None:
            continue
        to = standing(results[project.key])
        if bid.state != to:
            set_bid_state(bid, to, by, reason=str(results[project.key].reason))
