"""Where two rounds would ask the same people at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

#: An audience that takes in every other.
EVERYONE = "everyone"


@dataclass(frozen=True)
class Outline:
    """What of a round can clash: when it asks people (aware moments), where, whom and about what.

    No `areas` means the whole council. A missing date means that the round is not yet placed in time.
    """

    round_id: int
    title: str
    starts: datetime | None
    ends: datetime | None
    areas: frozenset[str]
    audience: str
    themes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Clash:
    """Another round, with the part of time, place and themes that both share."""

    round_id: int
    title: str
    starts: datetime
    ends: datetime
    areas: tuple[str, ...]
    themes: tuple[str, ...]


def clashes(of: Outline, others: Iterable[Outline]) -> list[Clash]:
    """The rounds whose dates and areas overlap and who share an audience or a theme, earliest first."""
    found = (_clash(of, other) for other in others if other.round_id != of.round_id)
    return sorted((each for each in found if each), key=lambda each: (each.starts, each.round_id))


def _clash(one: Outline, other: Outline) -> Clash | None:
    if one.starts is None or one.ends is None or other.starts is None or other.ends is None:
        return None
    starts, ends = max(one.starts, other.starts), min(one.ends, other.ends)
    if starts >= ends or not _same_place(one, other):
        return None
    themes = _folded(one.themes) & _folded(other.themes)
    if not themes and not _same_people(one.audience, other.audience):
        return None
    areas = one.areas & other.areas or one.areas or other.areas
    return Clash(other.round_id, other.title, starts, ends, tuple(sorted(areas)), tuple(sorted(themes)))


def _same_place(one: Outline, other: Outline) -> bool:
    return not one.areas or not other.areas or bool(one.areas & other.areas)


def _same_people(one: str, other: str) -> bool:
    first, second = one.strip().casefold(), other.strip().casefold()
    return first == second or EVERYONE in (first, second)


def _folded(themes: Iterable[str]) -> set[str]:
    return {theme.strip().casefold() for theme in themes}
