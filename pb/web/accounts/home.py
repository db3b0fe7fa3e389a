"""The page about one's own account."""

from __future__ import annotations

from flask import render_template

from pb.services.accounts import account_of
from pb.services.sessions import open_sessions
from pb.web.accounts.door import bp
from pb.web.policy import SIGNED_IN, actor, allow
from pb.web.sessions import visitor


@bp.get("/")
@allow(door=SIGNED_IN)
def home() -> str:
    """Who am I, what may I do, where am I signed in."""
    someone, by = visitor(), actor()
    account = account_of(by.account_id)
    return render_template(
        "accounts/home.html", account=account, by=by, someone=someone, sessions=open_sessions(account.id)
    )
