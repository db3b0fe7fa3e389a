"""The pots of a round: laid out by a ready way, or written by hand; they must add up."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from pb.core.errors import Refusal
from pb.models.rounds import Round
from pb.services.pot_layouts import lay_out_pots
from pb.services.pots import PotEntry, entries_of, set_pots
from pb.services.rounds import find_round
from pb.web.forms.pots import LayoutForm, PotsForm, as_data, with_row, without_row
from pb.web.odd_requests import row_number
from pb.web.officers.round_doors import LOOKERS, RUNNERS, Answer, back_to, closed_sentence, draw, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_pots", __name__, url_prefix="/officers/rounds/<slug>/set-up/pots")


@bp.get("")
@allow(*LOOKERS)
def pots(slug: str) -> Answer:
    """The pots as they are; where there are none yet, the ways to lay them out."""
    the_round = find_round(slug)
    if not the_round.pots and "hand" not in request.args and not closed_sentence(the_round, "pots"):
        return redirect(url_for(".share", slug=slug))
    entries = entries_of(the_round) or [PotEntry("", 0)]
    return _page(the_round, PotsForm(formdata=None, data={"pots": as_data(entries)}))


@bp.post("")
@allow(*RUNNERS)
def change(slug: str) -> Answer:
    """Keep the pots; or show the page again with a row more or less, nothing kept yet."""
    the_round = find_round(slug)
    typed: MultiDict[str, str] = MultiDict(request.form)
    if "add" in typed:
        return _page(the_round, PotsForm(with_row(typed)))
    removed = row_number(typed.get("remove"))
    if removed is not None:
        return _page(the_round, PotsForm(without_row(typed, removed)))
    form = PotsForm(typed)
    form.offer(the_round)
    if form.validate():
        try:
            set_pots(the_round.id, form.entries(), by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _page(the_round, form), status
        return back_to(the_round, _("The pots are saved. They add up to the penny."))
    return _page(the_round, form), status_of(form)


@bp.route("/share", methods=["GET", "POST"])
@allow(*RUNNERS)
def share(slug: str) -> Answer:
    """Choose a ready way to share the money out."""
    the_round = find_round(slug)
    form = LayoutForm()
    if form.validate_on_submit():
        if form.layout.data == "hand":
            return redirect(url_for(".pots", slug=slug, hand=1), 303)
        try:
            lay_out_pots(the_round.id, form.layout.data, by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _share_page(the_round, form), status
        return redirect(url_for(".pots", slug=slug), 303)
    return _share_page(the_round, form), status_of(form)


def _page(the_round: Round, form: PotsForm) -> str:
    form.offer(the_round)
    return draw("pots", the_round, form, section="pots", closed=closed_sentence(the_round, "pots"))


def _share_page(the_round: Round, form: LayoutForm) -> str:
    return draw("pots-share", the_round, form, section="pots", closed=closed_sentence(the_round, "pots"))
