"""The ballot box: the few statements, inside one transaction, by which an envelope goes in.

On the way in nothing is worked out: everything was prepared before, so that the writers' gate is held for
milliseconds. What is scarce, a code or a place on the roll, is taken by one conditional statement.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Table, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pb.core.admission import BOX_SHUT_BY_CLOCK, Doors, refuse_moment
from pb.core.errors import NotFound, Refusal
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.codes import Code, CodeState
from pb.models.envelopes import CastHour, Envelope, EnvelopeState, HeldEnvelope
from pb.models.roll import RollEntry, RollState
from pb.models.rounds import Round
from pb.services.prepared import Prepared, Reach
from pb.services.round_states import record_due_arrows

if TYPE_CHECKING:
    from pb.services.voting import VotingRound

CODES: Table = Code.__table__  # type: ignore[assignment]
ENVELOPES: Table = Envelope.__table__  # type: ignore[assignment]
HELD: Table = HeldEnvelope.__table__  # type: ignore[assignment]
HOURS: Table = CastHour.__table__  # type: ignore[assignment]
ROLL: Table = RollEntry.__table__  # type: ignore[assignment]
ROUNDS: Table = Round.__table__  # type: ignore[assignment]
#: SQLite has one writer at a time; elsewhere so many may count a ballot of one hour without waiting for another.
PARTS_OF_HOUR = 16
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Entry:
    """An envelope that is ready to go in, and what it takes.

    `slot` is that of its code, none for a paper without one; `fresh` says that the code is made with it. `place` is
    its row on the roll, none where a code is the whole check. `replaces` is the mark of the envelope whose place it
    takes. `late` envelopes were sealed or filled in away from the server (a kiosk without a network, a keyed paper):
    whether they came in time is for whoever puts them in, and they go in until the box is frozen, whichever version
    of the ballot they are of.
    """

    round_id: int
    version: int
    envelope_id: str
    retry_tag: bytes
    sealed: bytes
    slot: bytes | None
    fresh: bool
    area_id: int | None
    place: Mapping[str, Any] | None
    replaces: bytes
    channel: str
    formed_at: datetime | None
    late: bool = False


def put(session: Session, entry: Entry, *, opening: bool, ask_check: bool) -> bool:
    """Put an envelope in, inside the caller's transaction; True where it is held for the duplicates desk.

    `opening` says that the clock has opened the voting and the ledger does not say so yet. Raises the refusals
    of `refuse_moment`, `ballot_changed`, `code_used`, `already_voted`, `changed_meanwhile`, `sent_twice`.
    """
    if opening:
        open_voting(session, entry.round_id)
    return put_in(session.connection(), entry, ask_check=ask_check)


def open_voting(session: Session, round_id: int) -> None:
    """Record on the ledger that the clock has opened the voting."""
    record_due_arrows(session.get_one(Round, round_id, with_for_update=True))
    session.flush()


def put_in(connection: Connection, entry: Entry, *, ask_check: bool) -> bool:
    """What `put` does for a round whose voting the ledger says has opened: prepared statements and no session."""
    _admit(connection, entry)
    if entry.replaces:
        _replace(connection, entry)
        return False
    _take_code(connection, entry)
    second = _take_place(connection, entry, ask_check=ask_check)
    _keep(connection, entry, held=second is not None)
    if second is not None:
        connection.execute(insert(HELD), {"envelope_id": entry.envelope_id, "roll_entry_id": second["id"]})
    count_in(connection, entry.round_id, entry.channel)
    return second is not None


class _Found(NamedTuple):
    """The round's row, as it is inside the transaction."""

    state: RoundState
    voting_opens_at: datetime | None
    voting_closes_at: datetime | None
    grace_minutes: int
    ballot_version: int | None
    rehearsed_at: datetime | None
    paused_reason: str | None
    paused_until: datetime | None
    sealed_root: str | None


#: What decides, with the clock, whether a box that is not frozen takes a ballot.
JUDGED = tuple(name for name in _Found._fields if name != "sealed_root")
#: On PostgreSQL those who cast share the round's row, so that nobody can open the box beneath them.
_DOORS = Prepared(
    select(*(ROUNDS.c[name] for name in _Found._fields))
    .where(ROUNDS.c.id == bindparam("of_round"))
    .with_for_update(read=True)
)


def doors_of(row: _Found | VotingRound) -> Doors:
    """What decides whether a round's box takes a ballot, from its row."""
    return Doors(
        row.state,
        row.voting_opens_at,
        row.voting_closes_at,
        timedelta(minutes=row.grace_minutes),
        rehearsed=row.rehearsed_at is not None,
        paused=row.paused_reason is not None,
        paused_until=row.paused_until,
    )


def _admit(connection: Connection, entry: Entry) -> None:
    """Look at the clock and at the round again, now that the transaction has begun."""
    found = _DOORS.first(connection, of_round=entry.round_id)
    if found is None:
        raise NotFound("no_round", N_("There is no such round."))
    row = _Found(*found)
    if entry.late:
        _admit_late(entry, row)
        return
    refuse_moment(doors_of(row), entry.formed_at, present.now())
    if row.sealed_root is not None:  # by the clock of another server, which is behind this one
        raise box_frozen()
    if row.ballot_version != entry.version:
        raise ballot_changed()


def _admit_late(entry: Entry, row: _Found) -> None:
    if row.state not in BOX_SHUT_BY_CLOCK or row.sealed_root is not None:
        raise box_frozen()
    if not 1 <= entry.version <= (row.ballot_version or 0):
        raise ballot_changed()


def box_frozen() -> Refusal:
    """The refusal for an envelope that comes when the box is frozen, and before it can be opened."""
    return Refusal("box_frozen", N_("The box is frozen. Nothing more goes into it."))


def ballot_changed() -> Refusal:
    """The refusal for a paper of another version than the one that is voted on."""
    return Refusal(
        "ballot_changed",
        N_(
            "The ballot has changed since you opened it. Nothing was recorded. Look at your choices on the new one and "
            "send it again."
        ),
    )


_USE_CODE = Prepared(
    update(CODES)
    .where(
        CODES.c.slot == bindparam("of_slot"),
        CODES.c.round_id == bindparam("of_round"),
        CODES.c.state == CodeState.UNUSED,
    )
    .values(state=CodeState.USED, area_id=bindparam("for_area"))
)


def _take_code(connection: Connection, entry: Entry) -> None:
    if entry.fresh:
        row = {"slot": entry.slot, "round_id": entry.round_id, "area_id": entry.area_id, "state": CodeState.USED}
        if connection.execute(_unless_there(connection, CODES), row).rowcount != 1:
            raise sent_twice()
        return
    if entry.slot is None:
        return
    if _USE_CODE.changed(connection, of_slot=entry.slot, of_round=entry.round_id, for_area=entry.area_id) != 1:
        raise code_used()


def code_used() -> Refusal:
    """The refusal for a code under which a ballot is in the box."""
    return Refusal(
        "code_used",
        N_("This code has been used: a ballot is in the box. If that was not you, ask the council."),
        field="code",
    )


def _unless_there(connection: Connection, table: Table) -> Any:
    """An insert that does nothing where a unique value is there already."""
    # Without the option SQLAlchemy does not keep how many rows PostgreSQL says it inserted.
    return _INSERTS[connection.dialect.name](table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


#: Who has one of a claim's tags.
_FIRST_CLAIMS = select(ROLL.c.id, ROLL.c.tag, ROLL.c.contact_tag).where(
    ROLL.c.round_id == bindparam("round_id"),
    or_(ROLL.c.tag == bindparam("tag"), ROLL.c.contact_tag == bindparam("contact_tag")),
)
#: Somebody may take the place between being refused and being looked for, each of the two tags once.
_TRIES = 3


def _take_place(connection: Connection, entry: Entry, *, ask_check: bool) -> Mapping[str, Any] | None:
    """Take the person's place on the roll; the place of a claim that is to be held, and none of any other.

    Held is who comes where somebody had the place first, and who comes from a mail domain that has sent many. One
    statement takes both tags, name and contact, or neither.
    """
    if entry.place is None:
        return None
    place = _judged(connection, entry.place)
    if connection.execute(_unless_there(connection, ROLL), place).rowcount == 1:
        return place if place["state"] == RollState.PENDING else None
    if not ask_check:
        raise already_voted(entry)
    for _ in range(_TRIES):
        place = _second_claim(connection, entry.place)
        if connection.execute(_unless_there(connection, ROLL), place).rowcount == 1:
            return place
    raise sent_twice()


_FROM_DOMAIN = Prepared(
    select(func.count()).where(
        ROLL.c.round_id == bindparam("of_round"),
        ROLL.c.domain_tag == bindparam("of_domain"),
        ROLL.c.state == RollState.VOTED,
    )
)


def _judged(connection: Connection, place: Mapping[str, Any]) -> Mapping[str, Any]:
    """The place with its state: one that waits where as many of its mail domain as go unlooked at have voted."""
    domain = place.get("domain_tag")
    if domain is None:
        return place
    if connection.dialect.name == "postgresql":  # where others of the domain cast at the same moment
        connection.execute(select(func.pg_advisory_xact_lock(int.from_bytes(domain[:8], signed=True))))
    found = _FROM_DOMAIN.first(connection, of_round=place["round_id"], of_domain=domain)
    many = found is not None and found[0] >= present.settings.most_from_mail_domain
    return {**place, "state": RollState.PENDING} if many else place


def _second_claim(connection: Connection, place: Mapping[str, Any]) -> Mapping[str, Any]:
    """A claim beside the one that was there first, with whichever of its tags nobody has.

    Somebody who used a neighbour's e-mail address keeps their own name's tag, and cannot come again with another.
    """
    there = connection.execute(_FIRST_CLAIMS, place).all()
    mine = {name: place[name] for name in ("tag", "contact_tag")}
    free = {name: None if any(getattr(row, name) == tag for row in there) else tag for name, tag in mine.items()}
    if not there:
        raise sent_twice()
    first = next((row.id for row in there if row.tag == place["tag"]), there[0].id)
    return {**place, **free, "same_as": first, "state": RollState.PENDING}


def already_voted(entry: Entry) -> Refusal:
    """The refusal for somebody whose name, or whose contact, is on the roll."""
    sentence = N_("A ballot has been cast already for this name, postcode and year of birth.")
    if (entry.place or {}).get("contact_tag"):
        sentence = N_("A ballot has been cast already for this person, or for this e-mail address or mobile number.")
    return Refusal("already_voted", sentence)


_KEEP = Prepared(
    write=lambda dialect: (
        _INSERTS[dialect](ENVELOPES)
        .values({column: bindparam(f"of_{column.name}") for column in ENVELOPES.c})
        .on_conflict_do_nothing()
    )
)


def _keep(connection: Connection, entry: Entry, *, held: bool) -> None:
    kept = _KEEP.changed(
        connection,
        of_id=entry.envelope_id,
        of_round_id=entry.round_id,
        of_slot=entry.slot,
        of_retry_tag=entry.retry_tag,
        of_version=entry.version,
        of_sealed=entry.sealed,
        of_state=EnvelopeState.HELD if held else EnvelopeState.ACCEPTED,
    )
    if kept != 1:
        raise sent_twice()


def sent_twice() -> Refusal:
    """The refusal for a form whose other sending was quicker."""
    return Refusal("sent_twice", N_("This form is being sent already. Wait a moment and try again."))


_REPLACE = (
    update(ENVELOPES)
    .where(
        ENVELOPES.c.slot == bindparam("of_slot"),
        ENVELOPES.c.retry_tag == bindparam("of_tag"),
        ENVELOPES.c.state == EnvelopeState.ACCEPTED,
    )
    .values(
        id=bindparam("new_id"),
        retry_tag=bindparam("new_tag"),
        sealed=bindparam("new_sealed"),
        version=bindparam("new_version"),
    )
)


def _replace(connection: Connection, entry: Entry) -> None:
    """Put the envelope in the place of the one that the voter saw in the box, and of no other."""
    replaced = connection.execute(
        _REPLACE,
        {
            "of_slot": entry.slot,
            "of_tag": entry.replaces,
            "new_id": entry.envelope_id,
            "new_tag": entry.retry_tag,
            "new_sealed": entry.sealed,
            "new_version": entry.version,
        },
    )
    if replaced.rowcount != 1:
        raise changed_meanwhile()


def changed_meanwhile() -> Refusal:
    """The refusal for a change of a ballot that has been changed since its form was opened."""
    return Refusal(
        "changed_meanwhile",
        N_("Your ballot was changed from another page in the meantime. Enter your code again to see where it stands."),
    )


_COUNT = Prepared(
    write=lambda dialect: (
        _INSERTS[dialect](HOURS)
        .values(
            round_id=bindparam("of_round"),
            hour=bindparam("of_hour"),
            channel=bindparam("of_channel"),
            part=bindparam("of_part"),
            count=bindparam("of_more"),
        )
        .on_conflict_do_update(index_elements=HOURS.primary_key, set_={"count": HOURS.c.count + bindparam("of_more")})
    )
)


def count_in(connection: Reach, round_id: int, channel: str, more: int = 1) -> None:
    """So many more in this hour: the only time that is kept of a casting."""
    hour = hour_of(present.now())
    part = part_of_hour() if connection.dialect.name == "postgresql" else 0
    _COUNT.changed(connection, of_round=round_id, of_hour=hour, of_channel=channel, of_part=part, of_more=more)


def hour_of(moment: datetime) -> datetime:
    """The hour that a moment is in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def part_of_hour() -> int:
    """The row that a ballot is counted in: by chance, and by nothing of the ballot, which the row would tell of."""
    return secrets.randbelow(PARTS_OF_HOUR)
