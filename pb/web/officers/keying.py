"""Keying papers: the grid, papers that two people read differently, codes that open nothing, a spreadsheet."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse

from pb.core.ballots import BallotType
from pb.core.errors import Fault, NotFound, Refusal
from pb.core.paper_marks import PART_REASONS, VOID_REASONS
from pb.core.permissions import may_settle_papers
from pb.core.words import N_
from pb.models.papers import PaperBatch
from pb.models.rounds import Round
from pb.services.accounts import account_of
from pb.services.paper_box import HELD_REASONS, held_papers
from pb.services.paper_imports import FaultyTable, headings_for, import_keyed, rows_of_template
from pb.services.paper_keying import (
    Kept,
    LineFaults,
    key_again,
    key_papers,
    keyed_by,
    mismatches,
    numbers_to_key,
    settle_code,
    take_back,
)
from pb.services.papers import find_papers, keying_of, paper_in
from pb.services.rounds import find_round
from pb.services.spreadsheets import read_table
from pb.web.downloads import csv_response
from pb.web.forms.papers import KeyedListForm, SettleCodeForm, TakeBackForm
from pb.web.instructions import instruction
from pb.web.officers.keying_lines import Line, empty_lines, read_lines, sections_of, summary_of, with_faults
from pb.web.officers.keying_words import on_a_paper
from pb.web.officers.papers import HANDLERS
from pb.web.officers.round_doors import Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_keying", __name__, url_prefix="/officers/rounds/<slug>/papers/<int:batch_id>/keying")

#: Lines of the grid, which is a plain form without JavaScript too.
LINES = 10
FAULTS_SHOWN = 100


@bp.route("", methods=["GET", "POST"])
@allow(*HANDLERS)
def grid(slug: str, batch_id: int) -> Answer:
    """Key some papers, one on a line."""
    the_round = find_round(slug)
    batch = find_papers(the_round.id, batch_id)
    form = FlaskForm()
    if not form.validate_on_submit():
        lines = empty_lines(numbers_to_key(batch, actor(), LINES))
        return _grid(the_round, batch, form, lines, []), status_of(form)
    read = read_lines(request.form, sections_of(paper_in(batch), batch), LINES)
    lines = [line for line in read if line.number or not line.is_empty]
    sent = [line for line in lines if not line.is_empty]
    if not sent:
        faults = [Fault("nothing_typed", _("Type what stands on at least one paper."), {}, "r0-number")]
        return _grid(the_round, batch, form, lines, faults), 422
    try:
        kept = key_papers(the_round.id, batch_id, [line.typed for line in sent], by=actor())
    except LineFaults as found:
        lines = with_faults(lines, sent, found)
        return _grid(the_round, batch, form, lines, _summary(batch, lines)), found.status
    except NotFound:
        raise
    except Refusal as refusal:
        return _grid(the_round, batch, form, lines, [refusal.fault]), refusal.status
    flash(_told(kept), "success" if not kept.unlike else "warning")
    return redirect(url_for(".grid", slug=slug, batch_id=batch_id), 303)


def _told(kept: Kept) -> str:
    told = _("Keyed for the first time: %(count)s.", count=kept.first)
    if kept.agreed:
        told += " " + _("Alike with the first keying: %(count)s.", count=kept.agreed)
    if kept.unlike:
        told += " " + _("Not alike: %(count)s. They are on the list to look at again.", count=kept.unlike)
    return str(told)


def _summary(batch: PaperBatch, lines: list[Line]) -> list[Fault]:
    return summary_of(lines, sections_of(paper_in(batch), batch))


def _grid(the_round: Round, batch: PaperBatch, form: FlaskForm, lines: list[Line], faults: list[Fault]) -> str:
    return render_template(
        "officers/papers/keying.html",
        **_context(the_round, batch),
        form=form,
        faults=faults,
        lines=lines,
        keying=keying_of(batch),
        mine=keyed_by(batch, actor()),
        back=TakeBackForm(formdata=None),
        wide=True,
    )


def _context(the_round: Round, batch: PaperBatch) -> dict[str, object]:
    paper = paper_in(batch)
    sections = sections_of(paper, batch)
    return {
        "round": the_round,
        "batch": batch,
        "sections": sections,
        "instruction": instruction(paper, sections),
        "ticked": paper.kind.key in ("approval", "knapsack"),
        "one_figure": _one_figure(paper.kind, paper.settings),
        "boost": getattr(paper.settings, "boost", False),
        "reasons": VOID_REASONS,
        "part_reasons": PART_REASONS,
    }


def _one_figure(kind: BallotType[object], settings: object) -> bool:  # type: ignore[type-var]
    """Whether a cell is full after one sign, so that the next can be typed at once."""
    if kind.key == "scoring":
        return getattr(settings, "lowest", -1) >= 0 and getattr(settings, "highest", 10) < 10
    return kind.key == "knapsack" or (kind.key == "approval" and not getattr(settings, "boost", False))


@bp.get("/look-again")
@allow(*HANDLERS)
def look_again(slug: str, batch_id: int) -> Answer:
    """The papers that two people read differently, and those whose code opens nothing."""
    the_round = find_round(slug)
    batch = find_papers(the_round.id, batch_id)
    found = mismatches(batch)
    return render_template(
        "officers/papers/look-again.html",
        round=the_round,
        batch=batch,
        mismatches=found,
        names={each: account_of(each).name for mismatch in found for each in mismatch.people},
        held=held_papers(batch),
        why=HELD_REASONS,
        settles=may_settle_papers(actor()),
    )


@bp.route("/look-again/<int:number>", methods=["GET", "POST"])
@allow(*HANDLERS)
def again(slug: str, batch_id: int, number: int) -> Answer:
    """Key one paper once more, with the paper in hand."""
    the_round = find_round(slug)
    batch = find_papers(the_round.id, batch_id)
    form = FlaskForm()
    if not form.validate_on_submit():
        return _again(the_round, batch, form, number, Line(0, str(number))), status_of(form)
    [line] = read_lines(request.form, sections_of(paper_in(batch), batch), 1)
    try:
        _refuse_another(line, number)
        agreed = key_again(the_round.id, batch_id, line.typed, by=actor())
    except LineFaults as found:
        [line] = with_faults([line], [line], found)
        return _again(the_round, batch, form, number, line, _summary(batch, [line])), found.status
    except NotFound:
        raise
    except Refusal as refusal:
        return _again(the_round, batch, form, number, line, [refusal.fault]), refusal.status
    if agreed:
        return _to_list(slug, batch_id, _("Paper %(number)s: two people agree.", number=number))
    told = _("Paper %(number)s: the two entries still differ. The other person looks at it too.", number=number)
    return _to_list(slug, batch_id, told, "warning")


def _refuse_another(line: Line, number: int) -> None:
    """Refuse the number of another paper than the one whose page this is: what is typed is of one of the two."""
    if line.typed.number not in (None, number):
        sentence = N_("This page is for paper %(number)s. Look at the stamp, or go back to the list for another paper.")
        raise LineFaults({0: [Fault("another_paper", sentence, {"number": number}, "number")]})


def _again(
    the_round: Round, batch: PaperBatch, form: FlaskForm, number: int, line: Line, faults: list[Fault] | None = None
) -> str:
    return render_template(
        "officers/papers/again.html",
        **_context(the_round, batch),
        form=form,
        faults=faults or [],
        lines=[line],
        number=number,
        wide=True,
    )


@bp.route("/codes/<int:number>", methods=["GET", "POST"])
@allow(*HANDLERS)
def code(slug: str, batch_id: int, number: int) -> Answer:
    """Settle a paper whose code opens no right to vote."""
    the_round = find_round(slug)
    batch = find_papers(the_round.id, batch_id)
    held = next((each for each in held_papers(batch) if each.number == number), None)
    if held is None:
        return _to_list(slug, batch_id, _("Paper %(number)s does not wait any more.", number=number), "warning")
    form = SettleCodeForm().offer()
    status = None
    if form.validate_on_submit():
        try:
            settle_code(the_round.id, batch_id, number, form.void.data or "", by=actor())
            return _to_list(slug, batch_id, _("Paper %(number)s is settled.", number=number))
        except Refusal as refusal:
            status = refused(form, refusal)
    page = render_template(
        "officers/papers/code.html", round=the_round, batch=batch, form=form, held=held, why=HELD_REASONS
    )
    return page, status or status_of(form)


def _to_list(slug: str, batch_id: int, told: str, kind: str = "success") -> AnyResponse:
    flash(told, kind)
    return redirect(url_for(".look_again", slug=slug, batch_id=batch_id), 303)


@bp.post("/take-back")
@allow(*HANDLERS)
def back(slug: str, batch_id: int) -> Answer:
    """Take one's own entry back, before somebody else has keyed the paper."""
    the_round = find_round(slug)
    form = TakeBackForm()
    if form.validate_on_submit():
        try:
            take_back(the_round.id, batch_id, form.number.data or 0, by=actor())
            flash(_("Your entry of paper %(number)s is taken back.", number=form.number.data), "success")
            return redirect(url_for(".grid", slug=slug, batch_id=batch_id), 303)
        except NotFound:
            raise
        except Refusal as refusal:
            status = refused(form, refusal)
            return _taking_back(the_round, batch_id, form), status
    return _taking_back(the_round, batch_id, form), status_of(form)


def _taking_back(the_round: Round, batch_id: int, form: TakeBackForm) -> str:
    batch = find_papers(the_round.id, batch_id)
    return render_template("officers/papers/take-back.html", round=the_round, batch=batch, form=form)


@bp.route("/spreadsheet", methods=["GET", "POST"])
@allow(*HANDLERS)
def spreadsheet(slug: str, batch_id: int) -> Answer:
    """Take a spreadsheet of keyed papers; it counts as one person's keying."""
    the_round = find_round(slug)
    batch = find_papers(the_round.id, batch_id)
    form = KeyedListForm()
    cells, status = [], None
    if form.validate_on_submit():
        try:
            table = read_table(form.file.data.filename or "", form.file.data.read())
            flash(_told(import_keyed(the_round.id, batch_id, table, by=actor())), "success")
            return redirect(url_for(".grid", slug=slug, batch_id=batch_id), 303)
        except FaultyTable as faulty:
            cells = [replace(each, fault=on_a_paper(each.fault)) for each in faulty.cells]
            status = refused(form, faulty)
        except NotFound:
            raise
        except Refusal as refusal:
            status = refused(form, refusal)
    page = render_template(
        "officers/papers/spreadsheet.html",
        round=the_round,
        batch=batch,
        form=form,
        cells=cells[:FAULTS_SHOWN],
        more=len(cells) - FAULTS_SHOWN,
        headings=headings_for(batch),
        reasons=VOID_REASONS,
    )
    return page, status or status_of(form)


@bp.get("/spreadsheet.csv")
@allow(*HANDLERS)
def empty_spreadsheet(slug: str, batch_id: int) -> Response:
    """An empty spreadsheet with the headings of this batch and the numbers of its papers."""
    batch = find_papers(find_round(slug).id, batch_id)
    return csv_response(f"papers-{slug}-{batch_id}", headings_for(batch), rows_of_template(batch))
