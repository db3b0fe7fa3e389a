"""The post as a test reads it: delivers what is due and opens what was sent."""

from __future__ import annotations

import re

from pb.extensions import db
from pb.services.delivery import deliver_due
from pb.services.letters import Letter
from pb.services.outbox import opened_messages


def letters_to(email: str) -> list[Letter]:
    """Every letter to one address so far, oldest first, after a round of the postman."""
    db.session.rollback()
    deliver_due()
    return [opened.letter for opened in opened_messages(email)]


def link_in(letter: Letter) -> str:
    """The path of the first link with a secret in a letter."""
    found = re.search(r"https?://[^/\s]+(/account/(?:choose-password|confirm-address)/\S+)", letter.text)
    assert found is not None, letter.text
    return found[1]
