"""The officer's hand at the reveal: begin, next, back, what a group says, a lot, the end; and the sheet to sign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from pb.core.actors import Role
from pb.core.errors import Refusal
from pb.core.permissions import may_open_box, may_reveal
from pb.core.reveal import Step
from pb.core.states import RoundState
from pb.models.ballots import Project
from pb.models.rounds import Round
from pb.services.elections import projects_of
from pb.services.live import reveal_data
from pb.services.lots import Draw
from pb.services.result_sheets import result_sheet
from pb.services.reveals import (
    Stand,
    answer_in_room,
    answer_later,
    begin_reveal,
    draw_lot,
    end_reveal,
    reveal_blockers,
    reveal_of,
    show_step,
    stand_of,
)
from pb.services.rounds import find_round
from pb.web.forms.counts import lot_form
from pb.web.officers.round_doors import COUNT_READERS, Answer, refused
from pb.web.policy import actor, allow

bp = Blueprint("officers_reveal", __name__, url_prefix="/officers/rounds/<slug>/reveal")

#: Before these nothing is counted, after them the result is published.
REVEALED_IN = (RoundState.OPENED, RoundState.DECIDING)
REVEALERS = (Role.OFFICER, Role.COUNT_LEAD)


@bp.get("")
@allow(*COUNT_READERS)
def index(slug: str) -> Answer:
    """What the room sees now, what comes next, and the buttons."""
    return _page(find_round(slug))


@bp.post("/begin")
@allow(*REVEALERS)
def begin(slug: str) -> Answer:
    """Begin."""
    return _do(slug, lambda the_round: begin_reveal(the_round.id, by=actor()))


@bp.post("/step")
@allow(*REVEALERS)
def step(slug: str) -> Answer:
    """Show so many steps."""
    wanted = request.form.get("step", -1, type=int)
    return _do(slug, lambda the_round: show_step(the_round.id, wanted, by=actor()))


@bp.post("/answer")
@allow(*REVEALERS)
def answer(slug: str) -> Answer:
    """What the group on the screen says: yes, no, or later."""
    key, said = request.form.get("key", ""), request.form.get("answer", "")
    if said in ("yes", "no"):
        return _do(slug, lambda the_round: answer_in_room(the_round.id, key, accepted=said == "yes", by=actor()))
    return _do(slug, lambda the_round: answer_later(the_round.id, key, by=actor()))


@bp.post("/lot")
@allow(Role.COUNT_LEAD)
def lot(slug: str) -> Answer:
    """The lot as it was drawn, and who saw it."""
    the_round = find_round(slug)
    tied = _tied(the_round)
    if not tied:
        return redirect(url_for(".index", slug=slug), 303)
    form = lot_form({project.key: project.title for project in tied})
    if not form.validate_on_submit():
        return _page(the_round, form=form), 422
    draw = Draw(
        form.order, form.method.data or "", form.first_witness.data or "", form.second_witness.data or "",
        outsider=bool(form.outsider.data),
    )  # fmt: skip
    try:
        draw_lot(the_round.id, draw, by=actor())
    except Refusal as refusal:
        status = refused(form, refusal)
        return _page(find_round(slug), form=form), status
    return _back(slug, _("The lot is recorded and the ballots are counted."))


@bp.post("/end")
@allow(*REVEALERS)
def end(slug: str) -> Answer:
    """The end: the recommendation stays on the live page."""
    return _do(slug, lambda the_round: end_reveal(the_round.id, by=actor()), _("The reveal is over."))


@bp.get("/sheet.pdf")
@allow(Role.OFFICER, Role.COUNT_LEAD, Role.SECOND_TELLER, Role.APPROVER, Role.ADMINISTRATOR)
def sheet(slug: str) -> Answer:
    """The sheet that two people sign."""
    the_round = find_round(slug)
    try:
        made = result_sheet(the_round)
    except Refusal as refusal:
        return _page(the_round, refusal=refusal), refusal.status
    answer = Response(made, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="result-{slug}.pdf"'
    return answer


def _page(the_round: Round, *, form: Any = None, refusal: Refusal | None = None) -> str:
    reveal = reveal_of(the_round.id)
    stand = stand_of(reveal) if reveal else None
    tied = _tied(the_round)
    if form is None and tied and may_open_box(actor()):
        form = lot_form({project.key: project.title for project in tied})
    return render_template(
        "officers/reveal.html",
        round=the_round,
        stand=stand,
        running=reveal is not None and reveal.ended_at is None and the_round.state in REVEALED_IN,
        blockers=reveal_blockers(the_round),
        shown=reveal_data(the_round),
        next=_next(stand, the_round),
        tied=tied,
        reveals=may_reveal(actor()),
        leads=may_open_box(actor()),
        form=form,
        faults=[refusal.fault] if refusal is not None else [],
    )


def _next(stand: Stand | None, the_round: Round) -> tuple[Step, str] | None:
    """What the next press shows, with the name of what it is about."""
    if stand is None or stand.next is None:
        return None
    names = {each.key: each.title for each in projects_of(the_round.id)} | {pot.key: pot.name for pot in the_round.pots}
    return stand.next, names.get(stand.next.project or stand.next.pot, "")


def _tied(the_round: Round) -> list[Project]:
    reveal = reveal_of(the_round.id)
    keys = reveal.tied if reveal is not None and reveal.ended_at is None else []
    return [each for each in projects_of(the_round.id) if each.key in keys]


def _do(slug: str, deed: Callable[[Round], object], message: str = "") -> Answer:
    try:
        deed(find_round(slug))
    except Refusal as refusal:
        return _page(find_round(slug), refusal=refusal), refusal.status
    return _back(slug, message)


def _back(slug: str, message: str) -> AnyResponse:
    if message:
        flash(message, "success")
    return redirect(url_for(".index", slug=slug), 303)
