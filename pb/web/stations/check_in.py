"""The check-in desk of an event day: a card, a slip or a badge for everybody who comes, and how many came."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.errors import Refusal
from pb.core.event_days import NEEDS
from pb.models.rounds import Round
from pb.services.check_in import check_in, comes_too_late, door_list, let_observe, swap_slip
from pb.services.event_days import day_at
from pb.services.handing_out import Handed, What, look_up, stacks_at
from pb.services.rights import DECLARING, WardWanted
from pb.services.rounds import find_round
from pb.services.stations import refuse_stranger
from pb.services.voting import paper_of, voting_round_of
from pb.web.forms.event_days import WHAT, CheckInForm
from pb.web.forms.fields import choices_of
from pb.web.forms.stations import ASKED_LINKS
from pb.web.forms.summary import sentence, show_refusal
from pb.web.odd_requests import row_number
from pb.web.policy import actor, allow
from pb.web.stations.steward_words import AT_A_DOOR, to_steward

bp = Blueprint("stations_check_in", __name__, url_prefix="/stations/<slug>/<int:station_id>/check-in")

Answer = str | Response | tuple[str, int]
WORKERS = (Role.STEWARD, Role.OFFICER, Role.ADMINISTRATOR)
UNPROCESSABLE = 422


@bp.get("")
@allow(*WORKERS)
def desk(slug: str, station_id: int) -> Answer:
    """Ask whoever comes, and see how many came."""
    the_round = _found(slug, station_id)
    return _page(the_round, station_id, _form(the_round, station_id))


@bp.post("")
@allow(*WORKERS)
def let_in(slug: str, station_id: int) -> Answer:
    """Give somebody what they need to vote, or a badge; or the page again with the reason why not."""
    the_round = _found(slug, station_id)
    form = _form(the_round, station_id)
    observes = request.form.get("observer") == "yes"
    sound = observes or form.validate_on_submit()
    try:
        if not sound:
            return _look_again(the_round, form, station_id)
        told = _observe(form, station_id) if observes else _check_in(the_round, form, station_id)
    except Refusal as refusal:
        if isinstance(refusal, WardWanted):
            _offer_wards(the_round, form, refusal)
        show_refusal(form, to_steward(refusal, AT_A_DOOR))
        return _page(the_round, station_id, form), UNPROCESSABLE if not sound else refusal.status
    flash(told, "success")
    return redirect(url_for(".desk", slug=slug, station_id=station_id), 303)


def _look_again(the_round: Round, form: CheckInForm, station_id: int) -> Answer:
    """The page of a form with a fault; everything else that is wrong is told with it, as a Refusal."""
    if the_round.policy in DECLARING:
        look_up(station_id, form.declaration(), by=actor(), area_id=_area(form))
    return _page(the_round, station_id, form), UNPROCESSABLE


@bp.post("/swap")
@allow(*WORKERS)
def swap(slug: str, station_id: int) -> Answer:
    """A fresh slip for a spoilt one."""
    _found(slug, station_id)
    try:
        batch = swap_slip(station_id, by=actor())
        flash(f"Give them a slip from “{batch.name}”, and put the spoilt one into its envelope.", "success")
    except Refusal as refusal:
        flash(sentence(to_steward(refusal, AT_A_DOOR).fault), "warning")
    return redirect(url_for(".desk", slug=slug, station_id=station_id), 303)


def _observe(form: CheckInForm, station_id: int) -> str:
    let_observe(station_id, needs=form.needs.data or (), by=actor())
    return "Give them an observer badge. They are counted at the door, with no name."


def _check_in(the_round: Round, form: CheckInForm, station_id: int) -> str:
    declaration = form.declaration() if the_round.policy in DECLARING else None
    handed = check_in(
        station_id,
        declaration,
        what=_what(form.what.data),
        needs=form.needs.data or (),
        area_id=_area(form),
        by=actor(),
    )
    return _told(handed)


def _area(form: CheckInForm) -> int | None:
    return row_number(form.area.data)


def _told(handed: Handed) -> str:
    thing = "a paper slip" if handed.what == "slip" else "a card"
    ward = f" They vote in {handed.ward}." if handed.ward else ""
    left = "" if handed.left is None else f" {handed.left} left."
    return f"Give them {thing} from “{handed.batch}”.{ward}{left}"


def _found(slug: str, station_id: int) -> Round:
    the_round = find_round(slug)
    refuse_stranger(station_id, actor())
    day_at(the_round, station_id)
    return the_round


def _form(the_round: Round, station_id: int) -> CheckInForm:
    form = CheckInForm()
    there = {what: label for what, label in WHAT.items() if stacks_at(station_id, what=_what(what))}
    form.what.choices = choices_of(there)
    if len(there) == 1 and not form.what.data:
        form.what.data = next(iter(there))
    form.area.choices = choices_of(_wards(the_round))
    form.link.choices = choices_of({key: ASKED_LINKS[key] for key in the_round.links if key in ASKED_LINKS})
    if len(the_round.links) == 1:
        form.link.data = the_round.links[0]
    return form


def _what(what: str | None) -> What:
    return "slip" if what == "slip" else "card"


def _wards(the_round: Round) -> dict[str, str]:
    return {str(ward): name for ward, name in paper_of(voting_round_of(the_round.id)).wards.items()}


def _offer_wards(the_round: Round, form: CheckInForm, refusal: WardWanted) -> None:
    fitting = {str(ward) for ward in refusal.wards}
    wards = _wards(the_round)
    form.area.choices = choices_of({ward: name for ward, name in wards.items() if ward in fitting or not fitting})


def _page(the_round: Round, station_id: int, form: CheckInForm) -> str:
    day, station = day_at(the_round, station_id)
    return render_template(
        "stations/check-in.html",
        round=the_round,
        station=station,
        day=day,
        form=form,
        declares=the_round.policy in DECLARING,
        ask_ward=bool(form.area.errors or form.area.data),
        too_late=comes_too_late(the_round, day),
        door=door_list(station_id),
        needs=NEEDS,
        slips=bool(stacks_at(station_id, what="slip")),
    )
