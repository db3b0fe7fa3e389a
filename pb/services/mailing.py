"""News of a round for those who ask for it: a list of its own, with nothing that leads to the roll, a code or a ballot.

Nothing is kept before the address is confirmed: the link in the letter holds what was asked for, sealed.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from typing import Any
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, func, select

from pb.core.contacts import read_contact
from pb.core.errors import Refusal
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.mailing import MailingEntry
from pb.models.rounds import Round
from pb.services.failures import Limit, failure_tag, take_try
from pb.services.outbox import queue_errand, queue_message
from pb.services.sealed_fields import open_field, seal_field
from pb.services.sessions import secret_hash
from pb.services.transactions import transaction

#: What somebody may want to hear of; the keys are kept.
TOPICS: dict[str, str] = {
    "result": N_("The result of this vote"),
    "progress": N_("What becomes of the projects"),
    "next": N_("The next You Decide"),
}
ERRAND = "send_result_news"
#: Letters queued at once: voters wait for what is written in one transaction.
PART = 100
WORD_BYTES = 24
#: Letters to one address that nobody confirmed, in a day: nobody's mailbox is flooded.
MOST_IN_A_DAY, DAY = 3, 24 * 60 - 1
MOST_FROM_A_NETWORK = 30


def ask_news(the_round: Round, email: str, topics: Collection[str], *, language: str, address: str) -> None:
    """Send a letter whose link puts an e-mail address on the list of a round; keeps nothing until it is followed.

    The answer is the same whether the address is there already. Raises Refusals of `read_contact` (beside
    `contact`); Refusal `topic_missing`, `too_many_tries`, `list_closed`.
    """
    _refuse_closed(the_round)
    wanted = [key for key in TOPICS if key in topics]
    if not wanted:
        raise Refusal("topic_missing", N_("Choose what you want to hear of."), field="topics", status=422)
    contact = read_contact(email, texts=False)
    to_it, from_it = failure_tag("news-to", contact.same), failure_tag("news-from", address)
    asked = {
        "email": contact.address, "language": language, "topics": wanted, "word": secrets.token_urlsafe(WORD_BYTES),
    }  # fmt: skip
    sealed = urlsafe_b64encode(seal_field(f"news-asked:{the_round.id}", asked)).decode().rstrip("=")
    with transaction():
        take_try(Limit(to_it, MOST_IN_A_DAY, DAY), Limit(from_it, MOST_FROM_A_NETWORK))
        link = f"{present.settings.public_url}/rounds/{the_round.slug}/news/confirm/{sealed}"
        queue_message("news_confirm", contact.address, language=language, title=the_round.title, link=link)


def asked_for(the_round: Round, link: str) -> dict[str, Any]:
    """What the link of a letter asks for. Raises Refusal `link_spent`."""
    try:
        return open_field(f"news-asked:{the_round.id}", urlsafe_b64decode(link + "=" * (-len(link) % 4)))
    except (ValueError, InvalidTag) as error:
        raise _spent() from error


def join_list(the_round: Round, link: str) -> None:
    """Put the address on the list, once, however often the link is followed. Refusals `link_spent`, `list_closed`.

    No event: it would say when somebody came who may just have voted.
    """
    asked = asked_for(the_round, link)
    _refuse_closed(the_round)
    tag = secret_hash(asked["word"])
    with transaction() as session:
        if session.scalar(select(MailingEntry.id).where(MailingEntry.leave_tag == tag)) is not None:
            return
        entry_id = str(uuid4())
        kept = {"email": asked["email"], "word": asked["word"]}
        session.add(
            MailingEntry(
                id=entry_id, round_id=the_round.id, sealed=seal_field(f"news:{entry_id}", kept), leave_tag=tag,
                language=asked["language"], topics=asked["topics"],
            )
        )  # fmt: skip


def leave_list(word: str) -> None:
    """Take whoever holds this word off their list, for good; nothing where they have left it already."""
    with transaction() as session:
        session.execute(delete(MailingEntry).where(MailingEntry.leave_tag == secret_hash(word)))


def addresses_on_list(round_id: int) -> int:
    """How many addresses are on the list of a round."""
    query = select(func.count()).select_from(MailingEntry).where(MailingEntry.round_id == round_id)
    return int(db.session.scalar(query) or 0)


def ask_to_send_news(the_round: Round) -> None:
    """Have those who want to hear of the result told, inside the transaction that publishes it; not of a rehearsal."""
    if not the_round.practice:
        queue_errand(ERRAND, round=the_round.id)


def send_news(content: dict[str, Any]) -> None:
    """Queue a letter to each address that wants to hear of the result, with the link to leave the list: a part.

    The next part is an errand of its own, queued with this one's letters: whatever stops between, each is told once.
    """
    with transaction() as session:
        the_round = session.get_one(Round, content["round"])
        home = f"{present.settings.public_url}/rounds/{the_round.slug}"
        mine = (MailingEntry.round_id == the_round.id, MailingEntry.id > content.get("after", ""))
        entries = session.scalars(select(MailingEntry).where(*mine).order_by(MailingEntry.id).limit(PART)).all()
        for entry in entries:
            if "result" in entry.topics:
                kept = open_field(f"news:{entry.id}", entry.sealed)
                queue_message(
                    "result_news", kept["email"], language=entry.language, title=the_round.title,
                    link=f"{home}/result", leave=f"{home}/news/leave/{kept['word']}",
                )  # fmt: skip
        if len(entries) == PART:
            queue_errand(ERRAND, round=the_round.id, after=entries[-1].id)


def _refuse_closed(the_round: Round) -> None:
    if the_round.mailing_purged_at is not None:
        raise Refusal("list_closed", N_("This round is over, and its list of people who want news is gone."))


def _spent() -> Refusal:
    return Refusal("link_spent", N_("This link has been used or is out of date. Ask for a new one."), status=404)
