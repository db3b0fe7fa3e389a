"""The roll: people who took part, found once each by what they declared, never by what they chose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from pb.core.clock import to_london
from pb.core.contacts import Contact, Way, read_contact
from pb.core.eligibility import Declaration, VoterRule, voter_faults
from pb.core.errors import Fault, Refusal, Refusals
from pb.core.mail_domains import domain_of, domain_tag
from pb.core.postcodes import area_for, prefixes, read_postcode
from pb.core.roll import contact_tag, dedupe_tag
from pb.extensions import db, present
from pb.models.areas import AreaPostcode
from pb.models.roll import RollState
from pb.models.rounds import Policy, RoundArea
from pb.services.sealed_fields import seal_field
from pb.services.voting import VotingRound

#: The oldest age of each band that is published; older people are in the last.
BANDS = (15, 24, 34, 44, 54, 64, 74, 84)
LAST_BAND = "85+"
#: A line that no postcode begins with: it stands for the lines of a list that do not fit.
NO_POSTCODE = "-"


@dataclass(frozen=True)
class Person:
    """Somebody who may vote: their tags in the round, their ward, and what the roll keeps, sealed.

    `wards` are the areas that they may vote in, the place of their link first; there are two where somebody lives
    in one ward and works, studies or volunteers in another. `area_id` is the first until they have chosen.
    `contact` is what a one-time code goes to, where the round asks for one.
    """

    tag: bytes
    wards: tuple[int, ...]
    age_band: str
    link: str
    details: Mapping[str, Any]
    area_id: int | None = None
    contact: Contact | None = None


def person_of(the_round: VotingRound, declaration: Declaration, contact: str = "") -> Person:
    """Who declared, where they may vote in the round. Changes nothing, and does not say whether they have voted.

    `contact` is an e-mail address or mobile number as typed, read in a `contact` round alone. Raises Refusals with
    the faults of `voter_faults` and, there, of `read_contact`.
    """
    today = to_london(present.now()).date()
    lines = _lines_for(the_round.id, lambda: _place(declaration))
    rule = VoterRule(the_round.least_age, links=the_round.links, looked_up=the_round.links, postcodes=lines)
    faults = voter_faults(declaration, rule, today)
    reached = _contact_of(the_round, contact, faults)
    if faults:
        raise Refusals(faults)
    year, postcode = declaration.year_of_birth or 0, read_postcode(declaration.postcode)
    wards = _wards(the_round, declaration, lines)
    details = {"name": " ".join(declaration.name.split()), "postcode": postcode, "year": year}
    return Person(
        tag=dedupe_tag(present.secrets.roll_key, the_round.id, declaration.name, postcode, year),
        wards=wards,
        age_band=age_band(today.year - year),
        link=declaration.link,
        details=details | ({"contact": reached.address} if reached else {}),
        area_id=wards[0] if wards else None,
        contact=reached,
    )


def _contact_of(the_round: VotingRound, contact: str, faults: list[Fault]) -> Contact | None:
    """The contact of somebody in a round that asks for one; what is wrong with it joins the `faults`."""
    if the_round.policy != Policy.CONTACT:
        return None
    try:
        return read_contact(contact, texts=present.settings.sends_texts)
    except Refusal as refusal:
        faults.append(refusal.fault)
        return None


def _wards(the_round: VotingRound, declaration: Declaration, lines: Mapping[str, int]) -> tuple[int, ...]:
    """The areas that somebody may vote in: that of their link's place and, where living counts too, of their home."""
    if not lines:
        return ()
    found = [area_for(_place(declaration), lines)]
    if declaration.link != "live" and "live" in the_round.links:
        home = _lines_for(the_round.id, lambda: read_postcode(declaration.postcode))
        found.append(area_for(read_postcode(declaration.postcode), home))
    return tuple(dict.fromkeys(ward for ward in found if ward is not None))


def _place(declaration: Declaration) -> str:
    """The postcode that links somebody to the area: of their home, or of where they work, study or volunteer."""
    return read_postcode(declaration.postcode if declaration.link == "live" else declaration.place_postcode)


def _lines_for(round_id: int, place: Callable[[], str]) -> dict[str, int]:
    """The lines of the round's postcodes that matter for a place: empty where the round knows none at all.

    Every area's lines are asked, since the longest wins, and a street may belong to a ward outside the round.
    """
    own = set(db.session.scalars(select(RoundArea.area_id).where(RoundArea.round_id == round_id)))
    known = select(AreaPostcode.prefix).limit(1)
    if db.session.scalar(known.where(AreaPostcode.area_id.in_(own)) if own else known) is None:
        return {}
    try:
        wanted = prefixes(place())
    except Refusal:
        return {NO_POSTCODE: 0}
    rows = db.session.execute(select(AreaPostcode.prefix, AreaPostcode.area_id).where(AreaPostcode.prefix.in_(wanted)))
    fitting = {row.prefix: row.area_id for row in rows}
    best = next((prefix for prefix in wanted if prefix in fitting), None)
    if best is None or (own and fitting[best] not in own):
        return {NO_POSTCODE: 0}
    return {best: fitting[best]}


def age_band(age: int) -> str:
    """The band of an age that is known to a year."""
    lowest = 0
    for highest in BANDS:
        if age <= highest:
            return f"{lowest}-{highest}"
        lowest = highest + 1
    return LAST_BAND


def _domain_tag(round_id: int, contact: Contact | None) -> bytes | None:
    """The tag of the mail domain of a contact; none for a number, and for a mailbox at a large public service."""
    domain = domain_of(contact.same) if contact and contact.way == Way.EMAIL else ""
    return domain_tag(present.secrets.roll_key, round_id, domain) if domain else None


def place_of(round_id: int, person: Person, channel: str) -> dict[str, Any]:
    """A person's row on the roll, ready to be kept: the day and no time, the name and postcode sealed."""
    entry_id = str(uuid4())
    return {
        "id": entry_id,
        "round_id": round_id,
        "tag": person.tag,
        "contact_tag": person.contact and contact_tag(present.secrets.roll_key, round_id, person.contact.same),
        "domain_tag": _domain_tag(round_id, person.contact),
        "same_as": None,
        "area_id": person.area_id,
        "age_band": person.age_band,
        "link": person.link,
        "sealed": seal_field(f"roll:{entry_id}", dict(person.details)),
        "state": RollState.VOTED,
        "channel": channel,
        "day": to_london(present.now()).date(),
    }
