"""Who may pass which door: every view says so, and the application does not start if one is silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from pb.core.actors import ANYONE, Actor, Role

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Door:
    """Who may pass. `everyone`: no sign-in. `roles` empty otherwise means whoever is signed in."""

    everyone: bool = False
    roles: frozenset[Role] = frozenset()
    step_up: bool = False

    def __str__(self) -> str:
        who = "everyone" if self.everyone else ", ".join(sorted(self.roles)) or "signed in"
        return f"{who} (second factor again)" if self.step_up else who


EVERYONE = Door(everyone=True)
SIGNED_IN = Door()


def allow(*roles: Role, door: Door | None = None, step_up: bool = False) -> Callable[[View], View]:
    """Say who may pass a view: `@allow(Role.OFFICER)`, `@allow(door=EVERYONE)`, `@allow(door=SIGNED_IN)`.

    With `step_up` the second factor must have been shown a short while ago; the person is asked for it and comes back.
    """
    the_door = door or Door(roles=frozenset(roles), step_up=step_up)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            stopped = _stop(the_door)
            return stopped if stopped is not None else view(*args, **kwargs)

        guarded.door = the_door  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def _stop(door: Door) -> Response | None:
    """Where to send somebody who may not pass; None for those who may. Raises Forbidden for the wrong role."""
    if door.everyone:
        return None
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in", next=_here()))
    if door.roles and not actor().has(*door.roles):
        raise Forbidden(_("Your account does not have the role for this page."))
    if door.step_up and not actor().stepped_up:
        return redirect(url_for("accounts.step_up", next=_here()))
    return None


def may_pass(view: Callable[..., Any]) -> bool:
    """Whether a link to a view is worth showing: whoever is not signed in is shown what everybody may see."""
    door: Door | None = getattr(view, "door", None)
    if door is None or door.everyone:
        return True
    return bool(current_user.is_authenticated) and (not door.roles or actor().has(*door.roles))


def _here() -> str:
    """The path to come back to; after a form was sent, the page that it stood on cannot be asked again."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path


def actor() -> Actor:
    """Who is asking, for services."""
    return current_user.actor if current_user.is_authenticated else ANYONE


def doors(app: Flask) -> dict[str, str]:
    """Every endpoint with who may pass it, in the words of the door table."""
    return {
        rule.endpoint: str(getattr(app.view_functions[rule.endpoint], "door", "")) for rule in app.url_map.iter_rules()
    }


def refuse_silent_doors(app: Flask) -> None:
    """Raise RuntimeError if a view does not say who may pass it."""
    silent = sorted(name for name, door in doors(app).items() if not door and name != "static")
    if silent:
        msg = f"views without @allow: {', '.join(silent)}"
        raise RuntimeError(msg)


def door_table(app: Flask) -> str:
    """The door table as text, one line for each endpoint, in the order of their names."""
    lines = sorted(f"{endpoint:55} {door}" for endpoint, door in doors(app).items() if endpoint != "static")
    return "\n".join(lines) + "\n"
