"""A round's set-up as a list of tasks, and the round's step that its officer should take next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pb.core.blockers import Blocker
from pb.core.states import RoundState
from pb.models.rounds import Round
from pb.services.round_blockers import blockers
from pb.services.round_sections import PUBLIC_WORDS, why_closed
from pb.services.round_states import round_phase
from pb.services.rounds import PRIVATE

S = RoundState

SECTIONS = ("about", "purpose", "promise", "areas", "money", "pots", "dates", "voters", "ballot", "counting", "keys")
#: Blockers that say that something was never filled in, not that it is wrong.
_UNTOUCHED = frozenset({"pots_missing", "areas_missing", "date_missing", "total_missing", "preset_missing"})


class TaskStatus(StrEnum):
    """How far a task of the set-up is."""

    DONE = "done"
    STARTED = "started"
    TODO = "todo"
    PROBLEM = "problem"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Task:
    """A section of the set-up and how far it is."""

    section: str
    status: TaskStatus


def tasks_of(the_round: Round) -> list[Task]:
    """The sections of a round's set-up in the order in which they are best filled in; all done once it is locked."""
    if the_round.frozen is not None:
        return [Task(section, TaskStatus.DONE) for section in SECTIONS]
    found = blockers(the_round, S.BIDDING if the_round.state in PRIVATE else S.LOCKED)
    return [Task(section, _status(the_round, section, found)) for section in SECTIONS]


def _status(the_round: Round, section: str, found: list[Blocker]) -> TaskStatus:
    refusal = why_closed(the_round, section)
    if refusal is not None and refusal.code == "not_assessed":
        return TaskStatus.BLOCKED
    # the count comes with the way of voting, and is looked at on the same page
    asked = "ballot" if section == "counting" else section
    own = [blocker for blocker in found if blocker.args.get("section") == asked]
    if not own:
        return TaskStatus.DONE
    missing = [blocker for blocker in own if _is_untouched(blocker)]
    if len(missing) < len(own):
        return TaskStatus.PROBLEM
    return TaskStatus.STARTED if _is_begun(section, len(missing)) else TaskStatus.TODO


def _is_untouched(blocker: Blocker) -> bool:
    return blocker.code in _UNTOUCHED or blocker.code.removesuffix("_missing") in PUBLIC_WORDS


def _is_begun(section: str, missing: int) -> bool:
    wanted = {"purpose": 3, "promise": 3, "dates": 5}
    return missing < wanted.get(section, missing)


#: The next state that the officer leads a round to, by the state that it is in; elsewhere time or others do.
NEXT: dict[RoundState, RoundState] = {
    S.IDEA: S.SETTING_UP,
    S.ASSESSED: S.SETTING_UP,
    S.SETTING_UP: S.BIDDING,
    S.CHECKING: S.LOCKED,
    S.LOCKED: S.VOTING,
}


def next_state(the_round: Round) -> RoundState | None:
    """Where the officer leads a round next; None while it waits for the clock, the count or the members."""
    return NEXT.get(round_phase(the_round))
