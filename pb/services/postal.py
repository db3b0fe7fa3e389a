"""Papers by post: asked for by one person for themselves, put on the roll, sent once; names are sealed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.eligibility import Declaration
from pb.core.errors import Fault, NotAllowed, Refusal, Refusals
from pb.core.permissions import may_count_papers
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.papers import PaperBatch, PaperFormat, PostalRequest
from pb.models.roll import RollEntry, RollState
from pb.models.rounds import Policy
from pb.services.ledger import record
from pb.services.paper_faults import LANGUAGES
from pb.services.papers import find_papers, papers_to_change
from pb.services.rights import DECLARING, Claim, ward_of
from pb.services.roll import Person, person_of, place_of
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import locked_round
from pb.services.sealed_fields import open_field, seal_field
from pb.services.transactions import transaction
from pb.services.typesetting import typeset
from pb.services.voting import paper_of, voting_round_of

#: From the lock until the close: a paper that is asked for later could not come back in time.
ASKING = (RoundState.LOCKED, RoundState.VOTING)
LONGEST_ADDRESS = 300
MOST_LINES = 6


@dataclass(frozen=True)
class PostalWanted:
    """A paper that somebody asked for: who they are, where it goes, and in which format and language."""

    declaration: Declaration
    address: str
    format: PaperFormat = PaperFormat.STANDARD
    language: str = "en"
    area_id: int | None = None


def note_request(round_id: int, wanted: PostalWanted, *, by: Actor) -> None:
    """Note that somebody asked for a paper by post: they go on the roll at once, so that they vote no other way.

    One request is one paper, for the person who asks. Raises NotFound `no_round`; NotAllowed `not_a_counter`; Refusal
    `not_now`, `post_by_code`, `already_on_roll`; Refusals `address_missing`, `address_long`, `language_wrong` and the
    faults of `person_of`; WardWanted. Event `postal_request_noted`.
    """
    _refuse_stranger(by)
    the_round = voting_round_of(round_id)
    if the_round.policy not in DECLARING:
        sentence = N_(
            "In this round a code is the right to vote: send a card or an invitation, with a paper for its code."
        )
        raise Refusal("post_by_code", sentence)
    person = person_of(replace(the_round, policy=Policy.DECLARED), wanted.declaration)
    ward = ward_of(paper_of(the_round), Claim(area_id=wanted.area_id), None, person)
    person = replace(person, area_id=ward if ward is not None else person.area_id)
    lines = _lines(wanted)
    with transaction() as session:
        locked = locked_round(session, round_id)
        record_due_arrows(locked)
        must_be(locked, *ASKING)
        _refuse_known(session, round_id, person)
        place = place_of(round_id, person, "post") | {"state": RollState.CARD_GIVEN}
        session.add(RollEntry(**place))
        session.flush()  # the request points at it
        request = PostalRequest(
            round_id=round_id, roll_entry_id=place["id"], format=wanted.format, language=wanted.language,
            asked_at=present.now(),
        )  # fmt: skip
        request.sealed = seal_field(_purpose(place["id"]), {"name": person.details["name"], "lines": lines})
        session.add(request)
        record("postal_request_noted", by, round_id=round_id, subject=f"round:{round_id}")


def _purpose(roll_entry_id: str) -> str:
    return f"postal:{roll_entry_id}"


def _lines(wanted: PostalWanted) -> list[str]:
    lines = [" ".join(line.split()) for line in wanted.address.splitlines() if line.strip()]
    faults = []
    if not lines:
        faults.append(Fault("address_missing", N_("Enter the address that the paper goes to."), field="address"))
    if len(lines) > MOST_LINES or sum(map(len, lines)) > LONGEST_ADDRESS:
        faults.append(Fault("address_long", N_("An address has up to 6 lines and 300 characters."), field="address"))
    if wanted.language not in LANGUAGES:
        faults.append(Fault("language_wrong", N_("Choose one of the languages."), field="language"))
    if faults:
        raise Refusals(faults)
    return lines


def _refuse_known(session: Session, round_id: int, person: Person) -> None:
    known = select(RollEntry.id).where(RollEntry.round_id == round_id, RollEntry.tag == person.tag)
    if session.scalar(known) is not None:
        sentence = N_(
            "Somebody of this name, postcode and year of birth has voted, or has been given a card or a paper."
        )
        raise Refusal("already_on_roll", sentence)


def waiting_for(batch: PaperBatch) -> int:
    """How many people wait for a paper of a batch's format, language and area."""
    return db.session.scalar(_fitting(batch).with_only_columns(func.count(PostalRequest.id)).order_by(None)) or 0


def requests_of(round_id: int) -> list[tuple[PaperFormat, str, int, int]]:
    """How many papers were asked for by post, by format and language: how many wait, how many were sent."""
    sent = func.count(PostalRequest.sent_at)
    query = select(PostalRequest.format, PostalRequest.language, func.count() - sent, sent)
    query = query.where(PostalRequest.round_id == round_id).group_by(PostalRequest.format, PostalRequest.language)
    return [tuple(row) for row in db.session.execute(query.order_by(PostalRequest.format, PostalRequest.language))]  # type: ignore[misc]


def _fitting(batch: PaperBatch) -> Select[Any]:
    query = (
        select(PostalRequest)
        .join(RollEntry, PostalRequest.roll_entry_id == RollEntry.id)
        .where(PostalRequest.round_id == batch.round_id, PostalRequest.sent_at.is_(None))
        .where(PostalRequest.format == batch.format, PostalRequest.language == batch.language)
        .order_by(PostalRequest.id)
    )
    return query if batch.area_id is None else query.where(RollEntry.area_id == batch.area_id)


def address_labels(round_id: int, batch_id: int, *, by: Actor) -> bytes:
    """A PDF of labels for everybody who waits for a paper of a batch, as far as it reaches. Nothing of it is kept.

    Raises NotFound `no_papers`; NotAllowed `not_a_counter`; Refusal `nobody_waits`.
    """
    _refuse_stranger(by)
    people = _next_people(find_papers(round_id, batch_id))
    found = [open_field(_purpose(each.roll_entry_id or ""), each.sealed) for each in people if each.sealed]
    if not found:
        raise _nobody_waits()
    labels = [[each["name"], *each["lines"]] for each in found]
    return typeset("labels", {"labels": labels, "language": "en", "title": f"Labels {batch_id}"})


def _next_people(batch: PaperBatch) -> list[PostalRequest]:
    left = batch.printed - (batch.issued or 0)
    return list(db.session.scalars(_fitting(batch).limit(max(left, 0))))


def _nobody_waits() -> Refusal:
    return Refusal("nobody_waits", N_("Nobody waits for a paper of this batch, or none of it is left."))


def mark_sent(round_id: int, batch_id: int, *, by: Actor) -> int:
    """Note that papers of a batch were posted to those who wait for one, in the order of the labels; gives how many.

    They count as given out. Raises NotFound `no_round`, `no_papers`; NotAllowed `not_a_counter`; Refusal `not_now`,
    `nobody_waits`. Event `postal_papers_sent`.
    """
    _refuse_stranger(by)
    with transaction() as session:
        _, batch = papers_to_change(session, round_id, batch_id)
        people = _next_people(batch)
        if not people:
            raise _nobody_waits()
        for each in people:
            each.batch_id, each.sent_at = batch_id, present.now()
            session.get_one(RollEntry, each.roll_entry_id).paper_batch_id = batch_id
        batch.issued = (batch.issued or 0) + len(people)
        facts = {"batch": batch_id, "count": len(people)}
        record("postal_papers_sent", by, round_id=round_id, subject=f"papers:{batch_id}", **facts)
        return len(people)


def _refuse_stranger(by: Actor) -> None:
    if not may_count_papers(by):
        raise NotAllowed("not_a_counter", N_("Only stewards, officers and those who count work with papers."))
