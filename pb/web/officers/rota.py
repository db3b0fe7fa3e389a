"""Stewards of a round: who was briefed and when, and who stands where."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for

from pb.core.errors import Refusal
from pb.core.permissions import may_run
from pb.models.rounds import Round
from pb.services.rounds import find_round
from pb.services.stations import Span, stations_of
from pb.services.stewards import brief, put_on_rota, rota_page, stewards_for, stewards_page, take_off_rota
from pb.web.forms.stations import BriefingForm, DutyForm
from pb.web.officers.round_doors import LOOKERS, RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_rota", __name__, url_prefix="/officers/rounds/<slug>/rota")


@bp.get("")
@allow(*LOOKERS)
def index(slug: str) -> Answer:
    """Who stands where, and when."""
    the_round = find_round(slug)
    return _rota(the_round, _duty_form(the_round, DutyForm()))


@bp.post("")
@allow(*RUNNERS)
def put_on(slug: str) -> Answer:
    """Put a steward on the rota."""
    the_round = find_round(slug)
    form = _duty_form(the_round, DutyForm())
    if form.validate_on_submit():
        span = Span(form.starts_at.data, form.ends_at.data)
        try:
            put_on_rota(the_round.id, int(form.station.data), int(form.steward.data), span, by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _rota(the_round, form), status
        flash("They are on the rota.", "success")
        return redirect(url_for(".index", slug=slug), 303)
    return _rota(the_round, form), status_of(form)


@bp.post("/<int:duty_id>/remove")
@allow(*RUNNERS)
def take_off(slug: str, duty_id: int) -> Answer:
    """Take a line off the rota."""
    take_off_rota(find_round(slug).id, duty_id, by=actor())
    flash("The line is taken off the rota.", "success")
    return redirect(url_for(".index", slug=slug), 303)


@bp.route("/briefings", methods=["GET", "POST"])
@allow(*RUNNERS)
def briefings(slug: str) -> Answer:
    """Who was briefed for this round, and when; noting another briefing."""
    the_round = find_round(slug)
    form = BriefingForm()
    form.offer(stewards_for(the_round.id))
    if form.validate_on_submit():
        try:
            brief(the_round.id, int(form.steward.data), form.given_on.data, by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _briefings(the_round, form), status
        flash("The briefing is noted.", "success")
        return redirect(url_for(".briefings", slug=slug), 303)
    return _briefings(the_round, form), status_of(form)


def _duty_form(the_round: Round, form: DutyForm) -> DutyForm:
    form.offer(stewards_for(the_round.id), {each.id: each.name for each in stations_of(the_round.id)})
    return form


def _rota(the_round: Round, form: DutyForm) -> str:
    return render_template(
        "officers/stations/rota.html",
        round=the_round,
        form=form,
        rota=rota_page(the_round.id, request.args.get("page", 1, type=int)),
        stations=stations_of(the_round.id),
        runs=may_run(actor(), the_round.owner_id),
    )


def _briefings(the_round: Round, form: BriefingForm) -> str:
    page = stewards_page(the_round.id, request.args.get("page", 1, type=int))
    return render_template("officers/stations/briefings.html", round=the_round, form=form, stewards=page)
