"""Several pots: each is counted on its own, and what one cannot use goes on by a published surplus rule.

Surplus moves before partial offers become final: what a pot holds beyond the cost of all its bids goes first, and
only then are the last bids of the other pots offered a part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pb.core.election import Instance, Profile
from pb.core.errors import Refusal
from pb.core.money import split
from pb.core.outcome import Outcome
from pb.core.rules import NO_FACTS, Facts, Method, count
from pb.core.words import N_

#: Surplus rules, with what officers and residents read.
SURPLUS_RULES: dict[str, str] = {
    "return": N_("What is left goes back to the council."),
    "carry_forward": N_("What is left is carried forward to the next round."),
    "share": N_("What one pot has left is shared among the pots whose bids need more; the rest goes back."),
    "top_up": N_("What a pot has left is shared among its winners, in proportion to what they get."),
}


@dataclass(frozen=True)
class PotCount:
    """One pot to be counted: a key that names it, and what its count needs."""

    key: str
    instance: Instance
    profile: Profile
    method: Method
    facts: Facts = NO_FACTS

    def count(self, received: int = 0) -> Outcome:
        """Count the pot, with so much more money (minor units; negative: it gave money away)."""
        instance = replace(self.instance, budget=self.instance.budget + received)
        return count(instance, self.profile, self.method, self.facts)


@dataclass(frozen=True)
class Move:
    """Money that moved, in minor units. `target` is a pot's key, or the surplus rule that says where it goes."""

    source: str
    target: str
    amount: int


@dataclass(frozen=True)
class PotsOutcome:
    """The outcome of each pot by its key, with budgets as they are after surplus has moved; and every move."""

    outcomes: Mapping[str, Outcome]
    moves: tuple[Move, ...]


def count_pots(pots: Sequence[PotCount], surplus: str) -> PotsOutcome:
    """Count several pots of one round and move their surplus by a rule of SURPLUS_RULES.

    Under `share`, only a pot that has funded every bid it may gives; what is stuck in another pot, because its next
    bid needs more, goes back. A project sits in one pot. Raises Refusal `surplus_unknown`, `project_in_two_pots`,
    and whatever the count of a pot raises.
    """
    _check(pots, surplus)
    outcomes = {pot.key: pot.count() for pot in pots}
    moves: list[Move] = []
    if surplus == "share":
        moves = _shared(pots, outcomes)
        for pot in pots:
            moved = sum(move.amount for move in moves if move.target == pot.key)
            moved -= sum(move.amount for move in moves if move.source == pot.key)
            if moved:
                outcomes[pot.key] = pot.count(moved)
    if surplus == "top_up":
        outcomes = {key: _topped_up(outcome) for key, outcome in outcomes.items()}
    moves += [Move(key, _home(surplus), each.left) for key, each in outcomes.items() if each.left and not each.pending]
    return PotsOutcome(outcomes, tuple(moves))


def balance(outcome: Outcome) -> int:
    """What a pot holds beyond the cost of every bid that its money may reach, in minor units; negative: it lacks.

    Bids below a threshold, withdrawn, or shut out by a winner that they cannot go ahead with are not reached. It is
    the same whatever has been offered and answered, so that answers do not shift money between pots.
    """
    reached = (each for each in outcome.projects if each.rank is not None and each.reason.code != "conflict")
    return outcome.budget - sum(each.cost for each in reached)


def _shared(pots: Sequence[PotCount], outcomes: Mapping[str, Outcome]) -> list[Move]:
    """Surplus in proportion to what the other pots lack, and never more than they lack."""
    balances = {pot.key: balance(outcomes[pot.key]) for pot in pots}
    spare = {key: amount for key, amount in balances.items() if amount > 0}
    lack = {key: -amount for key, amount in balances.items() if amount < 0}
    moved = min(sum(spare.values()), sum(lack.values()))
    if not moved:
        return []
    given = dict(zip(spare, split(moved, list(spare.values())), strict=True))
    wanted = dict(zip(lack, split(moved, list(lack.values())), strict=True))
    moves: list[Move] = []
    for source in given:
        for target in wanted:
            part = min(given[source], wanted[target])
            if part:
                moves.append(Move(source, target, part))
                given[source] -= part
                wanted[target] -= part
    return moves


def _topped_up(outcome: Outcome) -> Outcome:
    winners = [each for each in outcome.projects if each.amount]
    if outcome.pending or not winners or not outcome.left:
        return outcome
    parts = split(outcome.left, [each.amount for each in winners])
    return outcome.topped_up({each.id: part for each, part in zip(winners, parts, strict=True)})


def _home(surplus: str) -> str:
    return "carry_forward" if surplus == "carry_forward" else "return"


def _check(pots: Sequence[PotCount], surplus: str) -> None:
    if surplus not in SURPLUS_RULES:
        sentence = N_("There is no surplus rule called “%(key)s”.")
        raise Refusal("surplus_unknown", sentence, status=422, key=surplus)
    seen: set[str] = set()
    for pot in pots:
        for project in pot.instance.projects:
            if project.id in seen:
                sentence = N_("“%(project)s” is in two pots. A project sits in one pot.")
                raise Refusal("project_in_two_pots", sentence, status=422, project=project.label)
            seen.add(project.id)
