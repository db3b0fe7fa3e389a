"""A live snapshot in words: what a screen reader is told when something changes."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from pb.web.formats import money

Data = dict[str, Any]


def said_of(data: Data) -> str:
    """One sentence about what is new; the turnout is no news, or it would interrupt all the time."""
    reveal, hall = data["reveal"], data["hall"]
    if reveal:
        return _reveal(reveal, data["currency"])
    if hall and hall["title"]:
        return str(_("On now: %(title)s", title=hall["title"]))
    if data["state"] == "closed":
        return str(_("Voting has closed."))
    return ""


def _reveal(reveal: Data, currency: str) -> str:
    if reveal["lot"]:
        names = _(" and ").join(f"“{each['project']}”" for each in reveal["lot"])
        return str(_("A lot is being drawn between %(names)s.", names=names))
    if reveal["whole"]:
        return str(_("That is the whole recommendation."))
    step = reveal["steps"][-1] if reveal["steps"] else None
    return _step(step, currency) if step else str(_("The result is about to be shown."))


def _step(step: Data, currency: str) -> str:
    if step["kind"] == "pot":
        return str(_("%(pot)s: %(money)s to give out.", pot=step["pot"], money=money(step["budget"], currency)))
    if step["kind"] == "thanks":
        return str(_("%(pot)s: thank you to every group.", pot=step["pot"]))
    if step["kind"] == "list":
        return str(_("What the vote recommends"))
    told = {
        "project": step["project"],
        "amount": money(step["amount"], currency),
        "left": money(step["left"], currency),
    }
    if step["kind"] == "offer":
        return str(_("Offered: “%(project)s”, %(amount)s.", project=told["project"], amount=told["amount"]))
    return str(_("Recommended: “%(project)s”, %(amount)s. %(left)s is left.", **told))
