"""Officers' pages about kiosks: tablets enrolled and taken out of use, and ballots that came too late."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.codes import print_form
from pb.core.errors import NotFound, Refusal
from pb.core.permissions import may_enrol_kiosks, may_supervise_kiosks
from pb.core.words import N_
from pb.extensions import present
from pb.models.rounds import Policy, Round
from pb.services.kiosks import (
    ENROLLING,
    READY,
    KioskState,
    add_kiosk,
    allow_unkept_storage,
    kiosk_of_round,
    kiosks_of,
    new_code,
    revoke_kiosk,
    tell_closing_number,
)
from pb.services.late_items import LateItems, ask_late, late_items, settle_late
from pb.services.round_states import round_phase
from pb.services.rounds import find_round
from pb.services.stations import stations_of, works_at
from pb.web.forms.fields import choices_of
from pb.web.forms.kiosks import KioskForm, LateForm, NumberForm, ReasonForm
from pb.web.forms.summary import sentence
from pb.web.officers.round_doors import LOOKERS, RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow
from pb.web.qr import qr_svg

bp = Blueprint("officers_kiosks", __name__, url_prefix="/officers/rounds/<slug>/kiosks")


@bp.get("")
@allow(*LOOKERS)
def index(slug: str) -> Answer:
    """The tablets of a round: what each told last, and what waits for two officers."""
    the_round = find_round(slug)
    return render_template(
        "officers/kiosks/index.html",
        round=the_round,
        kiosks=kiosks_of(the_round.id),
        late=late_items(the_round.id),
        adds=may_enrol_kiosks(actor()) and round_phase(the_round) in READY and bool(stations_of(the_round.id)),
        supervises=may_supervise_kiosks(actor()),
        reasons=REASONS,
    )


#: A steward who has just shown a second factor enrols tablets of their own stations.
ENROLLERS = (*RUNNERS, Role.STEWARD)
#: Why a ballot waits, in words.
REASONS = {
    "after_closing": "made after the tablet or the hand-in was closed, or nobody typed its closing number",
    "after_grace": "sent more than a day after the close",
    "before_opening": "sent before voting opened",
    "ward": "for another area than the card’s",
    "code_outside_window": "with a card that did not work then: its stack was not opened yet, or its time was over",
}


@bp.route("/add", methods=["GET", "POST"])
@allow(*ENROLLERS, step_up=True)
def add(slug: str) -> Answer:
    """Ask which station; the answer shows the code that enrols the tablet."""
    the_round = find_round(slug)
    form = KioskForm()
    own = [each for each in stations_of(the_round.id) if works_at(actor(), each)]
    form.station.choices = choices_of({str(each.id): each.name for each in own})
    if the_round.policy != Policy.DECLARED:
        del form.declares
    if form.validate_on_submit():
        declares = bool(form.declares.data) if form.declares else False
        try:
            station = int(form.station.data)
            kiosk_id, code = add_kiosk(station, name=form.name.data or "", declares=declares, by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return render_template("officers/kiosks/add.html", round=the_round, form=form), status
        return _code_page(the_round, kiosk_id, code)
    return render_template("officers/kiosks/add.html", round=the_round, form=form), status_of(form)


@bp.post("/<int:kiosk_id>/code")
@allow(*ENROLLERS, step_up=True)
def code_again(slug: str, kiosk_id: int) -> Answer:
    """Another code for a tablet that is not enrolled yet."""
    the_round = find_round(slug)
    kiosk_of_round(the_round.id, kiosk_id)
    try:
        return _code_page(the_round, kiosk_id, new_code(kiosk_id, by=actor()))
    except Refusal as refusal:
        return _not_done(the_round, refusal)


def _code_page(the_round: Round, kiosk_id: int, code: str) -> str:
    """The code, in this answer and nowhere else: typed, or scanned by the tablet's own camera."""
    address = f"{present.settings.public_url}{url_for('stations_kiosk.enrolling')}"
    return render_template(
        "officers/kiosks/code.html",
        round=the_round,
        kiosk=kiosk_of_round(the_round.id, kiosk_id),
        code=print_form(code),
        address=address,
        qr=qr_svg(f"{address}#{code}"),
        minutes=ENROLLING.seconds // 60,
    )


@bp.route("/<int:kiosk_id>", methods=["GET", "POST"])
@allow(*LOOKERS)
def show(slug: str, kiosk_id: int) -> Answer:
    """One tablet, with the number at which it was closed."""
    the_round = find_round(slug)
    state = _state(the_round, kiosk_id)
    form = NumberForm(data={"number": state.kiosk.closing_seq})
    if form.validate_on_submit():
        try:
            tell_closing_number(kiosk_id, form.number.data, by=actor())
        except Refusal as refusal:
            return _show_page(the_round, state, form, refused(form, refusal))
        flash("The closing number is kept.", "success")
        return redirect(url_for(".show", slug=slug, kiosk_id=kiosk_id), 303)
    return _show_page(the_round, state, form, status_of(form))


def _state(the_round: Round, kiosk_id: int) -> KioskState:
    kiosk = kiosk_of_round(the_round.id, kiosk_id)
    return next(each for each in kiosks_of(the_round.id) if each.kiosk.id == kiosk.id)


def _show_page(the_round: Round, state: KioskState, form: NumberForm, status: int) -> Answer:
    can = {"enrols": may_enrol_kiosks(actor()), "supervises": may_supervise_kiosks(actor())}
    return render_template("officers/kiosks/show.html", round=the_round, state=state, form=form, **can), status


@bp.post("/<int:kiosk_id>/storage")
@allow(*RUNNERS, step_up=True)
def storage(slug: str, kiosk_id: int) -> Answer:
    """Let a tablet work without a network though its browser may delete what it saved."""
    the_round = find_round(slug)
    kiosk_of_round(the_round.id, kiosk_id)
    try:
        allow_unkept_storage(kiosk_id, by=actor())
    except Refusal as refusal:
        return _not_done(the_round, refusal)
    flash("The tablet may work without a network once it has been in reach of one again.", "success")
    return redirect(url_for(".show", slug=slug, kiosk_id=kiosk_id), 303)


@bp.route("/<int:kiosk_id>/revoke", methods=["GET", "POST"])
@allow(*RUNNERS, step_up=True)
def revoke(slug: str, kiosk_id: int) -> Answer:
    """Take a tablet out of use."""
    the_round = find_round(slug)
    kiosk = kiosk_of_round(the_round.id, kiosk_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            revoke_kiosk(kiosk_id, reason=form.reason.data or "", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return render_template("officers/kiosks/revoke.html", round=the_round, kiosk=kiosk, form=form), status
        flash("The tablet is out of use. Nothing that it sends is taken any more.", "success")
        return redirect(url_for(".index", slug=slug), 303)
    return render_template("officers/kiosks/revoke.html", round=the_round, kiosk=kiosk, form=form), status_of(form)


@bp.route("/<int:kiosk_id>/late", methods=["GET", "POST"])
@allow(*RUNNERS, step_up=True)
def late(slug: str, kiosk_id: int) -> Answer:
    """Ask for what came too late to be let in, or turned down; or confirm what another officer asked for."""
    the_round = find_round(slug)
    group = _group(the_round, kiosk_id)
    if request.method == "POST" and group.asked_by is not None:
        return _settled(the_round, kiosk_id)
    form = LateForm()
    if form.validate_on_submit():
        try:
            count = ask_late(kiosk_id, accept=form.accept.data == "yes", reason=form.reason.data or "", by=actor())
        except Refusal as refusal:
            return _late_page(the_round, group, form, refused(form, refusal))
        flash(f"Asked for {count}. Another officer confirms it here.", "success")
        return redirect(url_for(".index", slug=slug), 303)
    return _late_page(the_round, group, form, status_of(form))


def _group(the_round: Round, kiosk_id: int) -> LateItems:
    found = next((each for each in late_items(the_round.id) if each.kiosk_id == kiosk_id), None)
    if found is None:
        raise NotFound("nothing_waits", N_("Nothing waits here."))
    return found


def _late_page(the_round: Round, group: LateItems, form: LateForm, status: int) -> Answer:
    own = group.asked_by == actor().account_id
    context = {"round": the_round, "group": group, "form": form, "own": own, "reasons": REASONS}
    return render_template("officers/kiosks/late.html", **context), status


def _settled(the_round: Round, kiosk_id: int) -> Answer:
    try:
        accepted, rejected = settle_late(kiosk_id, confirm=request.form.get("confirm") == "yes", by=actor())
    except Refusal as refusal:
        return _not_done(the_round, refusal)
    flash(f"Let in: {accepted}. Turned down: {rejected}." if accepted or rejected else "Sent back.", "success")
    return redirect(url_for(".index", slug=the_round.slug), 303)


def _not_done(the_round: Round, refusal: Refusal) -> Response:
    """Back to the list with the reason why nothing was done. What is not there is not found."""
    if isinstance(refusal, NotFound):
        raise refusal
    flash(sentence(refusal.fault), "warning")
    return redirect(url_for(".index", slug=the_round.slug), 303)
