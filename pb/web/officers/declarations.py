"""Declarations that come with papers from drop points: admitted or set aside before a paper is unfolded."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from pb.core.errors import NotFound, Refusal
from pb.models.rounds import Round
from pb.services.paper_declarations import admit, set_aside
from pb.services.papers import find_papers, keying_of
from pb.services.rounds import find_round
from pb.web.forms.papers import AsideForm, PersonForm
from pb.web.officers.keying_words import on_a_sheet
from pb.web.officers.round_doors import RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_declarations", __name__, url_prefix="/officers/rounds/<slug>/papers/<int:batch_id>")


@bp.route("/declarations", methods=["GET", "POST"])
@allow(*RUNNERS)
def desk(slug: str, batch_id: int) -> Answer:
    """Type one declaration after the other; each admits one folded paper."""
    the_round = find_round(slug)
    form = PersonForm().offer(the_round)
    status = None
    if form.validate_on_submit():
        try:
            admit(the_round.id, batch_id, form.declaration(), by=actor())
            flash(_("Admitted. Put the folded paper to those that count."), "success")
            return redirect(url_for(".desk", slug=slug, batch_id=batch_id), 303)
        except NotFound:
            raise
        except Refusal as refusal:
            status = refused(form, on_a_sheet(refusal))
    page = _page(the_round, batch_id, form, AsideForm(formdata=None).offer(), form)
    return page, status or status_of(form)


@bp.post("/set-aside")
@allow(*RUNNERS)
def aside(slug: str, batch_id: int) -> Answer:
    """Set one paper aside unread."""
    the_round = find_round(slug)
    form = AsideForm().offer()
    status = None
    if form.validate_on_submit():
        try:
            set_aside(the_round.id, batch_id, form.void.data or "", by=actor())
            flash(_("Set aside. Keep the folded paper with its declaration, apart from the others."), "success")
            return redirect(url_for(".desk", slug=slug, batch_id=batch_id), 303)
        except NotFound:
            raise
        except Refusal as refusal:
            status = refused(form, refusal)
    page = _page(the_round, batch_id, PersonForm(formdata=None).offer(the_round), form, form)
    return page, status or status_of(form)


def _page(the_round: Round, batch_id: int, person: PersonForm, aside: AsideForm, failed: PersonForm | AsideForm) -> str:
    """The page, its summary of errors that of the form that was sent."""
    batch = find_papers(the_round.id, batch_id)
    faulty = {"form": failed} if failed.errors else {"form": person}
    return render_template(
        "officers/papers/declarations.html",
        round=the_round,
        batch=batch,
        keying=keying_of(batch),
        person=person,
        aside=aside,
        **faulty,
    )
