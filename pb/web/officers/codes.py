"""Batches of codes: how many are unused and used, making a batch, and taking its codes away once."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from pb.core.codes import print_form
from pb.core.errors import NotFound, Refusal
from pb.core.permissions import may_run, may_spoil_cards
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.rounds import Round
from pb.services.codes import CODE_ALONE, MadeCodes, as_text, batches_of, batches_page, guessing_since, make_codes
from pb.services.round_states import round_phase
from pb.services.rounds import find_round
from pb.services.sealed_fields import open_field, seal_field
from pb.web.forms.codes import BatchForm
from pb.web.forms.fields import choices_of
from pb.web.officers.round_doors import LOOKERS, RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_codes", __name__, url_prefix="/officers/rounds")

Form = TypeVar("Form", bound=BatchForm)

#: How long the officers' page tells of somebody who tried too many wrong codes.
ALARM_MINUTES = 24 * 60
#: How long the page with fresh codes can still give them as a file.
LIFETIME = timedelta(minutes=30)


@bp.get("/<slug>/codes")
@allow(*LOOKERS)
def index(slug: str) -> Answer:
    """The batches of a round, each with what has become of its codes."""
    the_round = find_round(slug)
    return render_template(
        "officers/codes/index.html",
        round=the_round,
        batches=batches_page(the_round.id, request.args.get("page", 1, type=int)),
        runs=may_run(actor(), the_round.owner_id),
        spoils=may_spoil_cards(actor()) and round_phase(the_round) == RoundState.VOTING,
        guessing=guessing_since(ALARM_MINUTES),
    )


@bp.route("/<slug>/codes/add", methods=["GET", "POST"])
@allow(*RUNNERS)
def add(slug: str) -> Answer:
    """Ask how many codes; the answer shows them, once."""
    the_round = find_round(slug)
    form = with_areas(BatchForm(), the_round)
    if form.validate_on_submit():
        try:
            return _made(the_round, make_codes(the_round.id, by=actor(), **asdict(form.wanted())))
        except Refusal as refusal:
            status = refused(form, refusal)
            return render_template("officers/codes/add.html", round=the_round, form=form), status
    return render_template("officers/codes/add.html", round=the_round, form=form), status_of(form)


def with_areas(form: Form, the_round: Round) -> Form:
    """A form of a batch with the areas of its round to choose from."""
    anywhere = {"": _("Any: the voter says which")}
    form.area.choices = choices_of(anywhere | {str(area.id): area.name for area in the_round.areas})
    if the_round.policy in CODE_ALONE:
        del form.declarer
    return form


def _made(the_round: Round, made: MadeCodes) -> str:
    """The page that shows the codes: they are in this answer and nowhere else."""
    content = {"codes": list(made.codes), "until": (present.now() + LIFETIME).isoformat()}
    sealed = urlsafe_b64encode(seal_field(_purpose(the_round, made.batch_id), content)).decode()
    codes = [print_form(code) for code in made.codes]
    batch = next(each for each in batches_of(the_round.id) if each.id == made.batch_id)
    return render_template("officers/codes/made.html", round=the_round, batch=batch, codes=codes, sealed=sealed)


@bp.post("/<slug>/codes/<int:batch_id>/file")
@allow(*RUNNERS)
def as_file(slug: str, batch_id: int) -> Response:
    """The codes that the page before shows, as a file; the server has nothing but their hashes."""
    the_round = find_round(slug)
    codes = _still_shown(the_round, batch_id)
    name = f"codes-{the_round.slug}-{batch_id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(as_text(codes), mimetype="text/csv", headers=headers)


def _still_shown(the_round: Round, batch_id: int) -> tuple[str, ...]:
    try:
        content = open_field(_purpose(the_round, batch_id), urlsafe_b64decode(request.form.get("sealed", "")))
    except (InvalidTag, ValueError) as error:
        raise _gone() from error
    if present.now() > datetime.fromisoformat(content["until"]):
        raise _gone()
    return tuple(content["codes"])


def _gone() -> NotFound:
    return NotFound(
        "codes_gone", N_("These codes can no longer be fetched: only their hashes are kept. Make a new batch.")
    )


def _purpose(the_round: Round, batch_id: int) -> str:
    return f"codes:{the_round.id}:{batch_id}"
