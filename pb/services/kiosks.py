"""Kiosks: adding one to a station, enrolling the tablet, taking it out of use, and what it told last."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pb.core.actors import SYSTEM, Actor
from pb.core.canonical import joined, keyed
from pb.core.codes import RANDOM_BYTES, make_code, read_code
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.kiosks import ENROL_FORMAT, HIGHEST_SEQ, KioskNumbers, is_signed, read_public_key
from pb.core.permissions import has_stepped_up, may_enrol_kiosks, may_supervise_kiosks
from pb.core.plain_text import is_among
from pb.core.reasons import SAY_WHY, read_reason
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.codes import CodeBatch, Declarer
from pb.models.kiosks import ItemState, Kiosk, KioskItem
from pb.models.rounds import Policy, Round
from pb.models.stations import Station
from pb.services.event_days import hand_in_closed
from pb.services.ledger import record
from pb.services.round_states import must_be, round_phase
from pb.services.rounds import locked_round
from pb.services.stations import refuse_stranger
from pb.services.transactions import transaction

#: How long the code that enrols a tablet works.
ENROLLING = timedelta(minutes=30)
LONGEST_NAME = 80
#: A tablet is made ready once there is a ballot to put on it.
READY = (RoundState.LOCKED, RoundState.VOTING)


@dataclass(frozen=True)
class KioskState:
    """A kiosk as officers see it, with what became of its items."""

    kiosk: Kiosk
    station: str
    numbers: KioskNumbers


def add_kiosk(station_id: int, *, name: str, declares: bool, by: Actor) -> tuple[int, str]:
    """A new kiosk at a station, with the code that enrols its tablet once, within half an hour: its id and the code.

    `declares`: whoever votes there says on it who they are. Raises NotFound `no_station`; NotAllowed
    `may_not_enrol`, `step_up`, `not_at_station`; Refusal `not_now`, `kiosk_name_missing`, `kiosk_name_long`,
    `kiosk_name_taken`, `cannot_declare`, `must_declare`. Event `kiosk_added`.
    """
    _refuse_enroller(by)
    name = _tidy(name)
    with transaction() as session:
        station = refuse_stranger(station_id, by)
        the_round = locked_round(session, station.round_id)
        must_be(the_round, *READY)
        if declares and the_round.policy != Policy.DECLARED:
            raise _cannot_declare()
        if not declares and the_round.policy == Policy.DECLARED and _voters_declare(station):
            raise _must_declare()
        if is_among(name, session.scalars(select(Kiosk.name).where(Kiosk.round_id == the_round.id))):
            sentence = N_("Another tablet of this round has that name.")
            raise Refusal("kiosk_name_taken", sentence, field="name", status=422)
        code = make_code(secrets.token_bytes(RANDOM_BYTES))
        kiosk = Kiosk(
            round_id=the_round.id, station_id=station.id, name=name, declares=declares, added_by=by.account_id
        )
        kiosk.enrolling_hash, kiosk.enrolling_until = _hash(code), present.now() + ENROLLING
        session.add(kiosk)
        session.flush()
        _record("kiosk_added", kiosk, by, station=station.id, declares=declares)
        return kiosk.id, code


def new_code(kiosk_id: int, *, by: Actor) -> str:
    """Another code for a tablet that has not been enrolled yet; the one before works no more.

    Raises NotFound `no_kiosk`; NotAllowed `may_not_enrol`, `step_up`, `not_at_station`; Refusal `enrolled_already`,
    `kiosk_revoked`.
    """
    _refuse_enroller(by)
    code = make_code(secrets.token_bytes(RANDOM_BYTES))
    with transaction() as session:
        kiosk = _locked(session, kiosk_id)
        refuse_stranger(kiosk.station_id, by)
        _refuse_revoked(kiosk)
        if kiosk.public_key is not None:
            raise Refusal("enrolled_already", N_("This tablet is enrolled. Take it out of use and add another."))
        kiosk.enrolling_hash, kiosk.enrolling_until = _hash(code), present.now() + ENROLLING
    return code


def enrol(typed: str, public_key: str, signature: bytes) -> Kiosk:
    """Enrol the tablet that has the one-time code, with its own key, and proof that it holds the other half.

    Raises Refusal: those of `read_code` and `read_public_key`, `enrolment_unknown` (unknown, used or too old),
    `key_unreadable`. Event `kiosk_enrolled`.
    """
    code, key = read_code(typed), read_public_key(public_key)
    if not is_signed(key, joined(ENROL_FORMAT, code), signature):
        raise Refusal("key_unreadable", N_("This tablet’s key could not be read."), status=422)
    with transaction() as session:
        query = select(Kiosk).where(Kiosk.enrolling_hash == _hash(code)).with_for_update()
        kiosk = session.scalar(query)
        if kiosk is None or kiosk.revoked_at is not None or present.now() >= (kiosk.enrolling_until or present.now()):
            sentence = N_("This code does not enrol a tablet, or not any more. Ask an officer for a new one.")
            raise Refusal("enrolment_unknown", sentence, field="code", status=422)
        kiosk.public_key, kiosk.enrolled_at = key, present.now()
        kiosk.enrolling_hash = kiosk.enrolling_until = None
        _record("kiosk_enrolled", kiosk, SYSTEM, station=kiosk.station_id)
        return kiosk


def revoke_kiosk(kiosk_id: int, *, reason: str, by: Actor) -> None:
    """Take a tablet out of use for good: nothing that it sends from now on is taken.

    Raises NotFound `no_kiosk`; NotAllowed `may_not_supervise`, `step_up`; Refusal `reason_missing`,
    `reason_long`, `kiosk_revoked`. Event `kiosk_revoked`.
    """
    reason = read_reason(reason, SAY_WHY)
    with transaction() as session:
        kiosk = _supervised(session, kiosk_id, by)
        _refuse_revoked(kiosk)
        kiosk.revoked_at = present.now()
        kiosk.enrolling_hash = kiosk.enrolling_until = None
        _record("kiosk_revoked", kiosk, by, reason=reason)


def allow_unkept_storage(kiosk_id: int, *, by: Actor) -> None:
    """Let a tablet work without a network though its browser may delete what it saved, at a supervisor's word.

    Raises NotFound `no_kiosk`; NotAllowed `may_not_supervise`, `step_up`; Refusal `kiosk_revoked`. Event
    `kiosk_storage_allowed`.
    """
    with transaction() as session:
        kiosk = _supervised(session, kiosk_id, by)
        _refuse_revoked(kiosk)
        kiosk.overridden_by = by.account_id
        _record("kiosk_storage_allowed", kiosk, by)


def tell_closing_number(kiosk_id: int, number: int | None, *, by: Actor) -> None:
    """Note the number that a tablet showed when its station closed; None when the station opens again.

    What it made up to there counts, if it comes within the grace; anything else waits for two officers. So once
    voting, or the hand-in where the tablet stands, is over one person notes a number where there is none, and changes
    none. Raises NotFound `no_kiosk`;
    NotAllowed `may_not_enrol`, `not_at_station`; Refusal `number_wrong`, `number_told`. Event `kiosk_closing_told`.
    """
    if not may_enrol_kiosks(by):
        raise _may_not_enrol()
    refuse_number(number, "number")
    with transaction() as session:
        station = refuse_stranger(_found(session, kiosk_id).station_id, by)
        the_round = locked_round(session, station.round_id)
        kiosk = _locked(session, kiosk_id)
        if kiosk.closing_seq not in (None, number):
            _refuse_over(the_round, kiosk)
        note_number(kiosk, number, by)


def note_number(kiosk: Kiosk, number: int | None, by: Actor) -> None:
    """Note the number at which a tablet was closed, inside the caller's transaction. Event `kiosk_closing_told`."""
    if kiosk.closing_seq == number:
        return
    kiosk.closing_seq, kiosk.closed_at = number, present.now() if number is not None else None
    _record("kiosk_closing_told", kiosk, by, number=number)


def refuse_number(number: int | None, field: str) -> None:
    """Refuse what cannot be a tablet's number. Raises Refusal `number_wrong`."""
    if number is not None and not 0 <= number <= HIGHEST_SEQ:
        sentence = N_("Enter the number that the tablet shows, in figures.")
        raise Refusal("number_wrong", sentence, field=field, status=422)


def _refuse_over(the_round: Round, kiosk: Kiosk) -> None:
    if round_phase(the_round) not in READY:
        sentence = N_("Voting is over, and the number is %(number)s. Two officers decide on what was made after it.")
    elif hand_in_closed(kiosk.station_id):
        sentence = N_(
            "The hand-in is closed, and the number is %(number)s. Two officers decide on what was made after it."
        )
    else:
        return
    raise Refusal("number_told", sentence, field="number", number=kiosk.closing_seq)


def working_kiosk(kiosk_id: int) -> Kiosk:
    """An enrolled kiosk that is in use. Raises NotFound `no_kiosk`; NotAllowed `kiosk_revoked`."""
    kiosk = db.session.get(Kiosk, kiosk_id)
    if kiosk is None or (kiosk.public_key is None and kiosk.revoked_at is None):
        raise _no_kiosk()
    if kiosk.revoked_at is not None:
        raise revoked()
    return kiosk


def kiosks_in_use(station_id: int) -> list[Kiosk]:
    """The tablets on which people may vote at a station, by name."""
    query = select(Kiosk).where(Kiosk.station_id == station_id, Kiosk.revoked_at.is_(None))
    return list(db.session.scalars(query.where(Kiosk.public_key.is_not(None)).order_by(Kiosk.name)))


def kiosk_of_round(round_id: int, kiosk_id: int) -> Kiosk:
    """A kiosk of a round, whatever its state. Raises NotFound `no_kiosk`."""
    kiosk = db.session.get(Kiosk, kiosk_id)
    if kiosk is None or kiosk.round_id != round_id:
        raise _no_kiosk()
    return kiosk


def kiosks_of(round_id: int, station_id: int | None = None) -> list[KioskState]:
    """The kiosks of a round, or of one station, by name, each with its numbers."""
    query = select(Kiosk, Station.name).join(Station, Kiosk.station_id == Station.id).where(Kiosk.round_id == round_id)
    if station_id is not None:
        query = query.where(Kiosk.station_id == station_id)
    rows = db.session.execute(query.order_by(Kiosk.name)).all()
    numbers = {each.name: each for each in numbers_of_kiosks(round_id)}
    return [KioskState(kiosk, station, numbers[kiosk.name]) for kiosk, station in rows]


def numbers_of_kiosks(round_id: int) -> tuple[KioskNumbers, ...]:
    """What each kiosk of a round made and what became of it, by name."""
    counted = (
        select(KioskItem.kiosk_id, KioskItem.state, func.count())
        .join(Kiosk, KioskItem.kiosk_id == Kiosk.id)
        .where(Kiosk.round_id == round_id)
        .group_by(KioskItem.kiosk_id, KioskItem.state)
    )
    states: Counter[Any] = Counter({(row[0], row[1]): row[2] for row in db.session.execute(counted)})
    kiosks: Sequence[Kiosk] = db.session.scalars(
        select(Kiosk).where(Kiosk.round_id == round_id).order_by(Kiosk.name)
    ).all()
    return tuple(
        KioskNumbers(
            kiosk.name,
            kiosk.told_made,
            kiosk.told_waiting,
            *(states[kiosk.id, state] for state in _IN_ORDER),
        )
        for kiosk in kiosks
    )


_IN_ORDER = (ItemState.ACCEPTED, ItemState.HELD, ItemState.DUPLICATE, ItemState.REJECTED, ItemState.QUARANTINED)


def revoked() -> NotAllowed:
    """The refusal for a tablet that was taken out of use."""
    return NotAllowed(
        "kiosk_revoked",
        N_("This tablet was taken out of use. What it has not sent stays on it: give it to the council."),
    )


def may_not_supervise() -> NotAllowed:
    """The refusal for somebody who is no officer."""
    return NotAllowed("may_not_supervise", N_("Only an officer may do this."))


def step_up() -> NotAllowed:
    """The refusal for somebody whose second factor was shown too long ago."""
    return NotAllowed("step_up", N_("Show your second factor again before you do this."))


def _hash(code: str) -> bytes:
    return keyed(present.secrets.code_key, "kiosk-enrolment", code)


def _tidy(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refusal("kiosk_name_missing", N_("Enter a name for the tablet."), field="name", status=422)
    if len(name) > LONGEST_NAME:
        sentence = N_("The name must be %(most)s characters or fewer.")
        raise Refusal("kiosk_name_long", sentence, field="name", status=422, most=LONGEST_NAME)
    return name


def _voters_declare(station: Station) -> bool:
    """Whether cards are about here whose holders must say who they are: without it their ballots would be lost."""
    here = or_(CodeBatch.station_id == station.id, CodeBatch.station_id.is_(None))
    of_voters = select(CodeBatch.id).where(
        CodeBatch.round_id == station.round_id, CodeBatch.declarer == Declarer.VOTER, CodeBatch.revoked_at.is_(None)
    )
    return db.session.scalar(of_voters.where(here, CodeBatch.as_cards).limit(1)) is not None


def _must_declare() -> Refusal:
    sentence = N_("Cards are used here whose holders say who they are themselves, so the tablet must ask them.")
    return Refusal("must_declare", sentence, field="declares", status=422)


def _cannot_declare() -> Refusal:
    sentence = N_("In this round nobody declares at a tablet: hand out cards whose holders are on the roll already.")
    return Refusal("cannot_declare", sentence, field="declares", status=422)


def _refuse_enroller(by: Actor) -> None:
    if not may_enrol_kiosks(by):
        raise _may_not_enrol()
    if not has_stepped_up(by):
        raise step_up()


def _may_not_enrol() -> NotAllowed:
    return NotAllowed("may_not_enrol", N_("Officers enrol tablets, and stewards who have shown a second factor."))


def _refuse_revoked(kiosk: Kiosk) -> None:
    if kiosk.revoked_at is not None:
        raise Refusal("kiosk_revoked", N_("This tablet is out of use already."))


def _supervised(session: Session, kiosk_id: int, by: Actor) -> Kiosk:
    if not may_supervise_kiosks(by):
        raise may_not_supervise()
    if not has_stepped_up(by):
        raise step_up()
    return _locked(session, kiosk_id)


def _locked(session: Session, kiosk_id: int) -> Kiosk:
    """The kiosk, locked against others; whoever locks its round as well locks that first."""
    _found(session, kiosk_id)
    return session.get_one(Kiosk, kiosk_id, with_for_update=True, populate_existing=True)


def _found(session: Session, kiosk_id: int) -> Kiosk:
    kiosk = session.get(Kiosk, kiosk_id)
    if kiosk is None:
        raise _no_kiosk()
    return kiosk


def _no_kiosk() -> NotFound:
    return NotFound("no_kiosk", N_("There is no such tablet."))


def _record(kind: str, kiosk: Kiosk, by: Actor, **facts: Any) -> None:
    record(kind, by, round_id=kiosk.round_id, subject=f"kiosk:{kiosk.id}", **facts)
