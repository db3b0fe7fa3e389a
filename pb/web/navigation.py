"""The links at the top of every page, by who is looking."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from pb.core.actors import STAFF_ROLES, Role
from pb.web.policy import actor

COUNCIL_SIDE = STAFF_ROLES - {Role.MEMBER, Role.CABINET, Role.SCRUTINY}
MEMBERS = frozenset({Role.MEMBER, Role.CABINET, Role.SCRUTINY})
GROUPS = frozenset({Role.GROUP_CONTACT, Role.SUPPORT_WORKER})


@dataclass(frozen=True)
class Link:
    """A link of the navigation; no `roles` means everybody sees it."""

    endpoint: str
    label: object
    roles: frozenset[Role] = frozenset()


LINKS = (
    Link("public_rounds.home", _l("Rounds")),
    Link("groups.home", _l("Your bids"), GROUPS),
    Link("officers_home.desk", _l("Run rounds"), COUNCIL_SIDE),
    Link("members.home", _l("Decisions"), MEMBERS),
    Link("information.how_it_works", _l("How it works")),
)


def navigation() -> list[dict[str, object]]:
    """The links that the person looking may follow, as govuk items."""
    return [
        {"text": link.label, "href": url_for(link.endpoint), "current": request.endpoint == link.endpoint}
        for link in LINKS
        if link.endpoint in current_app.view_functions and _may_see(link)
    ]


def _may_see(link: Link) -> bool:
    return not link.roles or (current_user.is_authenticated and actor().has(*link.roles))


def link_to(endpoint: str, **values: object) -> str:
    """The address of `endpoint`, or nothing where this installation has no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""  # type: ignore[arg-type]
