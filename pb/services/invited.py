"""People who are invited to vote: the list, their codes in the post or by e-mail, and striking somebody off.

The code of each person is kept sealed with their name, under the key outside the database: without that key nothing
joins a person to a code. It is needed so that one person has one right by whatever way. It goes when the box is
frozen, before any key holder types a passphrase: it never leads further than to a sealed envelope.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Select, Table, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.clock import to_london
from pb.core.codes import print_form, slot
from pb.core.errors import NotFound, Refusal
from pb.core.reasons import read_reason
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.codes import Code, CodeBatch, CodeState, Declarer
from pb.models.roll import ListDraft, RollEntry, RollState
from pb.models.rounds import Round
from pb.services.codes import make_codes
from pb.services.invitation_lists import area_names, round_with_list
from pb.services.ledger import record
from pb.services.outbox import queue_message
from pb.services.pages import Page, page_of
from pb.services.sealed_fields import open_field, seal_field
from pb.services.transactions import transaction

LONGEST_REASON = 200
#: E-mails queued and codes made by one press: what is written in one transaction keeps voters waiting.
MOST_EMAILS = 500
MOST_LETTERS = 5_000
#: What a search shows.
MOST_FOUND = 50
ROLL: Table = RollEntry.__table__  # type: ignore[assignment]
ON_LIST = (RollState.ELIGIBLE, RollState.STRUCK)


@dataclass(frozen=True)
class OnList:
    """One person of the list, unsealed for an officer. `has_code` says that one was made and not withdrawn."""

    id: str
    name: str
    postcode: str
    year: int
    address: tuple[str, ...]
    email: str
    area: str
    struck: bool
    reason: str
    has_code: bool


@dataclass(frozen=True)
class ListCounts:
    """How many people are on the list, have a code, and were struck off."""

    eligible: int
    with_code: int
    struck: int

    @property
    def without_code(self) -> int:
        """People who wait for a code."""
        return self.eligible - self.with_code


@dataclass(frozen=True)
class Invitation:
    """One line of the file for the letters: it holds a code that is kept nowhere."""

    person: OnList
    code: str


def list_counts(round_id: int) -> ListCounts:
    """The numbers of a round's list."""
    query = select(RollEntry.state, func.count(), func.count(RollEntry.batch_id)).where(RollEntry.round_id == round_id)
    found = {state: (people, coded) for state, people, coded in db.session.execute(query.group_by(RollEntry.state))}
    eligible, with_code = found.get(RollState.ELIGIBLE, (0, 0))
    return ListCounts(eligible, with_code, found.get(RollState.STRUCK, (0, 0))[0])


def people_page(round_id: int, number: int, size: int | None = None) -> Page[OnList]:
    """A page of the list, in an order that says nothing; only the people on it are unsealed."""
    page = page_of(_people(round_id).order_by(RollEntry.id), number, size)
    return page.of(_opened(round_id, page.rows))


def find_people(round_id: int, text: str) -> list[OnList]:
    """People whose name, address, postcode or e-mail has every word of `text`; at most MOST_FOUND."""
    words = text.casefold().split()
    found = []
    for entry in db.session.scalars(_people(round_id)).yield_per(500) if words else ():
        details = _details(entry)
        said = " ".join([details["name"], details["postcode"], details["email"], *details["address"]]).casefold()
        if all(word in said for word in words):
            found.append(entry)
            if len(found) == MOST_FOUND:
                break
    return sorted(_opened(round_id, found), key=lambda person: person.name.casefold())


def person_on_list(round_id: int, entry_id: str) -> OnList:
    """One person. Raises NotFound `no_person`."""
    (person,) = _opened(round_id, [_entry(round_id, entry_id)])
    return person


def _people(round_id: int) -> Select[Any]:
    return select(RollEntry).where(RollEntry.round_id == round_id, RollEntry.state.in_(ON_LIST))


def _entry(round_id: int, entry_id: str) -> RollEntry:
    found = db.session.scalar(_people(round_id).where(RollEntry.id == entry_id))
    if found is None:
        raise NotFound("no_person", N_("There is nobody of this kind on the list."))
    entry: RollEntry = found
    return entry


def _opened(round_id: int, entries: Iterable[RollEntry]) -> list[OnList]:
    names = area_names(round_id)
    return [_on_list(entry, names.get(entry.area_id or 0, "")) for entry in entries]


def _on_list(entry: RollEntry, area: str) -> OnList:
    said = _details(entry)
    return OnList(
        id=entry.id,
        name=said["name"],
        postcode=said["postcode"],
        year=said["year"],
        address=tuple(said["address"]),
        email=said["email"],
        area=area,
        struck=entry.state == RollState.STRUCK,
        reason=entry.reason,
        has_code=entry.batch_id is not None,
    )


def _details(entry: RollEntry) -> dict[str, Any]:
    blank = {"name": "", "postcode": "", "year": 0, "address": [], "email": ""}
    return blank | (open_field(f"roll:{entry.id}", entry.sealed) if entry.sealed else {})


def make_letters(round_id: int, *, by_post_to_all: bool, by: Actor) -> list[Invitation]:
    """Codes for everybody who has none, or for those alone who have no e-mail address, MOST_LETTERS at once; the plain
    codes are here and nowhere else.

    Raises NotAllowed `not_your_round`; Refusal `not_now`, `not_invited`, `nobody_waits`. Events `codes_made` for each
    ward, `invitations_made`.
    """
    with transaction() as session:
        the_round = round_with_list(session, round_id, by)
        fitting = (each for each in _waiting(round_id) if by_post_to_all or not _details(each)["email"])
        return _invite(session, the_round, list(islice(fitting, MOST_LETTERS)), "post", by)


def send_codes(round_id: int, *, by: Actor) -> int:
    """Codes by e-mail for people who have none and whose list gives an address, MOST_EMAILS at once; gives how many.

    Raises and records as `make_letters`. Each code goes into the outbox, sealed, and is cleared there once it is sent.
    """
    with transaction() as session:
        the_round = round_with_list(session, round_id, by)
        fitting = (each for each in _waiting(round_id) if _details(each)["email"])
        invitations = _invite(session, the_round, list(islice(fitting, MOST_EMAILS)), "email", by)
        for each in invitations:
            _queue(the_round, each)
    return len(invitations)


def _waiting(round_id: int) -> Iterator[RollEntry]:
    """Those who have no code, read as they are needed."""
    mine = _people(round_id).where(RollEntry.state == RollState.ELIGIBLE, RollEntry.batch_id.is_(None))
    yield from db.session.scalars(mine.order_by(RollEntry.id)).yield_per(500)


def _invite(session: Session, the_round: Round, waiting: list[RollEntry], way: str, by: Actor) -> list[Invitation]:
    if not waiting:
        raise Refusal("nobody_waits", N_("Nobody waits for a code in this way."))
    made = [
        invitation
        for area_id in sorted({each.area_id for each in waiting}, key=lambda area_id: area_id or 0)
        for invitation in _of_ward(
            session, the_round, area_id, [each for each in waiting if each.area_id == area_id], way, by
        )
    ]
    subject = f"round:{the_round.id}"
    record("invitations_made", by, round_id=the_round.id, subject=subject, count=len(made), way=way)
    return made


def _of_ward(
    session: Session, the_round: Round, area_id: int | None, people: list[RollEntry], way: str, by: Actor
) -> list[Invitation]:
    """A batch of codes for people of one ward, one each."""
    ward = area_names(the_round.id).get(area_id or 0, "")
    name = _batch_name(session, the_round.id, ward, way)
    made = make_codes(the_round.id, by=by, count=len(people), name=name, area_id=area_id, channel=way)
    session.get_one(CodeBatch, made.batch_id).declarer = Declarer.LIST
    invitations, rows = [], []
    for entry, code in zip(people, made.codes, strict=True):
        invitations.append(Invitation(_on_list(entry, ward), code))
        kept = _details(entry) | {"slot": slot(present.secrets.code_key, the_round.id, code).hex()}
        rows.append({"of_id": entry.id, "sealed": seal_field(f"roll:{entry.id}", kept), "batch_id": made.batch_id})
    mine = update(ROLL).where(ROLL.c.id == bindparam("of_id"))
    session.connection().execute(mine.values(sealed=bindparam("sealed"), batch_id=bindparam("batch_id")), rows)
    session.flush()
    session.expire_all()
    return invitations


def _batch_name(session: Session, round_id: int, ward: str, way: str) -> str:
    number = 1 + (session.scalar(select(func.count()).where(CodeBatch.round_id == round_id)) or 0)
    return f"{'Letters' if way == 'post' else 'E-mails'} {number}{f': {ward}' if ward else ''}"[:80]


def _queue(the_round: Round, invitation: Invitation) -> None:
    queue_message(
        "invitation_to_vote",
        invitation.person.email,
        language=present.settings.default_language,
        name=invitation.person.name,
        title=the_round.title,
        code=print_form(invitation.code),
        link=link_of(invitation.code),
        closes=to_london(the_round.voting_closes_at).strftime("%d/%m/%Y, %H:%M") if the_round.voting_closes_at else "",
    )


def link_of(code: str) -> str:
    """The address that fills a code in; the code is in the part of it that no server sees."""
    return f"{present.settings.public_url}/c#{code}"


def strike_off(round_id: int, entry_id: str, reason: str, *, by: Actor) -> None:
    """Take somebody off the list, and make their code worthless if they have one.

    Raises NotAllowed `not_your_round`; NotFound `no_person`; Refusal `not_now`, `not_invited`, `reason_missing`,
    `reason_long`, `struck_already`, `code_used`. Event `person_struck_off`.
    """
    reason = read_reason(reason, N_("Give the reason."), most=LONGEST_REASON)
    with transaction() as session:
        round_with_list(session, round_id, by)
        entry = _entry(round_id, entry_id)
        if entry.state == RollState.STRUCK:
            raise Refusal("struck_already", N_("This person is struck off already."))
        _void_code(session, entry)
        entry.state, entry.reason = RollState.STRUCK, reason
        record("person_struck_off", by, round_id=round_id, subject=f"roll:{entry_id}", reason=reason)


def put_back(round_id: int, entry_id: str, *, by: Actor) -> None:
    """Put somebody who was struck off back on the list, without a code. Raises as `strike_off`, and `not_struck`."""
    with transaction() as session:
        round_with_list(session, round_id, by)
        entry = _entry(round_id, entry_id)
        if entry.state != RollState.STRUCK:
            raise Refusal("not_struck", N_("This person is on the list."))
        entry.state, entry.reason = RollState.ELIGIBLE, ""
        record("person_put_back", by, round_id=round_id, subject=f"roll:{entry_id}")


def withdraw_code(round_id: int, entry_id: str, *, by: Actor) -> None:
    """Make the code of somebody worthless whose letter was lost, so that they can be sent another.

    Raises as `strike_off`, and `no_code`. Event `invitation_withdrawn`.
    """
    with transaction() as session:
        round_with_list(session, round_id, by)
        entry = _entry(round_id, entry_id)
        if entry.batch_id is None:
            raise Refusal("no_code", N_("This person has no code yet."))
        _void_code(session, entry)
        record("invitation_withdrawn", by, round_id=round_id, subject=f"roll:{entry_id}", count=1)


def withdraw_unused(round_id: int, batch_id: int, *, by: Actor) -> int:
    """Make every unused code of a batch of letters worthless, such as when its file was lost; gives how many people
    wait for a code again. Raises NotAllowed `not_your_round`; Refusal `not_now`, `not_invited`, `no_batch`.
    """
    with transaction() as session:
        round_with_list(session, round_id, by)
        entries = session.scalars(_people(round_id).where(RollEntry.batch_id == batch_id)).all()
        freed = sum(_voided(session, entry) for entry in entries)
        if not freed:
            raise Refusal("no_batch", N_("No code of these letters is unused."))
        record("invitation_withdrawn", by, round_id=round_id, subject=f"batch:{batch_id}", count=freed)
    return freed


def unused_letters(round_id: int) -> list[tuple[int, str, int]]:
    """The batches of letters and e-mails that have unused codes: id, name and how many; newest first."""
    unused = func.count(Code.slot)
    query = select(CodeBatch.id, CodeBatch.name, unused).join(Code, Code.batch_id == CodeBatch.id)
    mine = query.where(
        CodeBatch.round_id == round_id, CodeBatch.declarer == Declarer.LIST, Code.state == CodeState.UNUSED
    )
    rows = db.session.execute(mine.group_by(CodeBatch.id, CodeBatch.name).order_by(CodeBatch.id.desc()))
    return [(batch_id, name, count) for batch_id, name, count in rows]


def forget_links(session: Session, round_id: int) -> None:
    """Forget which code each person on a list had, and a list that nobody kept, as the box is frozen."""
    session.execute(delete(ListDraft).where(ListDraft.round_id == round_id))
    rows = []
    for entry in session.scalars(_people(round_id).where(RollEntry.batch_id.is_not(None))):
        details = {name: value for name, value in _details(entry).items() if name != "slot"}
        rows.append({"of_id": entry.id, "sealed": seal_field(f"roll:{entry.id}", details)})
    if rows:
        mine = update(ROLL).where(ROLL.c.id == bindparam("of_id"))
        session.connection().execute(mine.values(sealed=bindparam("sealed")), rows)
        session.expire_all()


def _void_code(session: Session, entry: RollEntry) -> None:
    """Make somebody's code worthless. Raises Refusal `code_used` where a ballot is in the box under it."""
    if entry.batch_id is not None and not _voided(session, entry):
        sentence = N_(
            "A ballot has been cast with this person’s code. It stays in the box, and nobody can take it out."
        )
        raise Refusal("code_used", sentence)


def _voided(session: Session, entry: RollEntry) -> bool:
    """Whether somebody's code is worthless now and they may have another; False where it has been used."""
    details = _details(entry)
    of_slot = bytes.fromhex(details.pop("slot"))
    taken = update(Code).where(Code.slot == of_slot, Code.state == CodeState.UNUSED).values(state=CodeState.VOID)
    done = session.execute(taken).rowcount == 1  # type: ignore[attr-defined]
    if done:
        batch = update(CodeBatch).where(CodeBatch.id == entry.batch_id)
        session.execute(batch.values(revoked=CodeBatch.revoked + 1))
    elif session.scalar(select(Code.state).where(Code.slot == of_slot)) != CodeState.VOID:
        return False
    entry.sealed, entry.batch_id = seal_field(f"roll:{entry.id}", details), None
    return True
