"""Papers by post: noting who asks for one, address labels, and that they were sent."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from pb.core.errors import NotFound, Refusal
from pb.services.paper_sheets import FORMAT_WORDS
from pb.services.postal import address_labels, mark_sent, note_request, requests_of
from pb.services.rounds import find_round
from pb.web.forms.papers import LANGUAGES, PostalForm
from pb.web.forms.summary import sentence
from pb.web.officers.round_doors import RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_postal", __name__, url_prefix="/officers/rounds/<slug>/papers")


@bp.route("/post", methods=["GET", "POST"])
@allow(*RUNNERS)
def index(slug: str) -> Answer:
    """How many papers were asked for by post; one request more."""
    the_round = find_round(slug)
    form = PostalForm().offer(the_round)
    status = None
    if form.validate_on_submit():
        try:
            note_request(the_round.id, form.wanted(), by=actor())
            flash(_("The request is noted: this person is on the roll, and votes on paper."), "success")
            return redirect(url_for(".index", slug=slug), 303)
        except NotFound:
            raise
        except Refusal as refusal:
            status = refused(form, refusal)
    page = render_template(
        "officers/papers/post.html",
        round=the_round,
        form=form,
        requests=requests_of(the_round.id),
        formats=FORMAT_WORDS,
        languages=LANGUAGES,
    )
    return page, status or status_of(form)


@bp.get("/<int:batch_id>/labels.pdf")
@allow(*RUNNERS, step_up=True)
def labels(slug: str, batch_id: int) -> Answer:
    """Address labels of those who wait for a paper of a batch. The answer is kept nowhere."""
    the_round = find_round(slug)
    content = address_labels(the_round.id, batch_id, by=actor())
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="labels-{slug}-{batch_id}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/<int:batch_id>/sent")
@allow(*RUNNERS)
def sent(slug: str, batch_id: int) -> Answer:
    """Note that papers of a batch went to those who wait for one."""
    the_round = find_round(slug)
    try:
        count = mark_sent(the_round.id, batch_id, by=actor())
        flash(_("Sent by post: %(count)s.", count=count), "success")
    except NotFound:
        raise
    except Refusal as refusal:
        flash(sentence(refusal.fault), "warning")
    return redirect(url_for("officers_papers.overview", slug=slug, batch_id=batch_id), 303)
