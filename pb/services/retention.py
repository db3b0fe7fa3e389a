"""Destroying what a round no longer needs: envelopes, codes and keys, later names and contacts; all on the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.clock import in_london
from pb.core.errors import NotAllowed, Refusal
from pb.core.permissions import may_destroy
from pb.core.retention import box_due, names_due
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import Base, db, present
from pb.models.ballots import Project
from pb.models.codes import Code
from pb.models.decisions import Decision, HelpOffer
from pb.models.envelopes import Envelope, HeldEnvelope, Opening
from pb.models.events import Event
from pb.models.keys import KeyHolder, WrappedKey
from pb.models.kiosks import Kiosk, KioskItem
from pb.models.mailing import MailingEntry
from pb.models.outbox import Message
from pb.models.papers import PaperBallot, PaperBatch, PaperState, PostalRequest
from pb.models.publications import Publication
from pb.models.questions import Question
from pb.models.roll import ListDraft, RollEntry
from pb.models.rounds import Round
from pb.services.backups import forget_copies
from pb.services.ledger import record
from pb.services.reconciliation import KEPT, numbers_of
from pb.services.rewriting import rewrite
from pb.services.round_keys import key_file
from pb.services.rounds import locked_round
from pb.services.transactions import transaction

#: Rounds that ended without a publication: their clocks run from that day.
ENDED = (RoundState.CANCELLED, RoundState.NO_VALID_BALLOTS)
#: The tables that are written anew afterwards, so that no freed page keeps what was in them.
TOUCHED: tuple[type[Base], ...] = (
    Envelope,
    HeldEnvelope,
    KioskItem,
    PaperBallot,
    Code,
    WrappedKey,
    KeyHolder,
    RollEntry,
    ListDraft,
    MailingEntry,
    PostalRequest,
    Question,
    HelpOffer,
    Message,
)


@dataclass(frozen=True)
class Part:
    """One thing that is destroyed together: how many rows of what, from when on, and when it was done."""

    counts: dict[str, int]
    due_at: datetime | None
    done_at: datetime | None

    @property
    def due(self) -> bool:
        """Whether it may be destroyed now."""
        return self.done_at is None and self.due_at is not None and self.due_at <= present.now()


@dataclass(frozen=True)
class Backup:
    """A backup that was made, as the ledger knows it."""

    file: str
    sha256: str
    made_at: datetime


def box_part(the_round: Round) -> Part:
    """What of a round's box is destroyed 28 days after its newest publication; of a rehearsal, once it is over."""
    own = the_round.id
    counts = {
        "envelopes": _count(Envelope, own),
        "keyings": int(db.session.scalar(select(func.count()).select_from(PaperBallot).where(*_unsettled(own))) or 0),
        "codes": _count(Code, own),
        "wrapped_keys": _count(WrappedKey, own),
        "holder_keys": int(db.session.scalar(_holder_keys(own)) or 0),
        "key_file": int(key_file(own).exists()),
    }
    over = _published_at(the_round)
    return Part(counts, over if the_round.practice else box_due(over), the_round.box_purged_at)


def names_part(the_round: Round) -> Part:
    """The names, postcodes and contacts that are destroyed three months after a round's last decision or appeal."""
    own = the_round.id
    counts = {
        "people": _count(RollEntry, own),
        "questions": _count(Question, own),
        "offers_of_help": int(db.session.scalar(select(func.count()).select_from(HelpOffer).where(_help(own))) or 0),
    }
    return Part(counts, _names_due(the_round), the_round.roll_purged_at)


def news_part(the_round: Round) -> Part:
    """The addresses of those who asked for news: kept until the last feedback, when the round is closed out."""
    over = the_round.state_since if the_round.state in (RoundState.CLOSED_OUT, *ENDED) else None
    return Part({"addresses": _count(MailingEntry, the_round.id)}, over, the_round.mailing_purged_at)


def backups_since(the_round: Round) -> list[Backup]:
    """The backups that hold something of a round, and go the same way as what is destroyed in it.

    One that was restored is among them: the ledger in it was copied before it named it.
    """
    kinds = Event.kind.in_(("backup_made", "backup_restored"))
    query = select(Event).where(kinds, Event.at >= the_round.created_at).order_by(Event.id)
    found = {each.facts["sha256"]: each for each in reversed(list(db.session.scalars(query)))}
    return [Backup(each.facts["file"], each.facts["sha256"], each.at) for each in reversed(found.values())]


def destroy_box(round_id: int, *, by: Actor) -> Part:
    """Destroy the envelopes, codes and keys of a round whose challenge period is over; gives what it was.

    What was read on papers that nobody settled, in a round that ended before the count, goes too. The numbers of the
    ballot account are kept beside the opening first. Raises NotFound `no_round`; NotAllowed `may_not_destroy`;
    Refusal `too_early`, `not_over`, `destroyed_already`. Event `box_destroyed`. Afterwards the caller has the tables
    written anew (`write_anew`), which is owed until it is done.
    """
    _refuse_stranger(by)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        part = box_part(the_round)
        _refuse_early(part)
        opening = session.get(Opening, round_id)
        if opening is not None:
            opening.account = {**opening.account, KEPT: numbers_of(the_round).to_json()}
        _delete_box(session, round_id)
        the_round.box_purged_at = present.now()
        record("box_destroyed", by, round_id=round_id, subject=f"round:{round_id}", **part.counts)
        # Before the rest is kept: should the machine stop between the two, all of it is destroyed once more.
        key_file(round_id).unlink(missing_ok=True)
    return part


def destroy_names(round_id: int, *, by: Actor) -> Part:
    """Destroy the names, postcodes and contacts of a round's roll; age band, ward and channel stay, for the figures.

    So goes what residents asked and which help they offered: their words, names and contacts. Raises NotFound
    `no_round`; NotAllowed `may_not_destroy`; Refusal `too_early`, `not_over`, `destroyed_already`. Event
    `names_destroyed`.
    """
    _refuse_stranger(by)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        part = names_part(the_round)
        _refuse_early(part)
        tags: dict[str, Any] = {"tag": None, "contact_tag": None, "domain_tag": None}
        nothing: dict[str, Any] = {**tags, "sealed": None, "same_as": None, "reason": ""}
        session.execute(update(RollEntry).where(RollEntry.round_id == round_id).values(nothing))
        session.execute(delete(ListDraft).where(ListDraft.round_id == round_id))
        session.execute(update(PostalRequest).where(PostalRequest.round_id == round_id).values(sealed=None))
        session.execute(update(Question).where(Question.round_id == round_id).values(sealed=None))
        session.execute(update(HelpOffer).where(_help(round_id)).values(sealed=None))
        the_round.roll_purged_at = present.now()
        record("names_destroyed", by, round_id=round_id, subject=f"round:{round_id}", **part.counts)
    return part


def destroy_news(round_id: int, *, by: Actor) -> Part:
    """Destroy the list of those who asked for news of a round; nobody joins it afterwards.

    Raises NotFound `no_round`; NotAllowed `may_not_destroy`; Refusal `not_over`, `destroyed_already`. Event
    `news_list_destroyed`.
    """
    _refuse_stranger(by)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        part = news_part(the_round)
        _refuse_early(part)
        session.execute(delete(MailingEntry).where(MailingEntry.round_id == round_id))
        the_round.mailing_purged_at = present.now()
        record("news_list_destroyed", by, round_id=round_id, subject=f"round:{round_id}", **part.counts)
    return part


def writing_anew_is_owed() -> bool:
    """Whether something was destroyed since the database was last written anew, so that its file may still hold it."""
    kinds = ("box_destroyed", "names_destroyed", "news_list_destroyed", "database_rewritten")
    newest = db.session.scalar(select(Event.kind).where(Event.kind.in_(kinds)).order_by(Event.id.desc()).limit(1))
    return newest not in (None, "database_rewritten")


def write_anew(*, by: Actor) -> None:
    """Write the tables that something was destroyed in anew; as often as wanted, and owed until it has been done.

    What a backup that was broken off left beside the database goes first. Raises NotAllowed `may_not_destroy`;
    Refusal `still_read` where somebody reads or writes for too long. Event `database_rewritten`.
    """
    _refuse_stranger(by)
    forget_copies()
    rewrite(TOUCHED)
    with transaction():
        record("database_rewritten", by)


def _delete_box(session: Session, round_id: int) -> None:
    held = select(Envelope.id).where(Envelope.round_id == round_id)
    session.execute(delete(HeldEnvelope).where(HeldEnvelope.envelope_id.in_(held)))
    session.execute(delete(PaperBallot).where(*_unsettled(round_id)))
    kiosks = select(Kiosk.id).where(Kiosk.round_id == round_id)
    session.execute(delete(KioskItem).where(KioskItem.kiosk_id.in_(kiosks)))
    for table in (Envelope, Code, WrappedKey):
        session.execute(delete(table).where(table.round_id == round_id))
    session.execute(update(KeyHolder).where(KeyHolder.round_id == round_id).values(holder_key=None))


def _help(round_id: int) -> Any:
    """Offers of help to the projects of a round."""
    return HelpOffer.project_id.in_(select(Project.id).where(Project.round_id == round_id))


def _unsettled(round_id: int) -> tuple[Any, ...]:
    """Papers of a round that still hold what somebody read on them, choices and codes."""
    batches = select(PaperBatch.id).where(PaperBatch.round_id == round_id)
    return PaperBallot.batch_id.in_(batches), PaperBallot.state.not_in((PaperState.VALID, PaperState.VOID))


def _refuse_stranger(by: Actor) -> None:
    if not may_destroy(by):
        raise NotAllowed("may_not_destroy", N_("Only an administrator destroys what a round has left behind."))


def _refuse_early(part: Part) -> None:
    if part.done_at is not None:
        raise Refusal("destroyed_already", N_("This is destroyed already."))
    if part.due_at is None:
        raise Refusal("not_over", N_("The round is not over: what it has kept is still needed."))
    if part.due_at > present.now():
        sentence = N_("It is too early. It may be destroyed from %(when)s on.")
        raise Refusal("too_early", sentence, when=in_london(part.due_at))


def _published_at(the_round: Round) -> datetime | None:
    if the_round.state in ENDED:
        return the_round.state_since
    return db.session.scalar(select(func.max(Publication.released_at)).where(Publication.round_id == the_round.id))


def _decided_at(the_round: Round) -> datetime | None:
    """The last decision or appeal, once the result is published; the end of a round that had none."""
    published = _published_at(the_round)
    if published is None or the_round.state in ENDED:
        return published
    newest = (
        select(func.max(Decision.decided_at)).where(Decision.round_id == the_round.id),
        select(func.max(Question.asked_at)).where(Question.round_id == the_round.id),
        select(func.max(Question.answered_at)).where(Question.round_id == the_round.id),
    )
    return max(published, *filter(None, map(db.session.scalar, newest)))


def _names_due(the_round: Round) -> datetime | None:
    decided = _decided_at(the_round)
    return decided if the_round.practice else names_due(decided)


def _count(table: type[Base], round_id: int) -> int:
    query = select(func.count()).select_from(table).where(table.round_id == round_id)  # type: ignore[attr-defined]
    return int(db.session.scalar(query) or 0)


def _holder_keys(round_id: int) -> Any:
    query = select(func.count()).select_from(KeyHolder)
    return query.where(KeyHolder.round_id == round_id, KeyHolder.holder_key.is_not(None))
