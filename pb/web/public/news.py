"""News of a round by e-mail: asking for it, saying yes from the letter, and leaving the list."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import get_locale

from pb.core.errors import Refusal
from pb.models.rounds import Round
from pb.services.mailing import ask_news, asked_for, join_list, leave_list
from pb.services.rounds import public_round
from pb.web.forms.news import NewsForm, PressForm
from pb.web.forms.summary import show_refusal
from pb.web.policy import EVERYONE, allow

bp = Blueprint("public_news", __name__)

UNPROCESSABLE = 422


@bp.route("/rounds/<slug>/news", methods=["GET", "POST"])
@allow(door=EVERYONE)
def ask(slug: str) -> str | tuple[str, int]:
    """An address and what to hear of; a letter goes to it, and nothing is kept before its link is followed."""
    the_round, form = public_round(slug), NewsForm()
    form.offer()
    if form.validate_on_submit():
        try:
            ask_news(
                the_round,
                form.contact.data or "",
                form.topics.data or [],
                language=str(get_locale() or "en_GB"),
                address=request.remote_addr or "",
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
            return _page(the_round, "ask", form), refusal.status
        return _page(the_round, "sent", form)
    return _page(the_round, "ask", form), UNPROCESSABLE if form.errors else 200


@bp.route("/rounds/<slug>/news/confirm/<link>", methods=["GET", "POST"])
@allow(door=EVERYONE)
def confirm(slug: str, link: str) -> str:
    """Say yes, as the letter asks."""
    the_round, form = public_round(slug), PressForm()
    asked_for(the_round, link)
    if form.validate_on_submit():
        join_list(the_round, link)
        return _page(the_round, "joined", form)
    return _page(the_round, "confirm", form)


@bp.route("/rounds/<slug>/news/leave/<word>", methods=["GET", "POST"])
@allow(door=EVERYONE)
def leave(slug: str, word: str) -> str:
    """Leave the list; the page is the same for whoever has left it already."""
    the_round, form = public_round(slug), PressForm()
    if form.validate_on_submit():
        leave_list(word)
        return _page(the_round, "left", form)
    return _page(the_round, "leave", form)


def _page(the_round: Round, step: str, form: NewsForm | PressForm) -> str:
    return render_template("public/news.html", round=the_round, step=step, form=form)
