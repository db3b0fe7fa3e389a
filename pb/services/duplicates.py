"""The duplicates desk: claims that wait for an officer, settled before the box is opened.

They are of people whose place on the roll was taken, and of those whose contact is at a mail domain from which many
had voted before them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from pb.core.actors import Actor
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.mail_domains import domain_name
from pb.core.permissions import has_stepped_up, may_settle_duplicates
from pb.core.reasons import read_reason
from pb.core.roll import normalise_contact
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.areas import Area
from pb.models.codes import Code, CodeBatch
from pb.models.envelopes import DeskDecision, Envelope, EnvelopeState, HeldEnvelope
from pb.models.kiosks import Kiosk, KioskItem
from pb.models.roll import RollEntry, RollState
from pb.models.stations import Station
from pb.services.ledger import record
from pb.services.moving_up import move_up
from pb.services.pages import Page, page_of
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import locked_round
from pb.services.sealed_fields import open_field
from pb.services.transactions import transaction

#: Claims on one place that may wait at the same time.
MOST_CLAIMS = 3
#: Until the box is opened.
SETTLING = (RoundState.VOTING, RoundState.CLOSED)


@dataclass(frozen=True)
class Declared:
    """What somebody declared, as the desk may see it: the day and no time, and nothing of what they chose.

    `station` is where a steward put them on the roll or, of a claim that waits, where its tablet stands or its card
    came from; empty where neither is known.
    """

    name: str
    postcode: str
    year: int
    contact: str
    area: str
    link: str
    channel: str
    day: date
    station: str


@dataclass(frozen=True)
class HeldClaim:
    """A claim that waits at the desk, and the one that was there first. `id` is that of its place on the roll.

    There is no first where it waits for its mail `domain`, from which many have voted, which is empty otherwise; and
    none where the first was turned down while this one waited.
    """

    id: str
    claim: Declared
    first: Declared | None
    domain: str = ""


@dataclass(frozen=True)
class FromDomain:
    """How many people with a contact at one mail domain have a ballot in the box, and how many ballots wait."""

    voted: int
    waiting: int


def held_count(round_id: int) -> int:
    """How many envelopes of a round are held. None may be when the box is opened."""
    query = select(func.count()).select_from(Envelope)
    held = query.where(Envelope.round_id == round_id, Envelope.state == EnvelopeState.HELD)
    return db.session.scalar(held) or 0


def held_claims(round_id: int, *, by: Actor) -> list[HeldClaim]:
    """The claims of a round that wait, in an order that says nothing about when they came.

    Raises NotAllowed `not_the_desk`.
    """
    _refuse_stranger(by)
    rows = db.session.execute(_claims().where(RollEntry.round_id == round_id).order_by(RollEntry.id)).all()
    return [_claim(*row) for row in rows]


def claims_page(round_id: int, number: int, *, by: Actor, size: int | None = None) -> Page[HeldClaim]:
    """A page of `held_claims`: only the declarations on it are unsealed. Raises NotAllowed `not_the_desk`."""
    _refuse_stranger(by)
    places = select(RollEntry.id).join(HeldEnvelope, HeldEnvelope.roll_entry_id == RollEntry.id)
    page = page_of(places.where(RollEntry.round_id == round_id).order_by(RollEntry.id), number, size)
    rows = db.session.execute(_claims().where(RollEntry.id.in_(page.rows)).order_by(RollEntry.id)).all()
    return page.of([_claim(*row) for row in rows])


def held_claim(round_id: int, entry_id: str, *, by: Actor) -> HeldClaim:
    """One claim that waits. Raises NotAllowed `not_the_desk`; NotFound `no_claim`."""
    _refuse_stranger(by)
    row = db.session.execute(_claims().where(RollEntry.round_id == round_id, RollEntry.id == entry_id)).first()
    if row is None:
        raise _no_claim()
    return _claim(*row)


def from_domain(round_id: int, entry_id: str, *, by: Actor) -> FromDomain:
    """What came from the mail domain for which a claim waits, itself among it. Raises as `held_claim` does."""
    held_claim(round_id, entry_id, by=by)
    voted = select(func.count()).where(*_alike(round_id, entry_id), RollEntry.state == RollState.VOTED)
    waiting = select(func.count()).where(*_alike(round_id, entry_id), *_WAITING_FOR_DOMAIN)
    return FromDomain(db.session.scalar(voted) or 0, db.session.scalar(waiting) or 0)


_WAITING_FOR_DOMAIN = RollEntry.state == RollState.PENDING, RollEntry.same_as.is_(None)


def _alike(round_id: int, entry_id: str) -> tuple[ColumnElement[bool], ...]:
    """Whoever has a contact at the mail domain for which a claim waits; nobody where it waits for a first claim."""
    theirs = select(RollEntry.domain_tag).where(RollEntry.id == entry_id, RollEntry.same_as.is_(None))
    return RollEntry.round_id == round_id, RollEntry.domain_tag == theirs.scalar_subquery()


def _claims() -> Any:
    first, first_area, first_station = aliased(RollEntry), aliased(Area), aliased(Station)
    return (
        select(RollEntry, Area.name, Station.name, first, first_area.name, first_station.name)
        .join(HeldEnvelope, HeldEnvelope.roll_entry_id == RollEntry.id)
        .join(Envelope, HeldEnvelope.envelope_id == Envelope.id)
        .outerjoin(KioskItem, KioskItem.id == Envelope.id)
        .outerjoin(Kiosk, KioskItem.kiosk_id == Kiosk.id)
        .outerjoin(Code, Envelope.slot == Code.slot)
        .outerjoin(CodeBatch, Code.batch_id == CodeBatch.id)
        .outerjoin(Station, Station.id == func.coalesce(Kiosk.station_id, CodeBatch.station_id))
        .outerjoin(first, RollEntry.same_as == first.id)
        .outerjoin(Area, RollEntry.area_id == Area.id)
        .outerjoin(first_area, first.area_id == first_area.id)
        .outerjoin(first_station, first.station_id == first_station.id)
    )


def _claim(
    entry: RollEntry,
    area: str | None,
    station: str | None,
    first: RollEntry | None,
    first_area: str | None,
    where: str | None,
) -> HeldClaim:
    claim = _declared(entry, area, station)
    if first is None:
        return HeldClaim(entry.id, claim, None, _domain_of(entry, claim))
    return HeldClaim(entry.id, claim, _declared(first, first_area, where))


def _domain_of(entry: RollEntry, claim: Declared) -> str:
    """The mail domain for which a claim without a first waits."""
    return domain_name(normalise_contact(claim.contact)) if entry.domain_tag and claim.contact else ""


def _declared(entry: RollEntry, area: str | None, station: str | None) -> Declared:
    details = open_field(f"roll:{entry.id}", entry.sealed) if entry.sealed else {}
    return Declared(
        details.get("name", ""),
        details.get("postcode", ""),
        details.get("year", 0),
        details.get("contact", ""),
        area or "",
        entry.link,
        entry.channel,
        entry.day,
        station or "",
    )


def refuse_more_claims(connection: Connection, place: Mapping[str, Any]) -> None:
    """Refuse (`checks_wait`) a claim that is one too many for its place: while one waits the box cannot be frozen.

    Whoever knows a neighbour's name could otherwise hold up the count with as many as they like. It is asked once the
    claim is kept, in its transaction, which others for the same place wait for.
    """
    same = [RollEntry.tag == place["tag"], RollEntry.contact_tag == place["contact_tag"]]
    there = select(RollEntry.id).where(
        RollEntry.round_id == place["round_id"], or_(*(same if place["contact_tag"] else same[:1]))
    )
    # Not the key itself: a claim that another is just writing for the same place refers to it.
    first = connection.scalars(there.order_by(RollEntry.id).with_for_update(key_share=True)).all()
    claims = select(func.count()).select_from(RollEntry)
    waiting = claims.where(RollEntry.state == RollState.PENDING, RollEntry.same_as.in_(first))
    if (connection.scalar(waiting) or 0) > MOST_CLAIMS:
        sentence = N_(
            "So many checks of this name wait for an officer that no more can be asked for now. Ring the council if "
            "you have not voted."
        )
        raise Refusal("checks_wait", sentence)


def settle(
    round_id: int, entry_id: str, *, accepted: bool, reason: str, by: Actor, of_domain: int | None = None
) -> int:
    """Settle a claim for good: its envelope is accepted into the box, or rejected and emptied, never to be opened.

    With `of_domain`, the number that somebody saw, every claim that waits for the same mail domain is settled so too,
    under the one reason. Gives how many were settled. Side effects in order: the link between claim and envelope goes,
    the envelope and the place on the roll take their states, claims that waited for one that is turned down move up,
    the decision is kept as a number and a reason. The code of a rejected envelope stays used. Raises NotAllowed
    `not_the_desk`, `step_up`; NotFound `no_claim`, also where somebody settled it meanwhile; Refusal `not_now`,
    `reason_missing`, `reason_long`, `more_claims` where more wait by now than were seen. Event `duplicate_settled`.
    """
    _refuse_stranger(by)
    if not has_stepped_up(by) or by.account_id is None:
        raise NotAllowed("step_up", N_("Show your second factor again before you do this."))
    reason = read_reason(reason, N_("Give the reason, which is published."))
    with transaction() as session:
        the_round = locked_round(session, round_id)
        record_due_arrows(the_round)
        must_be(the_round, *SETTLING)
        links = _links(round_id, entry_id, of_domain=of_domain)
        for at in range(0, len(links), _AT_ONCE):
            _settle(links[at : at + _AT_ONCE], accepted=accepted)
        decided: dict[str, Any] = {"accepted": accepted, "reason": reason, "claims": len(links)}
        session.add(DeskDecision(round_id=round_id, decided_by=by.account_id, decided_at=present.now(), **decided))
        record("duplicate_settled", by, round_id=round_id, subject=f"round:{round_id}", **decided)
        return len(links)


#: A statement names so many envelopes at once; databases take no more than some thousands.
_AT_ONCE = 500


def _links(round_id: int, entry_id: str, *, of_domain: int | None) -> list[HeldEnvelope]:
    """The links that are to go: the claim's own and, of its whole mail domain, every other's."""
    links = select(HeldEnvelope).join(RollEntry, HeldEnvelope.roll_entry_id == RollEntry.id)
    links = links.where(RollEntry.round_id == round_id)
    own = db.session.scalars(links.where(RollEntry.id == entry_id)).one_or_none()
    if own is None:
        raise _no_claim()
    if of_domain is None:
        return [own]
    others = links.where(*_alike(round_id, entry_id), *_WAITING_FOR_DOMAIN, RollEntry.id != entry_id)
    found = [own, *db.session.scalars(others.order_by(RollEntry.id))]
    if len(found) > of_domain:
        sentence = N_(
            "More claims of this domain have come since you opened this page: %(count)s wait now. Look again."
        )
        raise Refusal("more_claims", sentence, field="whole_domain", count=len(found))
    return found


def _settle(links: list[HeldEnvelope], *, accepted: bool) -> None:
    """Take the links away, which can be done once, and give envelopes and places their states."""
    envelopes, places = [each.envelope_id for each in links], [each.roll_entry_id for each in links]
    gone = db.session.execute(delete(HeldEnvelope).where(HeldEnvelope.envelope_id.in_(envelopes)))
    if gone.rowcount != len(links):  # type: ignore[attr-defined]
        raise _no_claim()
    state = EnvelopeState.ACCEPTED if accepted else EnvelopeState.REJECTED
    envelope = update(Envelope).where(Envelope.id.in_(envelopes), Envelope.state == EnvelopeState.HELD)
    db.session.execute(envelope.values({"state": state} if accepted else {"state": state, "sealed": None}))
    place = update(RollEntry).where(RollEntry.id.in_(places))
    # Whoever did not vote after all keeps no tag: its rightful owner may still come.
    refused = {"state": RollState.REFUSED, "tag": None, "contact_tag": None, "domain_tag": None}
    db.session.execute(place.values({"state": RollState.VOTED} if accepted else refused))
    if not accepted:
        move_up(places)


def decisions_of(round_id: int) -> list[DeskDecision]:
    """How the desk settled the claims of a round, newest first."""
    return list(db.session.scalars(_decisions(round_id)))


def decisions_page(round_id: int, number: int, size: int | None = None) -> Page[DeskDecision]:
    """A page of `decisions_of`."""
    return page_of(_decisions(round_id), number, size)


def _decisions(round_id: int) -> Select[Any]:
    return select(DeskDecision).where(DeskDecision.round_id == round_id).order_by(DeskDecision.id.desc())


def _refuse_stranger(by: Actor) -> None:
    if not may_settle_duplicates(by):
        raise NotAllowed("not_the_desk", N_("Only an engagement officer works at the duplicates desk."))


def _no_claim() -> NotFound:
    return NotFound("no_claim", N_("This claim does not wait any more. Somebody may have settled it."))
