"""The box: how many ballots are in it while it is shut, and the ceremony in which it is opened."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.errors import Refusal
from pb.core.permissions import may_approve_opening, may_open_box
from pb.core.reconciliation import equations
from pb.core.unsealing import INVALID_REASONS
from pb.models.rounds import KeyMode, Round
from pb.services.accounts import account_of
from pb.services.key_holders import holders_with_accounts
from pb.services.opening import APPROVALS, approvals_of, approve_opening, freeze_box, may_be_frozen_at, open_box
from pb.services.reconciliation import channels_of, numbers_of, opening_of
from pb.services.round_states import round_phase
from pb.services.rounds import find_round
from pb.web.forms.box import ApproveForm, CeremonyForm, WitnessForm
from pb.web.forms.fields import choices_of
from pb.web.forms.summary import show_refusal
from pb.web.officers.round_doors import LOOKERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_box", __name__, url_prefix="/officers/rounds")


@bp.get("/<slug>/box")
@allow(*LOOKERS)
def index(slug: str) -> Answer:
    """How many ballots came in, and what comes next; never a choice."""
    return _index(find_round(slug))


@bp.post("/<slug>/box/freeze")
@allow(Role.COUNT_LEAD)
def freeze(slug: str) -> Answer:
    """Fix what is in the box under its fingerprint, before anything is opened."""
    the_round = find_round(slug)
    try:
        freeze_box(the_round.id, by=actor())
    except Refusal as refusal:
        return _index(find_round(slug), refusal)
    return _back(slug, _("The box is frozen. Read its fingerprint out before it is opened."))


@bp.route("/<slug>/box/approve", methods=["GET", "POST"])
@allow(Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR, step_up=True)
def approve(slug: str) -> Answer:
    """In simple mode: one of the two approvals."""
    the_round = find_round(slug)
    form = ApproveForm()
    if form.validate_on_submit():
        try:
            approve_opening(the_round.id, by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return render_template("officers/box/approve.html", round=the_round, form=form), status
        return _back(slug, _("Your approval is recorded."))
    return render_template("officers/box/approve.html", round=the_round, form=form), status_of(form)


@bp.route("/<slug>/box/open", methods=["GET", "POST"])
@allow(Role.COUNT_LEAD, step_up=True)
def opening(slug: str) -> Answer:
    """The ceremony: two key holders type their passphrases, or two approvals are there; then the box is opened."""
    the_round = find_round(slug)
    if opening_of(the_round.id) is not None:
        return redirect(url_for(".index", slug=slug))
    form = _form(the_round)
    if form.validate_on_submit():
        try:
            passphrases = form.passphrases if isinstance(form, CeremonyForm) else ()
            open_box(the_round.id, by=actor(), passphrases=passphrases, witnesses=form.witnesses)
        except Refusal as refusal:
            _show(form, refusal)
            return _opening(find_round(slug), form), refusal.status
        return _back(slug, _("The box is open."))
    return _opening(the_round, form), status_of(form)


def _form(the_round: Round) -> WitnessForm:
    if the_round.key_mode == KeyMode.SIMPLE:
        return WitnessForm()
    form = CeremonyForm()
    people = {str(account.id): account.name for _holder, account in holders_with_accounts(the_round.id)}
    form.first_holder.choices = choices_of({"": _("Choose a person")} | people)
    form.second_holder.choices = choices_of({"": _("Choose a person")} | people)
    return form


def _show(form: WitnessForm, refusal: Refusal) -> None:
    """A wrong passphrase stands beside the person who typed it; everything else at the top."""
    if isinstance(form, CeremonyForm) and refusal.code == "wrong_passphrase":
        first = refusal.fault.params.get("holder") == form.first_holder.data
        field = form.first_passphrase if first else form.second_passphrase
        field.errors = [*field.errors, _(refusal.fault.message)]
        return
    show_refusal(form, refusal)


def _opening(the_round: Round, form: WitnessForm) -> str:
    return render_template(
        "officers/box/open.html", round=the_round, form=form, numbers=numbers_of(the_round), **_approvals(the_round)
    )


def _index(the_round: Round, refusal: Refusal | None = None) -> Answer:
    numbers = numbers_of(the_round)
    by = actor()
    page = render_template(
        "officers/box/index.html",
        round=the_round,
        phase=round_phase(the_round).value,
        numbers=numbers,
        equations=equations(numbers),
        channels=channels_of(the_round.id),
        opening=opening_of(the_round.id),
        reasons=INVALID_REASONS,
        ready_at=may_be_frozen_at(the_round),
        leads=may_open_box(by),
        approves=may_approve_opening(by) and by.account_id not in approvals_of(the_round.id),
        faults=[refusal.fault] if refusal is not None else [],
        **_approvals(the_round),
    )
    return (page, refusal.status) if refusal is not None else page


def _approvals(the_round: Round) -> dict[str, object]:
    return {
        "simple": the_round.key_mode == KeyMode.SIMPLE,
        "approvals": [account_of(each).name for each in approvals_of(the_round.id)],
        "approvals_wanted": APPROVALS,
        "holders": [account.name for _holder, account in holders_with_accounts(the_round.id)],
    }


def _back(slug: str, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for(".index", slug=slug), 303)
