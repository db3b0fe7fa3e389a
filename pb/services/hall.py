"""Running an event day: who presents, what is on, the countdown, and the end of the hand-in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.errors import NotFound, Refusal
from pb.core.reasons import SAY_WHY, read_reason
from pb.core.words import N_
from pb.extensions import present
from pb.models.codes import CodeBatch
from pb.models.event_days import DayStep, EventDay, Pitch, Presence
from pb.models.kiosks import Kiosk
from pb.services.event_days import countdown_of, day_to_change
from pb.services.handing_out import HANDING
from pb.services.kiosks import kiosks_in_use, note_number, refuse_number
from pb.services.ledger import record
from pb.services.live_cache import forget
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import locked_round
from pb.services.stations import refuse_pair, refuse_stranger
from pb.services.transactions import transaction

#: The steps that belong to a presentation, and where their seconds stand.
TIMED = {
    DayStep.PITCH: "pitch_seconds",
    DayStep.QUESTIONS: "question_seconds",
    DayStep.SCORING: "scoring_seconds",
}
#: The steps that the hall as a whole takes.
WHOLE = (DayStep.CHECK_IN, DayStep.PRACTICE, DayStep.BREAK)


def mark_presence(station_id: int, pitch_id: int, presence: Presence, *, by: Actor) -> None:
    """Say whether a group is there, its statement is read instead, or nobody comes; the last opens it for scoring.

    A bid that nobody presents stays on the ballot and is scored on its summary, unless it is withdrawn from it.
    Raises the refusals of `_day` and NotFound `no_pitch`. Event `presenter_marked`.
    """
    with transaction() as session:
        day = _day(session, station_id, by)
        pitch = _pitch(session, station_id, pitch_id)
        pitch.presence = presence
        if presence == Presence.ABSENT:
            _open(pitch)
        record(
            "presenter_marked", by, round_id=day.round_id, subject=f"station:{station_id}",
            station=station_id, place=pitch.place, presence=presence.value,
        )  # fmt: skip
    forget(day.round_id)


def call(station_id: int, pitch_id: int, *, by: Actor, turn: int | None = None) -> None:
    """Call a presentation: it stands on the screen with its full time, which runs once it is begun.

    The presentation before it is open for scoring from here on. `turn` is the day's on the page where it was pressed:
    a second press of the same changes nothing. Raises the refusals of `_day` and NotFound
    `no_pitch`. Event `hall_step`.
    """
    with transaction() as session:
        day = _day(session, station_id, by)
        pitch = _pitch(session, station_id, pitch_id)
        if day.pitch_id == pitch_id and _pressed_twice(day, DayStep.PITCH, turn):
            return
        if day.pitch_id is not None and day.pitch_id != pitch_id:
            _open(_pitch(session, station_id, day.pitch_id))
        day.pitch_id = pitch_id
        _turn(day, DayStep.PITCH, pitch, by, stands=True)
    forget(day.round_id)


def begin(station_id: int, step: DayStep, *, by: Actor, turn: int | None = None) -> None:
    """Begin a step with its whole time: of the presentation that was called, or of the hall.

    Scoring opens the project on every phone. `turn` is as in `call`. Raises the refusals of `_day`; Refusal
    `nobody_called`, `not_a_step` (the hand-in is closed by `close_hand_in`). Event `hall_step`.
    """
    with transaction() as session:
        day = _day(session, station_id, by)
        if step not in (*TIMED, *WHOLE):
            raise Refusal("not_a_step", N_("The hall cannot go there."))
        if _pressed_twice(day, step, turn):
            return
        pitch = _pitch(session, station_id, day.pitch_id) if day.pitch_id is not None else None
        if step in TIMED and pitch is None:
            raise Refusal("nobody_called", N_("Call a presentation first."))
        if pitch is not None and step in (DayStep.SCORING, DayStep.BREAK):
            _open(pitch)
        _turn(day, step, pitch, by)
    forget(day.round_id)


def pause(station_id: int, *, by: Actor) -> None:
    """Stop the countdown where it is, if it runs. Raises the refusals of `_day`. Event `hall_step`."""
    with transaction() as session:
        day = _day(session, station_id, by)
        left = countdown_of(day).left(present.now())
        if left is not None and day.seconds_left is None:
            day.seconds_left, day.step_ends_at = left, None
            _tell(day, "pause", by)
    forget(day.round_id)


def resume(station_id: int, *, by: Actor) -> None:
    """Let a countdown that stands run on. Raises the refusals of `_day`. Event `hall_step`."""
    with transaction() as session:
        day = _day(session, station_id, by)
        if day.seconds_left is not None:
            day.step_ends_at = present.now() + timedelta(seconds=day.seconds_left)
            day.seconds_left = None
            _tell(day, "run", by)
    forget(day.round_id)


def close_hand_in(
    station_id: int, *, by: Actor, begun: int | None = None, made: Mapping[int, int | None] | None = None
) -> None:
    """End the hand-in: the cards of this station stop working, after the round's minutes of grace.

    `begun` is how many ballots its tablets say were begun on them and not handed in; none of them counts. `made` is,
    by the id of each tablet, the number that it shows, None for one that is dead: what a tablet without a network
    makes after that waits for two officers. Two people can open the hand-in again (`reopen_hand_in`). Raises the
    refusals of `_day`; Refusal `begun_missing` where tablets stand there and nobody looked, `number_wrong`. Events
    `hand_in_closed`, `kiosk_closing_told`.
    """
    numbers = {key: number for key, number in (made or {}).items() if number is not None}
    for key, number in numbers.items():
        refuse_number(number, f"kiosk_{key}")
    with transaction() as session:
        day = _day(session, station_id, by)
        if begun is None and kiosks_in_use(station_id):
            sentence = N_("Look at each tablet, and enter how many ballots were begun on them and not handed in.")
            raise Refusal("begun_missing", sentence, field="begun", status=422)
        the_round = locked_round(session, day.round_id)
        now = present.now()
        ends = now + timedelta(minutes=the_round.grace_minutes)
        batches = _batches(session, station_id)
        cut = [each for each in batches if each.window_to is None or each.window_to > ends]
        day.windows = {str(each.id): each.window_to.isoformat() if each.window_to else None for each in cut}
        for each in cut:
            each.window_to = ends
        day.step, day.step_began_at, day.handed_in_at = DayStep.HANDED_IN, now, now
        day.step_ends_at = day.seconds_left = None
        if day.pitch_id is not None:
            _open(_pitch(session, station_id, day.pitch_id))
        for kiosk in _tablets(session, station_id):
            note_number(kiosk, numbers.get(kiosk.id, kiosk.closing_seq), by)
        record(
            "hand_in_closed", by, round_id=day.round_id, subject=f"station:{station_id}",
            station=station_id, batches=len(batches), begun=begun,
        )  # fmt: skip
    forget(day.round_id)


def reopen_hand_in(station_id: int, reason: str, *, by: Actor, second: Actor) -> None:
    """Open a hand-in again that was closed too soon, by two people who say why, while voting goes on.

    The cards that it stopped work as long as they would have without it, and never beyond the close of the round;
    phones, tablets and the desk take and give ballots again, in a break; what waits for two officers by then goes on
    waiting. A station that was closed since then stays
    closed until two people open it. Raises NotFound `no_station`, `no_event_day`; NotAllowed `not_at_station`,
    `second_not_here`; Refusal `same_person`, `not_now`, `not_handed_in`, `reason_missing`, `reason_long`. Event
    `hand_in_reopened`.
    """
    refuse_pair(refuse_stranger(station_id, by), by, second)
    reason = read_reason(reason, SAY_WHY)
    with transaction() as session:
        day = day_to_change(session, station_id)
        the_round = locked_round(session, day.round_id)
        record_due_arrows(the_round)
        must_be(the_round, *HANDING)
        if day.step != DayStep.HANDED_IN:
            raise Refusal("not_handed_in", N_("The hand-in is not closed."))
        stopped = [each for each in _batches(session, station_id) if str(each.id) in day.windows]
        for each in stopped:
            until = day.windows[str(each.id)]
            each.window_to = datetime.fromisoformat(until) if until else None
        day.step, day.step_began_at, day.handed_in_at = DayStep.BREAK, present.now(), None
        day.windows, day.turn = {}, day.turn + 1
        for kiosk in _tablets(session, station_id):
            note_number(kiosk, None, by)
        record(
            "hand_in_reopened", by, round_id=day.round_id, subject=f"station:{station_id}",
            station=station_id, batches=len(stopped), second=second.account_id, reason=reason,
        )  # fmt: skip
    forget(day.round_id)


def _tablets(session: Session, station_id: int) -> list[Kiosk]:
    """The tablets of a station that are in use, locked against others."""
    ids = [each.id for each in kiosks_in_use(station_id)]
    return [session.get_one(Kiosk, each, with_for_update=True, populate_existing=True) for each in sorted(ids)]


def _batches(session: Session, station_id: int) -> list[CodeBatch]:
    mine = select(CodeBatch).where(CodeBatch.station_id == station_id).order_by(CodeBatch.id)
    return list(session.scalars(mine))


def _day(session: Session, station_id: int, by: Actor) -> EventDay:
    """The event day, one turn on and locked against others, while its hand-in is open.

    Raises NotFound `no_station`, `no_event_day`; NotAllowed `not_at_station`; Refusal `handed_in`.
    """
    refuse_stranger(station_id, by)
    day = day_to_change(session, station_id)
    if day.step == DayStep.HANDED_IN:
        raise Refusal("handed_in", N_("The hand-in is closed, so nothing goes on in the hall any more."))
    day.turn += 1
    return day


def _pitch(session: Session, station_id: int, pitch_id: int) -> Pitch:
    pitch = session.get(Pitch, pitch_id)
    if pitch is None or pitch.station_id != station_id:
        raise NotFound("no_pitch", N_("There is no such presentation."))
    return pitch


def _open(pitch: Pitch) -> None:
    if pitch.opened_at is None:
        pitch.opened_at = present.now()


def _pressed_twice(day: EventDay, step: DayStep, turn: int | None) -> bool:
    """Whether the hall is at a step already that is pressed on a page from before it: its countdown runs on."""
    return turn is not None and turn != day.turn - 1 and day.step == step


def _turn(day: EventDay, step: DayStep, pitch: Pitch | None, by: Actor, *, stands: bool = False) -> None:
    now = present.now()
    seconds = getattr(day, TIMED[step]) if step in TIMED else None
    day.step, day.step_began_at = step, now
    day.seconds_left = seconds if stands else None
    day.step_ends_at = now + timedelta(seconds=seconds) if seconds is not None and not stands else None
    _tell(day, step.value, by, pitch)


def _tell(day: EventDay, step: str, by: Actor, pitch: Pitch | None = None) -> None:
    record(
        "hall_step", by, round_id=day.round_id, subject=f"station:{day.station_id}",
        station=day.station_id, step=step, place=pitch.place if pitch else None,
    )  # fmt: skip
