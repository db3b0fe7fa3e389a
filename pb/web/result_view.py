"""A publication (or the draft of one) as its pages show it: what is funded, what differs, where the line is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pb.core.canonical import hex_groups, words
from pb.core.disclosure import Level
from pb.web.result_words import DIFFERENT

Data = dict[str, Any]


@dataclass(frozen=True)
class _Told:
    """A part of a publication as a template reads it: what the class does not add is in `data`."""

    data: Data

    def __getattr__(self, name: str) -> Any:
        try:
            return self.data[name]
        except KeyError as error:
            raise AttributeError(name) from error


@dataclass(frozen=True)
class Entry(_Told):
    """One project of a result."""

    most: int
    line_below: bool

    @property
    def differs(self) -> bool:
        """Whether the decision departs from what was recommended."""
        return self.data["verdict"] in DIFFERENT

    @property
    def kind(self) -> str:
        """The colour of its bar: funded in full, in part, or not."""
        if not self.data["amount"]:
            return "not"
        return "funded" if self.data["amount"] >= self.data["cost"] else "part"


@dataclass(frozen=True)
class PotView(_Told):
    """One pot of a result with its projects in the order of the vote."""

    entries: tuple[Entry, ...]

    @property
    def left(self) -> int:
        """What is given to nobody, in minor units."""
        return int(self.data["limit"] - self.data["awarded"])

    @property
    def ballots_are_public(self) -> bool:
        """Whether the .pb file with every ballot may be downloaded."""
        return bool(self.data["disclosure"]["level"] == Level.FULL)

    @property
    def scores_are_public(self) -> bool:
        """Whether there is more to download than totals."""
        return bool(self.data["scores"])


@dataclass(frozen=True)
class ResultView:
    """A whole result."""

    content: Data
    pots: tuple[PotView, ...]

    @property
    def entries(self) -> list[Entry]:
        """The projects of all pots."""
        return [entry for pot in self.pots for entry in pot.entries]

    @property
    def funded(self) -> list[Entry]:
        """The projects that get money."""
        return [entry for entry in self.entries if entry.amount]

    @property
    def different(self) -> list[Entry]:
        """The projects about which the decision departs from the vote."""
        return [entry for entry in self.entries if entry.differs]

    @property
    def recommended(self) -> list[Entry]:
        """The projects that the vote recommended."""
        return [entry for entry in self.entries if entry.counted and not entry.withdrawn]

    @property
    def next_in_line(self) -> list[Entry]:
        """The projects that money which was released reached."""
        return [entry for entry in self.entries if entry.in_line and entry.recommended]

    @property
    def agreed(self) -> int:
        """On how many of the recommended the decision followed the vote."""
        return sum(not entry.differs for entry in self.recommended)

    @property
    def awarded(self) -> int:
        """The money given in all pots, in minor units."""
        return sum(pot.awarded for pot in self.pots)

    @property
    def limit(self) -> int:
        """The money of all pots, in minor units."""
        return sum(pot.limit for pot in self.pots)

    def entry(self, key: str) -> tuple[Entry, PotView] | None:
        """One project with its pot; None where there is none of this key."""
        return next(((each, pot) for pot in self.pots for each in pot.entries if each.key == key), None)


def view_of(content: Data) -> ResultView:
    """What a publication's content shows."""
    return ResultView(content, tuple(_pot(pot) for pot in content["pots"]))


def _pot(pot: Data) -> PotView:
    projects = pot["projects"]
    most = max((each["score"] or 0 for each in projects), default=0)
    line = _line(projects)
    return PotView(pot, tuple(Entry(each, most, at == line) for at, each in enumerate(projects)))


def _line(projects: list[Data]) -> int | None:
    """The project below which the money line runs; None where the line is no single place in the ranking."""
    counted = [bool(each["counted"]) for each in projects]
    funded = sum(counted)
    if not 0 < funded < len(projects) or not all(counted[:funded]):
        return None
    return funded - 1


def fingerprint(sha256: str) -> dict[str, str]:
    """A digest in words to read aloud and in groups to compare by eye."""
    return {"words": words(sha256), "groups": hex_groups(sha256)}


def moment_in(text: str | None) -> datetime | None:
    """A moment as a publication holds it."""
    return datetime.fromisoformat(text) if text else None
