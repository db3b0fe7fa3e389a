"""What was typed is never lost: not when the session ends meanwhile, not when the form's proof has grown old."""

from __future__ import annotations

from flask import make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

FORBIDDEN = 403


def keep_when_signed_out() -> Response | None:
    """Before a page that takes writing: where the session has ended, show what was sent with a way to go on."""
    if request.method != "POST" or current_user.is_authenticated:
        return None
    return kept_page(FORBIDDEN)


def kept_page(status: int) -> Response:
    """Everything that was sent, in hidden fields, to be sent again once the person has signed in.

    The form has no proof of its own, so that what it sends is shown again and never kept unasked.
    """
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    page = render_template(
        "groups/signed-out.html",
        typed=typed,
        again=request.full_path.rstrip("?"),
        sign_in=url_for("accounts.sign_in", next=url_for("groups.signed_in_again")),
    )
    return make_response(page, status)
