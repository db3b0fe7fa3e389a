"""Pages that anyone may read."""

from pb.web.public import (
    counts,
    downloads,
    hall,
    health,
    information,
    live,
    other_rules,
    packages,
    questions,
    result_poster,
    results,
    rounds,
    stations,
    support,
)

BLUEPRINTS = (
    counts.bp,
    downloads.bp,
    hall.bp,
    health.bp,
    information.bp,
    live.bp,
    other_rules.bp,
    packages.bp,
    questions.bp,
    result_poster.bp,
    results.bp,
    rounds.bp,
    stations.bp,
    support.bp,
)

__all__ = [
    "BLUEPRINTS",
    "counts",
    "downloads",
    "hall",
    "health",
    "information",
    "live",
    "other_rules",
    "packages",
    "questions",
    "result_poster",
    "results",
    "rounds",
    "stations",
    "support",
]
