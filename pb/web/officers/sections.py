"""The set-up of a round, one small page for each section."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from pb.core.calendar import MinimumDays, RoundDates
from pb.core.errors import Refusal
from pb.models.rounds import KeyMode, Level, Policy, Round, RoundKind
from pb.services.areas import all_areas, postcode_counts, set_areas
from pb.services.assessments import clashes_of
from pb.services.round_dates import dates_of, set_dates
from pb.services.round_sections import SECTIONS, change_round
from pb.services.rounds import find_round
from pb.web.forms.rounds import (
    AboutForm,
    AreasForm,
    DatesForm,
    KeysForm,
    MoneyForm,
    PromiseForm,
    PurposeForm,
    VotersForm,
    values_of,
)
from pb.web.officers.round_doors import LOOKERS, Answer, back_to, closed_sentence, draw, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_sections", __name__, url_prefix="/officers/rounds/<slug>/set-up")

FORMS: dict[str, type[FlaskForm]] = {
    "about": AboutForm,
    "purpose": PurposeForm,
    "promise": PromiseForm,
    "money": MoneyForm,
    "voters": VotersForm,
    "keys": KeysForm,
}
ENUMS: dict[str, Callable[[str], Any]] = {"kind": RoundKind, "level": Level, "policy": Policy, "key_mode": KeyMode}


@bp.route("/<section>", methods=["GET", "POST"])
@allow(*LOOKERS)
def section(slug: str, section: str) -> Answer:
    """Show and change what one section holds."""
    if section not in FORMS:
        abort(404)
    the_round = find_round(slug)
    form = FORMS[section](data=_shown(the_round, section))
    if form.validate_on_submit():
        try:
            change_round(the_round.id, section, _meant(form), by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _page(section, the_round, form), status
        return back_to(the_round, _("Saved."))
    return _page(section, the_round, form), status_of(form)


@bp.route("/areas", methods=["GET", "POST"])
@allow(*LOOKERS)
def areas(slug: str) -> Answer:
    """Choose the areas in which the round takes place."""
    the_round = find_round(slug)
    form = AreasForm(data={"areas": [str(area.id) for area in the_round.areas]})
    form.offer(all_areas())
    if form.validate_on_submit():
        try:
            set_areas(the_round.id, map(int, form.areas.data or []), by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _areas_page(the_round, form), status
        return back_to(the_round, _("Saved."))
    return _areas_page(the_round, form), status_of(form)


@bp.route("/dates", methods=["GET", "POST"])
@allow(*LOOKERS)
def dates(slug: str) -> Answer:
    """Set the calendar."""
    the_round = find_round(slug)
    form = DatesForm(obj=dates_of(the_round))
    if form.validate_on_submit():
        try:
            set_dates(the_round.id, RoundDates(**values_of(form)), by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _dates_page(the_round, form), status
        return back_to(the_round, _("Saved."))
    return _dates_page(the_round, form), status_of(form)


def _page(section: str, the_round: Round, form: FlaskForm, **context: object) -> str:
    closed = closed_sentence(the_round, section)
    return draw(section, the_round, form, section=section, closed=closed, **context)


def _areas_page(the_round: Round, form: AreasForm) -> str:
    return _page("areas", the_round, form, offered=all_areas(), postcodes=postcode_counts())


def _dates_page(the_round: Round, form: DatesForm) -> str:
    return _page("dates", the_round, form, minimum=MinimumDays(), clashes=clashes_of(the_round))


def _shown(the_round: Round, section: str) -> dict[str, Any]:
    """A section's columns as its form takes them; an amount of nothing as an empty field."""
    values = {name: getattr(the_round, name) for name in SECTIONS[section]}
    if "themes" in values:
        values["themes"] = "\n".join(values["themes"])
    if section == "money":
        values["total"] = values["total"] or None
    return values


def _meant(form: FlaskForm) -> dict[str, Any]:
    """What a form says, as the section's columns."""
    values = values_of(form)
    for name, kind in ENUMS.items():
        if name in values:
            values[name] = kind(values[name])
    if "themes" in values:
        values["themes"] = (values["themes"] or "").splitlines()
    if "running_cost" in values:
        values["running_cost"] = values["running_cost"] or 0
    return values
