"""The early assessment: whether a round should happen at all, answered by somebody who does not own it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from pb.core import clashes
from pb.core.actors import Actor, Role
from pb.core.clashes import Clash, Outline
from pb.core.errors import Fault, NotAllowed, Refusal, Refusals
from pb.core.permissions import may_approve
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.rounds import Assessment, AssessmentOutcome, Round
from pb.services.ledger import events_of_round, record
from pb.services.round_sections import LONGEST_TEXT, tidied, too_long, too_much, with_approver
from pb.services.round_states import must_be, set_round_state
from pb.services.rounds import locked_round, round_to_change
from pb.services.transactions import transaction

S = RoundState
PRIORITIES = ("high", "medium", "low")
#: The answers to the four questions of fair consultation (R v Brent LBC ex parte Gunning, 1985).
GUNNING = ("formative", "information", "time", "consideration")
TEXTS = ("why", "which_decision", "known_already", "do_differently", *GUNNING, "equality_impact_reason")
FIELDS = (*TEXTS, "priority", "cost", "equality_impact_needed")
PASSED = frozenset({AssessmentOutcome.PURSUE, AssessmentOutcome.EXEMPLAR})
#: Answers after which the round is over; a deferred one may be sent again.
FINAL = frozenset({AssessmentOutcome.MERGE, AssessmentOutcome.NOT_PURSUED})
ENDED = frozenset({S.CANCELLED, S.NO_VALID_BALLOTS, S.CLOSED_OUT})


def save_assessment(round_id: int, values: Mapping[str, Any], *, by: Actor) -> None:
    """Keep answers, finished or not; `cost` in pence.

    Raises NotAllowed `not_your_round`; Refusal `not_now`, `with_approver`; Refusals (`too_long`, `too_much`,
    `negative`, `choice`). Event `assessment_saved`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        assessment = _open_to_change(the_round)
        clean = tidied({name: values[name] for name in FIELDS if name in values})
        faults = list(_cannot_be(clean))
        if faults:
            raise Refusals(faults)
        changed = sorted(name for name, value in clean.items() if getattr(assessment, name) != value)
        for name in changed:
            setattr(assessment, name, clean[name])
        if changed:
            record("assessment_saved", by, round_id=round_id, subject=f"round:{round_id}", fields=changed)


def send_assessment(round_id: int, *, by: Actor) -> None:
    """Hand a complete assessment to the approvers.

    Raises NotAllowed `not_your_round`; Refusal `not_now`, `with_approver`; Refusals (`answer_missing`) for every
    question without an answer. Event `assessment_sent`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        assessment = _open_to_change(the_round)
        faults = list(missing_answers(assessment))
        if faults:
            raise Refusals(faults)
        assessment.sent_at = present.now()
        assessment.outcome, assessment.reason, assessment.decided_by, assessment.decided_at = None, "", None, None
        record("assessment_sent", by, round_id=round_id, subject=f"round:{round_id}")


def take_back_assessment(round_id: int, *, by: Actor) -> None:
    """Take an assessment back from the approvers before they have answered.

    Raises NotAllowed `not_your_round`; Refusal `not_now`, `not_sent`. Event `assessment_taken_back`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        assessment = _waiting(the_round)
        assessment.sent_at = None
        record("assessment_taken_back", by, round_id=round_id, subject=f"round:{round_id}")


def assess(round_id: int, outcome: AssessmentOutcome, reason: str = "", *, by: Actor, clash_reason: str = "") -> None:
    """Answer a sent assessment. Pursued, the round is assessed; deferred, its owner may send it again; else it ends.

    Raises NotAllowed `own_round`, `own_request`, `not_an_approver`; Refusal `not_now`, `not_sent`, `reason_missing`
    (every answer but “pursue” needs one), `clash_reason_missing` (a clash with another round is accepted only with a
    reason).
    Events `round_assessed`, then `round_state` unless deferred.
    """
    reason, clash_reason = reason.strip(), clash_reason.strip()
    with transaction() as session:
        the_round = locked_round(session, round_id)
        _may_assess(the_round, by)
        assessment = _waiting(the_round)
        _needs_reasons(the_round, outcome, reason, clash_reason)
        assessment.outcome, assessment.reason, assessment.clash_reason = outcome, reason, clash_reason
        assessment.decided_by, assessment.decided_at = by.account_id, present.now()
        record(
            "round_assessed", by, round_id=round_id, subject=f"round:{round_id}",
            outcome=outcome.value, reason=reason, clash_reason=clash_reason,
        )  # fmt: skip
        if outcome in PASSED:
            set_round_state(the_round, S.ASSESSED, by)
        elif outcome in FINAL:
            the_round.cancelled_reason = reason
            set_round_state(the_round, S.CANCELLED, by, reason=reason)


def passed(assessment: Assessment | None) -> bool:
    """Whether an approver has said that the round should go ahead."""
    return assessment is not None and assessment.outcome in PASSED


def missing_answers(assessment: Assessment) -> Iterator[Fault]:
    """A fault for each question that must be answered before an assessment is sent."""
    for name in TEXTS:
        if not getattr(assessment, name):
            yield Fault("answer_missing", N_("Answer this question."), field=name)
    if assessment.priority not in PRIORITIES:
        yield Fault("answer_missing", N_("Say how much of a priority this is."), field="priority")
    if assessment.equality_impact_needed is None:
        sentence = N_("Say whether an equality impact assessment is needed.")
        yield Fault("answer_missing", sentence, field="equality_impact_needed")


def waiting_assessments(by: Actor) -> list[Round]:
    """The rounds whose assessment waits for an answer that `by` may give, longest waiting first."""
    if not by.has(Role.APPROVER):
        return []
    query = (
        select(Round)
        .join(Assessment)
        .where(Round.state == S.IDEA, Assessment.sent_at.is_not(None), Assessment.outcome.is_(None))
        .where(Round.owner_id != by.account_id)
        .order_by(Assessment.sent_at, Round.id)
    )
    return list(db.session.scalars(query))


def clashes_of(the_round: Round) -> list[Clash]:
    """The other rounds, ideas included, that ask the same people in the same place at the same time."""
    others = db.session.scalars(select(Round).where(Round.id != the_round.id, Round.practice.is_(False)))
    return clashes.clashes(_outline(the_round), _outlines(others))


def _outlines(rounds: Iterable[Round]) -> Iterator[Outline]:
    return (_outline(each) for each in rounds if each.state not in ENDED)


def _outline(the_round: Round) -> Outline:
    """A round's outline; its time is from the opening for bids, or of the vote, to the end of the vote."""
    return Outline(
        the_round.id,
        the_round.title,
        the_round.bids_open_at or the_round.voting_opens_at,
        the_round.voting_closes_at or the_round.bids_close_at,
        frozenset(area.name for area in the_round.areas),
        the_round.audience,
        frozenset(the_round.themes),
    )


def _open_to_change(the_round: Round) -> Assessment:
    must_be(the_round, S.IDEA)
    assessment = the_round.assessment
    if assessment is None:
        assessment = the_round.assessment = Assessment()
    if with_approver(the_round):
        raise Refusal("with_approver", N_("The assessment is with an approver. Wait for the answer, or take it back."))
    return assessment


def _waiting(the_round: Round) -> Assessment:
    must_be(the_round, S.IDEA)
    assessment = the_round.assessment
    if assessment is None or not with_approver(the_round):
        raise Refusal("not_sent", N_("This assessment is not waiting for an answer."))
    return assessment


def _may_assess(the_round: Round, by: Actor) -> None:
    if may_approve(by, the_round.owner_id):
        if _sent_by(the_round) == by.account_id:
            raise NotAllowed("own_request", N_("You sent this assessment, so somebody else must answer it."))
        return
    if by.account_id == the_round.owner_id:
        raise NotAllowed("own_round", N_("Somebody else must assess a round that you own."))
    raise NotAllowed("not_an_approver", N_("Only an approver can assess a round."))


def _sent_by(the_round: Round) -> int | None:
    """Who sent the assessment: its owner, or an administrator in their place, who may be an approver as well."""
    sent = [event.account_id for event in events_of_round(the_round.id, ("assessment_sent",))]
    return sent[-1] if sent else None


def _needs_reasons(the_round: Round, outcome: AssessmentOutcome, reason: str, clash_reason: str) -> None:
    faults = []
    if outcome != AssessmentOutcome.PURSUE and not reason:
        faults.append(
            Fault("reason_missing", N_("Give the reason. The officer and the record will show it."), field="reason")
        )
    if outcome in PASSED and not clash_reason and clashes_of(the_round):
        sentence = N_(
            "Another round asks the same people at the same time. Say why this one should go ahead all the same."
        )
        faults.append(Fault("clash_reason_missing", sentence, field="clash_reason"))
    faults += too_long(
        {"reason": reason, "clash_reason": clash_reason}, {"reason": LONGEST_TEXT, "clash_reason": LONGEST_TEXT}
    )
    if faults:
        raise Refusals(faults)


def _cannot_be(values: Mapping[str, Any]) -> Iterator[Fault]:
    yield from too_long(values, {name: LONGEST_TEXT for name in TEXTS if name in values})
    if values.get("priority") and values["priority"] not in PRIORITIES:
        yield Fault("choice", N_("Choose one of the listed answers."), field="priority")
    if (values.get("cost") or 0) < 0:
        yield Fault("negative", N_("The cost cannot be less than £0."), field="cost")
    yield from too_much({name: value for name, value in values.items() if name == "cost"})
