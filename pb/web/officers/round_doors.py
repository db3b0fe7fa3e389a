"""What the officers' pages about a round share: who may look, how a page is drawn, what is said when it is closed."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from pb.core.actors import SECOND_FACTOR_ROLES, Role
from pb.core.errors import Refusal
from pb.core.permissions import may_run
from pb.models.rounds import Round
from pb.services.accounts import account_of
from pb.services.round_sections import why_closed
from pb.web.forms.summary import sentence, show_refusal
from pb.web.policy import actor

Answer = str | Response | tuple[str, int]

#: Everybody of the council who may look at a round; what they may do is for the services to say.
LOOKERS = (
    Role.ADMINISTRATOR,
    Role.OFFICER,
    Role.APPROVER,
    Role.COUNT_LEAD,
    Role.SECOND_TELLER,
    Role.FINANCE,
    Role.READING_PANEL,
    Role.STEWARD,
    Role.MEMBER,
    Role.CABINET,
    Role.SCRUTINY,
)
#: Those of them who may read a count before it is published.
COUNT_READERS = tuple(role for role in LOOKERS if role in SECOND_FACTOR_ROLES)
RUNNERS = (Role.OFFICER, Role.ADMINISTRATOR)
UNPROCESSABLE = 422


def closed_sentence(the_round: Round, section: str) -> str:
    """Why the person may not change this section now; nothing where they may."""
    if not may_run(actor(), the_round.owner_id):
        owner = account_of(the_round.owner_id).name
        return str(_("%(owner)s runs this round. You can read this page but not change it.", owner=owner))
    refusal = why_closed(the_round, section)
    return sentence(refusal.fault) if refusal is not None else ""


def draw(template: str, the_round: Round, form: FlaskForm | None = None, **context: object) -> str:
    """A page about a round."""
    return render_template(f"officers/rounds/{template}.html", round=the_round, form=form, **context)


def status_of(form: FlaskForm) -> int:
    """200 for a page that is asked for, 422 for one that comes back with errors."""
    return UNPROCESSABLE if form.errors else 200


def refused(form: FlaskForm, refusal: Refusal) -> int:
    """Show a refusal on its form, before the page is drawn; gives the status of the page."""
    show_refusal(form, refusal)
    return refusal.status


def back_to(the_round: Round, message: str = "") -> Response:
    """To the round's own page, with a word about what was done."""
    if message:
        flash(message, "success")
    return redirect(url_for("officers_rounds.overview", slug=the_round.slug), 303)
