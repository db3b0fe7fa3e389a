"""Printed cards: codes made in parts by the worker, each part sealed as soon as it is drawn, fetched, deleted.

The plain codes are in the memory of the process that makes them, in the sealed parts, and on paper. The parts are
sealed to a public key whose private half only the passphrase opens, so the job itself knows no secret.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import or_, select

from pb.core.actors import SYSTEM, Actor
from pb.core.canonical import joined
from pb.core.codes import print_form, read_checked, symbols, with_check
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.keyholders import HOLDER_RANDOM_BYTES, HolderKey, make_holder_key, opener, seal_for
from pb.core.passwords import STANDARD
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.areas import Area
from pb.models.codes import CodeBatch, PrintRun
from pb.models.jobs import Job, JobState
from pb.models.rounds import Round
from pb.services.batches import find_batch
from pb.services.card_sheets import card_sheets, closing_of
from pb.services.codes import MAKING, BatchWanted, add_codes, fresh_codes, new_batch, slots_of
from pb.services.files import write_for_good
from pb.services.jobs import advance, job_about, queue_job, run, try_again
from pb.services.ledger import record
from pb.services.round_states import must_be
from pb.services.transactions import transaction

KIND = "cards"
#: Cards in one part of the file: 84 sheets, and less than 200 MB of memory to draw them.
PART = 500
#: So many are made while the officer waits, with no worker running.
AT_ONCE = 200
#: How long the finished file waits for the officer who asked for it; and one that was never finished.
KEPT = timedelta(hours=24)
UNFINISHED = timedelta(days=3)
PASSPHRASE_LENGTH = 24


@dataclass(frozen=True)
class AskedCards:
    """A batch of cards that was asked for, and the passphrase of its file, which nobody can read again."""

    batch_id: int
    passphrase: str


@dataclass(frozen=True)
class Printing:
    """How far the cards of a batch are: `done` of `total` made; the file `ready`, `fetched`, `deleted`."""

    batch_id: int
    done: int
    total: int
    state: JobState
    fault: str
    made_by: int | None
    parts: int
    ready: bool
    fetched: bool
    deleted: bool
    stuck: bool


def ask_cards(round_id: int, wanted: BatchWanted, *, by: Actor) -> AskedCards:
    """Ask for a batch of printed cards; a small one is made at once, others by the worker.

    Raises what `make_codes` does; Refusal `closing_missing`. Side effects: the batch, its print run and the job,
    in one transaction; event `cards_asked`.
    """
    passphrase = with_check(symbols(secrets.token_bytes(16), PASSPHRASE_LENGTH - 1))
    cost = replace(STANDARD, memory_kib=present.settings.passphrase_memory * 1024)
    key = make_holder_key(str(by.account_id), round_id, passphrase, secrets.token_bytes(HOLDER_RANDOM_BYTES), cost)
    with transaction() as session:
        batch = new_batch(session, round_id, wanted, by=by, as_cards=True)
        closing_of(session.get_one(Round, round_id), batch)
        session.add(PrintRun(batch_id=batch.id, holder_key=key.to_json(), parts=[]))
        job = queue_job(session, KIND, round_id=round_id, subject=batch.id, total=wanted.count, by=by)
        record("cards_asked", by, round_id=round_id, subject=f"batch:{batch.id}", batch=batch.id, count=wanted.count)
        batch_id, job_id = batch.id, job.id
    if wanted.count <= AT_ONCE:
        run(job_id, make_part)
    return AskedCards(batch_id, print_form(passphrase))


def make_part(job: Job) -> None:
    """Make the next part of a batch's cards: codes, sheets, the sealed file; then, at once, their slots and counts.

    A part that is not kept leaves a file whose codes open nothing. Raises JobLost; Refusal `not_now`,
    `cards_gone`; what the disk and typst raise. Event `codes_made`.
    """
    job_id, batch_id, done, count = job.id, job.subject, job.done, min(PART, job.total - job.done)
    batch, the_run = db.session.get_one(CodeBatch, batch_id), db.session.get_one(PrintRun, batch_id)
    the_round, area = db.session.get_one(Round, job.round_id), _area(batch)
    if the_run.deleted_at is not None:
        raise _gone()
    codes = fresh_codes(count)
    name = f"{batch_id}-{secrets.token_hex(8)}.sealed"
    sheets = card_sheets(the_round, batch, area, codes)
    sealed = seal_for(HolderKey.from_json(the_run.holder_key), sheets, _binding(batch_id, name))
    write_for_good(_folder() / name, [sealed])
    slots = slots_of(the_round.id, codes)
    with transaction() as session:
        must_be(session.get_one(Round, batch.round_id), *MAKING)
        last = advance(session, job_id, done=done, more=count)
        add_codes(session, session.get_one(CodeBatch, batch_id), slots, by=SYSTEM)
        the_run = session.get_one(PrintRun, batch_id)
        the_run.parts = [*the_run.parts, name]
        the_run.ready_at = present.now() if last else None


def printing_of(round_id: int, batch_id: int) -> Printing:
    """How far the cards of a batch are. Raises NotFound `no_batch`, `no_cards`."""
    batch = find_batch(round_id, batch_id)
    the_run, job = db.session.get(PrintRun, batch_id), job_about(KIND, batch_id)
    if the_run is None or job is None:
        raise NotFound("no_cards", N_("This batch is a list of codes; it has no printed cards."))
    over = the_run.ready_at is not None and present.now() >= the_run.ready_at + KEPT
    return Printing(
        batch_id=batch_id,
        done=job.done,
        total=job.total,
        state=job.state,
        fault=job.fault,
        made_by=batch.made_by,
        parts=len(the_run.parts),
        ready=the_run.ready_at is not None,
        fetched=the_run.fetched_at is not None,
        deleted=over or the_run.deleted_at is not None,
        stuck=job.state == JobState.WAITING and present.now() >= job.asked_at + timedelta(minutes=1),
    )


def go_on(round_id: int, batch_id: int, *, by: Actor) -> None:
    """Let the making of cards that stopped go on. Raises NotFound; NotAllowed `not_your_cards`; `job_not_failed`."""
    _own_run(round_id, batch_id, by)
    job = job_about(KIND, batch_id)
    if job is None:
        raise _gone()
    try_again(job.id)
    if job.total - job.done <= AT_ONCE:
        run(job.id, make_part)


def fetch_cards(round_id: int, batch_id: int, typed: str, *, by: Actor) -> Iterator[tuple[str, bytes]]:
    """The parts of a finished file, by name, opened with the passphrase one after the other.

    Raises NotFound `no_batch`, `cards_gone`; NotAllowed `not_your_cards`; Refusal `cards_not_ready`,
    `wrong_passphrase` and those of `read_checked`. Event `cards_fetched`.
    """
    the_run = _own_run(round_id, batch_id, by)
    if the_run.ready_at is None:
        raise Refusal("cards_not_ready", N_("The cards are still being made."))
    opened = _opener(the_run, typed)
    parts = list(the_run.parts)
    if not all((_folder() / name).exists() for name in parts):
        raise _gone()
    with transaction() as session:
        session.get_one(PrintRun, batch_id).fetched_at = present.now()
        record("cards_fetched", by, round_id=round_id, subject=f"batch:{batch_id}", batch=batch_id)
    return _opened_parts(batch_id, parts, opened)


def _opener(the_run: PrintRun, typed: str) -> Callable[[bytes, bytes], bytes]:
    passphrase = read_checked(typed, PASSPHRASE_LENGTH)
    try:
        return opener(HolderKey.from_json(the_run.holder_key), passphrase)
    except Refusal as refusal:
        sentence = N_("That is not the passphrase of this file. Look at it again, each group of four.")
        raise Refusal(refusal.code, sentence, field="code", status=refusal.status) from refusal


def _opened_parts(
    batch_id: int, parts: list[str], opened: Callable[[bytes, bytes], bytes]
) -> Iterator[tuple[str, bytes]]:
    folder = _folder()
    for number, name in enumerate(parts, start=1):
        yield f"cards-{batch_id}-{number:02}.pdf", opened((folder / name).read_bytes(), _binding(batch_id, name))


def keep_no_longer(round_id: int, batch_id: int, *, by: Actor) -> None:
    """The officer has the cards: delete the file. Raises as `fetch_cards`; Refusal `cards_not_fetched`."""
    the_run = _own_run(round_id, batch_id, by)
    if the_run.fetched_at is None:
        raise Refusal("cards_not_fetched", N_("Fetch the file first: nobody can make it again."))
    _delete(batch_id, "confirmed", by)


def delete_due_cards() -> int:
    """Delete the files that have waited long enough, as the worker does each minute; gives how many."""
    now = present.now()
    old = select(PrintRun.batch_id).join(CodeBatch, CodeBatch.id == PrintRun.batch_id)
    begun = PrintRun.ready_at.is_(None) & (CodeBatch.made_at <= now - UNFINISHED)
    due = old.where(PrintRun.deleted_at.is_(None), or_(PrintRun.ready_at <= now - KEPT, begun))
    found = list(db.session.scalars(due))
    for batch_id in found:
        _delete(batch_id, "too_old", SYSTEM)
    return len(found)


def _delete(batch_id: int, reason: str, by: Actor) -> None:
    """Delete every file of a batch, those of parts that were not kept or not finished among them, and the key."""
    for pattern in (f"{batch_id}-*.sealed", f".{batch_id}-*.sealed.*"):
        for path in _folder().glob(pattern):
            path.unlink(missing_ok=True)
    with transaction() as session:
        the_run = session.get_one(PrintRun, batch_id, populate_existing=True)
        if the_run.deleted_at is not None:
            return
        the_run.deleted_at, the_run.holder_key, the_run.parts = present.now(), {}, []
        round_id = session.get_one(CodeBatch, batch_id).round_id
        facts = {"batch": batch_id, "reason": reason}
        record("cards_deleted", by, round_id=round_id, subject=f"batch:{batch_id}", **facts)


def _own_run(round_id: int, batch_id: int, by: Actor) -> PrintRun:
    """The print run of somebody's own batch, while its file is kept."""
    batch = find_batch(round_id, batch_id)
    if by.account_id is None or batch.made_by != by.account_id:
        sentence = N_("Only the officer who asked for these cards can fetch or delete their file.")
        raise NotAllowed("not_your_cards", sentence)
    the_run = db.session.get(PrintRun, batch_id)
    over = the_run is None or the_run.deleted_at is not None
    if the_run is None or over or (the_run.ready_at is not None and present.now() >= the_run.ready_at + KEPT):
        raise _gone()
    return the_run


def _gone() -> NotFound:
    return NotFound("cards_gone", N_("The file of these cards is deleted: only the hashes of their codes are kept."))


def _area(batch: CodeBatch) -> Area | None:
    return db.session.get(Area, batch.area_id) if batch.area_id is not None else None


def _binding(batch_id: int, name: str) -> bytes:
    return joined("pb-cards-1", batch_id, name)


def _folder() -> Path:
    folder: Path = present.settings.instance_path / "cards"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
