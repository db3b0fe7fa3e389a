"""Locking the ballot: what will be frozen, what still stops it, one person asks and another confirms."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from pb.core.actors import Role
from pb.core.blockers import Blocked
from pb.core.errors import Fault, Refusal
from pb.core.permissions import may_approve, may_run
from pb.models.rounds import Round
from pb.services.accounts import account_of
from pb.services.elections import projects_of
from pb.services.frozen import bids_for_ballot, draft_digest
from pb.services.lock_blockers import lock_blockers
from pb.services.locks import ask_lock, lock_ballot
from pb.services.round_ballots import ballot_faults
from pb.services.rounds import find_round
from pb.web.forms.lock import ConfirmLockForm
from pb.web.officers.round_doors import LOOKERS, RUNNERS, Answer, status_of
from pb.web.policy import actor, allow
from pb.web.rule_words import ballot_words, count_words

bp = Blueprint("officers_lock", __name__, url_prefix="/officers/rounds")


@bp.get("/<slug>/lock")
@allow(*LOOKERS)
def index(slug: str) -> Answer:
    """What the lock freezes, whether it may go ahead, and who has asked for it."""
    return _index(find_round(slug))


@bp.post("/<slug>/lock/ask")
@allow(*RUNNERS)
def ask(slug: str) -> Answer:
    """The owner asks for the lock."""
    the_round = find_round(slug)
    try:
        ask_lock(the_round.id, by=actor())
    except Refusal as refusal:
        return _index(find_round(slug), refusal)
    flash(_("Asked. An approver who does not run this round reads it and locks the ballot."), "success")
    return redirect(url_for(".index", slug=slug), 303)


@bp.route("/<slug>/lock/confirm", methods=["GET", "POST"])
@allow(Role.APPROVER, step_up=True)
def confirm(slug: str) -> Answer:
    """The approver reads everything once more and locks the ballot."""
    the_round = find_round(slug)
    if the_round.frozen is not None or the_round.lock_asked_sha256 is None or lock_blockers(the_round):
        return redirect(url_for(".index", slug=slug))
    form = ConfirmLockForm()
    if form.validate_on_submit():
        try:
            lock_ballot(the_round.id, sha256=form.sha256.data or "", by=actor())
        except Refusal as refusal:
            return _index(find_round(slug), refusal)
        flash(_("The ballot is locked."), "success")
        return redirect(url_for(".index", slug=slug), 303)
    form.sha256.data = draft_digest(the_round)
    page = render_template("officers/lock/confirm.html", form=form, **_content(the_round))
    return page, status_of(form)


def _index(the_round: Round, refusal: Refusal | None = None) -> Answer:
    blockers = lock_blockers(the_round) if the_round.frozen is None else []
    page = render_template(
        "officers/lock/index.html",
        blockers=blockers,
        faults=_faults(refusal),
        runs=may_run(actor(), the_round.owner_id),
        approves=may_approve(actor(), the_round.owner_id) and actor().account_id != the_round.lock_asked_by,
        asked_by=account_of(the_round.lock_asked_by) if the_round.lock_asked_by else None,
        **_content(the_round),
    )
    return (page, refusal.status) if refusal is not None else page


def _faults(refusal: Refusal | None) -> list[Fault]:
    if refusal is None:
        return []
    return [blocker.fault for blocker in refusal.blockers] if isinstance(refusal, Blocked) else [refusal.fault]


def _content(the_round: Round) -> dict[str, object]:
    """What the lock freezes, as the page shows it; rules that cannot be are told as blockers instead."""
    sound = the_round.frozen is not None or not ballot_faults(the_round)
    return {
        "round": the_round,
        "projects": projects_of(the_round.id),
        "bids": bids_for_ballot(the_round.id),
        "ballot": ballot_words(the_round) if sound else [],
        "counting": count_words(the_round) if sound else [],
        "sha256": the_round.frozen_sha256 or (draft_digest(the_round) if sound else ""),
    }
