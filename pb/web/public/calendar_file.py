"""The dates of a round as a file for people's own calendars (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from flask import url_for
from flask_babel import gettext as _

from pb.extensions import present
from pb.models.rounds import Round

LONGEST_LINE = 75  # octets, the line's end left out


def calendar_file(the_round: Round) -> str:
    """The opening and closing of bids and of the vote, and the decision, as far as they are known."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//You Decide//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_escaped(the_round.title)}",
        *(line for event in _events(the_round) for line in event),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _events(the_round: Round) -> Iterator[list[str]]:
    title = the_round.title
    moments = (
        ("bids-open", the_round.bids_open_at, _("%(round)s: bids open", round=title)),
        ("bids-close", the_round.bids_close_at, _("%(round)s: bids close", round=title)),
        ("voting-opens", the_round.voting_opens_at, _("%(round)s: voting opens", round=title)),
        ("voting-closes", the_round.voting_closes_at, _("%(round)s: voting closes", round=title)),
        ("decision", the_round.decision_by, _("%(round)s: decided by now", round=title)),
    )
    for key, moment, words in moments:
        if moment is not None:
            yield _event(the_round, key, moment, words)


def _event(the_round: Round, key: str, moment: datetime, words: str) -> list[str]:
    # From the configured address, never from the request's, like every link that leaves the site.
    page = present.settings.public_url + url_for("public_rounds.round_page", slug=the_round.slug)
    host = present.settings.public_url.split("://", 1)[1]
    return [
        "BEGIN:VEVENT",
        f"UID:{the_round.slug}-{key}@{host}",
        f"DTSTAMP:{_utc(the_round.state_since)}",
        f"DTSTART:{_utc(moment)}",
        f"DTEND:{_utc(moment + timedelta(minutes=15))}",
        f"SUMMARY:{_escaped(words)}",
        f"URL:{page}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def _folded(line: str) -> str:
    """A line cut into pieces of 75 octets, never inside a letter; each further piece starts with a blank."""
    pieces: list[str] = []
    piece = ""
    for letter in line:
        room = LONGEST_LINE - (1 if pieces else 0)
        if len((piece + letter).encode()) > room:
            pieces.append(piece)
            piece = ""
        piece += letter
    return "\r\n ".join([*pieces, piece])
