"""A result in words that several audiences read: verdicts, powers, whether the vote's advice was taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from pb.core.decisions import POWERS, Verdict
from pb.core.paper_marks import VOID_REASONS
from pb.core.unsealing import INVALID_REASONS
from pb.web.formats import number

VERDICTS: dict[str, Any] = {
    Verdict.AGREED: _l("As the vote recommended"),
    Verdict.MORE: _l("More than the vote recommended"),
    Verdict.LESS: _l("Less than the vote recommended"),
    Verdict.DECLINED: _l("Differs from the vote: declined"),
    Verdict.NOT_RECOMMENDED: _l("Not funded, as the vote recommended"),
}
#: Verdicts that depart from the vote.
DIFFERENT = frozenset({Verdict.MORE, Verdict.LESS, Verdict.DECLINED})

CHANNELS: dict[str, Any] = {
    "online": _l("Online"),
    "stall": _l("At a stall"),
    "kiosk": _l("At a kiosk"),
    "event": _l("At an event"),
    "paper": _l("On paper"),
    "post": _l("By post"),
    "desk": _l("At the desk"),
    "assisted": _l("With help"),
}


def power_words(key: str) -> str:
    """The power of a decision, as the record says it."""
    return str(_(POWERS[key])) if key in POWERS else key


def vote_words(votes: int | None, score: int | None, unit: str) -> str:
    """How a project was voted for: 214 votes, or 812 points on 214 ballots; or that it may not be told."""
    if votes is None or score is None:
        return str(_("Votes are not told: too few took part"))
    if unit == "votes" and votes == score:
        return str(ngettext("%(votes)s vote", "%(votes)s votes", votes, votes=number(votes)))
    if unit == "votes":
        return str(
            _("%(score)s votes, with extra votes, on %(votes)s ballots", score=number(score), votes=number(votes))
        )
    return str(_("%(score)s points on %(votes)s ballots", score=number(score), votes=number(votes)))


def reason_words(reason: Mapping[str, Any]) -> str:
    """The count's reason in the reader's language."""
    return message_words(reason["message"], reason["params"])


def message_words(message: str, params: Mapping[str, Any]) -> str:
    """A stored sentence with its numbers, in the reader's language."""
    told = {key: number(value) if isinstance(value, int) else value for key, value in params.items()}
    return str(_(message) % told) if params else str(_(message))


def invalid_words(code: str) -> str:
    """Why an envelope could not be counted."""
    return str(_(INVALID_REASONS[code])) if code in INVALID_REASONS else code


def void_words(code: str) -> str:
    """Why a paper was void."""
    return str(_(VOID_REASONS[code])) if code in VOID_REASONS else code


def channel_words(names: list[str]) -> str:
    """The channels of one cell, such as “At a stall, on paper, together”."""
    first, *rest = [str(CHANNELS.get(name, name)) for name in names]
    if not rest:
        return first
    rest = [word[:1].lower() + word[1:] for word in rest]
    return str(_("%(channels)s, together", channels=", ".join([first, *rest])))
