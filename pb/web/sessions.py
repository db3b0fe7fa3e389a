"""Flask-Login over sessions that live on the server and can be ended there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, request, session
from flask_login import current_user, login_user, logout_user

from pb.extensions import login_manager, present
from pb.services.accounts import actor_of, needs_second_factor
from pb.services.passwords import prepare_passwords
from pb.services.sessions import OpenSession, find_session
from pb.web.origins import install_origin_check
from pb.web.postman import install_postman


class Visitor:
    """Whoever the browser's session belongs to. Signed in only once every step of signing in is done."""

    is_active = True
    is_anonymous = False

    def __init__(self, secret: str, found: OpenSession) -> None:
        self._secret = secret
        self.session_id = found.id
        self.account_id = found.account.id
        self.name = found.account.name
        self.second_factor_set = found.account.totp_confirmed_at is not None
        self.is_authenticated = found.second_factor_at is not None or not needs_second_factor(found.account)
        self.actor = actor_of(found.account, stepped_up=_recent(found))

    def get_id(self) -> str:
        """What Flask-Login keeps in the browser's signed cookie: the session's secret, nothing about the person."""
        return self._secret


def _recent(found: OpenSession) -> bool:
    """Whether the second factor was shown a short while ago, or the setting for demonstrations asks for none."""
    if present.settings.relax_second_factor:
        return True
    lasts = timedelta(minutes=present.settings.step_up_minutes)
    return found.second_factor_at is not None and present.now() - found.second_factor_at < lasts


def visitor() -> Visitor | None:
    """Who the session belongs to, even if a second factor is still to be shown; None without a session."""
    if "_user_id" not in session:  # Flask-Login looks at more, none of which is in use here
        return None
    someone: Any = current_user
    return None if someone.is_anonymous else someone._get_current_object()


def keep_session(secret: str) -> None:
    """Put a session's secret into the browser's cookie and drop everything that stood there before."""
    session.clear()
    visit = _load(secret)
    if visit is not None:
        login_user(visit)


def drop_session() -> None:
    """Take the session out of the browser's cookie, with everything else in it."""
    logout_user()
    session.clear()


def _load(secret: str) -> Visitor | None:
    found = find_session(secret)
    return Visitor(secret, found) if found else None


def device_name() -> str:
    """The browser and system in two words, so that people recognise their sign-ins; nothing finer is kept."""
    told = request.user_agent.string
    browsers = {"Edg/": "Edge", "Firefox/": "Firefox", "OPR/": "Opera", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS": "Mac"}
    found = [next((name for mark, name in kinds.items() if mark in told), "") for kinds in (browsers, systems)]
    return " · ".join(filter(None, found))


def install_sessions(app: Flask) -> None:
    """Tell Flask-Login how to find who is signed in; unsafe requests from other sites are refused."""
    login_manager.session_protection = None  # a phone changes its address; the session's secret is what counts
    login_manager.user_loader(_load)
    prepare_passwords()
    install_origin_check(app)
    install_postman(app)
