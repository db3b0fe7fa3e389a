"""Batches of paper: making and printing them, counting them, drop points, and papers to look at once more."""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from pb.core.actors import Role
from pb.core.draw import drawn_sample
from pb.core.errors import NotFound, Refusal
from pb.core.paper_account import TYPED, paper_equations
from pb.core.paper_marks import VOID_REASONS
from pb.core.permissions import may_count_papers, may_run
from pb.models.papers import PaperBatch
from pb.models.rounds import Round
from pb.services.count_corrections import correcting
from pb.services.imbalances import Line
from pb.services.paper_sheets import (
    AT_ONCE,
    FORMAT_WORDS,
    PrintedPapers,
    ask_sheets,
    fetch_sheets,
    sheets_of,
    specimen,
)
from pb.services.papers import (
    COUNTING,
    MAKING,
    at_drop_points,
    batches_with_keying,
    count_papers,
    drop_points,
    find_papers,
    keying_of,
    make_papers,
    note_visit,
)
from pb.services.postal import waiting_for
from pb.services.reconciliation import numbers_of
from pb.services.round_states import round_phase
from pb.services.rounds import find_round
from pb.services.stations import stations_of
from pb.web.formats import number
from pb.web.forms.papers import CHANNELS, LANGUAGES, PaperCountsForm, PapersForm, VisitForm, right_words
from pb.web.forms.summary import sentence
from pb.web.officers.cards import archive
from pb.web.officers.round_doors import LOOKERS, RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_papers", __name__, url_prefix="/officers/rounds/<slug>/papers")

HANDLERS = (Role.STEWARD, *RUNNERS, Role.COUNT_LEAD, Role.SECOND_TELLER)
#: Of so many papers drawn, 59 catch one that was altered in twenty with 95%.
SAMPLE = 59
MOST_SAMPLED = 1_000


@bp.get("")
@allow(*LOOKERS)
def index(slug: str) -> Answer:
    """The batches of a round, each with what has become of its papers."""
    the_round = find_round(slug)
    return render_template(
        "officers/papers/index.html",
        round=the_round,
        batches=batches_with_keying(the_round.id),
        places=at_drop_points(the_round.id),
        makes=may_run(actor(), the_round.owner_id) and round_phase(the_round) in MAKING,
        formats=FORMAT_WORDS,
        languages=LANGUAGES,
    )


@bp.route("/add", methods=["GET", "POST"])
@allow(*RUNNERS)
def add(slug: str) -> Answer:
    """Make a batch."""
    the_round = find_round(slug)
    form = PapersForm().offer(the_round, stations_of(the_round.id))
    status = None
    if form.validate_on_submit():
        try:
            batch = make_papers(the_round.id, form.wanted(), by=actor())
            return _back(slug, batch.id, _("The batch is made. Look at a specimen before you print it."))
        except Refusal as refusal:
            status = refused(form, refusal)
    return render_template("officers/papers/add.html", round=the_round, form=form), status or status_of(form)


@bp.get("/<int:batch_id>")
@allow(*LOOKERS)
def overview(slug: str, batch_id: int) -> Answer:
    """One batch: its account, its keying, its file."""
    the_round = find_round(slug)
    batch = find_papers(the_round.id, batch_id)
    all_numbers = numbers_of(the_round)
    numbers = next(each for each in all_numbers.paper_batches if each.name == batch.name)
    lines = [each for each in paper_equations([numbers], all_numbers.without_code) if each.left.params]
    phase = round_phase(the_round)
    return render_template(
        "officers/papers/batch.html",
        round=the_round,
        batch=batch,
        area=next((area.name for area in the_round.areas if area.id == batch.area_id), ""),
        station=next((each.name for each in stations_of(the_round.id) if each.id == batch.station_id), ""),
        channel=CHANNELS[batch.channel],
        right=right_words(the_round, with_code=batch.with_code, declares=batch.declares),
        format=FORMAT_WORDS[batch.format],
        language=LANGUAGES[batch.language],
        numbers=numbers,
        keying=keying_of(batch),
        lines=[Line(each) for each in lines],
        reasons=VOID_REASONS,
        counts=may_count_papers(actor()) and phase in COUNTING,
        keys=may_count_papers(actor()) and phase in COUNTING[1:3] and the_round.sealed_root is None,
        waiting=waiting_for(batch) if batch.channel == "post" else 0,
        places=at_drop_points(the_round.id, batch_id),
        has_drop_points=bool(drop_points(the_round.id)),
    )


@bp.route("/<int:batch_id>/counts", methods=["GET", "POST"])
@allow(*HANDLERS)
def counts(slug: str, batch_id: int) -> Answer:
    """Type how many papers were given out, came back, and so on."""
    the_round = find_round(slug)
    batch = find_papers(the_round.id, batch_id)
    settled, asks = correcting(the_round, batch, TYPED, by=actor())
    form = PaperCountsForm(data={name: getattr(batch, name) for name in TYPED}).asking(reason=asks)
    status = None
    if form.validate_on_submit():
        try:
            typed = {name: form[name].data for name in TYPED}
            count_papers(the_round.id, batch_id, typed, by=actor(), reason=form.said)
            return _back(slug, batch_id, _("The counts are kept."))
        except Refusal as refusal:
            status = refused(form, refusal)
    station = next((each for each in stations_of(the_round.id) if each.id == batch.station_id), None)
    shown = {"round": the_round, "batch": batch, "form": form, "station": station, "settled": settled}
    page = render_template("officers/papers/counts.html", **shown)
    return page, status or status_of(form)


@bp.route("/<int:batch_id>/drop-points", methods=["GET", "POST"])
@allow(*HANDLERS)
def visits(slug: str, batch_id: int) -> Answer:
    """What was left at each drop point and brought from it; a visit more."""
    the_round = find_round(slug)
    batch = find_papers(the_round.id, batch_id)
    form = VisitForm().offer(drop_points(the_round.id))
    status = None
    if form.validate_on_submit():
        moved = {"left": form.left.data or 0, "collected": form.collected.data or 0}
        try:
            note_visit(the_round.id, batch_id, int(form.station.data), **moved, by=actor())
            flash(_("The visit is noted."), "success")
            return redirect(url_for(".visits", slug=slug, batch_id=batch_id), 303)
        except Refusal as refusal:
            status = refused(form, refusal)
    places = at_drop_points(the_round.id, batch_id)
    page = render_template("officers/papers/visits.html", round=the_round, batch=batch, form=form, places=places)
    return page, status or status_of(form)


@bp.get("/<int:batch_id>/sample")
@allow(*HANDLERS)
def sample(slug: str, batch_id: int) -> Answer:
    """Numbers of papers to look at once more, drawn by a public seed that anybody can repeat."""
    the_round = find_round(slug)
    batch = find_papers(the_round.id, batch_id)
    seed = " ".join(request.args.get("seed", "").split())[:200]
    size = min(max(request.args.get("size", SAMPLE, type=int), 1), MOST_SAMPLED)
    drawn = drawn_sample(seed, batch.in_box or 0, size) if seed else []
    return render_template(
        "officers/papers/sample.html", round=the_round, batch=batch, seed=seed, size=size, drawn=drawn
    )


@bp.get("/<int:batch_id>/specimen.pdf")
@allow(*LOOKERS)
def specimen_file(slug: str, batch_id: int) -> Response:
    """One paper of the batch, marked as a specimen."""
    batch = find_papers(find_round(slug).id, batch_id)
    return _pdf(f"specimen-{slug}-{batch_id}.pdf", specimen(batch))


@bp.route("/<int:batch_id>/print", methods=["GET", "POST"])
@allow(*HANDLERS)
def printing(slug: str, batch_id: int) -> Answer:
    """How far the file of the papers is; asking for it."""
    the_round = find_round(slug)
    batch = find_papers(the_round.id, batch_id)
    if request.method == "POST":
        try:
            ask_sheets(the_round.id, batch_id, by=actor())
        except NotFound:
            raise
        except Refusal as refusal:
            flash(sentence(refusal.fault), "warning")
        return redirect(url_for(".printing", slug=slug, batch_id=batch_id), 303)
    return _printing_page(the_round, batch)


def _printing_page(the_round: Round, batch: PaperBatch) -> str:
    how_far = sheets_of(batch)
    return render_template(
        "officers/papers/printing.html",
        round=the_round,
        batch=batch,
        how_far=how_far,
        words=_words(how_far),
        ended=_ended(how_far),
        at_once=AT_ONCE,
    )


@bp.get("/<int:batch_id>/print/progress")
@allow(*HANDLERS)
def progress(slug: str, batch_id: int) -> Response:
    """How far the papers are, for the page that shows it."""
    how_far = sheets_of(find_papers(find_round(slug).id, batch_id))
    answer = jsonify(done=how_far.done, total=how_far.total, ended=_ended(how_far), text=_words(how_far))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _ended(how_far: PrintedPapers) -> bool:
    return not how_far.asked or how_far.state not in ("waiting", "running")


def _words(how_far: PrintedPapers) -> str:
    return str(_("%(done)s of %(total)s papers drawn", done=number(how_far.done), total=number(how_far.total)))


@bp.get("/<int:batch_id>/papers")
@allow(*HANDLERS)
def file(slug: str, batch_id: int) -> Response:
    """The papers to print: one PDF, or an archive of several."""
    the_round = find_round(slug)
    parts = sheets_of(find_papers(the_round.id, batch_id)).parts
    files = fetch_sheets(the_round.id, batch_id)
    if len(parts) == 1:
        return _pdf(f"papers-{slug}-{batch_id}.pdf", next(files)[1])
    answer = Response(archive(files), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="papers-{slug}-{batch_id}.zip"'
    return answer


def _pdf(name: str, content: bytes) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _back(slug: str, batch_id: int, told: str) -> AnyResponse:
    flash(told, "success")
    return redirect(url_for("officers_papers.overview", slug=slug, batch_id=batch_id), 303)
