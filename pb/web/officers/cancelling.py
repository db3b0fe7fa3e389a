"""Cancelling a round once voting has opened, in pages: one asks with a public reason, another confirms or refuses."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask_babel import gettext as _

from pb.core.actors import Role
from pb.core.errors import Refusal
from pb.core.permissions import may_ask_cancellation, may_confirm_cancellation
from pb.models.rounds import Round
from pb.services.accounts import account_of
from pb.services.cancelling import ask_cancellation, cancellation_digest, confirm_cancellation, drop_cancellation
from pb.services.round_states import round_phase
from pb.services.round_steps import voting_has_begun
from pb.services.rounds import find_round
from pb.web.forms.rounds import CancelForm, ConfirmCancelForm
from pb.web.officers.round_doors import RUNNERS, Answer, back_to, draw, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_cancelling", __name__, url_prefix="/officers/rounds")


@bp.route("/<slug>/cancel-vote", methods=["GET", "POST"])
@allow(*RUNNERS, Role.APPROVER)
def index(slug: str) -> Answer:
    """Who asks that the round is cancelled, and why; and the form that asks for it."""
    the_round = find_round(slug)
    if not voting_has_begun(the_round):
        return redirect(url_for("officers_rounds.overview", slug=slug))
    form = CancelForm()
    if form.validate_on_submit():
        try:
            ask_cancellation(the_round.id, form.reason.data or "", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return asking_page(find_round(slug), form), status
        return back_to(the_round, _("Asked. Somebody else confirms it; until then everything goes on."))
    return asking_page(the_round, form), status_of(form)


def asking_page(the_round: Round, form: CancelForm) -> str:
    """The page on which it is asked for, with what was typed."""
    by, asked_by = actor(), the_round.cancel_asked_by
    return draw(
        "cancel-vote",
        the_round,
        form,
        phase=round_phase(the_round).value,
        owner=account_of(the_round.owner_id),
        asked_by=account_of(asked_by) if asked_by else None,
        own=asked_by == by.account_id,
        asks=may_ask_cancellation(by, the_round.owner_id),
        confirms=may_confirm_cancellation(by, the_round.owner_id, asked_by),
    )


@bp.route("/<slug>/cancel-vote/confirm", methods=["GET", "POST"])
@allow(Role.APPROVER, Role.ADMINISTRATOR, step_up=True)
def confirm(slug: str) -> Answer:
    """The second person reads the reason and ends the round, or refuses."""
    the_round = find_round(slug)
    form = ConfirmCancelForm()
    if the_round.cancel_asked_by is None or not voting_has_begun(the_round):
        return redirect(url_for("officers_rounds.overview", slug=slug))
    if form.validate_on_submit():
        try:
            confirm_cancellation(the_round.id, sha256=form.sha256.data or "", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            form.agreed.data = False
            return _to_confirm(find_round(slug), form), status
        return back_to(the_round, _("The round is cancelled."))
    return _to_confirm(the_round, form), status_of(form)


def _to_confirm(the_round: Round, form: ConfirmCancelForm) -> str:
    form.sha256.data = cancellation_digest(the_round)
    asked_by = account_of(the_round.cancel_asked_by) if the_round.cancel_asked_by else None
    return draw("cancel-confirm", the_round, form, phase=round_phase(the_round).value, asked_by=asked_by)


@bp.post("/<slug>/cancel-vote/drop")
@allow(*RUNNERS, Role.APPROVER)
def drop(slug: str) -> Answer:
    """The second person refuses, or whoever asked takes it back."""
    the_round, form = find_round(slug), CancelForm(formdata=None)
    try:
        drop_cancellation(the_round.id, by=actor())
    except Refusal as refusal:
        status = refused(form, refusal)
        return asking_page(find_round(slug), form), status
    return back_to(the_round, _("The round goes on. Nothing was changed."))
