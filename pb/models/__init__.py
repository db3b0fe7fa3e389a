"""The tables: columns, constraints, indexes. Importing this package makes all of them known."""

from pb.models import (
    accounts,
    areas,
    ballots,
    bids,
    codes,
    counts,
    decisions,
    envelopes,
    events,
    keys,
    organisations,
    outbox,
    publications,
    questions,
    roll,
    rounds,
)

__all__ = [
    "accounts",
    "areas",
    "ballots",
    "bids",
    "codes",
    "counts",
    "decisions",
    "envelopes",
    "events",
    "keys",
    "organisations",
    "outbox",
    "publications",
    "questions",
    "roll",
    "rounds",
]
