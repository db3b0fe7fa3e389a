"""The states that the ledger tells: every round and bid moved arrow by arrow, to be held against what is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pb.core.errors import Fault
from pb.core.states import BID_ARROWS, ROUND_ARROWS, BidState, RoundState

#: Where every round and bid begins, before its first arrow.
STARTS: dict[str, str] = {"round": RoundState.IDEA.value, "bid": BidState.DRAFT.value}
_ARROWS: dict[str, dict[str, frozenset[str]]] = {
    "round": {state.value: frozenset(to.value for to in arrows) for state, arrows in ROUND_ARROWS.items()},
    "bid": {state.value: frozenset(to.value for to in arrows) for state, arrows in BID_ARROWS.items()},
}


@dataclass(frozen=True)
class Move:
    """One arrow as the ledger holds it. `subject` is `round:3` or `bid:7`; `effective` the moment that counts.

    The clock decides some arrows and the next write records them: such a `move` is `late`, effective before `at`.
    """

    event: int
    subject: str
    source: str
    to: str
    at: datetime
    effective: datetime
    by_clock: bool

    @property
    def late(self) -> bool:
        """Whether it was recorded after the moment that counts."""
        return self.effective < self.at


@dataclass
class Replay:
    """States by subject as the moves so far have left them, when each was reached, and what is wrong with the moves."""

    states: dict[str, str] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def begin(self, subject: str) -> None:
        """Something new, in the state in which its kind begins."""
        self.states[subject] = STARTS[_kind(subject)]

    def follow(self, move: Move) -> None:
        """Go along one arrow, and note what is wrong with it."""
        self.faults.extend(self._wrong(move))
        self.states[move.subject] = move.to
        self.since[move.subject] = move.effective

    def against(self, recorded: Mapping[str, str]) -> Iterator[Fault]:
        """Where the states that are recorded (by subject) are not those that the moves lead to."""
        for subject in sorted({*recorded, *self.states}, key=_by_number):
            told, found = self.states.get(subject), recorded.get(subject)
            if told != found:
                yield Fault("state_differs", "%(subject)s is recorded as “%(found)s”; the ledger leads to “%(told)s”.",
                            {"subject": _named(subject), "found": found or "-", "told": told or "-"})  # fmt: skip

    def _wrong(self, move: Move) -> Iterator[Fault]:
        said = {"event": move.event, "subject": _named(move.subject), "from": move.source, "to": move.to}
        before = self.states.get(move.subject)
        if before is None:
            yield Fault("never_begun", "Event %(event)s moves %(subject)s, which the ledger never saw begin.", said)
        elif before != move.source:
            sentence = "Event %(event)s moves %(subject)s from “%(from)s”, and it stood at “%(before)s”."
            yield Fault("moved_from_elsewhere", sentence, {**said, "before": before})
        if move.to not in _ARROWS[_kind(move.subject)].get(move.source, frozenset()):
            yield Fault(
                "no_arrow",
                "Event %(event)s moves %(subject)s from “%(from)s” to “%(to)s”: there is no such step.",
                said,
            )
        if move.effective > move.at:
            yield Fault("before_its_time", "Event %(event)s moves %(subject)s before the moment it is for.", said)
        since = self.since.get(move.subject)
        if move.late and since is not None and move.effective < since:
            sentence = "Event %(event)s moves %(subject)s to “%(to)s” as of a moment before it was “%(from)s”."
            yield Fault("out_of_order", sentence, said)
        if move.late and not move.by_clock:
            yield Fault("dated_back", "Event %(event)s moves %(subject)s, dated back by a person.", said)


def _kind(subject: str) -> str:
    return subject.split(":")[0]


def _named(subject: str) -> str:
    kind, number = subject.split(":")
    return f"{kind.capitalize()} {number}"


def _by_number(subject: str) -> tuple[str, int]:
    kind, number = subject.split(":")
    return kind, int(number)
