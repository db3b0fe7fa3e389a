"""Areas and their postcodes, kept once for all rounds."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from pb.core.errors import Refusal, Refusals
from pb.services.area_postcodes import MOST_TOLD, PostcodeList, load_postcodes, postcodes_of, read_postcodes
from pb.services.areas import add_area, all_areas, change_area, find_area, postcode_counts
from pb.web.forms.areas import AreaForm, KeepPostcodesForm, PostcodesForm
from pb.web.odd_requests import row_number
from pb.web.officers.round_doors import RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_areas", __name__, url_prefix="/officers/areas")


@bp.get("")
@allow(*RUNNERS)
def index() -> str:
    """All areas."""
    return render_template("officers/areas/index.html", areas=all_areas(), postcodes=postcode_counts())


@bp.route("/add", methods=["GET", "POST"])
@allow(*RUNNERS)
def add() -> Answer:
    """Add an area."""
    form = AreaForm(data={"kind": "ward"})
    if form.validate_on_submit():
        try:
            area = add_area(by=actor(), **_values(form))
        except Refusal as refusal:
            status = refused(form, refusal)
            return render_template("officers/areas/area.html", form=form, area=None), status
        return _back(_("%(area)s is added.", area=area.name))
    return render_template("officers/areas/area.html", form=form, area=None), status_of(form)


@bp.route("/<int:area_id>", methods=["GET", "POST"])
@allow(*RUNNERS)
def change(area_id: int) -> Answer:
    """Change an area."""
    area = find_area(area_id)
    form = AreaForm(obj=area)
    if form.validate_on_submit():
        try:
            change_area(area_id, by=actor(), **_values(form))
        except Refusal as refusal:
            status = refused(form, refusal)
            return _area_page(form, area_id), status
        return _back(_("Saved."))
    return _area_page(form, area_id), status_of(form)


@bp.route("/postcodes", methods=["GET", "POST"])
@allow(*RUNNERS)
def postcodes() -> Answer:
    """Read a list and show what is in it; nothing is kept yet."""
    form = PostcodesForm()
    form.offer(all_areas())
    if form.validate_on_submit():
        text = form.postcodes.data or _file_text(form)
        try:
            found = read_postcodes(text, row_number(form.area.data))
        except Refusal as refusal:
            status = refused(form, refusal)
            return render_template("officers/areas/postcodes.html", form=form), status
        return _looked_at(form, text, found)
    return render_template("officers/areas/postcodes.html", form=form), status_of(form)


@bp.post("/postcodes/keep")
@allow(*RUNNERS)
def keep_postcodes() -> Answer:
    """Keep a list that was looked at."""
    form = KeepPostcodesForm()
    text, area_id = form.postcodes.data or "", row_number(form.area.data)
    try:
        added = load_postcodes(text, area_id, replace=form.replace.data == "y", by=actor())
    except Refusals:
        return _looked_at(_the_list_again(form), text, read_postcodes(text, area_id))
    except Refusal as refusal:
        again = _the_list_again(form)
        status = refused(again, refusal)
        return render_template("officers/areas/postcodes.html", form=again), status
    return _back(ngettext("%(num)s postcode is added.", "%(num)s postcodes are added.", added))


def _the_list_again(form: KeepPostcodesForm) -> PostcodesForm:
    """The page on which the list was pasted, with the list still in it."""
    again = PostcodesForm(formdata=None, data={"postcodes": form.postcodes.data, "area": form.area.data})
    again.offer(all_areas())
    return again


def _looked_at(form: PostcodesForm, text: str, found: PostcodeList) -> Answer:
    """The faulty lines, to mend and send again; or what would be kept, to say yes to."""
    if found.faults:
        form.postcodes.data, form.postcodes.raw_data = text, [text]
        page = render_template(
            "officers/areas/postcodes.html",
            form=form,
            wrong=found.faults[:MOST_TOLD],
            more=max(0, len(found.faults) - MOST_TOLD),
        )
        return page, 422
    keep = KeepPostcodesForm(
        formdata=None,
        data={"area": form.area.data, "postcodes": text, "replace": "y" if form.replace.data else ""},
    )
    names = {area.id: area.name for area in all_areas()}
    counts = sorted((names[area_id], number) for area_id, number in found.counts().items())
    return render_template("officers/areas/postcodes-check.html", form=keep, counts=counts, replace=form.replace.data)


def _file_text(form: PostcodesForm) -> str:
    """The text of an uploaded file, as spreadsheets write it; what is not text is for the service to refuse."""
    content = form.file.data.read() if form.file.data else b""
    try:
        return str(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return str(content.decode("cp1252", "replace"))


def _values(form: AreaForm) -> dict[str, Any]:
    return {
        "name": form.name.data,
        "kind": form.kind.data,
        "population": form.population.data,
        "gss_code": form.gss_code.data,
    }


def _area_page(form: AreaForm, area_id: int) -> str:
    return render_template(
        "officers/areas/area.html", form=form, area=find_area(area_id), postcodes=postcodes_of(area_id)
    )


def _back(message: str) -> Response:
    flash(message, "success")
    return redirect(url_for(".index"), 303)
