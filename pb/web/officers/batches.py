"""One batch of codes: its account, its cards counted, lost ones replaced, spoilt ones taken back, all cancelled."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.cards import TYPED, batch_equations
from pb.core.errors import NotFound, Refusal
from pb.core.permissions import may_count_cards, may_replace_lost_cards, may_run
from pb.core.states import RoundState
from pb.models.codes import CodeBatch, Declarer
from pb.models.rounds import Round
from pb.services.batches import (
    COUNTING,
    find_batch,
    lost_cards,
    may_be_revoked,
    note_card_counts,
    replace_lost,
    revoke_batch,
    take_back_lost,
)
from pb.services.codes import MAKING
from pb.services.count_corrections import correcting
from pb.services.imbalances import Line
from pb.services.reconciliation import numbers_of
from pb.services.round_states import round_phase
from pb.services.rounds import find_round
from pb.services.spoiling import Spoilt, spoil
from pb.web.forms.codes import CountsForm, RevokeForm, SpoilForm, TakeBackForm
from pb.web.forms.summary import sentence
from pb.web.officers.round_doors import LOOKERS, RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_batches", __name__, url_prefix="/officers/rounds/<slug>/codes")

STEWARDS = (Role.STEWARD, *RUNNERS)


@bp.get("/<int:batch_id>")
@allow(*LOOKERS)
def overview(slug: str, batch_id: int) -> Answer:
    """What has become of a batch's codes and cards, as equations that must hold."""
    the_round = find_round(slug)
    batch = find_batch(the_round.id, batch_id)
    # Names are unique in a round, and the account knows its numbers still when the codes are destroyed.
    numbers = next(each for each in numbers_of(the_round).batches if each.name == batch.name)
    phase = round_phase(the_round)
    return render_template(
        "officers/codes/batch.html",
        round=the_round,
        batch=batch,
        area=next((area.name for area in the_round.areas if area.id == batch.area_id), ""),
        numbers=numbers,
        lines=[Line(each) for each in batch_equations(numbers)],
        early=phase in MAKING,
        lost=lost_cards(batch),
        counts=may_count_cards(actor()) and phase in COUNTING,
        replaces=may_replace_lost_cards(actor()) and phase == RoundState.VOTING,
        revokes=may_run(actor(), the_round.owner_id) and phase in MAKING and may_be_revoked(batch),
    )


@bp.route("/<int:batch_id>/counts", methods=["GET", "POST"])
@allow(*STEWARDS)
def counts(slug: str, batch_id: int) -> Answer:
    """Type how many cards were printed, handed out, brought back, and so on."""
    the_round = find_round(slug)
    batch = find_batch(the_round.id, batch_id)
    settled, asks = correcting(the_round, batch, TYPED, by=actor())
    form = CountsForm(data=_typed_before(batch)).asking(reason=asks)
    if batch.declarer == Declarer.STEWARD:
        del form.handed_out
    if form.validate_on_submit():
        typed = {name: form[name].data for name in TYPED if name in form}
        try:
            note_card_counts(the_round.id, batch_id, typed, by=actor(), reason=form.said)
        except Refusal as refusal:
            status = refused(form, refusal)
            return _page("counts", the_round, batch, form, settled=settled), status
        return _back(slug, batch_id, _("The counts are kept."))
    return _page("counts", the_round, batch, form, settled=settled), status_of(form)


def _typed_before(batch: CodeBatch) -> dict[str, int | None]:
    """What was typed so far; whoever prints a batch mostly prints all of it."""
    typed = {name: getattr(batch, name) for name in TYPED}
    if batch.as_cards and typed["printed"] is None:
        typed["printed"] = batch.made
    return typed


@bp.route("/<int:batch_id>/lost", methods=["GET", "POST"])
@allow(*RUNNERS)
def lost(slug: str, batch_id: int) -> Answer:
    """Note that a lost card was replaced, once it was asked whether one was; or take such a note back."""
    the_round = find_round(slug)
    batch = find_batch(the_round.id, batch_id)
    form = TakeBackForm()
    if request.method == "POST" and request.form.get("deed") == "note":
        return _noted_lost(the_round, batch)
    if form.validate_on_submit():
        try:
            done = take_back_lost(the_round.id, batch_id, reason=form.reason.data or "", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _lost_page(the_round, batch, form), status
        return _back(slug, batch_id, _("Taken back: now %(count)s lost cards are noted.", count=done.replaced))
    return _lost_page(the_round, batch, form), status_of(form)


def _noted_lost(the_round: Round, batch: CodeBatch) -> Response:
    try:
        done = replace_lost(the_round.id, batch.id, by=actor())
    except NotFound:
        raise
    except Refusal as refusal:
        flash(sentence(refusal.fault), "warning")
        return redirect(url_for("officers_batches.overview", slug=the_round.slug, batch_id=batch.id), 303)
    told = _("Noted: %(count)s of at most %(most)s lost cards replaced.", count=done.replaced, most=done.most)
    return _back(the_round.slug, batch.id, told)


def _lost_page(the_round: Round, batch: CodeBatch, form: TakeBackForm) -> str:
    lost = lost_cards(batch)
    return render_template("officers/codes/lost.html", round=the_round, batch=batch, form=form, lost=lost)


@bp.route("/<int:batch_id>/cancel", methods=["GET", "POST"])
@allow(*RUNNERS, step_up=True)
def revoke(slug: str, batch_id: int) -> Answer:
    """Cancel the unused codes of a batch."""
    the_round = find_round(slug)
    batch = find_batch(the_round.id, batch_id)
    form = RevokeForm()
    if form.validate_on_submit():
        try:
            count = revoke_batch(the_round.id, batch_id, reason=form.reason.data or "", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _page("revoke", the_round, batch, form), status
        return _back(slug, batch_id, _("Codes cancelled: %(count)s.", count=count))
    return _page("revoke", the_round, batch, form), status_of(form)


@bp.route("/spoilt", methods=["GET", "POST"])
@allow(*STEWARDS)
def spoilt(slug: str) -> Answer:
    """Take a spoilt card back, by its code, and give another."""
    the_round = find_round(slug)
    form = SpoilForm()
    if form.validate_on_submit():
        try:
            done = spoil(the_round.id, **form.told(), by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return render_template("officers/codes/spoilt.html", round=the_round, form=form), status
        flash(_told(done), "success")
        return redirect(url_for("officers_batches.spoilt", slug=slug), 303)
    return render_template("officers/codes/spoilt.html", round=the_round, form=form), status_of(form)


def _told(done: Spoilt) -> str:
    told = _("The card is void. Tear it up.")
    if done.replaced:
        told = _("The old card is void: tear it up. The new one is ready to hand out.")
    return (
        f"{told} {_('The ballot cast with it was taken out of the box, unopened.')}" if done.had_ballot else str(told)
    )


def _page(name: str, the_round: Round, batch: CodeBatch, form: CountsForm | RevokeForm, **more: object) -> str:
    return render_template(f"officers/codes/{name}.html", round=the_round, batch=batch, form=form, **more)


def _back(slug: str, batch_id: int, told: str) -> Response:
    flash(told, "success")
    return redirect(url_for("officers_batches.overview", slug=slug, batch_id=batch_id), 303)
