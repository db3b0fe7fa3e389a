"""A member says what a winning group still needs besides money."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from pb.core.errors import Refusal
from pb.services.decision_desk import find_desk
from pb.services.support import add_support, supports_of
from pb.web.forms.summary import show_refusal
from pb.web.forms.support import SupportForm
from pb.web.members.decisions import DECIDERS, UNPROCESSABLE, Answer, round_on_desk
from pb.web.policy import actor, allow

bp = Blueprint("members_support", __name__, url_prefix="/members/rounds")


@bp.route("/<slug>/projects/<key>/support", methods=["GET", "POST"])
@allow(*DECIDERS)
def add(slug: str, key: str) -> Answer:
    """Ask what is needed; the group agrees before residents see it."""
    _round, pots = round_on_desk(slug)
    project_id = find_desk(pots, key)[0].project.id
    form = SupportForm()
    status = UNPROCESSABLE if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            add_support(project_id, str(form.kind.data), str(form.text.data), by=actor())
        except Refusal as refusal:
            show_refusal(form, refusal)
            status = refusal.status
        else:
            flash(_("The group has been asked. Residents see it once the group agrees."), "success")
            return redirect(url_for("members_decisions.project", slug=slug, key=key), 303)
    the_round, pots = round_on_desk(slug)
    desk, _pot = find_desk(pots, key)
    page = render_template(
        "members/support.html", round=the_round, desk=desk, supports=supports_of(desk.project.id), form=form
    )
    return page, status
