"""Who does a deed: people with roles, and the system itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What an account may be. A key holder is an appointment to a round, not a role."""

    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    APPROVER = "approver"
    STEWARD = "steward"
    COUNT_LEAD = "count_lead"
    SECOND_TELLER = "second_teller"
    FINANCE = "finance"
    READING_PANEL = "reading_panel"
    GROUP_CONTACT = "group_contact"
    SUPPORT_WORKER = "support_worker"
    MEMBER = "member"
    CABINET = "cabinet"
    SCRUTINY = "scrutiny"


#: Roles that act for the council, for whom a second factor is asked.
SECOND_FACTOR_ROLES = frozenset(
    {
        Role.ADMINISTRATOR,
        Role.OFFICER,
        Role.APPROVER,
        Role.COUNT_LEAD,
        Role.SECOND_TELLER,
        Role.FINANCE,
        Role.MEMBER,
        Role.CABINET,
        Role.SCRUTINY,
    }
)
STAFF_ROLES = SECOND_FACTOR_ROLES | {Role.STEWARD, Role.READING_PANEL}


@dataclass(frozen=True)
class Actor:
    """Somebody who does a deed: an account with its roles, or the system.

    `areas` are the ids of the areas that a member speaks for. `stepped_up` says that the second factor was
    shown a short while ago (or that the setting for demonstrations relaxes it).
    """

    account_id: int | None
    name: str
    roles: frozenset[Role] = frozenset()
    areas: frozenset[int] = frozenset()
    organisations: frozenset[int] = frozenset()
    stepped_up: bool = False
    kind: str = field(default="person")

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor(account_id=None, name="You Decide", kind="system")
ANYONE = Actor(account_id=None, name="A resident", kind="resident")
