"""People who are invited: uploading a list, looking at it, codes for letters and e-mails, and one person's page."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from pb.core.codes import print_form
from pb.core.errors import NotFound, Refusal
from pb.core.people_lists import COLUMNS, LineFault
from pb.core.permissions import may_run
from pb.models.rounds import Round
from pb.services import invited
from pb.services.invitation_lists import Checked, check_draft, draft_of, drop_draft, keep_draft, keep_list, map_columns
from pb.services.pages import Page, page_in
from pb.services.rounds import find_round
from pb.services.spreadsheets import read_table
from pb.web.downloads import csv_response
from pb.web.forms.invited import ColumnsForm, FindForm, KeepForm, ListForm, StrikeForm
from pb.web.officers.round_doors import RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_invited", __name__, url_prefix="/officers/rounds")

#: Faulty lines on one page, and rows that show what a column holds.
FAULTS_SHOWN = 50
SAMPLE = 3


@bp.route("/<slug>/invited", methods=["GET", "POST"])
@allow(*RUNNERS, step_up=True)
def index(slug: str) -> Answer:
    """The list, page by page, with its numbers; or whoever was looked for."""
    the_round = find_round(slug)
    form = FindForm()
    found = None
    if form.validate_on_submit():
        found = invited.find_people(the_round.id, form.words.data or "")
    return _list_page(the_round, form, found), status_of(form)


def _list_page(the_round: Round, form: FindForm, found: list[invited.OnList] | None = None) -> str:
    people = invited.people_page(the_round.id, request.args.get("page", 1, type=int))
    return render_template(
        "officers/invited/index.html",
        round=the_round,
        form=form,
        found=found,
        people=people,
        counts=invited.list_counts(the_round.id),
        batches=invited.unused_letters(the_round.id),
        runs=may_run(actor(), the_round.owner_id),
        most_emails=invited.MOST_EMAILS,
        most_letters=invited.MOST_LETTERS,
    )


@bp.route("/<slug>/invited/upload", methods=["GET", "POST"])
@allow(*RUNNERS, step_up=True)
def upload(slug: str) -> Answer:
    """Take a list in; nothing of it is on the roll yet."""
    the_round = find_round(slug)
    form = ListForm()
    if form.validate_on_submit():
        try:
            table = read_table(form.file.data.filename or "", form.file.data.read())
            keep_draft(the_round.id, table, by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return render_template("officers/invited/upload.html", round=the_round, form=form), status
        return redirect(url_for(".columns", slug=slug), 303)
    return render_template("officers/invited/upload.html", round=the_round, form=form), status_of(form)


@bp.route("/<slug>/invited/columns", methods=["GET", "POST"])
@allow(*RUNNERS, step_up=True)
def columns(slug: str) -> Answer:
    """Say which column holds what."""
    the_round = find_round(slug)
    try:
        draft = draft_of(the_round.id)
    except NotFound:
        return _no_draft(slug)
    form = ColumnsForm()
    form.offer(draft)
    status = 200
    if form.validate_on_submit():
        try:
            map_columns(the_round.id, form.mapping(), by=actor())
            return redirect(url_for(".check", slug=slug), 303)
        except Refusal as refusal:
            status = refused(form, refusal)
    sample = [cells for _line, cells in draft.rows[:SAMPLE]]
    page = render_template(
        "officers/invited/columns.html", round=the_round, form=form, draft=draft, sample=sample, keys=list(COLUMNS)
    )
    return page, max(status, status_of(form))


@bp.route("/<slug>/invited/check", methods=["GET", "POST"])
@allow(*RUNNERS, step_up=True)
def check(slug: str) -> Answer:
    """What the list would do, with every error; keeping it is one press more."""
    the_round = find_round(slug)
    form = KeepForm()
    status = 200
    try:
        if form.validate_on_submit():
            try:
                leave_out, sha256 = bool(form.leave_out.data), form.sha256.data or ""
                return _kept(slug, keep_list(the_round.id, sha256=sha256, leave_out=leave_out, by=actor()))
            except NotFound:
                raise
            except Refusal as refusal:
                status = refused(form, refusal)
        draft = draft_of(the_round.id)
        form.sha256.data, checked = draft.sha256, check_draft(the_round, draft)
    except NotFound:
        return _no_draft(slug)
    page = render_template(
        "officers/invited/check.html",
        round=the_round,
        form=form,
        checked=checked,
        wrong=_faults_page(checked),
        written=dict(draft.rows),
    )
    return page, max(status, status_of(form))


def _faults_page(checked: Checked) -> Page[LineFault]:
    """The lines with errors, a page of them."""
    return page_in(checked.faults, request.args.get("page", 1, type=int), FAULTS_SHOWN)


def _kept(slug: str, count: int) -> AnyResponse:
    told = ngettext("%(num)s person is on the list now.", "%(num)s people are on the list now.", count)
    return _back(slug, told if count else _("Everybody on this list was there already."))


@bp.post("/<slug>/invited/drop")
@allow(*RUNNERS, step_up=True)
def drop(slug: str) -> AnyResponse:
    """Throw an uploaded list away."""
    drop_draft(find_round(slug).id, by=actor())
    return _back(slug, _("The uploaded list is thrown away. Nothing of it was kept."))


@bp.post("/<slug>/invited/letters")
@allow(*RUNNERS, step_up=True)
def letters(slug: str) -> Answer:
    """The file for the letters, in this answer and nowhere else."""
    the_round = find_round(slug)
    by_post_to_all = request.form.get("to") == "all"
    try:
        made = invited.make_letters(the_round.id, by_post_to_all=by_post_to_all, by=actor())
    except Refusal as refusal:
        return _told(the_round, refusal)
    return _file(the_round, made)


def _file(the_round: Round, made: list[invited.Invitation]) -> Response:
    head = ["Name", "Address 1", "Address 2", "Address 3", "Address 4", "Postcode", "Area", "Code", "Link"]
    rows = [
        [
            each.person.name,
            *(*each.person.address, "", "", "", "")[:4],
            each.person.postcode,
            each.person.area,
            print_form(each.code),
            invited.link_of(each.code),
        ]
        for each in made
    ]
    return csv_response(f"letters-{the_round.slug}", head, rows)


@bp.post("/<slug>/invited/emails")
@allow(*RUNNERS, step_up=True)
def emails(slug: str) -> Answer:
    """Codes by e-mail to people who have none and gave an address."""
    the_round = find_round(slug)
    try:
        count = invited.send_codes(the_round.id, by=actor())
    except Refusal as refusal:
        return _told(the_round, refusal)
    return _back(slug, ngettext("%(num)s e-mail is on its way.", "%(num)s e-mails are on their way.", count))


@bp.post("/<slug>/invited/batches/<int:batch_id>/withdraw")
@allow(*RUNNERS, step_up=True)
def withdraw_batch(slug: str, batch_id: int) -> Answer:
    """Make the unused codes of a file of letters worthless that was lost."""
    the_round = find_round(slug)
    try:
        count = invited.withdraw_unused(the_round.id, batch_id, by=actor())
    except Refusal as refusal:
        return _told(the_round, refusal)
    return _back(
        slug, ngettext("%(num)s person waits for a code again.", "%(num)s people wait for a code again.", count)
    )


@bp.route("/<slug>/invited/<entry_id>", methods=["GET", "POST"])
@allow(*RUNNERS, step_up=True)
def person(slug: str, entry_id: str) -> Answer:
    """One person: what the list says, and striking them off with a reason."""
    the_round = find_round(slug)
    form = StrikeForm()
    if form.validate_on_submit():
        try:
            invited.strike_off(the_round.id, entry_id, form.reason.data or "", by=actor())
        except NotFound:
            raise
        except Refusal as refusal:
            status = refused(form, refusal)
            return _person_page(the_round, entry_id, form), status
        return _back(slug, _("Struck off. A code that was sent does not work any more."))
    return _person_page(the_round, entry_id, form), status_of(form)


def _person_page(the_round: Round, entry_id: str, form: StrikeForm) -> str:
    found = invited.person_on_list(the_round.id, entry_id)
    runs = may_run(actor(), the_round.owner_id)
    return render_template("officers/invited/person.html", round=the_round, person=found, form=form, runs=runs)


@bp.post("/<slug>/invited/<entry_id>/withdraw")
@allow(*RUNNERS, step_up=True)
def withdraw(slug: str, entry_id: str) -> Answer:
    """Make a lost letter's code worthless."""
    return _done(slug, entry_id, invited.withdraw_code, _("The code does not work any more. Make a new letter for it."))


@bp.post("/<slug>/invited/<entry_id>/put-back")
@allow(*RUNNERS, step_up=True)
def put_back(slug: str, entry_id: str) -> Answer:
    """Put somebody back on the list who was struck off by mistake."""
    return _done(slug, entry_id, invited.put_back, _("Back on the list. Make a letter with a new code."))


def _done(slug: str, entry_id: str, deed: Callable[..., None], told: str) -> Answer:
    the_round = find_round(slug)
    try:
        deed(the_round.id, entry_id, by=actor())
    except NotFound:
        raise
    except Refusal as refusal:
        form = StrikeForm(formdata=None)
        status = refused(form, refusal)
        return _person_page(the_round, entry_id, form), status
    return _back(slug, told)


def _told(the_round: Round, refusal: Refusal) -> Answer:
    """The list with a refusal at its top."""
    form = FindForm(formdata=None)
    status = refused(form, refusal)
    return _list_page(the_round, form), status


def _no_draft(slug: str) -> AnyResponse:
    flash(_("There is no list to look at. Upload it again."))
    return redirect(url_for(".upload", slug=slug), 303)


def _back(slug: str, told: str) -> AnyResponse:
    flash(told, "success")
    return redirect(url_for(".index", slug=slug), 303)
