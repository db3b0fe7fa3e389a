"""Ballot papers and scoring slips as PDF: what stands on each, and batches of them made in parts by the worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pb.core.actors import Actor
from pb.core.errors import NotFound, Refusal
from pb.core.money import format_money
from pb.core.paper_words import WORDS, crossed_scores, instructions
from pb.core.permissions import may_count_papers
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.areas import Area
from pb.models.jobs import Job, JobState
from pb.models.papers import PaperBatch, PaperFormat
from pb.models.rounds import Round
from pb.models.stations import Station
from pb.services.card_sheets import LANGUAGES
from pb.services.files import write_for_good
from pb.services.jobs import advance, job_about, queue_job, run, try_again
from pb.services.papers import find_papers, paper_in
from pb.services.transactions import transaction
from pb.services.typesetting import day_and_time, symbol_of, typeset
from pb.services.voting import Section

KIND = "papers"
#: Papers in one part of the file; so many at most are drawn while the officer waits.
PART = 250
AT_ONCE = 60


@dataclass(frozen=True)
class PrintedPapers:
    """How far the file of a batch is: `done` of `total` papers drawn, in `parts` files; not `asked` for yet."""

    asked: bool
    done: int
    total: int
    state: JobState
    fault: str
    parts: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether every paper is drawn."""
        return self.asked and self.state == JobState.DONE and bool(self.parts)


def paper_sheets(batch: PaperBatch, serials: Sequence[int]) -> bytes:
    """A tagged PDF of papers of a batch, one for each serial; without serials one specimen, marked as such."""
    return typeset("papers", _sheet(batch, serials))


def _sheet(batch: PaperBatch, serials: Sequence[int]) -> dict[str, Any]:
    settings, paper = present.settings, paper_in(batch)
    the_round = db.session.get_one(Round, batch.round_id)
    words, language = WORDS[batch.language], batch.language
    sections = paper.sections_for(batch.area_id)
    amounts = tuple(section.amount for section in sections)
    address = f"{settings.public_url}/rounds/{the_round.slug}"
    others = [name for key, name in LANGUAGES.items() if key != language]
    contact = {"phone": settings.contact_phone, "email": settings.contact_email, "languages": ", ".join(others)}
    return {
        "language": language,
        "format": batch.format.value,
        "kind": words["slip" if batch.channel == "event" else "ballot"],
        "title": the_round.title,
        "council": settings.council_name,
        "area": _area(batch),
        "version": words["version"].format(version=batch.version),
        "instructions": instructions(
            paper.kind.key, paper.settings, language, amounts=amounts, currency=paper.currency
        ),
        "scores": crossed_scores(paper.kind.key, paper.settings),
        "sections": [_section(each, words, paper.currency, alone=len(sections) == 1) for each in sections],
        "code": batch.with_code,
        "declares": batch.declares,
        "return": _return(batch, the_round, words),
        "spoil": words["spoil_declares" if batch.declares else "spoil_post" if batch.channel == "post" else "spoil"],
        "formats": words["formats"].format(**contact),
        "read_more": words["read_more"].format(address=address.partition("://")[2]),
        "svg": symbol_of(address)[0],
        "serial_on_slip": batch.serial_on_slip,
        "words": dict(words),
        "papers": [_stub(batch, serial, words) for serial in serials] or [{"serial": "", "stub": words["specimen"]}],
        "specimen": "" if serials else words["specimen"],
    }


def _stub(batch: PaperBatch, serial: int, words: Any) -> dict[str, str]:
    number = f"{serial:05}"
    return {
        "serial": words["serial"].format(serial=number),
        "stub": words["stub"].format(serial=number, batch=batch.name),
    }


def _area(batch: PaperBatch) -> str:
    area = db.session.get(Area, batch.area_id) if batch.area_id is not None else None
    return area.name if area else ""


def _section(section: Section, words: Any, currency: str, *, alone: bool) -> dict[str, Any]:
    return {
        "name": "" if alone else section.name,
        "pot": words["pot"].format(amount=format_money(section.amount, currency)),
        "projects": [
            {
                "number": each.number,
                "title": each.title,
                "summary": each.summary,
                "cost": words["cost"].format(cost=format_money(each.cost, currency)),
                "boost": words["boost"] if each.boost else "",
            }
            for each in section.projects
        ],
    }


def _return(batch: PaperBatch, the_round: Round, words: Any) -> str:
    until = batch.returns_by or the_round.voting_closes_at
    closes = day_and_time(until, batch.language) if until else "–"
    station = db.session.get(Station, batch.station_id) if batch.station_id is not None else None
    if batch.channel == "paper" and station is None:
        return str(words["return_box"].format(closes=closes))
    return str(words[f"return_{batch.channel}"].format(closes=closes, place=station.name if station else ""))


def specimen(batch: PaperBatch) -> bytes:
    """One paper of a batch, marked as a specimen, to look at before any is printed."""
    return paper_sheets(batch, [])


def ask_sheets(round_id: int, batch_id: int, *, by: Actor) -> PrintedPapers:
    """Have the papers of a batch drawn: a small batch at once, others by the worker; asked twice is asked once.

    Raises NotFound `no_papers`; Refusal `may_not_print`. Side effect: a job.
    """
    if not may_count_papers(by):
        raise Refusal("may_not_print", N_("Only stewards, officers and those who count work with papers."), status=403)
    batch = find_papers(round_id, batch_id)
    job = job_about(KIND, batch_id)
    if job is not None and job.state == JobState.FAILED:
        try_again(job.id)
    elif job is None:
        with transaction() as session:
            job = queue_job(session, KIND, round_id=round_id, subject=batch_id, total=batch.printed, by=by)
    if job.total - job.done <= AT_ONCE:
        run(job.id, draw_part)
    return sheets_of(batch)


def draw_part(job: Job) -> None:
    """Draw the next part of a batch. Raises JobLost; what the disk and typst raise."""
    job_id, done, count = job.id, job.done, min(PART, job.total - job.done)
    batch = db.session.get_one(PaperBatch, job.subject)
    name = f"papers-{batch.id}-{done // PART + 1:03}.pdf"
    first = batch.first + done
    write_for_good(_folder() / name, [paper_sheets(batch, range(first, first + count))])
    with transaction() as session:
        advance(session, job_id, done=done, more=count)
        batch = session.get_one(PaperBatch, job.subject)
        batch.parts = [*batch.parts, name]


def sheets_of(batch: PaperBatch) -> PrintedPapers:
    """How far the file of a batch is."""
    job = job_about(KIND, batch.id)
    if job is None:
        return PrintedPapers(False, 0, batch.printed, JobState.WAITING, "", ())
    return PrintedPapers(True, job.done, job.total, job.state, job.fault, tuple(batch.parts))


def fetch_sheets(round_id: int, batch_id: int) -> Iterator[tuple[str, bytes]]:
    """The finished files of a batch, by name; drawn anew where they were lost. Raises NotFound `no_sheets`."""
    batch = find_papers(round_id, batch_id)
    if not sheets_of(batch).ready:
        raise NotFound("no_sheets", N_("The papers of this batch are not drawn yet."))
    return _files(batch)


def _files(batch: PaperBatch) -> Iterator[tuple[str, bytes]]:
    for at, name in enumerate(batch.parts):
        path = _folder() / name
        if not path.exists():
            first = batch.first + at * PART
            numbers = range(first, min(first + PART, batch.first + batch.printed))
            write_for_good(path, [paper_sheets(batch, numbers)])
        yield name, path.read_bytes()


def _folder() -> Path:
    folder: Path = present.settings.instance_path / "papers"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


FORMAT_WORDS = {
    PaperFormat.STANDARD: N_("Standard"),
    PaperFormat.LARGE: N_("Large print"),
    PaperFormat.EASY: N_("Easy read"),
}
