"""Versions of a ballot, held against the digests that the ledger announced when each was published (ADR 0027)."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import cast, select
from sqlalchemy.types import Text

from pb.core.canonical import digest
from pb.extensions import db
from pb.models.ballots import BallotVersion
from pb.models.events import Event
from pb.models.rounds import Round

#: What publishes a version of a ballot, or names again the one that holds.
_PUBLISHES = ("ballot_locked", "project_withdrawn")
#: In place of a digest where there is no document, or none that could be one of ours.
_NOTHING = "-"


def announced_versions(round_id: int) -> dict[int, str]:
    """The digest of each version of a round's ballot as the ledger announced it first, by the version's number."""
    query = select(Event.facts).where(Event.round_id == round_id, Event.kind.in_(_PUBLISHES)).order_by(Event.id)
    found: dict[int, str] = {}
    for facts in db.session.scalars(query):
        found.setdefault(facts["version"], facts["sha256"])
    return found


def altered_versions(the_round: Round) -> dict[int, tuple[str, str]]:
    """Versions whose stored document is not the one that was announced: its digest then, and the one now.

    Every digest is worked out anew; those that stand beside the documents, the copy in the round's own row, a version
    that is gone and one that nobody announced are looked at as well. Empty where all is well.
    """
    told, now = announced_versions(the_round.id), _stored(the_round.id)
    seen = {number: now.get(number, [_NOTHING]) for number in {*told, *now}}
    newest = max(told, default=the_round.ballot_version or 0)
    if newest:  # what the round's own row says is of the newest, and nothing else
        own = [_digest(the_round.frozen), the_round.frozen_sha256 or _NOTHING]
        own += [] if the_round.ballot_version == newest else [_NOTHING]
        seen[newest] = [*seen.get(newest, [_NOTHING]), *own]
    others = {number: [each for each in digests if each != told.get(number, "")] for number, digests in seen.items()}
    return {number: (told.get(number, ""), others[number][0]) for number in sorted(others) if others[number]}


def _stored(round_id: int) -> dict[int, list[str]]:
    """Of each stored version the digest that its document has, and the one that stands beside it."""
    # As text, since somebody who writes into the table by hand may leave what is no JSON.
    query = select(BallotVersion.version, cast(BallotVersion.content, Text), BallotVersion.sha256)
    rows = db.session.execute(query.where(BallotVersion.round_id == round_id))
    return {number: [_digest(content), kept] for number, content, kept in rows}


def _digest(content: Any) -> str:
    """The digest of a document, or of its text; nothing where it cannot be one of ours."""
    try:
        return digest(json.loads(content) if isinstance(content, str) else content)
    except ValueError:
        return _NOTHING
