"""What was typed is never lost: not when the session ends meanwhile, not when the form's proof has grown old."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

#: Nothing of these is what a person wrote.
_NOT_TYPED = frozenset({"csrf_token"})
FORBIDDEN = 403


def keep_when_signed_out() -> Response | None:
    """Before a page that takes writing: where the session has ended, show what was sent with a way to go on."""
    if request.method != "POST" or current_user.is_authenticated:
        return None
    return _kept_page()


def keep_when_stale(_error: CSRFError) -> Response:
    """The same where the form's proof no longer fits, as after signing in again."""
    return _kept_page()


def _kept_page() -> Response:
    """Everything that was sent, in hidden fields, to be shown again in the form once the person has signed in."""
    typed: list[tuple[str, Any]] = [
        (name, value) for name, value in request.form.items(multi=True) if name not in _NOT_TYPED
    ]
    args = request.view_args or {}
    page = render_template(
        "groups/signed-out.html",
        typed=typed,
        again=url_for("groups_sections.again", **args),
        sign_in=url_for("accounts.sign_in", next=url_for("groups.signed_in_again")),
    )
    return make_response(page, FORBIDDEN)
