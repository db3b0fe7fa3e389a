"""Codes: made in batches, shown once, kept as keyed hashes only, and looked up when somebody types one."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from pb.core.actors import SYSTEM, Actor
from pb.core.codes import RANDOM_BYTES, make_code, print_form, slot
from pb.core.errors import Fault, Refusal, Refusals
from pb.core.plain_text import is_among
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.areas import Area
from pb.models.codes import Code, CodeBatch, CodeState, Declarer
from pb.models.events import Event
from pb.models.rounds import Policy, Pot, Round, RoundArea
from pb.services.failures import WAIT_STATUS, WINDOW_MINUTES, failure_tag, failures_of, note_failures
from pb.services.ledger import record
from pb.services.pages import Page, page_of
from pb.services.prepared import Prepared
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import round_to_change
from pb.services.transactions import reading, transaction

log = structlog.get_logger()

MOST_CODES = 20_000
#: What one page can show and print.
MOST_AT_ONCE = 2_000
LONGEST_NAME = 80
CODE_TABLE: Table = Code.__table__  # type: ignore[assignment]
#: Policies under which nobody who casts with a code declares who they are.
CODE_ALONE = (Policy.CODE, Policy.INVITED)
#: From set-up until the close; a code made after it could never be used.
MAKING = (RoundState.SETTING_UP, RoundState.BIDDING, RoundState.CHECKING, RoundState.LOCKED, RoundState.VOTING)


@dataclass(frozen=True)
class MadeCodes:
    """A batch that was just made, and its plain codes, which nobody can read again afterwards."""

    batch_id: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Batch:
    """A batch with what has become of its codes."""

    id: int
    name: str
    area: str
    made: int
    unused: int
    used: int
    void: int
    made_at: datetime
    window_from: datetime | None
    window_to: datetime | None
    declarer: Declarer
    as_cards: bool
    revoked: bool


@dataclass(frozen=True)
class BatchWanted:
    """What is asked for a new batch: how many codes, its name, its area and when its codes work."""

    count: int
    name: str
    area_id: int | None = None
    window_from: datetime | None = None
    window_to: datetime | None = None
    channel: str = "online"
    by_steward: bool = False


def make_codes(
    round_id: int,
    *,
    by: Actor,
    count: int,
    name: str,
    area_id: int | None = None,
    window_from: datetime | None = None,
    window_to: datetime | None = None,
    channel: str = "online",
    by_steward: bool = False,
) -> MadeCodes:
    """Make `count` codes of 80 random bits as one batch; only their slots are stored.

    Codes of a batch with an area carry its ward; codes without one let the voter choose. In a `declared` round
    whoever casts declares, or `by_steward` whoever hands the card out; in a `code` round nobody does. The window is
    when the codes work, all the time if left out. Raises NotFound `no_round`, NotAllowed `not_your_round`; Refusal
    `not_now`; Refusals (`count_wrong`, `name_missing`, `name_long`, `name_taken`, `area_wrong`, `area_needed`,
    `window_upside_down`, `window_over`, `window_too_late`). Event `codes_made`.
    """
    wanted = BatchWanted(count, name, area_id, window_from, window_to, channel, by_steward)
    codes = fresh_codes(max(0, min(count, MOST_CODES)))
    slots = slots_of(round_id, codes)
    with transaction() as session:
        batch = new_batch(session, round_id, wanted, by=by)
        add_codes(session, batch, slots, by=by)
        batch_id = batch.id
    return MadeCodes(batch_id, codes)


def fresh_codes(count: int) -> tuple[str, ...]:
    """So many codes from the machine's own randomness; they are kept nowhere."""
    return tuple(make_code(secrets.token_bytes(RANDOM_BYTES)) for _ in range(count))


def slots_of(round_id: int, codes: Iterable[str]) -> list[bytes]:
    """The slots that codes open in a round, in their own order and not in that of the codes."""
    return sorted(slot(present.secrets.code_key, round_id, code) for code in codes)


def new_batch(session: Session, round_id: int, wanted: BatchWanted, *, by: Actor, as_cards: bool = False) -> CodeBatch:
    """A batch without codes yet, inside the caller's transaction. Raises what `make_codes` does."""
    the_round = round_to_change(session, round_id, by)
    record_due_arrows(the_round)
    must_be(the_round, *MAKING)
    batch = CodeBatch(
        round_id=round_id,
        name=" ".join(wanted.name.split()),
        channel=wanted.channel,
        declarer=_declarer(the_round, wanted),
        area_id=wanted.area_id,
        made=0,
        window_from=wanted.window_from,
        window_to=wanted.window_to,
        made_by=by.account_id,
        made_at=present.now(),
        as_cards=as_cards,
    )
    _refuse_batch(batch, wanted.count)
    session.add(batch)
    session.flush()
    return batch


def add_codes(session: Session, batch: CodeBatch, slots: list[bytes], *, by: Actor) -> None:
    """Add unused codes to a batch, inside the caller's transaction. Event `codes_made`."""
    kept = {"round_id": batch.round_id, "batch_id": batch.id, "state": CodeState.UNUSED, "declared": False}
    session.connection().execute(insert(CODE_TABLE), [{"slot": each, **kept} for each in slots])
    batch.made += len(slots)
    record("codes_made", by, round_id=batch.round_id, subject=f"batch:{batch.id}", batch=batch.id, count=len(slots))


def _declarer(the_round: Round, wanted: BatchWanted) -> Declarer:
    if the_round.policy in CODE_ALONE:
        return Declarer.NOBODY if the_round.policy == Policy.CODE else Declarer.VOTER
    return Declarer.STEWARD if wanted.by_steward else Declarer.VOTER


def _refuse_batch(batch: CodeBatch, count: int) -> None:
    faults = []
    if not 1 <= count <= MOST_CODES:
        faults.append(Fault("count_wrong", N_("Enter a number from 1 to %(most)s."), {"most": MOST_CODES}, "count"))
    if not batch.name:
        faults.append(Fault("name_missing", N_("Give the batch a name, such as the place it is for."), field="name"))
    elif len(batch.name) > LONGEST_NAME:
        faults.append(Fault("name_long", N_("The name must be 80 characters or fewer."), field="name"))
    elif _same_name(batch):
        faults.append(Fault("name_taken", N_("This round has a batch of that name already."), field="name"))
    if batch.area_id is not None and not db.session.get(RoundArea, (batch.round_id, batch.area_id)):
        faults.append(Fault("area_wrong", N_("Choose an area of this round."), field="area"))
    if batch.declarer == Declarer.STEWARD and batch.area_id is None and db.session.scalar(_pots_of_wards(batch)):
        sentence = N_("Choose the area: whoever hands the card out asks for the ward, so the card cannot.")
        faults.append(Fault("area_needed", sentence, field="area"))
    faults += _window_faults(batch)
    if faults:
        raise Refusals(faults)


def _window_faults(batch: CodeBatch) -> Iterator[Fault]:
    """What is wrong with when the codes are to work: nobody shall print cards that never work."""
    starts, ends = batch.window_from, batch.window_to
    the_round = db.session.get_one(Round, batch.round_id)
    if starts and ends and starts >= ends:
        yield Fault("window_upside_down", N_("The codes must stop working after they start."), field="window_to")
    elif ends and ends <= max(batch.made_at, the_round.voting_opens_at or batch.made_at):
        yield Fault(
            "window_over",
            N_("Such codes would never work: give a time after voting opens that is still to come."),
            field="window_to",
        )
    if starts and the_round.voting_closes_at and starts >= the_round.voting_closes_at:
        yield Fault("window_too_late", N_("Such codes would never work: voting is over by then."), field="window_from")


def _same_name(batch: CodeBatch) -> bool:
    names = db.session.scalars(select(CodeBatch.name).where(CodeBatch.round_id == batch.round_id))
    return is_among(batch.name, names)


def _pots_of_wards(batch: CodeBatch) -> Select[Any]:
    return select(Pot.id).where(Pot.round_id == batch.round_id, Pot.area_id.is_not(None)).limit(1)


def batches_of(round_id: int) -> list[Batch]:
    """The batches of a round, newest first, with how many codes are unused, used and void."""
    return _counted(list(db.session.scalars(_newest_first(round_id))))


def batches_page(round_id: int, number: int, size: int | None = None) -> Page[Batch]:
    """A page of `batches_of`."""
    page = page_of(_newest_first(round_id), number, size)
    return page.of(_counted(page.rows))


def _newest_first(round_id: int) -> Select[Any]:
    return select(CodeBatch).where(CodeBatch.round_id == round_id).order_by(CodeBatch.id.desc())


def _counted(batches: list[CodeBatch]) -> list[Batch]:
    mine = select(Code.batch_id, Code.state, func.count()).where(Code.batch_id.in_([each.id for each in batches]))
    rows = db.session.execute(mine.group_by(Code.batch_id, Code.state))
    counts = {(batch_id, state): number for batch_id, state, number in rows}
    areas = select(Area).where(Area.id.in_([each.area_id for each in batches if each.area_id]))
    names = {area.id: area.name for area in db.session.scalars(areas)}
    return [_batch(each, names.get(each.area_id or 0), counts) for each in batches]


def _batch(row: CodeBatch, area: str | None, counts: dict[tuple[int | None, CodeState], int]) -> Batch:
    unused, used, void = (counts.get((row.id, state), 0) for state in CodeState)
    return Batch(
        row.id, row.name, area or "", row.made, unused, used, void,
        row.made_at, row.window_from, row.window_to, row.declarer,
        row.as_cards, row.revoked_at is not None,
    )  # fmt: skip


@dataclass(frozen=True)
class FoundCode:
    """What is known of a code that somebody typed."""

    slot: bytes
    round_id: int
    state: CodeState
    batch_id: int | None
    area_id: int | None
    declarer: Declarer | None
    window_from: datetime | None
    window_to: datetime | None
    declared: bool
    station_id: int | None
    activated_at: datetime | None


_FIND = Prepared(
    select(
        Code.slot, Code.round_id, Code.state, Code.batch_id,
        func.coalesce(Code.area_id, CodeBatch.area_id), CodeBatch.declarer, CodeBatch.window_from, CodeBatch.window_to,
        Code.declared, CodeBatch.station_id, CodeBatch.activated_at,
    )
    .outerjoin(CodeBatch, Code.batch_id == CodeBatch.id)
    .where(Code.slot == bindparam("of_slot"))
)  # fmt: skip


def find_code(round_id: int, code: str) -> FoundCode | None:
    """What the box knows of a code, as `read_code` gives it, in a round; None if it is no code of that round."""
    with reading() as connection:
        row = _FIND.first(connection, of_slot=slot(present.secrets.code_key, round_id, code))
    return FoundCode(*row) if row else None


def round_of_code(code: str) -> str | None:
    """The address of the round that a code belongs to, whichever state it is in; None if no round has it."""
    rounds = db.session.execute(select(Round.id, Round.slug)).all()
    slugs = {slot(present.secrets.code_key, round_id, code): slug for round_id, slug in rounds}
    found = db.session.scalar(select(Code.slot).where(Code.slot.in_(slugs)))
    return slugs[found] if found else None


def wrong_code(address: str) -> Refusal | None:
    """Count a code that nobody made, for an address; what to tell where there were too many.

    Only failures are counted, and right codes always pass, so that one guesser locks nobody out who shares the
    address. Side effect: one row of failures, under a keyed hash; at the limit, once in a
    window, a warning in the log and the event `many_wrong_codes`.
    """
    tag = failure_tag("code", address)
    note_failures(tag)
    if failures_of(tag) < present.settings.code_failures:
        return None
    _raise_alarm()
    sentence = N_("There have been too many wrong codes from here. Wait %(minutes)s minutes and try again.")
    return Refusal("too_many_wrong_codes", sentence, field="code", status=WAIT_STATUS, minutes=WINDOW_MINUTES)


def _raise_alarm() -> None:
    """Say in the log and in the ledger, once in a window, that somebody may be guessing; no address is kept."""
    minutes = WINDOW_MINUTES
    if guessing_since(minutes) is None:
        log.warning("many_wrong_codes", minutes=minutes)
        record("many_wrong_codes", SYSTEM, minutes=minutes, limit=present.settings.code_failures)


def guessing_since(minutes: int) -> datetime | None:
    """When somebody last tried too many wrong codes, if that is no longer ago than so many minutes."""
    since = present.now() - timedelta(minutes=minutes)
    alarms = select(func.max(Event.at)).where(Event.kind == "many_wrong_codes", Event.at > since)
    return db.session.scalar(alarms)


def as_text(codes: tuple[str, ...]) -> str:
    """Plain codes as a CSV file of one column, in the groups that cards show."""
    return "\r\n".join(["code", *map(print_form, codes)]) + "\r\n"
