"""What is shown once: a page that was loaded again by mistake, or lost on a phone, can be read for some minutes more.

The words lie in the browser's own cookie, sealed under a key of the server's: neither alone holds them, and the
service itself keeps nothing.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from flask import session

from pb.extensions import present
from pb.services.sealed_fields import open_field, seal_field
from pb.web.policy import actor

LASTS = timedelta(minutes=10)
_PLACE = "shown_once"


def keep_shown(about: str, words: str) -> None:
    """Keep words for whoever is signed in, in place of any others; `about` must be given again to read them."""
    content = {"words": words, "until": (present.now() + LASTS).isoformat()}
    session[_PLACE] = urlsafe_b64encode(seal_field(_purpose(about), content)).decode()


def shown_before(about: str) -> str:
    """The words again; nothing once their time is over, for anybody else, and in any other browser."""
    try:
        content = open_field(_purpose(about), urlsafe_b64decode(session.get(_PLACE, "")))
    except (InvalidTag, ValueError):
        return ""
    words: str = content["words"]
    return words if present.now() < datetime.fromisoformat(content["until"]) else ""


def forget_shown() -> None:
    """The words are written down: take them out of the cookie."""
    session.pop(_PLACE, None)


def _purpose(about: str) -> str:
    return f"shown-once:{about}:{actor().account_id}"
