"""The box: how many ballots are in it while it is shut, and the ceremony in which it is opened."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.errors import Refusal
from pb.core.permissions import may_approve_opening, may_confirm_explanation, may_explain, may_open_box
from pb.core.unsealing import INVALID_REASONS
from pb.models.rounds import KeyMode, Round
from pb.models.stations import StationState
from pb.services.accounts import account_of
from pb.services.audits import audit_of
from pb.services.count_corrections import corrections_of
from pb.services.imbalances import (
    WHEN,
    Line,
    account_of_box,
    confirm_explanation,
    explain_imbalance,
    explanation_digest,
    find_line,
)
from pb.services.key_holders import holders_with_accounts
from pb.services.opening import (
    APPROVALS,
    approvals_of,
    approve_opening,
    freeze_box,
    lapsed_approvals,
    may_be_frozen_at,
    open_box,
)
from pb.services.papers import unkeyed
from pb.services.reconciliation import channels_of, numbers_of, opening_of
from pb.services.round_states import round_phase
from pb.services.rounds import find_round
from pb.services.station_reports import cards_by_station
from pb.services.stations import stations_of
from pb.web.forms.box import ApproveForm, CeremonyForm, ConfirmForm, ExplainForm, WitnessForm
from pb.web.officers.pairs import offer_holders, show_beside_holder
from pb.web.officers.round_doors import LOOKERS, Answer, refused, status_of
from pb.web.policy import actor, allow

#: Whoever may explain a line of the ballot account, or confirm what another said of it.
COUNTERS = (Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR, Role.COUNT_LEAD, Role.SECOND_TELLER)

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
    if the_round.sealed_root is None and request.method == "GET":
        # nobody shall type a passphrase for nothing
        flash(_("The box cannot be opened yet. These steps come first."), "warning")
        return redirect(url_for(".index", slug=slug))
    form = _form(the_round)
    if form.validate_on_submit():
        try:
            passphrases = form.passphrases if isinstance(form, CeremonyForm) else ()
            open_box(the_round.id, by=actor(), passphrases=passphrases, witnesses=form.witnesses)
        except Refusal as refusal:
            show_beside_holder(form, refusal)
            return _opening(find_round(slug), form), refusal.status
        return _back(slug, _("The box is open."))
    return _opening(the_round, form), status_of(form)


@bp.route("/<slug>/box/account/<path:name>", methods=["GET", "POST"])
@allow(*COUNTERS)
def explain(slug: str, name: str) -> Answer:
    """One line of the ballot account that does not come out even: say why, or confirm what another said."""
    the_round, form = find_round(slug), ExplainForm()
    if form.validate_on_submit():
        try:
            explain_imbalance(the_round.id, name, form.reason.data or "", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _explaining(find_round(slug), name, form, ConfirmForm(formdata=None)), status
        return _back(slug, _("The reason is on the record. A second person must confirm it."))
    return _explaining(the_round, name, form, ConfirmForm(formdata=None)), status_of(form)


@bp.post("/<slug>/box/confirm/<path:name>")
@allow(*COUNTERS)
def confirm(slug: str, name: str) -> Answer:
    """The second person agrees with the reason for a line that does not come out even."""
    the_round, form = find_round(slug), ConfirmForm()
    if not form.validate_on_submit():
        return _explaining(the_round, name, ExplainForm(formdata=None), form), status_of(form)
    try:
        confirm_explanation(the_round.id, name, sha256=form.sha256.data or "", by=actor())
    except Refusal as refusal:
        status = refused(form, refusal)
        form.agreed.data = False
        return _explaining(find_round(slug), name, ExplainForm(formdata=None), form), status
    return _back(slug, _("Confirmed. The line no longer stops the count from being certified."))


def _explaining(the_round: Round, name: str, form: ExplainForm, confirming: ConfirmForm) -> str:
    line = find_line(the_round, name)
    confirming.sha256.data = explanation_digest(line.explanation) if line.explanation else ""
    return render_template(
        "officers/box/explain.html",
        round=the_round,
        line=line,
        form=confirming if confirming.errors else form,
        explaining=form,
        confirming=confirming,
        open=not line.settled and round_phase(the_round) in WHEN,
        confirms=_confirms(line),
        people=_people(line),
    )


def _confirms(line: Line) -> bool:
    explanation = line.explanation
    return explanation is not None and may_confirm_explanation(actor(), explanation.explained_by)


def _people(line: Line) -> dict[str, str]:
    """The names of those who explained a line and confirmed it."""
    found = line.explanation
    if found is None:
        return {}
    confirmed = account_of(found.confirmed_by).name if found.confirmed_by else ""
    return {"explained": account_of(found.explained_by).name, "confirmed": confirmed}


def _form(the_round: Round) -> WitnessForm:
    if the_round.key_mode == KeyMode.SIMPLE:
        return WitnessForm()
    form = CeremonyForm()
    offer_holders(form, the_round)
    return form


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
        account=account_of_box(the_round),
        corrections=corrections_of(the_round.id),
        explains=may_explain(by) and round_phase(the_round) in WHEN,
        channels=channels_of(the_round.id),
        by_station=cards_by_station(the_round.id),
        still_open=[each.name for each in stations_of(the_round.id) if each.state == StationState.OPEN],
        opening=opening_of(the_round.id),
        reasons=INVALID_REASONS,
        ready_at=may_be_frozen_at(the_round),
        leads=may_open_box(by),
        **_audit(the_round),
        unkeyed=unkeyed(the_round.id),
        approves=may_approve_opening(by) and by.account_id not in approvals_of(the_round.id),
        faults=[refusal.fault] if refusal is not None else [],
        **_approvals(the_round),
    )
    return (page, refusal.status) if refusal is not None else page


def _audit(the_round: Round) -> dict[str, object]:
    audit = audit_of(the_round.id)
    waits = audit is not None and audit.revealed_at is None and not audit.given_up_reason
    return {"audit_cards": audit.cards if audit else 0, "audit_waits": waits}


def _approvals(the_round: Round) -> dict[str, object]:
    return {
        "simple": the_round.key_mode == KeyMode.SIMPLE,
        "approvals": [account_of(each).name for each in approvals_of(the_round.id)],
        "lapsed": lapsed_approvals(the_round.id),
        "approvals_wanted": APPROVALS,
        "holders": [account.name for _holder, account in holders_with_accounts(the_round.id)],
    }


def _back(slug: str, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for(".index", slug=slug), 303)
