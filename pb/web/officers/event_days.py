"""Setting up an event day: how long everything takes, its rules, and the running order."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from pb.core.errors import NotFound, Refusal
from pb.models.event_days import EventDay
from pb.models.rounds import Round
from pb.models.stations import Station
from pb.services.event_days import DayWanted, draw_order, find_day, running_order, set_up_day
from pb.services.rounds import find_round
from pb.services.stations import find_station
from pb.web.forms.event_days import DayForm, OrderForm
from pb.web.officers.round_doors import LOOKERS, RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint(
    "officers_event_days", __name__, url_prefix="/officers/rounds/<slug>/stations/<int:station_id>/event-day"
)


@bp.route("", methods=["GET", "POST"])
@allow(*RUNNERS)
def day(slug: str, station_id: int) -> Answer:
    """How the day goes; saved once, at whatever time, it has its running order once the ballot is locked."""
    the_round, station = _found(slug, station_id)
    form = DayForm(obj=_day(the_round, station) or DayWanted())
    if form.validate_on_submit():
        try:
            set_up_day(station_id, form.wanted(), by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _page(the_round, station, form), status
        return _back(slug, station_id, "Saved.")
    return _page(the_round, station, form), status_of(form)


@bp.post("/order")
@allow(*RUNNERS)
def order(slug: str, station_id: int) -> Answer:
    """Draw the running order, or take that of the ballot."""
    the_round, station = _found(slug, station_id)
    form = OrderForm()
    if form.validate_on_submit():
        try:
            draw_order(station_id, seed=form.seed.data or "", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _page(the_round, station, order_form=form), status
        return _back(slug, station_id, "The running order is below. Print it for the desk and the compère.")
    return _page(the_round, station, order_form=form), status_of(form)


@bp.get("/order")
@allow(*LOOKERS)
def sheet(slug: str, station_id: int) -> Answer:
    """The running order on one sheet."""
    the_round, station = _found(slug, station_id)
    found = find_day(the_round.id, station_id)
    return render_template(
        "officers/event-days/order.html", round=the_round, station=station, day=found, order=running_order(station_id)
    )


def _found(slug: str, station_id: int) -> tuple[Round, Station]:
    the_round = find_round(slug)
    return the_round, find_station(the_round.id, station_id)


def _day(the_round: Round, station: Station) -> EventDay | None:
    try:
        return find_day(the_round.id, station.id)
    except NotFound:
        return None


def _page(the_round: Round, station: Station, form: DayForm | None = None, order_form: OrderForm | None = None) -> str:
    found = _day(the_round, station)
    day_form = form or DayForm(formdata=None, obj=found or DayWanted())
    return render_template(
        "officers/event-days/day.html",
        round=the_round,
        station=station,
        day=found,
        form=order_form if order_form and order_form.errors else day_form,
        day_form=day_form,
        order_form=order_form or OrderForm(formdata=None, obj=found),
        order=running_order(station.id),
    )


def _back(slug: str, station_id: int, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for(".day", slug=slug, station_id=station_id), 303)
