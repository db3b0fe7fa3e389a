"""The count on the officer's desk: counting, ties and offers, certifying."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.errors import Refusal
from pb.core.permissions import may_certify, may_make_offers, may_open_box
from pb.core.states import RoundState
from pb.models.rounds import Round
from pb.services.accounts import account_of
from pb.services.counts import certify, certify_blockers, counts_of, last_count, record_count
from pb.services.imbalances import account_of_box
from pb.services.lots import Draw, open_tie_of, record_lot
from pb.services.offers import answer_offer, make_offer, offers_of, pending_results
from pb.services.rounds import find_round
from pb.web.count_words import lots_by_pot, moves_of, pots_of, titles_of, unit_of
from pb.web.forms.counts import AnswerForm, CertifyForm, OfferForm, RecountForm, lot_form
from pb.web.odd_requests import row_number
from pb.web.officers.round_doors import COUNT_READERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_counts", __name__, url_prefix="/officers/rounds")

OPENED_STATES = (
    RoundState.OPENED,
    RoundState.DECIDING,
    RoundState.PUBLISHED,
    RoundState.AWARDING,
    RoundState.CLOSED_OUT,
)


@bp.get("/<slug>/counts")
@allow(*COUNT_READERS)
def index(slug: str) -> Answer:
    """The newest count, what still stops it from being certified, and everything that can be done about it."""
    return _index(find_round(slug))


@bp.post("/<slug>/counts/first")
@allow(Role.COUNT_LEAD)
def first(slug: str) -> Answer:
    """Count the ballots for the first time."""
    return _do(slug, lambda the_round: record_count(the_round.id, by=actor()), _("Counted."))


@bp.route("/<slug>/counts/again", methods=["GET", "POST"])
@allow(Role.COUNT_LEAD)
def again(slug: str) -> Answer:
    """Count again, with a reason."""
    the_round = find_round(slug)
    form = RecountForm()
    if form.validate_on_submit():
        try:
            record_count(the_round.id, by=actor(), reason=form.reason.data or "")
        except Refusal as refusal:
            status = refused(form, refusal)
            return _page("again", the_round, form), status
        return _back(slug, _("Counted again."))
    return _page("again", the_round, form), status_of(form)


@bp.route("/<slug>/counts/lot", methods=["GET", "POST"])
@allow(Role.COUNT_LEAD)
def lot(slug: str) -> Answer:
    """Record the lot that settles an open tie."""
    the_round = find_round(slug)
    tied = open_tie_of(the_round) if the_round.state == RoundState.OPENED else []
    if not tied:
        return redirect(url_for(".index", slug=slug))
    form = lot_form({project.key: project.title for project in tied})
    if form.validate_on_submit():
        draw = Draw(
            form.order, form.method.data or "", form.first_witness.data or "", form.second_witness.data or "",
            outsider=bool(form.outsider.data),
        )  # fmt: skip
        try:
            record_lot(the_round.id, draw, by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _page("lot", the_round, form, tied=tied), status
        return _back(slug, _("The lot is recorded. Count the ballots now."))
    return _page("lot", the_round, form, tied=tied), status_of(form)


@bp.route("/<slug>/counts/offers/<key>", methods=["GET", "POST"])
@allow(Role.OFFICER, Role.COUNT_LEAD)
def offer(slug: str, key: str) -> Answer:
    """Offer a bid the part that is set aside for it."""
    the_round = find_round(slug)
    result = next((each for each in pending_results(the_round.id) if each.id == key), None)
    if result is None:
        return redirect(url_for(".index", slug=slug))
    form = OfferForm()
    context = {"result": result, "title": titles_of(the_round)[key]}
    if form.validate_on_submit():
        try:
            make_offer(the_round.id, key, by=actor(), answer_by=form.answer_by.data)
        except Refusal as refusal:
            status = refused(form, refusal)
            return _page("offer", the_round, form, **context), status
        return _back(slug, _("The offer is made."))
    return _page("offer", the_round, form, **context), status_of(form)


@bp.route("/<slug>/counts/offers/<int:offer_id>/answer", methods=["GET", "POST"])
@allow(Role.OFFICER, Role.COUNT_LEAD)
def answer(slug: str, offer_id: int) -> Answer:
    """Record what a group said in the room or on the telephone."""
    the_round = find_round(slug)
    found = next((row for row in offers_of(the_round.id) if row[0].id == offer_id), None)
    if found is None:
        return redirect(url_for(".index", slug=slug))
    form = AnswerForm()
    context = {"offer": found[0], "project": found[1]}
    if form.validate_on_submit():
        try:
            answer_offer(offer_id, accepted=form.answer.data == "yes", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _page("answer", the_round, form, **context), status
        return _back(slug, _("The answer is recorded. Count again."))
    return _page("answer", the_round, form, **context), status_of(form)


@bp.route("/<slug>/counts/certify", methods=["GET", "POST"])
@allow(Role.SECOND_TELLER, step_up=True)
def certifying(slug: str) -> Answer:
    """The second teller compares account and count, and certifies."""
    the_round = find_round(slug)
    count = last_count(the_round.id)
    if count is None or the_round.state != RoundState.OPENED or certify_blockers(the_round):
        return redirect(url_for(".index", slug=slug))
    form = CertifyForm()
    if form.validate_on_submit():
        try:
            certify(the_round.id, row_number(form.number.data) or 0, by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _certifying(find_round(slug), form), status
        return _back(slug, _("The count is certified. The members can decide now."))
    form.number.data = str(count.number)
    return _certifying(the_round, form), status_of(form)


def _certifying(the_round: Round, form: FlaskForm) -> str:
    return _page("certify", the_round, form, account=account_of_box(the_round), **_counted(the_round))


def _index(the_round: Round, refusal: Refusal | None = None) -> Answer:
    opened = the_round.state == RoundState.OPENED
    tied = open_tie_of(the_round) if opened else []
    count = last_count(the_round.id)
    by = actor()
    page = _page(
        "index",
        the_round,
        None,
        tied=tied,
        blockers=certify_blockers(the_round) if opened and count is not None else [],
        opened=opened,
        leads=may_open_box(by),
        offering=may_make_offers(by),
        certifies=count is not None and may_certify(by, count.recorded_by),
        offers=offers_of(the_round.id),
        to_offer=_to_offer(the_round) if opened else [],
        faults=[refusal.fault] if refusal is not None else [],
        **_counted(the_round),
    )
    return (page, refusal.status) if refusal is not None else page


def _to_offer(the_round: Round) -> list[Any]:
    """The part awards that no open offer of the same amount tells the group of."""
    told = {(project.key, each.amount) for each, project in offers_of(the_round.id) if each.state == "open"}
    return [each for each in pending_results(the_round.id) if (each.id, each.amount) not in told]


def _counted(the_round: Round) -> dict[str, Any]:
    count = last_count(the_round.id)
    if count is None:
        return {"count": None}
    return {
        "count": count,
        "counts": counts_of(the_round.id),
        "recorded_by": account_of(count.recorded_by),
        "pots": pots_of(count, the_round),
        "moves": moves_of(count, the_round),
        "lots": lots_by_pot(the_round),
        "unit": unit_of(the_round),
    }


def _page(template: str, the_round: Round, form: FlaskForm | None, **context: object) -> str:
    titles = titles_of(the_round)
    return render_template(f"officers/counts/{template}.html", round=the_round, form=form, titles=titles, **context)


def _do(slug: str, deed: Callable[[Round], object], message: str) -> Answer:
    try:
        deed(find_round(slug))
    except Refusal as refusal:
        return _index(find_round(slug), refusal)
    return _back(slug, message)


def _back(slug: str, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for(".index", slug=slug), 303)
