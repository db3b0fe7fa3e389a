"""Stations of a round, for officers: the tour of all of them, one place, its cards and papers, its poster."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from pb.core.access import OFFERS
from pb.core.errors import Refusal
from pb.core.permissions import may_run
from pb.models.rounds import Round
from pb.models.stations import Station
from pb.services.accounts import names_of
from pb.services.allocations import allocate_cards, allocate_papers, cards_to_allocate, papers_to_allocate
from pb.services.posters import poster as poster_of
from pb.services.posters import poster_address
from pb.services.rounds import find_round
from pb.services.station_reports import report_of, tour_of
from pb.services.stations import MOST_TIMES, add_station, change_station, find_station, times_of
from pb.services.stewards import rota_of
from pb.services.unusual import unusual_of
from pb.web.forms.fields import choices_of
from pb.web.forms.stations import SendForm, StationForm
from pb.web.forms.summary import sentence
from pb.web.officers.round_doors import LOOKERS, RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow
from pb.web.result_words import CHANNELS

bp = Blueprint("officers_stations", __name__, url_prefix="/officers/rounds/<slug>/stations")

#: Rows for visits that the form offers beyond those that are there.
MORE_TIMES = 2


@bp.get("")
@allow(*LOOKERS)
def index(slug: str) -> Answer:
    """The tour: which stations are open, what came of each, what is left, when its tablets last synced."""
    the_round = find_round(slug)
    return render_template(
        "officers/stations/index.html",
        round=the_round,
        tour=tour_of(the_round.id, request.args.get("page", 1, type=int)),
        runs=may_run(actor(), the_round.owner_id),
        unusual=unusual_of(the_round.id),
        channels=CHANNELS,
    )


@bp.route("/add", methods=["GET", "POST"])
@allow(*RUNNERS)
def add(slug: str) -> Answer:
    """Add a place."""
    the_round = find_round(slug)
    form = _form(the_round, StationForm())
    if form.validate_on_submit():
        try:
            station = add_station(the_round.id, form.wanted(), by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _form_page(the_round, form), status
        flash("The station is added. Now brief its stewards and put them on the rota.", "success")
        return redirect(url_for(".overview", slug=slug, station_id=station.id), 303)
    return _form_page(the_round, form), status_of(form)


@bp.route("/<int:station_id>/change", methods=["GET", "POST"])
@allow(*RUNNERS)
def change(slug: str, station_id: int) -> Answer:
    """Change a place."""
    the_round = find_round(slug)
    station = find_station(the_round.id, station_id)
    form = _form(the_round, StationForm(data=_typed_before(station)))
    if form.validate_on_submit():
        try:
            change_station(the_round.id, station_id, form.wanted(), by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _form_page(the_round, form, station), status
        flash("The station is changed.", "success")
        return redirect(url_for(".overview", slug=slug, station_id=station_id), 303)
    return _form_page(the_round, form, station), status_of(form)


@bp.get("/<int:station_id>")
@allow(*LOOKERS)
def overview(slug: str, station_id: int) -> Answer:
    """One place: its day, its numbers, its rota, and what is sent to it."""
    the_round = find_round(slug)
    return _overview(the_round, find_station(the_round.id, station_id), SendForm(), SendForm())


@bp.post("/<int:station_id>/cards")
@allow(*RUNNERS)
def send_cards(slug: str, station_id: int) -> Answer:
    """Send a batch of cards to the station."""
    the_round = find_round(slug)
    station = find_station(the_round.id, station_id)
    form = _batches(SendForm(), {each.id: each.name for each in cards_to_allocate(the_round.id)})
    if form.validate_on_submit():
        try:
            allocate_cards(the_round.id, int(form.batch.data), station_id, by=actor())
        except Refusal as refusal:
            form.batch.errors = [sentence(refusal.fault)]
            return _overview(the_round, station, form, SendForm(formdata=None)), refusal.status
        flash("The cards go to this station. Their codes work once it has opened.", "success")
        return redirect(url_for(".overview", slug=slug, station_id=station_id), 303)
    return _overview(the_round, station, form, SendForm(formdata=None)), status_of(form)


@bp.post("/<int:station_id>/papers")
@allow(*RUNNERS)
def send_papers(slug: str, station_id: int) -> Answer:
    """Send a batch of papers to the station."""
    the_round = find_round(slug)
    station = find_station(the_round.id, station_id)
    form = _batches(SendForm(), {each.id: each.name for each in papers_to_allocate(the_round.id)})
    if form.validate_on_submit():
        try:
            allocate_papers(the_round.id, int(form.batch.data), station_id, by=actor())
        except Refusal as refusal:
            form.batch.errors = [sentence(refusal.fault)]
            return _overview(the_round, station, SendForm(formdata=None), form), refusal.status
        flash("The papers go to this station.", "success")
        return redirect(url_for(".overview", slug=slug, station_id=station_id), 303)
    return _overview(the_round, station, SendForm(formdata=None), form), status_of(form)


@bp.get("/<int:station_id>/poster.pdf")
@allow(*LOOKERS)
def poster(slug: str, station_id: int) -> Response:
    """The station's poster: where and when, with a symbol that leads to the round."""
    the_round = find_round(slug)
    made = poster_of(the_round, find_station(the_round.id, station_id))
    headers = {"Content-Disposition": f'attachment; filename="poster-{the_round.slug}-{station_id}.pdf"'}
    return Response(made, mimetype="application/pdf", headers=headers)


def _form(the_round: Round, form: StationForm) -> StationForm:
    form.area.choices = choices_of({"": "None"} | {str(area.id): area.name for area in the_round.areas})
    filled = [each for each in form.times if any(each.form.data.values())]
    while len(form.times) < min(len(filled) + MORE_TIMES, MOST_TIMES):
        form.times.append_entry()
    return form


def _typed_before(station: Station) -> dict[str, object]:
    spans = times_of([station.id])[station.id]
    return {
        "name": station.name,
        "kind": station.kind.value,
        "place": station.place,
        "notes": station.notes,
        "area": str(station.area_id or ""),
        "offers": station.offers,
        "languages": station.languages,
        "times": [{"starts_at": each.starts_at, "ends_at": each.ends_at} for each in spans],
    }


def _form_page(the_round: Round, form: StationForm, station: Station | None = None) -> str:
    return render_template("officers/stations/form.html", round=the_round, form=form, station=station)


def _batches(form: SendForm, names: dict[int, str]) -> SendForm:
    form.batch.choices = choices_of({"": "Choose one"} | {str(key): name for key, name in names.items()})
    return form


def _overview(the_round: Round, station: Station, cards: SendForm, papers: SendForm) -> str:
    movable = [each for each in cards_to_allocate(the_round.id) if each.station_id != station.id]
    sheets = [each for each in papers_to_allocate(the_round.id) if each.station_id != station.id]
    people = {station.opened_by, station.opened_with, station.closed_by, station.closed_with}
    return render_template(
        "officers/stations/station.html",
        round=the_round,
        station=station,
        report=report_of(station),
        rota=rota_of(station.id),
        names=names_of(people),
        offers=[OFFERS[key] for key in station.offers if key in OFFERS],
        cards=_batches(cards, {each.id: each.name for each in movable}),
        papers=_batches(papers, {each.id: each.name for each in sheets}),
        form=cards if cards.errors else papers if papers.errors else None,
        address=poster_address(the_round, station),
        runs=may_run(actor(), the_round.owner_id),
    )
