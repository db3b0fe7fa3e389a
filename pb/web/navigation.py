"""The links at the top of every page, by who is looking."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from pb.core.actors import STAFF_ROLES, Role
from pb.web.policy import actor, may_pass

COUNCIL_SIDE = STAFF_ROLES - {Role.MEMBER, Role.CABINET, Role.SCRUTINY}
MEMBERS = frozenset({Role.MEMBER, Role.CABINET, Role.SCRUTINY})
GROUPS = frozenset({Role.GROUP_CONTACT})


@dataclass(frozen=True)
class Link:
    """A link of the navigation. No `roles` means everybody sees it; `signed_in`: whoever has an account.

    It stands out on its own page and on those of the blueprints that `covers` begins the names of.
    """

    endpoint: str
    label: object
    roles: frozenset[Role] = frozenset()
    signed_in: bool = False
    covers: tuple[str, ...] = ()


LINKS = (
    Link("public_rounds.home", _l("Rounds"), covers=("public", "voting")),
    Link("groups.home", _l("Your bids"), GROUPS, covers=("groups",)),
    Link("officers_home.desk", _l("Your desk"), COUNCIL_SIDE, covers=("officers",)),
    Link("officers_home.rounds", _l("All rounds"), frozenset({Role.SCRUTINY}), covers=("officers",)),
    Link("stations.home", _l("My stations"), frozenset({Role.STEWARD}), covers=("stations",)),
    Link("members.home", _l("Decisions"), MEMBERS, covers=("members",)),
    Link("officers_accounts.people", _l("People"), frozenset({Role.ADMINISTRATOR}), covers=("officers_accounts",)),
    Link("accounts.home", _l("Your account"), signed_in=True, covers=("accounts",)),
    Link("information.how_it_works", _l("How it works")),
)


def navigation() -> list[dict[str, object]]:
    """The links that the person looking may follow: text, href, `current` for this page, `active` for its part."""
    shown = [link for link in LINKS if link.endpoint in current_app.view_functions and _may_see(link)]
    part = max((_covered(link) for link in shown), default=0)
    return [
        {
            "text": link.label,
            "href": url_for(link.endpoint),
            "current": request.endpoint == link.endpoint,
            "active": 0 < part == _covered(link),
        }
        for link in shown
    ]


def _covered(link: Link) -> int:
    """How closely a link covers this page: the length of the blueprint's name that it begins."""
    here = request.blueprint or ""
    return max((len(name) for name in link.covers if here == name or here.startswith(f"{name}_")), default=0)


def _may_see(link: Link) -> bool:
    if link.roles:
        return current_user.is_authenticated and actor().has(*link.roles)
    return bool(current_user.is_authenticated) or not link.signed_in


def link_to(endpoint: str, **values: object) -> str:
    """The address of `endpoint`, or nothing where there is no such page, or whoever looks may not see it."""
    view = current_app.view_functions.get(endpoint)
    if view is None or not may_pass(view):
        return ""
    return url_for(endpoint, **values)  # type: ignore[arg-type]
