"""The reveal: a recorded count shown in the room and on phones, one press each, nothing before its press."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.blockers import Blocked, Blocker
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.permissions import may_open_box, may_reveal
from pb.core.reveal import Step, go_on_from, reveal_steps
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.counts import Count, OfferState
from pb.models.reveals import Reveal
from pb.models.rounds import Round
from pb.services.counts import certified_count, certify_blockers, last_count, read_count, record_count
from pb.services.decision_desk import PUBLISHED
from pb.services.elections import projects_of
from pb.services.ledger import record
from pb.services.live_cache import forget
from pb.services.lots import Draw, open_tie_of, record_lot
from pb.services.offers import answer_offer, make_offer, offers_of
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import locked_round
from pb.services.transactions import transaction

#: Lots and offers are settled on the way, so they stop no reveal, only what comes after them.
SETTLED_ON_THE_WAY = frozenset({"open_tie", "offer_pending"})
ACCEPTED = N_("The offer to “%(project)s” was accepted in the room.")
DECLINED = N_("The offer to “%(project)s” was declined in the room.")
DRAWN = N_("A lot was drawn in the room.")


@dataclass(frozen=True)
class Stand:
    """How far a reveal has come: all its `steps`, of which the first `reveal.step` are shown."""

    reveal: Reveal
    steps: tuple[Step, ...]
    offered: frozenset[str]

    @property
    def shown(self) -> tuple[Step, ...]:
        """What everybody may know."""
        return self.steps[: self.reveal.step]

    @property
    def now(self) -> Step | None:
        """The step that stands on the screen; None before the first press."""
        return self.shown[-1] if self.shown else None

    @property
    def next(self) -> Step | None:
        """What the next press would show; None at the end, and while a lot is drawn."""
        more = not self.reveal.tied and self.reveal.step < len(self.steps)
        return self.steps[self.reveal.step] if more else None

    @property
    def asks(self) -> bool:
        """Whether the offer on the screen has no answer yet and was not put off."""
        return self.now is not None and self.now.waits and self.now.project not in self.offered


def reveal_blockers(the_round: Round, *, afresh: bool = False) -> list[Blocker]:
    """What still stops a reveal, in plain words; empty where it may begin. `afresh` as for `certify_blockers`."""
    if the_round.state == RoundState.DECIDING:
        return []
    if the_round.state != RoundState.OPENED:
        return [_not_now(the_round)]
    found = [each for each in certify_blockers(the_round, afresh=afresh) if each.code not in SETTLED_ON_THE_WAY]
    if any(each.code == "not_counted" for each in found) and _tied(the_round):
        return [each for each in found if each.code != "not_counted"]
    return found


def _not_now(the_round: Round) -> Blocker:
    if the_round.state in PUBLISHED:
        return Blocker("published", N_("The result is published, so there is nothing more to reveal."))
    return Blocker("not_opened", N_("The box is not open yet. What is in it is revealed once it is counted."))


def begin_reveal(round_id: int, *, by: Actor) -> Reveal:
    """Begin to show the newest count, by an officer or the count lead; begun already, it stays where it is.

    Where a tie waits for its lot, the screen says so first. A reveal that has ended begins again only where the
    ballots were counted again. Raises NotFound `no_round`; NotAllowed `may_not_reveal`; Refusal `not_now`,
    `revealed_already`; Blocked. Event `reveal_begun`.
    """
    _refuse_others(by)
    with transaction() as session:
        the_round = _round(session, round_id)
        reveal = session.get(Reveal, round_id)
        if reveal is not None and reveal.ended_at is None:
            return reveal
        blockers = reveal_blockers(the_round, afresh=True)
        if blockers:
            raise Blocked(blockers)
        count, tied = _count_of(the_round), _tied(the_round)
        if reveal is not None and not tied and count is not None and count.id == reveal.count_id:
            raise Refusal("revealed_already", N_("This count has been shown already, to its end."))
        begun = Reveal(
            round_id=round_id, count_id=count.id if count else None, step=0, tied=tied,
            begun_at=present.now(), begun_by=by.account_id, ended_at=None,
        )  # fmt: skip
        reveal = session.merge(begun)
        _record("reveal_begun", reveal, by)
    forget(round_id)
    return reveal


def show_step(round_id: int, step: int, *, by: Actor) -> Reveal:
    """Show the first `step` steps: one more after a press, one fewer after "back". No event: only begin and end are.

    Where the ballots were counted again meanwhile, the reveal goes on from what is still so, and no step is taken.
    Raises NotFound `no_round`, `no_reveal`; NotAllowed `may_not_reveal`; Refusal `not_now`, `no_such_step`,
    `lot_waits`, `offer_waits`.
    """
    _refuse_others(by)
    with transaction() as session:
        the_round, reveal = _running(session, round_id)
        if not _take_up(the_round, reveal, reveal.tied):
            _refuse_step(stand_of(reveal), step)
            reveal.step = step
    forget(round_id)
    return reveal


def answer_in_room(round_id: int, key: str, *, accepted: bool, by: Actor) -> Reveal:
    """Record what a group in the room says to the part offered to it, and count again; by the count lead.

    Raises NotFound `no_round`, `no_reveal`; NotAllowed `not_count_lead`; Refusal `not_now`, `nothing_to_offer`,
    `answered_already`. Events `offer_made` (where it was not yet), `offer_answered`, `count_recorded`.
    """
    _refuse_teller(by)
    with transaction() as session:
        the_round, reveal = _running(session, round_id)
        offer = make_offer(round_id, key, by=by, in_room=True)
        answer_offer(offer.id, accepted=accepted, by=by)
        title = next(each.title for each in projects_of(round_id) if each.key == key)
        tied = _count_again(the_round, (ACCEPTED if accepted else DECLINED) % {"project": title}, by)
        _take_up(the_round, reveal, tied)
    forget(round_id)
    return reveal


def answer_later(round_id: int, key: str, *, by: Actor) -> Reveal:
    """The group in the room needs time: it is offered the part in writing, and the reveal can go on.

    Raises NotFound `no_round`, `no_reveal`; NotAllowed `may_not_reveal`; Refusal `not_now`, `nothing_to_offer`.
    Event `offer_made`.
    """
    _refuse_others(by)
    with transaction() as session:
        _the_round, reveal = _running(session, round_id)
        make_offer(round_id, key, by=by)
    forget(round_id)
    return reveal


def draw_lot(round_id: int, draw: Draw, *, by: Actor) -> Reveal:
    """Record the lot that was drawn in the room, with its witnesses, and count; by the count lead.

    Raises NotFound `no_round`, `no_reveal`; NotAllowed `not_count_lead`; Refusal and Refusals of `record_lot`. Events
    `lot_recorded` and, unless another tie waits, `count_recorded`.
    """
    _refuse_teller(by)
    with transaction() as session:
        the_round, reveal = _running(session, round_id)
        record_lot(round_id, draw, by=by)
        _take_up(the_round, reveal, _count_again(the_round, DRAWN, by))
    forget(round_id)
    return reveal


def end_reveal(round_id: int, *, by: Actor) -> Reveal:
    """The reveal is over: what was shown stays on the live page until the result is published.

    Raises NotFound `no_round`, `no_reveal`; NotAllowed `may_not_reveal`; Refusal `not_now`, `not_shown_yet`. Event
    `reveal_ended`.
    """
    _refuse_others(by)
    with transaction() as session:
        the_round, reveal = _running(session, round_id)
        stand = stand_of(reveal)
        if _take_up(the_round, reveal, reveal.tied) or reveal.tied or reveal.step < len(stand.steps):
            raise Refusal("not_shown_yet", N_("Show every step first; the last one is the whole recommendation."))
        reveal.ended_at = present.now()
        _record("reveal_ended", reveal, by)
    forget(round_id)
    return reveal


def reveal_of(round_id: int) -> Reveal | None:
    """The reveal of a round; None before it begins."""
    return db.session.get(Reveal, round_id)


def stand_of(reveal: Reveal) -> Stand:
    """How far a reveal has come; it has no steps while there is no count."""
    offered = {project.key for offer, project in offers_of(reveal.round_id) if offer.state == OfferState.OPEN}
    return Stand(reveal, _steps(reveal), frozenset(offered))


def _steps(reveal: Reveal) -> tuple[Step, ...]:
    count = db.session.get(Count, reveal.count_id) if reveal.count_id else None
    if count is None:
        return ()
    outcomes = read_count(count).outcomes
    pots = [pot.key for pot in db.session.get_one(Round, reveal.round_id).pots if pot.key in outcomes]
    return reveal_steps({key: outcomes[key] for key in pots}, [each.key for each in projects_of(reveal.round_id)])


def _count_of(the_round: Round) -> Count | None:
    return certified_count(the_round.id) or last_count(the_round.id)


def _tied(the_round: Round) -> list[str]:
    if the_round.state != RoundState.OPENED:
        return []
    return [each.key for each in open_tie_of(the_round)]


def _take_up(the_round: Round, reveal: Reveal, tied: list[str]) -> bool:
    """Take up a newer count, which settles a tie, or one that waits now; whether anything has changed."""
    count = _count_of(the_round)
    if count is not None and count.id != reveal.count_id:
        shown = stand_of(reveal).shown
        reveal.count_id, reveal.tied = count.id, []
        reveal.step = go_on_from(shown, _steps(reveal))
        return True
    changed, reveal.tied = tied != reveal.tied, tied
    return changed


def _count_again(the_round: Round, reason: str, by: Actor) -> list[str]:
    """Count; where a tie waits for its lot nothing is counted, and the keys of those who stand equal are given."""
    try:
        record_count(the_round.id, by=by, reason=reason)
    except Refusal as refusal:
        if refusal.code != "open_tie":
            raise
        return [str(key) for key in refusal.fault.params["ids"]]  # type: ignore[attr-defined]
    return []


def _round(session: Session, round_id: int) -> Round:
    the_round = locked_round(session, round_id)
    record_due_arrows(the_round)
    must_be(the_round, RoundState.OPENED, RoundState.DECIDING)
    return the_round


def _running(session: Session, round_id: int) -> tuple[Round, Reveal]:
    the_round = _round(session, round_id)
    reveal = session.get(Reveal, round_id, populate_existing=True)
    if reveal is None or reveal.ended_at is not None:
        raise NotFound("no_reveal", N_("Nothing is being revealed in this round now."))
    return the_round, reveal


def _refuse_step(stand: Stand, step: int) -> None:
    if stand.reveal.tied:
        raise Refusal("lot_waits", N_("A lot must be drawn first. Type in what was drawn, and who saw it."))
    if not 0 <= step <= len(stand.steps):
        raise Refusal("no_such_step", N_("There is no such step."))
    waiting = [at for at, each in enumerate(stand.steps, 1) if each.waits and each.project not in stand.offered]
    if waiting and step > waiting[0]:
        raise Refusal("offer_waits", N_("The group on the screen must answer first, or say that it will answer later."))


def _refuse_others(by: Actor) -> None:
    if not may_reveal(by):
        raise NotAllowed("may_not_reveal", N_("An officer or the count lead shows the result."))


def _refuse_teller(by: Actor) -> None:
    if not may_open_box(by):
        raise NotAllowed("not_count_lead", N_("Only the count lead records lots and counts again."))


def _record(kind: str, reveal: Reveal, by: Actor) -> None:
    count = db.session.get(Count, reveal.count_id) if reveal.count_id else None
    number = count.number if count else None
    record(kind, by, round_id=reveal.round_id, subject=f"round:{reveal.round_id}", count=number)
