"""Withdrawals after the lock: a project leaves the ballot as a new version of it, and every ballot cast stays valid."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.canonical import digest
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.permissions import has_stepped_up, may_confirm_withdrawal
from pb.core.reasons import read_reason
from pb.core.states import BidState, RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.ballots import Project
from pb.models.rounds import Round
from pb.services.bid_states import set_bid_state
from pb.services.elections import WITHDRAWN, projects_of, rules_of
from pb.services.frozen import keep_version, without
from pb.services.ledger import record
from pb.services.round_states import must_be, record_due_arrows, round_phase
from pb.services.rounds import locked_round, round_to_change
from pb.services.transactions import transaction
from pb.services.voter_letters import ask_to_tell_voters

#: From the lock until the count is certified; afterwards a group withdraws its own bid.
WHEN = (RoundState.LOCKED, RoundState.VOTING, RoundState.CLOSED, RoundState.OPENED)
#: States in which the ballot itself still changes.
LIVE = (RoundState.LOCKED, RoundState.VOTING)


def ask_withdrawal(project_id: int, reason: str, *, by: Actor) -> Project:
    """The officer asks that a project leaves the ballot, with the reason that everybody will read.

    Asked again, the newer reason counts. Raises NotFound `no_project`; NotAllowed `not_your_round`; Refusal
    `not_now`, `withdrawn_already`, `reason_missing`, `reason_long`, `ballot_unmarkable`. Event `withdrawal_asked`.
    """
    missing = N_("Give the reason. It is shown to everybody.")
    reason = read_reason(reason, missing, lines=True)
    with transaction() as session:
        project = _project(session, project_id)
        the_round = round_to_change(session, project.round_id, by)
        _refuse_withdrawal(the_round, project)
        project.withdrawal_asked_by, project.withdrawn_reason = by.account_id, reason
        record(
            "withdrawal_asked", by, round_id=the_round.id, subject=f"project:{project.id}",
            project=project.key, reason=reason,
        )  # fmt: skip
    return project


def withdrawal_digest(project: Project) -> str:
    """The digest of what was asked for a project: an approver confirms what they read, and nothing newer."""
    return digest({"project": project.id, "asked_by": project.withdrawal_asked_by, "reason": project.withdrawn_reason})


def confirm_withdrawal(project_id: int, *, sha256: str, by: Actor) -> Project:
    """An approver confirms: from here on the ballot is a new version without the project.

    Ballots of earlier versions stay in the box and stay valid; the count leaves the project out of them. `sha256` is
    the digest of what the approver read (`withdrawal_digest`). Raises NotFound `no_project`; NotAllowed
    `not_the_approver`, `step_up`; Refusal `not_now`, `withdrawn_already`, `withdrawal_not_asked`,
    `ballot_unmarkable`, `withdrawal_changed`. Events `project_withdrawn`, `bid_state`.
    """
    with transaction() as session:
        project = _project(session, project_id)
        the_round = locked_round(session, project.round_id)
        _refuse_withdrawal(the_round, project)
        if project.withdrawal_asked_by is None:
            raise Refusal("withdrawal_not_asked", N_("The officer who owns this round has not asked for this."))
        if not may_confirm_withdrawal(by, the_round.owner_id, project.withdrawal_asked_by):
            sentence = N_("A project is taken off the ballot by an approver who is not the round's owner.")
            raise NotAllowed("not_the_approver", sentence)
        if not has_stepped_up(by):
            raise NotAllowed("step_up", N_("Show your second factor again before you do this."))
        if sha256 != withdrawal_digest(project):
            sentence = N_("The reason has changed since you opened this page. Read it as it stands now.")
            raise Refusal("withdrawal_changed", sentence)
        take_off(session, the_round, project, by)
        if project.bid is not None:
            set_bid_state(project.bid, BidState.WITHDRAWN, by, reason=project.withdrawn_reason)
    return project


def withdraw_with_bid(session: Session, project: Project, *, by: Actor) -> None:
    """Withdraw the project of a bid that its own group withdraws, inside the caller's transaction.

    Where too few would be left for the ballot to be marked as it asks, the ballot stays, and the count leaves the
    project out. Event `project_withdrawn`.
    """
    the_round = locked_round(session, project.round_id)
    project.withdrawn_reason = WITHDRAWN
    take_off(session, the_round, project, by)


def take_off(session: Session, the_round: Round, project: Project, by: Actor) -> None:
    """Mark a project as withdrawn, and put a new version of the ballot in place of the one that is voted on.

    Whoever left a contact is told, where people vote already.
    """
    project.withdrawn_at = present.now()
    if round_phase(the_round) in LIVE and markable_without(the_round, project):
        frozen = without(the_round.frozen or {}, project.key, project.withdrawn_reason, present.now())
        keep_version(session, the_round, frozen)
    record(
        "project_withdrawn", by, round_id=the_round.id, subject=f"project:{project.id}", project=project.key,
        reason=project.withdrawn_reason, version=the_round.ballot_version, sha256=the_round.frozen_sha256,
    )  # fmt: skip
    ask_to_tell_voters(the_round, project)


def markable_without(the_round: Round, project: Project) -> bool:
    """Whether voters could still mark the ballot as it asks if a project left it."""
    rules = rules_of(the_round.frozen or {})
    left = [
        replace(each, projects=tuple(one for one in each.projects if one.id != project.key))
        for each in rules.instances.values()
    ]
    sizes = [len(each.projects) for each in left if each.projects]
    use_all = getattr(rules.settings, "use_all", False)
    faults = {fault.code for size in sizes for fault in rules.settings.faults(size)}
    return bool(sizes) and (faults <= {"most_over_projects"} and not (faults and use_all))


def find_project(the_round: Round, key: str) -> Project:
    """The project of a round with this key. Raises NotFound `no_project`."""
    found = next((each for each in projects_of(the_round.id) if each.key == key), None)
    if found is None:
        raise _no_project()
    return found


def _project(session: Session, project_id: int) -> Project:
    """The project as it stands once nobody else can change its round: two may have confirmed at one moment."""
    project = session.get(Project, project_id)
    if project is None:
        raise _no_project()
    locked_round(session, project.round_id)
    session.refresh(project)
    return project


def _no_project() -> NotFound:
    return NotFound("no_project", N_("There is no such project."))


def _refuse_withdrawal(the_round: Round, project: Project) -> None:
    record_due_arrows(the_round)
    must_be(the_round, *WHEN)
    if project.withdrawn_at is not None:
        raise Refusal("withdrawn_already", N_("This project is withdrawn already."))
    if round_phase(the_round) in LIVE and not markable_without(the_round, project):
        sentence = N_(
            "Without this project the ballot could not be marked as it asks: too few projects would be left. Wait "
            "until voting has closed, or cancel the round."
        )
        raise Refusal("ballot_unmarkable", sentence)
