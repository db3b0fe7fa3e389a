"""The usual ballot, a first one under a code that asks nothing more, put in by one statement where the database can.

PostgreSQL is another process, often another machine: six statements are six waits for it, while the round's row and
the code's are held. SQLite answers in this process and has no such statement.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from pb.core.admission import refuse_moment
from pb.extensions import db, present
from pb.models.codes import CodeState
from pb.models.envelopes import EnvelopeState
from pb.services.box import CODES, ENVELOPES, HOURS, JUDGED, ROUNDS, Entry, hour_of, part_of_hour
from pb.services.prepared import Line, Prepared
from pb.services.transactions import in_transaction
from pb.services.voting import VotingRound


def put_at_once(the_round: VotingRound, entry: Entry) -> bool:
    """Put a usual ballot in, durably; False where nothing was done, so that `box.put_in` is to do it, or to refuse.

    One statement is one transaction: it shares the round's row, so that nobody can freeze the box beneath it, takes
    the code, keeps the envelope and counts it, all of it or nothing. Raises the refusals of `refuse_moment`.
    """
    if in_transaction() or db.engine.dialect.name != "postgresql" or not _is_usual(entry):
        return False
    refuse_moment(the_round.doors, entry.formed_at, present.now())
    with Line(db.engine) as line:
        try:
            return _put(line, the_round, entry)
        except IntegrityError:  # the same form, sent twice
            return False


def _is_usual(entry: Entry) -> bool:
    return not (entry.slot is None or entry.fresh or entry.place or entry.replaces or entry.late)


def _put(line: Line, the_round: VotingRound, entry: Entry) -> bool:
    if line.dispatch.commit:
        line.dispatch.commit(line)  # the statement commits by itself; who listens for that hears it too
    row = _PUT.first(
        line,
        **{f"judged_{name}": getattr(the_round, name) for name in JUDGED},
        in_round=entry.round_id,
        with_slot=entry.slot,
        for_area=entry.area_id,
        with_id=entry.envelope_id,
        with_retry_tag=entry.retry_tag,
        with_sealed=entry.sealed,
        with_hour=hour_of(present.now()),
        with_channel=entry.channel,
        with_part=part_of_hour(),
    )
    return row is not None and bool(row[0])


def _statement(_dialect: str) -> Any:
    # The row must be what it was when the clock was looked at.
    same = (ROUNDS.c[name].is_not_distinct_from(bindparam(f"judged_{name}")) for name in JUDGED)
    mine = (ROUNDS.c.id == bindparam("in_round"), ROUNDS.c.sealed_root.is_(None))
    door = select(ROUNDS.c.id).where(*mine, *same).with_for_update(read=True).cte("door")
    free = (CODES.c.slot == bindparam("with_slot"), CODES.c.round_id == door.c.id, CODES.c.state == CodeState.UNUSED)
    taken = update(CODES).where(*free).values(state=CodeState.USED, area_id=bindparam("for_area"))
    used = taken.returning(CODES.c.slot, CODES.c.round_id).cte("used")
    kept = _kept_for(used).cte("kept")
    return select(func.count()).select_from(kept).add_cte(_counted_for(kept).cte("counted"))


def _kept_for(used: Any) -> Any:
    values = {
        "id": _given(ENVELOPES, "id"),
        "round_id": used.c.round_id,
        "slot": used.c.slot,
        "retry_tag": _given(ENVELOPES, "retry_tag"),
        "version": bindparam("judged_ballot_version"),
        "sealed": _given(ENVELOPES, "sealed"),
        "state": literal(EnvelopeState.ACCEPTED, ENVELOPES.c.state.type),
    }
    return insert(ENVELOPES).from_select(list(values), select(*values.values())).returning(ENVELOPES.c.round_id)


def _counted_for(kept: Any) -> Any:
    values = [kept.c.round_id, *(_given(HOURS, name) for name in ("hour", "channel", "part")), literal(1)]
    counted = insert(HOURS).from_select(["round_id", "hour", "channel", "part", "count"], select(*values))
    return counted.on_conflict_do_update(index_elements=HOURS.primary_key, set_={"count": HOURS.c.count + 1})


def _given(table: Table, name: str) -> Any:
    """A value of a column's own type, which a database does not guess where it is selected."""
    return bindparam(f"with_{name}", type_=table.c[name].type)


_PUT = Prepared(write=_statement)
