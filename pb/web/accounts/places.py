"""Where each role works: the cards on the account page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, url_for
from flask_babel import lazy_gettext as _l

from pb.core.actors import STAFF_ROLES, Actor, Role


@dataclass(frozen=True)
class Place:
    """A page that somebody with one of the `roles` begins from."""

    endpoint: str
    title: object
    text: object
    roles: frozenset[Role] = frozenset()


R = Role
PLACES = (
    Place(
        "officers_home.desk",
        _l("Your desk"),
        _l("The rounds that you run, what waits for you in them, and everybody else’s."),
        frozenset({R.ADMINISTRATOR, R.OFFICER, R.APPROVER, R.COUNT_LEAD, R.SECOND_TELLER, R.FINANCE, R.READING_PANEL})
        | {R.STEWARD},
    ),
    Place(
        "officers_home.rounds",
        _l("All rounds"),
        _l("How each round was agreed and set up, its ballot account, its counts and its decisions, to read."),
        frozenset({R.SCRUTINY, R.MEMBER, R.CABINET}),
    ),
    Place(
        "stations.home",
        _l("My stations"),
        # In English, as the pages behind it.
        "Where you stand and when: open the station, give out cards, help people to vote, close it.",
        frozenset({R.STEWARD}),
    ),
    Place(
        "members.home",
        _l("Decisions"),
        _l("What people chose in your area, and what you decide about it."),
        frozenset({R.MEMBER, R.CABINET, R.SCRUTINY}),
    ),
    Place(
        "groups.home",
        _l("Your bids"),
        _l("Write a bid for your group, send it in, and see where it stands."),
        frozenset({R.GROUP_CONTACT}),
    ),
    Place(
        "officers_accounts.people",
        _l("People"),
        _l("Add people, give roles, and help those who have lost their phone."),
        frozenset({R.ADMINISTRATOR}),
    ),
    Place(
        "officers_key_holders.mine",
        _l("Your keys"),
        _l("The rounds whose ballot box you help to open: choose and test your passphrase."),
        STAFF_ROLES,
    ),
    Place("public_rounds.home", _l("Rounds"), _l("What residents see: the rounds that are open and their results.")),
)


def places_for(by: Actor) -> list[dict[str, object]]:
    """The cards for somebody: those of their roles whose pages this installation has."""
    return [
        {"href": url_for(place.endpoint), "title": place.title, "text": place.text}
        for place in PLACES
        if place.endpoint in current_app.view_functions and (not place.roles or by.has(*place.roles))
    ]
