"""The reveal: a count as the steps in which a hall sees it, pot by pot, from the lowest funded upward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pb.core.disclosure import FEWEST
from pb.core.outcome import Award, Outcome, ProjectResult

#: As many projects stand on one screen in letters that the last row can read.
SCREENFUL = 10


class StepKind(StrEnum):
    """What one press shows: a pot and its money, an offer that waits, an award, the other groups, the whole.

    A whole that is more than a screenful comes after lists of a screenful each.
    """

    POT = "pot"
    OFFER = "offer"
    AWARD = "award"
    THANKS = "thanks"
    LIST = "list"
    END = "end"


@dataclass(frozen=True)
class Step:
    """One press. Amounts in minor units; `before` and `left` are what the pot's bar holds before and after it.

    `votes` and `score` are None where so few voted in the pot that they are not told. `others` are the projects
    that get nothing, in the order of the ballot: they are thanked, not ranked. `listed` are projects that were shown
    and stand together on the screen once more: of `parts` lists the one with the number `part`.
    """

    kind: StepKind
    pot: str = ""
    project: str = ""
    award: str = ""
    amount: int = 0
    cost: int = 0
    budget: int = 0
    before: int = 0
    left: int = 0
    ballots: int = 0
    votes: int | None = None
    score: int | None = None
    others: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    part: int = 1
    parts: int = 1

    @property
    def waits(self) -> bool:
        """Whether it shows an offer, which the group in the room may answer."""
        return self.kind is StepKind.OFFER


def reveal_steps(outcomes: Mapping[str, Outcome], ballot: Sequence[str]) -> tuple[Step, ...]:
    """Every step of a count: the pots in the order given, and the end. `ballot` is the order of all projects on it.

    In each pot come its money, the offers that wait for an answer, the funded from the lowest upward, and thanks to
    the others, a screenful at a time. Withdrawn projects are not among these. The end lists all that are funded, those
    that were shown last first; if they are more than a screenful, lists come before it.
    """
    pots = [step for key, outcome in outcomes.items() for step in _pot(key, outcome, ballot)]
    funded = tuple(step.project for step in reversed(pots) if step.project)
    screens = _screens(funded)
    if len(screens) == 1:
        return (*pots, Step(StepKind.END, listed=funded))
    lists = (Step(StepKind.LIST, listed=each, part=at, parts=len(screens)) for at, each in enumerate(screens, 1))
    return (*pots, *lists, Step(StepKind.END))


def _screens(keys: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The keys in parts of nearly one size, none more than a screenful; one, maybe empty, at least."""
    parts = max(1, -(-len(keys) // SCREENFUL))
    size = -(-len(keys) // parts) or 1
    return [keys[at : at + size] for at in range(0, len(keys), size)] or [()]


def _pot(key: str, outcome: Outcome, ballot: Sequence[str]) -> Iterator[Step]:
    told, left = outcome.ballots >= FEWEST, outcome.budget
    yield Step(StepKind.POT, key, budget=left, before=left, left=left, ballots=outcome.ballots)
    for result in _upward(outcome):
        before, left = left, left - _from_pot(result)
        yield Step(
            StepKind.AWARD if result.final else StepKind.OFFER, key, result.id, result.award.value,
            result.amount + result.top_up, result.cost, outcome.budget, before, left, outcome.ballots,
            result.votes if told else None, result.score if told else None,
        )  # fmt: skip
    none = {each.id for each in outcome.projects if each.award is Award.NONE and each.reason.code != "withdrawn"}
    others = tuple(each for each in ballot if each in none)
    screens = _screens(others)
    for at, each in enumerate(screens, 1):
        yield Step(
            StepKind.THANKS, key, budget=outcome.budget, before=left, left=left, ballots=outcome.ballots, others=each,
            part=at, parts=len(screens),
        )  # fmt: skip


def _upward(outcome: Outcome) -> list[ProjectResult]:
    """Who gets money: open offers first, then the others, the last in turn first."""
    given = [each for each in reversed(outcome.projects) if each.award is not Award.NONE]
    return sorted(given, key=lambda each: each.final)


def _from_pot(result: ProjectResult) -> int:
    return result.amount - result.reserve + result.top_up


def go_on_from(shown: Sequence[Step], steps: Sequence[Step]) -> int:
    """How many steps of a newer count stand shown, where `shown` were those of the one before.

    As many as are the same; and one more where the next concerns the same project, so that a group that has just
    said yes sees what it gets.
    """
    same = next((at for at, (old, new) in enumerate(zip(shown, steps, strict=False)) if old != new), None)
    if same is None:
        return min(len(shown), len(steps))
    return same + bool(shown[same].project and shown[same].project == steps[same].project)
