"""Ties that nothing published decides: a lot is asked for only where some lot would change somebody's money."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise, permutations

from pb.core.errors import Refusal
from pb.core.outcome import Award, Outcome, Tie
from pb.core.rules.rule import Task, options_of
from pb.core.rules.tiebreak import LOT

#: How many counts are tried before a lot is asked for all the same.
MOST_TRIES = 50
#: How many projects may stand equal for every order of them to be tried.
MOST_TIED = 4

Lot = tuple[str, ...]


def whatever_the_lot(task: Task, count: Callable[[Task], Outcome]) -> Outcome:
    """Count; where a tie is open, count with each lot that could be drawn, and refuse only if the money differs.

    Raises Refusal `open_tie`, also where there are too many lots to try.
    """
    try:
        return count(task)
    except Refusal as refused:
        found = _each_way(task, count, refused, (), iter(range(MOST_TRIES)))
    ties = tuple(_undecided(tie, task.facts.lots) for tie in found.ties)
    return replace(found, options=options_of(task), ties=ties)


def _each_way(
    task: Task, count: Callable[[Task], Outcome], refused: Refusal, assumed: tuple[Lot, ...], tries: Iterator[int]
) -> Outcome:
    tied = refused.fault.params.get("ids")
    if refused.code != "open_tie" or not isinstance(tied, tuple) or len(tied) > MOST_TIED:
        raise refused
    found: Outcome | None = None
    for lot in permutations(tied):
        if _contradicts(lot, assumed):
            continue
        if next(tries, None) is None:
            raise refused
        lots = (*assumed, lot)
        try:
            outcome = count(_supposing(task, lots))
        except Refusal as again:
            outcome = _each_way(task, count, again, lots, tries)
        if found is not None and _money(outcome) != _money(found):
            raise refused
        found = found or outcome
    if found is None:
        raise refused
    return found


def _supposing(task: Task, lots: tuple[Lot, ...]) -> Task:
    steps = task.method.ties if LOT in task.method.ties else (*task.method.ties, LOT)
    facts = replace(task.facts, lots=(*task.facts.lots, *lots))
    return replace(task, method=replace(task.method, ties=steps), facts=facts)


def _contradicts(lot: Lot, assumed: tuple[Lot, ...]) -> bool:
    """Whether no single order of all projects could give this lot and those assumed before."""
    later: dict[str, set[str]] = {}
    for order in (*assumed, lot):
        for first, then in pairwise(order):
            later.setdefault(first, set()).add(then)
    return any(_reaches(start, start, later, set()) for start in later)


def _reaches(goal: str, start: str, later: dict[str, set[str]], seen: set[str]) -> bool:
    for then in later.get(start, set()) - seen:
        seen.add(then)
        if then == goal or _reaches(goal, then, later, seen):
            return True
    return False


def _undecided(tie: Tie, lots: tuple[Lot, ...]) -> Tie:
    """The tie without a lot that was only supposed."""
    if any(len(set(lot) & set(tie.projects)) > 1 for lot in lots):
        return tie
    return replace(tie, decided_by=tuple(step for step in tie.decided_by if step != LOT))


def _money(outcome: Outcome) -> dict[str, tuple[Award, int]]:
    return {each.id: (each.award, each.amount) for each in outcome.projects}
