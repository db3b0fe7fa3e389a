"""Adding a community group."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.errors import Refusal
from pb.services.organisations import add_organisation
from pb.web.forms.organisations import AddOrganisationForm
from pb.web.forms.summary import show_refusal
from pb.web.origins import local_path
from pb.web.policy import actor, allow

bp = Blueprint("groups_organisations", __name__, url_prefix="/groups/organisations")

DETAILS = ("registration", "address", "postcode", "active_in", "role_there")


@bp.route("/add", methods=["GET", "POST"])
@allow(Role.GROUP_CONTACT)
def add() -> str | Response | tuple[str, int]:
    """Ask what the group is called, what it is and where it is."""
    form = AddOrganisationForm()
    if not form.validate_on_submit():
        return _page(form), 422 if form.errors else 200
    details = {
        name: form[name].data or "" for name in ("registration", "address", "postcode", "active_in", "role_there")
    }
    try:
        add_organisation(form.name.data or "", form.kind.data, by=actor(), **details)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _page(form), refusal.status
    return redirect(local_path(request.args.get("next")) or url_for("groups.home"), 303)


def _page(form: AddOrganisationForm) -> str:
    return render_template("groups/organisation.html", form=form)
