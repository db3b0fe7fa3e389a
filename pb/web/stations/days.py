"""A station's day: opened and closed by two stewards on one tablet, and the report of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from pb.core.errors import Refusal, Refusals
from pb.models.rounds import Round
from pb.models.stations import Station, StationState
from pb.services.accounts import names_of
from pb.services.event_days import hand_in_closed
from pb.services.sign_in import vouch
from pb.services.station_days import close_station, differences, kiosks_to_close, open_station, stacks_to_count
from pb.services.station_reports import report_of
from pb.web.forms.stations import ClosingForm, OpeningForm, counts_form
from pb.web.forms.summary import show_refusal
from pb.web.policy import actor, allow
from pb.web.stations.home import UNPROCESSABLE, WORKERS, Answer, found
from pb.web.stations.steward_words import to_steward

bp = Blueprint("stations_days", __name__, url_prefix="/stations/<slug>/<int:station_id>")


@bp.route("/open", methods=["GET", "POST"])
@allow(*WORKERS)
def begin(slug: str, station_id: int) -> Answer:
    """Open the station: two people, an empty box, everything counted."""
    the_round, station = found(slug, station_id)
    if station.state == StationState.OPEN:
        return redirect(url_for("stations.tablet", slug=slug, station_id=station_id), 303)
    form = counts_form(OpeningForm, stacks_to_count(station_id))
    return _two("stations/open.html", the_round, station, form, open_station, "The station is open. Have a good day.")


@bp.route("/close", methods=["GET", "POST"])
@allow(*WORKERS)
def end(slug: str, station_id: int) -> Answer:
    """Close the station: two people, and what is left."""
    the_round, station = found(slug, station_id)
    if station.state != StationState.OPEN:
        return redirect(url_for(".report", slug=slug, station_id=station_id), 303)
    form = counts_form(ClosingForm, stacks_to_count(station_id), kiosks_to_close(station_id))
    return _two(
        "stations/close.html", the_round, station, form, close_station, "The station is closed. Thank you both."
    )


@bp.get("/report")
@allow(*WORKERS)
def report(slug: str, station_id: int) -> Answer:
    """What was counted at the opening and at the closing, and what came of it; to be printed and signed."""
    the_round, station = found(slug, station_id)
    people = {station.opened_by, station.opened_with, station.closed_by, station.closed_with} - {None}
    return render_template(
        "stations/report.html",
        round=the_round,
        station=station,
        report=report_of(station),
        names=names_of(people),
    )


def _two(
    template: str, the_round: Round, station: Station, form: Any, deed: Callable[..., Station], told: str
) -> Answer:
    if form.validate_on_submit():
        try:
            second = vouch(form.email.data or "", form.password.data or "", address=request.remote_addr or "")
            deed(station.id, form.counted(), by=actor(), second=second)
        except Refusal as refusal:
            show_refusal(form, to_steward(refusal))
            return _page(template, the_round, station, form, refusal), refusal.status
        flash(told, "success")
        closed = deed is close_station
        where = ".report" if closed else "stations.tablet"
        return redirect(url_for(where, slug=the_round.slug, station_id=station.id), 303)
    return _page(template, the_round, station, form), UNPROCESSABLE if form.errors else 200


def _page(template: str, the_round: Round, station: Station, form: Any, refusal: Refusal | None = None) -> str:
    """The page; the explanation is asked once something does not add up, or was given before."""
    faults = refusal.faults if isinstance(refusal, Refusals) else []
    asks = bool(form.explanation.data) or any(each.field == "explanation" for each in faults)
    return render_template(
        template, round=the_round, station=station, form=form, asks=asks,
        out=differences(station.id, form.counted()) if form.is_submitted() else [],
        hand_in_closed=hand_in_closed(station.id),
    )  # fmt: skip
