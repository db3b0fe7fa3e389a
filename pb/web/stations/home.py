"""A steward's own pages: my stations, and the tablet of a station: who may vote, what they are given."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pb.core.access import OFFERS
from pb.core.actors import Role
from pb.core.clock import to_london
from pb.core.errors import Refusal
from pb.core.permissions import may_replace_lost_cards
from pb.extensions import present
from pb.models.rounds import Policy, Round
from pb.models.stations import Station, StationState
from pb.services.batches import replace_lost
from pb.services.handing_out import (
    Eligible,
    Handed,
    Stack,
    What,
    hand_over,
    look_up,
    places_for,
    stacks_at,
    steward_declares,
)
from pb.services.rights import WardWanted
from pb.services.rounds import find_round, rounds_by_id
from pb.services.spoiling import Spoilt, spoil
from pb.services.station_reports import report_of
from pb.services.stations import find_station, my_stations, refuse_stranger
from pb.services.stewards import Shift, shifts_of
from pb.services.voting import paper_of, voting_round_of
from pb.web.forms.codes import SpoilForm
from pb.web.forms.stations import EligibleForm
from pb.web.forms.summary import sentence, show_refusal
from pb.web.headers import scans_codes
from pb.web.policy import actor, allow
from pb.web.stations.steward_words import to_steward

bp = Blueprint("stations", __name__, url_prefix="/stations")

Answer = str | Response | tuple[str, int]
WORKERS = (Role.STEWARD, Role.OFFICER, Role.ADMINISTRATOR)
UNPROCESSABLE = 422


@bp.get("")
@allow(*WORKERS)
def home() -> Answer:
    """The stations on whose rota I am, and when."""
    mine = my_stations(actor())
    coming, past = _by_today(shifts_of(actor().account_id or 0))
    return render_template(
        "stations/home.html",
        stations=mine,
        rounds=rounds_by_id({each.round_id for each in mine}),
        coming=coming,
        past=past,
    )


def _by_today(shifts: list[Shift]) -> tuple[list[Shift], list[Shift]]:
    """Today's shifts and those to come, the next one first; and those of days before, the last one first."""
    today = to_london(present.now()).date()
    past = [each for each in shifts if to_london(each.ends_at).date() < today]
    return [each for each in shifts if each not in past], past[::-1]


@bp.get("/<slug>/<int:station_id>")
@allow(*WORKERS)
def tablet(slug: str, station_id: int) -> Answer:
    """The one screen of a station."""
    the_round, station = found(slug, station_id)
    return _tablet(the_round, station, _form(the_round, station))


@bp.post("/<slug>/<int:station_id>/eligible")
@allow(*WORKERS)
def eligible(slug: str, station_id: int) -> Answer:
    """Say whether somebody may vote, and offer what to give them; nothing is recorded."""
    the_round, station = found(slug, station_id)
    form = _form(the_round, station)
    sound = form.validate_on_submit()
    try:
        answer = look_up(station_id, form.declaration(), by=actor(), area_id=form.area_id, named=form.name is not None)
    except Refusal as refusal:
        return _refused(the_round, station, form, refusal)
    if not sound:
        return _tablet(the_round, station, form), UNPROCESSABLE
    return _tablet(the_round, station, form, answer=answer)


@bp.post("/<slug>/<int:station_id>/hand")
@allow(*WORKERS)
def hand(slug: str, station_id: int) -> Answer:
    """Give a card or a paper: the person comes onto the roll where stewards declare, and one is counted."""
    the_round, station = found(slug, station_id)
    form = _form(the_round, station)
    what: What = "slip" if request.form.get("what") == "slip" else "card"
    if not form.validate_on_submit():
        return _tablet(the_round, station, form), UNPROCESSABLE
    try:
        handed = hand_over(station_id, form.declaration(), what=what, by=actor(), area_id=form.area_id)
    except Refusal as refusal:
        return _refused(the_round, station, form, refusal)
    flash(_told(handed), "success")
    return redirect(url_for(".tablet", slug=slug, station_id=station_id), 303)


@bp.route("/<slug>/<int:station_id>/spoilt", methods=["GET", "POST"])
@allow(*WORKERS)
@scans_codes
def spoilt(slug: str, station_id: int) -> Answer:
    """Take a spoilt card back and give another."""
    the_round, station = found(slug, station_id)
    form = SpoilForm()
    if form.validate_on_submit():
        try:
            done = spoil(the_round.id, **form.told(), by=actor())
        except Refusal as refusal:
            show_refusal(form, to_steward(refusal))
            return _spoilt_page(the_round, station, form), refusal.status
        flash(_told_spoilt(done), "success")
        return redirect(url_for(".tablet", slug=slug, station_id=station_id), 303)
    return _spoilt_page(the_round, station, form), UNPROCESSABLE if form.errors else 200


@bp.post("/<slug>/<int:station_id>/lost/<int:batch_id>")
@allow(Role.OFFICER, Role.ADMINISTRATOR)
def lost(slug: str, station_id: int, batch_id: int) -> Answer:
    """Note that a lost card was replaced, as a supervisor may."""
    the_round, _station = found(slug, station_id)
    try:
        done = replace_lost(the_round.id, batch_id, by=actor())
    except Refusal as refusal:
        flash(sentence(to_steward(refusal).fault), "warning")
    else:
        flash(f"Noted: {done.replaced} of at most {done.most} lost cards replaced. Give them the next card.", "success")
    return redirect(url_for(".spoilt", slug=slug, station_id=station_id), 303)


def found(slug: str, station_id: int) -> tuple[Round, Station]:
    """The round and the station, for somebody who works there."""
    the_round = find_round(slug)
    find_station(the_round.id, station_id)
    return the_round, refuse_stranger(station_id, actor())


def _form(the_round: Round, station: Station) -> EligibleForm:
    form = EligibleForm()
    form.offer(tuple(the_round.links), named=_named(station))
    return form


def _named(station: Station) -> bool:
    """Whether the steward asks for a name: only where something here puts its holder on the roll."""
    cards = steward_declares(station) if stacks_at(station.id) else False
    return cards or (bool(stacks_at(station.id, what="slip")) and steward_declares(station, what="slip"))


def _refused(the_round: Round, station: Station, form: EligibleForm, refusal: Refusal) -> Answer:
    asks_ward = isinstance(refusal, WardWanted)
    if isinstance(refusal, WardWanted):
        wards = paper_of(voting_round_of(the_round.id)).wards
        form.offer_wards({key: name for key, name in wards.items() if not refusal.wards or key in refusal.wards})
    if refusal.code == "ward_needed" and not form.errors:
        return _tablet(the_round, station, form, asks_ward=True)
    show_refusal(form, to_steward(refusal))
    return _tablet(the_round, station, form, asks_ward=asks_ward), refusal.status


def _tablet(
    the_round: Round, station: Station, form: EligibleForm, *, answer: Eligible | None = None, asks_ward: bool = False
) -> str:
    return render_template(
        "stations/tablet.html",
        round=the_round,
        station=station,
        form=form,
        answer=answer,
        asks_ward=asks_ward,
        report=report_of(station),
        open=station.state == StationState.OPEN,
        cards=_fitting(stacks_at(station.id), answer),
        papers=_fitting(stacks_at(station.id, what="slip"), answer),
        offers=[OFFERS[key] for key in station.offers if key in OFFERS],
        invited=the_round.policy == Policy.INVITED,
        elsewhere=places_for(station, answer.area_id) if answer else [],
    )


def _fitting(stacks: Sequence[Stack], answer: Eligible | None) -> list[Stack]:
    """The stacks that may be given: those of the person's ward and of any, once the steward has asked."""
    ward = answer.area_id if answer else None
    return [each for each in stacks if ward is None or each.area_id in (None, ward)]


def _spoilt_page(the_round: Round, station: Station, form: SpoilForm) -> str:
    return render_template(
        "stations/spoilt.html",
        round=the_round,
        station=station,
        form=form,
        cards=stacks_at(station.id),
        supervises=may_replace_lost_cards(actor()),
    )


def _told(handed: Handed) -> str:
    what = "Card" if handed.what == "card" else "Paper"
    left = "" if handed.left is None else f" {handed.left} left."
    return f"{what} given. Take the next one from “{handed.batch}”.{left}"


def _told_spoilt(done: Spoilt) -> str:
    taken = " The ballot cast with it was taken out of the box, unopened." if done.had_ballot else ""
    told = "The old card is void: put it into the envelope for spoilt cards."
    return f"{told}{' Give them the new one.' if done.replaced else ''}{taken}"
