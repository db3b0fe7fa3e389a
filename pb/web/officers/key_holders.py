"""The key holders of a round: appointing them, and each one's own page to choose and test a passphrase."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.core.errors import Refusal
from pb.core.keyholders import HOLDERS
from pb.core.permissions import may_run
from pb.models.rounds import KeyMode, Round
from pb.services.key_holders import (
    appoint_key_holder,
    appointments_of,
    choose_passphrase,
    holders_with_accounts,
    own_appointment,
    possible_key_holders,
    rehearse_passphrase,
    release_key_holder,
)
from pb.services.rounds import find_round
from pb.web.forms.fields import choices_of
from pb.web.forms.keys import AppointForm, PassphraseForm, RehearsalForm
from pb.web.officers.round_doors import LOOKERS, RUNNERS, Answer, refused, status_of
from pb.web.policy import SIGNED_IN, actor, allow

bp = Blueprint("officers_key_holders", __name__, url_prefix="/officers")


@bp.route("/rounds/<slug>/key-holders", methods=["GET", "POST"])
@allow(*LOOKERS)
def index(slug: str) -> Answer:
    """Who holds a key of the round and whether they are ready; appointing one more."""
    the_round = find_round(slug)
    form = _form(the_round)
    if form.validate_on_submit():
        try:
            appoint_key_holder(the_round.id, int(form.account.data), by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _index(find_round(slug), form), status
        return _back(slug, _("Appointed. Ask them to sign in and choose their passphrase."))
    return _index(the_round, form), status_of(form)


@bp.post("/rounds/<slug>/key-holders/<int:holder_id>/release")
@allow(*RUNNERS)
def release(slug: str, holder_id: int) -> Answer:
    """Take an appointment back."""
    the_round = find_round(slug)
    try:
        release_key_holder(the_round.id, holder_id, by=actor())
    except Refusal as refusal:
        form = _form(find_round(slug))
        status = refused(form, refusal)
        return _index(find_round(slug), form), status
    return _back(slug, _("Released. Appoint somebody else."))


@bp.get("/keys")
@allow(door=SIGNED_IN)
def mine() -> str:
    """The rounds whose keys the person holds."""
    return render_template("officers/keys/mine.html", appointments=appointments_of(actor()))


@bp.route("/rounds/<slug>/my-key", methods=["GET", "POST"])
@allow(door=SIGNED_IN)
def passphrase(slug: str) -> Answer:
    """What the key is for, and choosing the passphrase."""
    the_round = find_round(slug)
    holder = own_appointment(the_round.id, actor())
    form = PassphraseForm()
    if form.validate_on_submit():
        try:
            choose_passphrase(the_round.id, form.passphrase.data or "", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return render_template("officers/keys/passphrase.html", round=the_round, holder=holder, form=form), status
        return redirect(url_for(".rehearsal", slug=slug), 303)
    page = render_template("officers/keys/passphrase.html", round=the_round, holder=holder, form=form)
    return page, status_of(form)


@bp.route("/rounds/<slug>/my-key/test", methods=["GET", "POST"])
@allow(door=SIGNED_IN)
def rehearsal(slug: str) -> Answer:
    """Typing the passphrase as at the opening."""
    the_round = find_round(slug)
    holder = own_appointment(the_round.id, actor())
    if holder.holder_key is None:
        return redirect(url_for(".passphrase", slug=slug))
    form = RehearsalForm()
    if form.validate_on_submit():
        try:
            rehearse_passphrase(the_round.id, form.passphrase.data or "", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return render_template("officers/keys/test.html", round=the_round, holder=holder, form=form), status
        flash(_("It opens. Your key is ready: come back with this passphrase when the box is opened."), "success")
        return redirect(url_for(".mine"), 303)
    return render_template("officers/keys/test.html", round=the_round, holder=holder, form=form), status_of(form)


def _form(the_round: Round) -> AppointForm:
    form = AppointForm()
    people = {str(account.id): account.name for account in possible_key_holders(the_round)}
    form.account.choices = choices_of({"": _("Choose a person")} | people)
    return form


def _index(the_round: Round, form: AppointForm) -> str:
    holders = holders_with_accounts(the_round.id)
    runs = may_run(actor(), the_round.owner_id) and the_round.frozen is None
    return render_template(
        "officers/keys/index.html",
        round=the_round,
        form=form,
        holders=holders,
        wanted=HOLDERS,
        simple=the_round.key_mode == KeyMode.SIMPLE,
        runs=runs,
        own=any(account.id == actor().account_id for _holder, account in holders),
    )


def _back(slug: str, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for(".index", slug=slug), 303)
