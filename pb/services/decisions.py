"""Members decide: on a certified count, one decision for each project, in their own words."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.decisions import Resolution, resolution_faults
from pb.core.errors import Fault, NotAllowed, Refusal, Refusals
from pb.core.money import format_money
from pb.core.next_in_line import PotMoney
from pb.core.permissions import has_stepped_up
from pb.core.words import N_
from pb.extensions import present
from pb.models.ballots import Project
from pb.models.counts import Count
from pb.models.decisions import Decision
from pb.models.rounds import Round
from pb.services.decision_desk import DECIDING, PUBLISHED, Desk, PotDesk, certified, desk_of, find_desk, no_project
from pb.services.ledger import record
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import locked_round
from pb.services.transactions import transaction


def decide(project_id: int, resolution: Resolution, *, by: Actor) -> Decision:
    """Decide one project on the certified count; a decision that stood before is kept and stands no more.

    A decision takes its place among the others of its pot: it may not spend more than the pot holds, counting what is
    recommended for bids that wait. Raises NotFound `no_project`; NotAllowed `step_up`, `owner_decides`, `interested`,
    `referred`, `not_your_pot`, `decided_by_other`; Refusal `not_now`, `not_certified`, `withdrawn`,
    `recommendation_changed`, `over_pot`; Refusals of `resolution_faults`. Event `bid_decided`.
    """
    with transaction() as session:
        the_round, desk, pot = desk_to_change(session, project_id, by)
        _refuse_stale(desk, pot.money, resolution)
        _refuse_faults(the_round, desk, pot, resolution, by)
        _refuse_over_pot(the_round, desk, pot.money, resolution.amount)
        return _keep(session, certified(the_round.id), desk, resolution, by)


def agree_with_the_rest(round_id: int, *, power: str, citation: str = "", by: Actor) -> int:
    """Agree with the recommendation on every project that waits for this person first; gives how many.

    Each is a decision of its own, with its event. Released money is left for decisions one by one, and so is what a
    ward's own members have not decided yet. Raises NotFound
    `no_round`; NotAllowed `step_up`, `owner_decides`; Refusal `not_now`, `nothing_waits`; Refusals `citation_missing`.
    """
    _refuse_without_second_factor(by)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        _refuse_moment(the_round, by)
        waiting = [
            (pot, desk)
            for pot in desk_of(the_round)
            for desk in pot.projects
            if desk.may_be_agreed(by) and power in desk.powers(by)
        ]
        if not waiting:
            raise Refusal("nothing_waits", N_("No recommended bid waits for your decision under this power."))
        count = certified(round_id)
        for pot, desk in waiting:
            resolution = Resolution(desk.recommended, desk.recommended, power, citation)
            _refuse_faults(the_round, desk, pot, resolution, by)
            _keep(session, count, desk, resolution, by)
    return len(waiting)


def publish_decisions(round_id: int, *, by: Actor) -> int:
    """Publish every decision of this member in a round that is not published yet; gives how many.

    Raises NotFound `no_round`; NotAllowed `step_up`; Refusal `not_now`, `nothing_to_publish`.
    """
    _refuse_without_second_factor(by)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        must_be(the_round, *DECIDING, *PUBLISHED)
        own = [each.decision for pot in desk_of(the_round) for each in pot.projects]
        waiting = [each for each in own if each and each.decided_by == by.account_id and each.published_at is None]
        if not waiting:
            raise Refusal("nothing_to_publish", N_("You have no decision here that is not published yet."))
        for decision in waiting:
            _publish(decision, by)
    return len(waiting)


def desk_to_change(session: Session, project_id: int, by: Actor) -> tuple[Round, Desk, PotDesk]:
    """A project inside the caller's transaction, for somebody who may decide it now.

    Raises what `decide` says about persons and moments.
    """
    _refuse_without_second_factor(by)
    the_round, desk, pot = _find(session, project_id)
    _refuse_moment(the_round, by)
    refuse_person(desk, by)
    if desk.project.withdrawn_at is not None:
        raise Refusal("withdrawn", N_("The group has withdrawn this bid. There is nothing to decide."))
    return the_round, desk, pot


def _find(session: Session, project_id: int) -> tuple[Round, Desk, PotDesk]:
    project = session.get(Project, project_id)
    if project is None:
        raise no_project()
    the_round = locked_round(session, project.round_id)
    record_due_arrows(the_round)
    desk, pot = find_desk(desk_of(the_round), project.key)
    return the_round, desk, pot


def _refuse_without_second_factor(by: Actor) -> None:
    if not has_stepped_up(by):
        raise NotAllowed("step_up", N_("Show your second factor again before you do this."))


def _refuse_moment(the_round: Round, by: Actor) -> None:
    must_be(the_round, *DECIDING, *PUBLISHED)
    if by.account_id == the_round.owner_id:
        raise NotAllowed("owner_decides", N_("You run this round, so you cannot decide in it."))


def refuse_person(desk: Desk, by: Actor) -> None:
    """Raise NotAllowed `interested`, `referred` or `not_your_pot` unless this person may decide the project."""
    if any(each.account_id == by.account_id for each in desk.interests):
        sentence = N_("You declared an interest in this bid, so you cannot decide it. It is for the cabinet.")
        raise NotAllowed("interested", sentence)
    if desk.may_be_decided(by):
        return
    if desk.referred and desk.pot.area_id in by.areas:
        raise NotAllowed("referred", N_("A declared interest has referred this bid to the cabinet."))
    raise NotAllowed("not_your_pot", N_("You do not decide on this pot."))


def _refuse_stale(desk: Desk, money: PotMoney, resolution: Resolution) -> None:
    """The recommendation moves when money is released, so a page may be out of date."""
    if resolution.recommended != _recommended(desk, money):
        sentence = N_("The recommendation for this bid has changed since you opened the page. Look at it again.")
        raise Refusal("recommendation_changed", sentence)


def _recommended(desk: Desk, money: PotMoney) -> int:
    """What is recommended as if this project were not decided yet."""
    rest = {key: amount for key, amount in money.decided.items() if key != desk.project.key}
    return replace(money, decided=rest).recommended(desk.project.key)


def _refuse_faults(the_round: Round, desk: Desk, pot: PotDesk, resolution: Resolution, by: Actor) -> None:
    project = pot.money.instance.by_id[desk.project.key]
    faults = resolution_faults(resolution, project, desk.powers(by), the_round.currency)
    if faults:
        raise Refusals(faults)


def _refuse_over_pot(the_round: Round, desk: Desk, money: PotMoney, amount: int) -> None:
    over = money.over(desk.project.key, amount)
    if amount and over:
        sentence = N_(
            "This would spend %(over)s more than the pot “%(pot)s” holds, with what is decided or recommended for "
            "the others. Give less here, or first decide on another bid."
        )
        params = {"over": format_money(over, the_round.currency), "pot": desk.pot.name}
        raise Refusals([Fault("over_pot", sentence, params, "amount")])


def _keep(session: Session, count: Count, desk: Desk, resolution: Resolution, by: Actor) -> Decision:
    before = desk.decision
    if before is not None:
        _refuse_other(before, desk, by)
        before.superseded = True
        session.flush()
    decision = Decision(
        round_id=desk.project.round_id, project_id=desk.project.id, count_id=count.id, decided_by=by.account_id,
        power=resolution.power, citation=resolution.citation.strip(), recommended=resolution.recommended,
        amount=resolution.amount, reason=resolution.reason.strip(), alternatives=resolution.alternatives.strip(),
        interests=resolution.interests.strip(), referred=desk.referred, decided_at=present.now(),
    )  # fmt: skip
    session.add(decision)
    session.flush()
    record(
        "bid_decided", by, round_id=decision.round_id, subject=f"project:{decision.project_id}",
        bid=desk.project.bid_id, amount=decision.amount, agrees=resolution.agrees, reason=decision.reason,
    )  # fmt: skip
    return decision


def _refuse_other(before: Decision, desk: Desk, by: Actor) -> None:
    """Nobody puts their words in the place of another member's; what was referred since is the cabinet's."""
    if before.decided_by != by.account_id and not (desk.referred and not before.referred):
        sentence = N_("Another member has decided this bid. Only they can decide it again.")
        raise NotAllowed("decided_by_other", sentence)


def _publish(decision: Decision, by: Actor) -> None:
    if decision.published_at is not None:
        return
    decision.published_at = present.now()
    record(
        "decision_published", by, round_id=decision.round_id, subject=f"project:{decision.project_id}",
        decision=decision.id,
    )  # fmt: skip
