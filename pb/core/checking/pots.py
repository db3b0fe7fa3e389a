"""Several pots: what one cannot use moves by the surplus rule, and then each is counted again."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

Data = dict[str, Any]
#: Counts a pot with so much money: (pot's key, budget) -> its results and ties, counted again or as published.
Count = Callable[[str, int], Data]


def parts_of(total: int, weights: list[int]) -> list[int]:
    """`total` in whole parts by weight; the largest remainders get what is over, among equal ones the first."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [int(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda at: parts[at] - exact[at])
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts


def count_all(amounts: dict[str, int], surplus: str, count: Count) -> tuple[dict[str, Data], list[Data]]:
    """Every pot counted and surplus moved. `amounts`: the money of each pot at the lock. Gives outcomes and moves."""
    outcomes = {key: count(key, amount) for key, amount in amounts.items()}
    moves = _shared(amounts, outcomes) if surplus == "share" else []
    for key in amounts:
        moved = sum(each["amount"] for each in moves if each["target"] == key)
        moved -= sum(each["amount"] for each in moves if each["source"] == key)
        if moved:
            outcomes[key] = count(key, amounts[key] + moved)
    if surplus == "top_up":
        for outcome in outcomes.values():
            _top_up(outcome)
    home = "carry_forward" if surplus == "carry_forward" else "return"
    for key, outcome in outcomes.items():
        left = outcome["budget"] - outcome["spent"]
        if left and not _waits(outcome):
            moves.append({"source": key, "target": home, "amount": left})
    return outcomes, moves


def _waits(outcome: Data) -> bool:
    return any(not each["final"] for each in outcome["projects"])


def _shared(amounts: dict[str, int], outcomes: dict[str, Data]) -> list[Data]:
    """Money that funds nothing in one pot goes to the pots that want more, in proportion to what they want."""
    beyond = {
        key: amounts[key] - sum(each["cost"] for each in outcome["projects"] if each["rank"] is not None)
        for key, outcome in outcomes.items()
    }
    spare = {key: amount for key, amount in beyond.items() if amount > 0}
    lack = {key: -amount for key, amount in beyond.items() if amount < 0}
    moved = min(sum(spare.values()), sum(lack.values()))
    if not moved:
        return []
    given = dict(zip(spare, parts_of(moved, list(spare.values())), strict=True))
    wanted = dict(zip(lack, parts_of(moved, list(lack.values())), strict=True))
    moves = []
    for source in given:
        for target in wanted:
            part = min(given[source], wanted[target])
            if part:
                moves.append({"source": source, "target": target, "amount": part})
                given[source] -= part
                wanted[target] -= part
    return moves


def _top_up(outcome: Data) -> None:
    winners = [each for each in outcome["projects"] if each["amount"]]
    left = outcome["budget"] - outcome["spent"]
    if _waits(outcome) or not winners or not left:
        return
    for each, part in zip(winners, parts_of(left, [each["amount"] for each in winners]), strict=True):
        each["top_up"] = part
    outcome["spent"] += left
