"""Running an event day from one screen, and the end of the hand-in."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.errors import Refusal
from pb.extensions import present
from pb.models.event_days import DayStep, Presence
from pb.models.rounds import Round
from pb.services.check_in import door_list
from pb.services.event_days import countdown_of, current, day_at, following, now_on, running_order
from pb.services.hall import begin, call, close_hand_in, mark_presence, pause, reopen_hand_in, resume
from pb.services.kiosks import kiosks_in_use, kiosks_of
from pb.services.rounds import find_round
from pb.services.sign_in import vouch
from pb.services.stations import refuse_stranger
from pb.web.forms.event_days import ReopenForm, StepForm, hand_in_form
from pb.web.forms.summary import sentence, show_refusal
from pb.web.hall_words import screen_of
from pb.web.odd_requests import row_number
from pb.web.policy import actor, allow

bp = Blueprint("stations_halls", __name__, url_prefix="/stations/<slug>/<int:station_id>/hall")

Answer = str | Response | tuple[str, int]
WORKERS = (Role.STEWARD, Role.OFFICER, Role.ADMINISTRATOR)
UNPROCESSABLE = 422


@bp.get("")
@allow(*WORKERS)
def run(slug: str, station_id: int) -> Answer:
    """Everything that runs the day: what is on, the next step, who is there, and numbers of who came."""
    the_round = _found(slug, station_id)
    day, station = day_at(the_round, station_id)
    order = running_order(station_id)
    left = countdown_of(day).left(present.now())
    return render_template(
        "stations/hall.html",
        round=the_round,
        station=station,
        day=day,
        order=order,
        on=current(day, order),
        coming=following(day, order),
        hall=now_on(the_round.id, station_id),
        **screen_of(left),
        door=door_list(station_id),
        late=sum(each.numbers.quarantined for each in kiosks_of(the_round.id, station_id)),
    )


@bp.post("/step")
@allow(*WORKERS)
def step(slug: str, station_id: int) -> Answer:
    """One press: a step, a pause, the next presentation, or who is there."""
    _found(slug, station_id)
    form = StepForm()
    deed = _deed(station_id, form.do.data or "", form.pitch.data or "", row_number(form.turn.data))
    if form.validate_on_submit() and deed is not None:
        try:
            deed()
        except Refusal as refusal:
            flash(sentence(refusal.fault), "warning")
        else:
            # who is there is pressed row by row: the page comes back to the row
            row = f"pitch-{form.pitch.data}" if form.do.data in set(Presence) else None
            return redirect(url_for(".run", slug=slug, station_id=station_id, _anchor=row), 303)
    return redirect(url_for(".run", slug=slug, station_id=station_id), 303)


def _deed(station_id: int, do: str, pitch: str, turn: int | None) -> Callable[[], None] | None:
    """What a button does; nothing where no such button exists."""
    by = actor()
    if do in {"pause", "resume"}:
        return lambda: (pause if do == "pause" else resume)(station_id, by=by)
    if do in set(DayStep):
        return lambda: begin(station_id, DayStep(do), by=by, turn=turn)
    pitch_id = row_number(pitch)
    if pitch_id is None:
        return None
    if do == "call":
        return lambda: call(station_id, pitch_id, by=by, turn=turn)
    if do in set(Presence):
        return lambda: mark_presence(station_id, pitch_id, Presence(do), by=by)
    return None


@bp.route("/hand-in", methods=["GET", "POST"])
@allow(*WORKERS)
def hand_in(slug: str, station_id: int) -> Answer:
    """Close the hand-in."""
    the_round = _found(slug, station_id)
    day, station = day_at(the_round, station_id)
    tablets = kiosks_in_use(station_id)
    form = hand_in_form(tablets)
    if form.validate_on_submit():
        try:
            close_hand_in(station_id, by=actor(), begun=form.begun.data if tablets else None, made=form.made())
        except Refusal as refusal:
            flash(sentence(refusal.fault), "warning")
        return redirect(url_for(".run", slug=slug, station_id=station_id), 303)
    page = render_template(
        "stations/hand-in.html",
        round=the_round, station=station, day=day, form=form, door=door_list(station_id), tablets=tablets,
    )  # fmt: skip
    return page, UNPROCESSABLE if form.errors else 200


@bp.route("/hand-in/again", methods=["GET", "POST"])
@allow(*WORKERS)
def hand_in_again(slug: str, station_id: int) -> Answer:
    """Open a hand-in again that was closed too soon: two people, and a reason."""
    the_round = _found(slug, station_id)
    day, station = day_at(the_round, station_id)
    form, status = ReopenForm(), None
    if form.validate_on_submit():
        try:
            second = vouch(form.email.data or "", form.password.data or "", address=request.remote_addr or "")
            reopen_hand_in(station_id, form.reason.data or "", by=actor(), second=second)
            flash("The hand-in is open again. Say it aloud, and go on.", "success")
            return redirect(url_for(".run", slug=slug, station_id=station_id), 303)
        except Refusal as refusal:
            show_refusal(form, refusal)
            status = refusal.status
    page = render_template("stations/hand-in-again.html", round=the_round, station=station, day=day, form=form)
    return page, status or (UNPROCESSABLE if form.errors else 200)


def _found(slug: str, station_id: int) -> Round:
    the_round = find_round(slug)
    refuse_stranger(station_id, actor())
    return the_round
