"""Printed cards: asking for a batch, seeing how far it is, fetching its file once, and letting it be deleted."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from pb.core.errors import Refusal
from pb.models.rounds import Round
from pb.services.batches import find_batch
from pb.services.cards import AT_ONCE, Printing, ask_cards, fetch_cards, go_on, keep_no_longer, printing_of
from pb.services.rounds import find_round
from pb.web.formats import number
from pb.web.forms.codes import CardsForm, PassphraseForm
from pb.web.officers.codes import with_areas
from pb.web.officers.round_doors import RUNNERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_cards", __name__, url_prefix="/officers/rounds/<slug>/codes")


@bp.route("/print", methods=["GET", "POST"])
@allow(*RUNNERS)
def ask(slug: str) -> Answer:
    """Ask for a batch of cards; the answer shows the passphrase of its file, once."""
    the_round = find_round(slug)
    form = with_areas(CardsForm(), the_round)
    if form.validate_on_submit():
        try:
            asked = ask_cards(the_round.id, form.wanted(), by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _ask_page(the_round, form), status
        batch = find_batch(the_round.id, asked.batch_id)
        return render_template(
            "officers/codes/passphrase.html", round=the_round, batch=batch, passphrase=asked.passphrase
        )
    return _ask_page(the_round, form), status_of(form)


def _ask_page(the_round: Round, form: CardsForm) -> str:
    return render_template("officers/codes/print.html", round=the_round, form=form, at_once=AT_ONCE)


@bp.get("/<int:batch_id>/cards")
@allow(*RUNNERS)
def printing(slug: str, batch_id: int) -> Answer:
    """How far the cards are, and the way to their file."""
    the_round = find_round(slug)
    return _printing_page(the_round, batch_id, PassphraseForm())


@bp.get("/<int:batch_id>/cards/progress")
@allow(*RUNNERS)
def progress(slug: str, batch_id: int) -> Response:
    """How far the cards are, for the page that shows it."""
    how_far = printing_of(find_round(slug).id, batch_id)
    answer = jsonify(done=how_far.done, total=how_far.total, ended=_ended(how_far), text=_words(how_far))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _ended(how_far: Printing) -> bool:
    return how_far.ready or how_far.deleted or how_far.state not in ("waiting", "running")


def _words(how_far: Printing) -> str:
    return str(_("%(done)s of %(total)s cards made", done=number(how_far.done), total=number(how_far.total)))


@bp.post("/<int:batch_id>/cards/file")
@allow(*RUNNERS)
def file(slug: str, batch_id: int) -> Answer:
    """The file, opened with its passphrase: one PDF, or an archive of several."""
    the_round = find_round(slug)
    form = PassphraseForm()
    if not form.validate_on_submit():
        return _printing_page(the_round, batch_id, form), status_of(form)
    try:
        parts = fetch_cards(the_round.id, batch_id, form.code.data or "", by=actor())
    except Refusal as refusal:
        status = refused(form, refusal)
        return _printing_page(the_round, batch_id, form), status
    return _sent(f"cards-{the_round.slug}-{batch_id}", parts, printing_of(the_round.id, batch_id).parts)


def _sent(name: str, parts: Iterator[tuple[str, bytes]], count: int) -> Response:
    if count == 1:
        answer = Response(next(parts)[1], mimetype="application/pdf")
        name = f"{name}.pdf"
    else:
        answer = Response(archive(parts), mimetype="application/zip")
        name = f"{name}.zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


class _Passing:
    """A file that cannot be sought in: what is written to it is taken away at once."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep `data` until it is taken."""
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        data = b"".join(self._written)
        self._written.clear()
        return data


def archive(parts: Iterator[tuple[str, bytes]]) -> Iterator[bytes]:
    """A ZIP archive of files, sent as it is made: no more than one of them is in memory, and none on the disk."""
    passing = _Passing()
    with zipfile.ZipFile(passing, "w", zipfile.ZIP_STORED) as made:  # type: ignore[call-overload]
        for name, content in parts:
            made.writestr(name, content)
            yield passing.taken()
    yield passing.taken()


@bp.post("/<int:batch_id>/cards/kept")
@allow(*RUNNERS)
def kept(slug: str, batch_id: int) -> Answer:
    """The officer has the file: it is deleted here."""
    the_round = find_round(slug)
    form = PassphraseForm()
    try:
        keep_no_longer(the_round.id, batch_id, by=actor())
    except Refusal as refusal:
        status = refused(form, refusal)
        return _printing_page(the_round, batch_id, form), status
    return _to_printing(slug, batch_id, _("The file is deleted here. Keep your own like cash."))


@bp.post("/<int:batch_id>/cards/again")
@allow(*RUNNERS)
def again(slug: str, batch_id: int) -> Answer:
    """Let the making of cards that stopped go on."""
    the_round = find_round(slug)
    try:
        go_on(the_round.id, batch_id, by=actor())
    except Refusal as refusal:
        form = PassphraseForm()
        status = refused(form, refusal)
        return _printing_page(the_round, batch_id, form), status
    return _to_printing(slug, batch_id, _("The making of the cards goes on."))


def _to_printing(slug: str, batch_id: int, told: str) -> AnyResponse:
    flash(told, "success")
    return redirect(url_for("officers_cards.printing", slug=slug, batch_id=batch_id), 303)


def _printing_page(the_round: Round, batch_id: int, form: PassphraseForm) -> str:
    how_far = printing_of(the_round.id, batch_id)
    return render_template(
        "officers/codes/printing.html",
        round=the_round,
        batch=find_batch(the_round.id, batch_id),
        how_far=how_far,
        words=_words(how_far),
        mine=how_far.made_by == actor().account_id,
        ended=_ended(how_far),
        form=form,
    )
