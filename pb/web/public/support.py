"""Help this project: a resident offers a winning group time, things or a room."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pb.core.errors import NotFound, Refusal
from pb.core.words import N_
from pb.models.ballots import Project
from pb.services.round_lists import find_project
from pb.services.rounds import public_round
from pb.services.support import offer_help, supports_of, takes_help
from pb.web.forms.summary import show_refusal
from pb.web.forms.support import HelpForm
from pb.web.policy import EVERYONE, allow

bp = Blueprint("public_support", __name__)

UNPROCESSABLE = 422


@bp.route("/rounds/<slug>/result/projects/<key>/help", methods=["GET", "POST"])
@allow(door=EVERYONE)
def offer(slug: str, key: str) -> str | Response | tuple[str, int]:
    """Ask who offers what; the group reads it."""
    project_id = _project(slug, key).id
    form = HelpForm()
    status = UNPROCESSABLE if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            offer_help(
                project_id,
                name=str(form.name.data),
                contact=str(form.contact.data),
                message=str(form.message.data),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
            status = refusal.status
        else:
            return redirect(url_for(".offered", slug=slug, key=key), 303)
    project = _project(slug, key)
    page = render_template(
        "public/help.html",
        round=public_round(slug),
        project=project,
        form=form,
        needs=supports_of(project.id, agreed=True),
    )
    return page, status


@bp.get("/rounds/<slug>/result/projects/<key>/help/thank-you")
@allow(door=EVERYONE)
def offered(slug: str, key: str) -> str:
    """The offer has gone to the group."""
    return render_template("public/help-offered.html", round=public_round(slug), project=_project(slug, key))


def _project(slug: str, key: str) -> Project:
    project = find_project(public_round(slug), key)
    if not takes_help(project):
        raise NotFound("no_help_now", N_("This project does not look for help here."))
    return project
