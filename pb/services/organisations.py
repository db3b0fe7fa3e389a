"""Community groups: adding one, changing it, finding those that a person acts for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor, Role
from pb.core.errors import Fault, NotAllowed, Refusals
from pb.core.plain_text import one_line
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.organisations import Organisation, OrganisationContact, OrganisationKind
from pb.services.ledger import record
from pb.services.transactions import transaction

#: What a contact may write about a group, and the most characters of each.
LIMITS = {"name": 150, "registration": 20, "address": 300, "postcode": 8, "active_in": 200}


def add_organisation(
    name: str, kind: OrganisationKind, *, by: Actor, role_there: str = "", **details: str
) -> Organisation:
    """A group for which the contact acts from now on; `details` are registration, address, postcode, active_in.

    Raises NotAllowed `not_a_contact`; Refusals `name_missing`, `too_long`, `organisation_known`.
    Event `organisation_added`.
    """
    if not by.has(Role.GROUP_CONTACT) or by.account_id is None:
        raise NotAllowed("not_a_contact", N_("Only a contact of a group can add one."))
    with transaction() as session:
        group = Organisation(name="", kind=kind, created_at=present.now())
        write_organisation(group, {"name": name, **details})
        _refuse_known(session, group.name, by)
        session.add(group)
        session.flush()
        session.add(
            OrganisationContact(
                organisation_id=group.id, account_id=by.account_id, role_there=one_line(role_there)[:80]
            )
        )
        record("organisation_added", by, subject=f"organisation:{group.id}")
    return group


def write_organisation(group: Organisation, values: Mapping[str, Any]) -> set[str]:
    """Write `values` on a group, inside the caller's transaction; returns the names of what changed.

    Raises Refusals `name_missing`, `too_long`.
    """
    values = {name: one_line(value) if name in LIMITS else value for name, value in values.items()}
    faults = [
        Fault("too_long", N_("This must be %(limit)s characters or fewer."), {"limit": LIMITS[name]}, name)
        for name, value in values.items()
        if name in LIMITS and len(value) > LIMITS[name]
    ]
    if "name" in values and not any(sign.isalnum() for sign in values["name"]):
        faults.append(Fault("name_missing", N_("Write the group's name."), field="name"))
    if faults:
        raise Refusals(faults)
    changed = {name for name, value in values.items() if getattr(group, name) != value}
    for name in changed:
        setattr(group, name, values[name])
    return changed


def organisations_of(by: Actor) -> list[Organisation]:
    """The groups that a person acts for, by name."""
    return list(
        db.session.scalars(
            select(Organisation)
            .where(Organisation.id.in_(by.organisations))
            .order_by(Organisation.name, Organisation.id)
        )
    )


def _refuse_known(session: Session, name: str, by: Actor) -> None:
    own = session.scalars(
        select(Organisation.name)
        .join(OrganisationContact, OrganisationContact.organisation_id == Organisation.id)
        .where(OrganisationContact.account_id == by.account_id)
    )
    if name.casefold() in {each.casefold() for each in own}:
        raise Refusals([Fault("organisation_known", N_("You have added a group of this name already."), field="name")])
