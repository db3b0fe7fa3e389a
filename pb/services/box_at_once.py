"""The usual ballots, each a first one under a code that asks nothing more: all that have come go in together.

Nothing is asked before: the statements that put them in look at the round and at the codes themselves, and leave out
whichever ballot is not so. PostgreSQL, which is another process and often another machine, is sent one statement;
SQLite, which answers in this process, a few.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from pb.core.admission import refuse_moment
from pb.core.errors import Refusal
from pb.core.states import RoundState
from pb.extensions import db, present
from pb.models.codes import CodeBatch, CodeState, Declarer
from pb.models.envelopes import EnvelopeState
from pb.models.rounds import Policy
from pb.services.box import CODES, ENVELOPES, HOURS, ROUNDS, Entry, count_in, hour_of, part_of_hour
from pb.services.group_commit import Outcome, Queue, Queues
from pb.services.prepared import Line, Prepared, Reach
from pb.services.transactions import end_snapshot, in_transaction, writing_line
from pb.services.voting import MARK, VotingRound

BATCHES: Table = CodeBatch.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class Usual:
    """A ballot on its way, and the round as it was read for it."""

    the_round: VotingRound
    entry: Entry


def put_at_once(the_round: VotingRound, entry: Entry) -> bool:
    """Put a usual ballot in, durably; False where nothing was done, so that `box.put_in` is to do it, or to refuse.

    The round's row is shared with whoever else casts, so that nobody can freeze the box beneath it; it must be what it
    was when the ballot was sealed, and the box not frozen. The code is taken, the envelope kept and counted, or
    nothing. A code whose row somebody else holds is left to the other way, which waits for it alone.
    """
    if in_transaction() or the_round.state == RoundState.LOCKED:
        return False
    end_snapshot()
    try:
        return bool(QUEUES.of(db.engine).done(Usual(the_round, entry)))
    except IntegrityError:  # the same form, or another with the same code, sent twice
        return False


def _right() -> AbstractContextManager[Line]:
    engine = db.engine
    return writing_line() if engine.dialect.name == "sqlite" else Line(engine)


def _put_all(reach: Reach, usual: Sequence[Usual]) -> list[Outcome]:
    """Put in what is in time; for each whether it is in."""
    put = _in_one_file if reach.dialect.name == "sqlite" else _in_one_statement
    now = present.now()  # the clock is looked at once more, now that the right to write is there
    kept: set[str] = set()
    for the_round in {each.the_round for each in usual}:
        entries = [each.entry for each in usual if each.the_round == the_round and _in_time(each, now)]
        if entries:
            kept |= put(reach, the_round, entries, now)
    return [(each.entry.envelope_id in kept, None) for each in usual]


def _in_time(usual: Usual, now: datetime) -> bool:
    try:
        refuse_moment(usual.the_round.doors, usual.entry.formed_at, now)
    except Refusal:
        return False
    return True


QUEUES: Queues[Usual, Reach] = Queues(lambda: Queue(_right, _put_all))


# What both databases are asked.

#: What is sent of each ballot, as text, in this order.
_SENT = ("id", "slot", "retry_tag", "sealed", "area_id", "channel")


def _sent(entries: Sequence[Entry]) -> str:
    rows = (
        (
            each.envelope_id,
            (each.slot or b"").hex(),
            each.retry_tag.hex(),
            each.sealed.hex(),
            each.area_id,
            each.channel,
        )
        for each in entries
    )
    return json.dumps([dict(zip(_SENT, row, strict=True)) for row in rows])


def _asked(the_round: VotingRound, entries: Sequence[Entry], now: datetime) -> dict[str, Any]:
    """The values that the statement which keeps envelopes has on both databases."""
    return {
        "in_round": the_round.id,
        "of_mark": the_round.mark,
        "of_version": the_round.ballot_version,
        "at_moment": now,
        "sent": _sent(entries),
    }


def _good_code(policy: Any, area_id: Any) -> ColumnElement[bool]:
    """That a code, with its batch, is unused, works now, asks nothing more, and is of this ward or of none."""
    now = bindparam("at_moment", type_=BATCHES.c.window_from.type)
    ward = func.coalesce(CODES.c.area_id, BATCHES.c.area_id)
    nothing_more = case(
        (policy == _said(Policy.CODE), true()),
        (policy == _said(Policy.INVITED), BATCHES.c.declarer == _said(Declarer.LIST)),
        else_=or_(CODES.c.declared, BATCHES.c.declarer == _said(Declarer.STEWARD)),
    )
    return and_(
        CODES.c.state == _said(CodeState.UNUSED),
        nothing_more,
        or_(BATCHES.c.station_id.is_(None), BATCHES.c.activated_at.is_not(None)),
        or_(BATCHES.c.window_from.is_(None), BATCHES.c.window_from <= now),
        or_(BATCHES.c.window_to.is_(None), BATCHES.c.window_to > now),
        or_(area_id.is_(None), ward.is_(None), ward == area_id),
    )


def _of(round_id: Any) -> ColumnElement[bool]:
    """That a code is of a round; as a sum, lest the index of rounds be followed through every code of this one."""
    same: ColumnElement[bool] = CODES.c.round_id + literal_column("0") == round_id
    return same


def _said(word: StrEnum) -> ColumnElement[Any]:
    """One of our own words in the statement itself, which so has fewer values to be sent."""
    return literal_column(f"'{word.value}'")


def _as_judged() -> tuple[ColumnElement[bool], ...]:
    """That the round's row is what it was when the ballots were judged and sealed, and the box not frozen."""
    return (
        ROUNDS.c.id == bindparam("in_round"),
        bindparam("of_mark", type_=Text) == MARK,
        ROUNDS.c.sealed_root.is_(None),
    )


def _kept_from(into: Any, values: dict[str, Any], rows: Any) -> Any:
    """Keep, by an insert into the envelopes, one for each of the rows."""
    whole = {
        **values,
        "version": bindparam("of_version", type_=Integer),
        "state": _said(EnvelopeState.ACCEPTED),
    }
    query = rows.with_only_columns(*whole.values(), maintain_column_froms=True)
    return into.from_select(list(whole), query)


# PostgreSQL.


def _in_one_statement(reach: Reach, the_round: VotingRound, entries: Sequence[Entry], now: datetime) -> set[str]:
    if reach.dispatch.commit:
        reach.dispatch.commit(reach)  # the statement commits by itself; who listens for that hears it too
    rows = _PUT.all(
        reach,
        **_asked(the_round, entries, now),
        in_hour=hour_of(now),
        in_part=part_of_hour(),
        slots=[each.slot for each in entries],
    )
    return {row[0] for row in rows}


def _statement(_dialect: str) -> Any:
    door = select(ROUNDS.c.id, ROUNDS.c.policy).where(*_as_judged()).with_for_update(read=True).cte("door")
    columns = (column(name, Integer if name == "area_id" else Text) for name in _SENT)
    sent = func.json_to_recordset(cast(bindparam("sent", type_=Text), postgresql.JSON)).table_valued(
        *columns, name="sent"
    )
    sent = sent.render_derived(with_types=True)
    slot, retry_tag, sealed = (
        func.decode(sent.c[name], literal_column("'hex'"), type_=LargeBinary) for name in _SENT[1:4]
    )
    # Named apart as well: of what a text holds the database cannot tell how few it is, and would read every code.
    slots = bindparam("slots", type_=postgresql.ARRAY(LargeBinary))
    free = (
        select(
            door.c.id.label("round_id"), CODES.c.slot, sent.c.id, retry_tag.label("retry_tag"), sealed.label("sealed"),
            sent.c.area_id, sent.c.channel,
        )
        .select_from(door)
        .join(sent, true())
        .join(CODES, and_(CODES.c.slot == slot, CODES.c.slot == any_(slots), _of(door.c.id)))
        .outerjoin(BATCHES, BATCHES.c.id == CODES.c.batch_id)
        .where(_good_code(door.c.policy, sent.c.area_id))
        .with_for_update(of=CODES, skip_locked=True)
        .cte("free")
    )  # fmt: skip
    taken = update(CODES).where(CODES.c.slot == free.c.slot).values(state=_said(CodeState.USED), area_id=free.c.area_id)
    used = taken.returning(free.c.id).cte("used")
    values = {name: free.c[name] for name in ("id", "round_id", "slot", "retry_tag", "sealed")}
    put = _kept_from(insert(ENVELOPES), values, select(free).join(used, used.c.id == free.c.id))
    kept = put.returning(ENVELOPES.c.id).cte("kept")
    return select(kept.c.id).add_cte(_counted(free, kept).cte("counted"))


def _counted(free: Any, kept: Any) -> Any:
    hour, part = (bindparam(f"in_{name}", type_=HOURS.c[name].type) for name in ("hour", "part"))
    each = select(free.c.round_id, hour, free.c.channel, part, func.count()).join(kept, kept.c.id == free.c.id)
    rows = each.group_by(free.c.round_id, free.c.channel)
    more = postgresql.insert(HOURS).from_select(["round_id", "hour", "channel", "part", "count"], rows)
    added = {"count": HOURS.c.count + more.excluded.count}
    return more.on_conflict_do_update(index_elements=HOURS.primary_key, set_=added)


_PUT = Prepared(write=_statement)


# SQLite.


def _in_one_file(reach: Reach, the_round: VotingRound, entries: Sequence[Entry], now: datetime) -> set[str]:
    asked = _asked(the_round, entries, now)
    ids = {row[0] for row in _KEEP.all(reach, **asked)}
    kept = [each for each in entries if each.envelope_id in ids]
    sent = asked["sent"] if len(kept) == len(entries) else _sent(kept)
    if kept and _USE.changed(reach, sent=sent) != len(kept):
        raise RuntimeError("a ballot without a code of its own")
    for channel, more in Counter(each.channel for each in kept).items():
        count_in(reach, the_round.id, channel, more)
    return ids


def _one_of(name: str) -> Any:
    """A value of one of the ballots that are sent."""
    value = func.json_extract(_EACH.c.value, f"$.{name}", type_=Integer if name == "area_id" else String)
    return func.unhex(value, type_=LargeBinary) if name in _SENT[1:4] else value


_EACH = func.json_each(bindparam("sent", type_=Text)).table_valued("value", name="sent")
_KEEP = Prepared(
    _kept_from(
        sqlite.insert(ENVELOPES),
        {"round_id": ROUNDS.c.id, **{name: _one_of(name) for name in _SENT[:4]}},
        select(ROUNDS)
        .select_from(ROUNDS)
        .join(_EACH, true())
        .join(CODES, and_(CODES.c.slot == _one_of("slot"), _of(ROUNDS.c.id)))
        .outerjoin(BATCHES, BATCHES.c.id == CODES.c.batch_id)
        .where(*_as_judged(), _good_code(ROUNDS.c.policy, _one_of("area_id"))),
    )
    .on_conflict_do_nothing()  # of a code or a form that comes twice in a batch, the first
    .returning(ENVELOPES.c.id)
)
_USE = Prepared(
    update(CODES).where(CODES.c.slot == _one_of("slot")).values(state=_said(CodeState.USED), area_id=_one_of("area_id"))
)
