"""Letters to everybody who left a contact with the roll: nothing in them says whether or how somebody voted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from pb.core.clock import in_london
from pb.core.contacts import Way, read_contact
from pb.core.errors import Refusal
from pb.core.states import RoundState
from pb.extensions import db, present
from pb.models.ballots import Project
from pb.models.outbox import Message, MessageState
from pb.models.roll import RollEntry
from pb.models.rounds import Round
from pb.services.outbox import content_of, queue_errand, queue_message, queue_text
from pb.services.round_states import round_phase
from pb.services.sealed_fields import open_field
from pb.services.transactions import transaction

ERRAND = "tell_of_withdrawal"
#: Letters queued at once: voters wait for what is written in one transaction.
PART = 100


def ask_to_tell_voters(the_round: Round, project: Project) -> None:
    """Have everybody who left a contact told that a project has left the ballot; inside the caller's transaction.

    Only while people vote: before that nobody has cast a ballot that it was on.
    """
    if round_phase(the_round) == RoundState.VOTING:
        queue_errand(ERRAND, round=the_round.id, project=project.id)


def tell_voters(content: dict[str, Any]) -> None:
    """Queue the letters of one withdrawal, one for each contact on the roll, in both languages: a part of them.

    The next part is an errand of its own, queued with this one's letters: whatever stops between, each is told once.
    """
    with transaction() as session:
        the_round = session.get_one(Round, content["round"])
        project = session.get_one(Project, content["project"])
        said = {
            "title": the_round.title,
            "project": project.title,
            "reason": project.withdrawn_reason or "",
            "may_change": the_round.allow_change,
            "closes": in_london(the_round.voting_closes_at) if the_round.voting_closes_at else "",
            "link": f"{present.settings.public_url}/rounds/{the_round.slug}",
        }
        contacts = _contacts(the_round.id, content.get("after", ""))
        for address in contacts.values():
            _tell(address, said)
        if len(contacts) == PART:
            queue_errand(ERRAND, round=the_round.id, project=project.id, after=max(contacts))


@dataclass(frozen=True)
class HowFar:
    """How many letters about withdrawals are written, of how many; `stopped` where no more will be without help."""

    written: int
    total: int
    stopped: bool


def letters_on_the_way(round_id: int) -> HowFar | None:
    """How far the letters of a round about withdrawals are; None where none is left to be written."""
    waiting = select(Message).where(Message.kind == ERRAND, Message.state != MessageState.SENT)
    errands = [(content_of(each), each.state) for each in db.session.scalars(waiting)]
    mine = [(content, state) for content, state in errands if content.get("round") == round_id]
    if not mine:
        return None
    told = sum(_count(round_id, up_to=content.get("after", "")) for content, _ in mine)
    return HowFar(told, len(mine) * _count(round_id), any(state == MessageState.FAILED for _, state in mine))


def _count(round_id: int, *, up_to: str | None = None) -> int:
    """How many contacts are on a round's roll, or how many of them up to this entry."""
    query = select(func.count()).select_from(RollEntry).where(*_with_contact(round_id))
    return db.session.scalar(query if up_to is None else query.where(RollEntry.id <= up_to)) or 0


def _with_contact(round_id: int) -> tuple[ColumnElement[bool], ...]:
    return RollEntry.round_id == round_id, RollEntry.contact_tag.is_not(None), RollEntry.sealed.is_not(None)


def _contacts(round_id: int, after: str) -> dict[str, str]:
    """The next contacts on a round's roll, by the ids of their entries, which say nothing of who came when."""
    query = select(RollEntry.id, RollEntry.sealed).where(*_with_contact(round_id))
    rows = db.session.execute(query.where(RollEntry.id > after).order_by(RollEntry.id).limit(PART))
    return {entry_id: open_field(f"roll:{entry_id}", sealed).get("contact", "") for entry_id, sealed in rows if sealed}


def _tell(address: str, said: dict[str, Any]) -> None:
    try:
        contact = read_contact(address, texts=True)
    except Refusal:  # it was good when it was typed; rules have changed since
        return
    if contact.way == Way.EMAIL:
        queue_message("project_left", contact.address, **said)
    elif present.settings.sends_texts:
        queue_text("project_left", contact.address, **said)
