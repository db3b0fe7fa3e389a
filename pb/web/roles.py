"""What roles are called on pages, and what each one does."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pb.core.actors import Role

ROLE_NAMES = {
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.OFFICER: _l("Engagement officer"),
    Role.APPROVER: _l("Approver"),
    Role.STEWARD: _l("Steward"),
    Role.COUNT_LEAD: _l("Count lead"),
    Role.SECOND_TELLER: _l("Second teller"),
    Role.FINANCE: _l("Finance officer"),
    Role.READING_PANEL: _l("Reading panel"),
    Role.GROUP_CONTACT: _l("Group contact"),
    Role.SUPPORT_WORKER: _l("Support worker"),
    Role.MEMBER: _l("Elected member"),
    Role.CABINET: _l("Cabinet or committee member"),
    Role.SCRUTINY: _l("Scrutiny"),
}
ROLE_HINTS = {
    Role.ADMINISTRATOR: _l("Adds people, gives roles, looks after the service"),
    Role.OFFICER: _l("Sets up and runs rounds, checks bids"),
    Role.APPROVER: _l("Is the second pair of eyes on another officer’s round"),
    Role.STEWARD: _l("Looks after a stall or an event"),
    Role.COUNT_LEAD: _l("Opens the box and records the count"),
    Role.SECOND_TELLER: _l("Checks the count beside the count lead"),
    Role.FINANCE: _l("Sees to the money that goes out"),
    Role.READING_PANEL: _l("Reads bids before they go on the ballot"),
    Role.GROUP_CONTACT: _l("Writes bids for a community group"),
    Role.SUPPORT_WORKER: _l("Helps groups with their bids"),
    Role.MEMBER: _l("Decides on the money of the areas that they speak for"),
    Role.CABINET: _l("Decides on the money of any area"),
    Role.SCRUTINY: _l("Reads everything, changes nothing"),
}
