"""The knapsack search by itself: more items than brute force can try, against a table of all scores."""

from __future__ import annotations

import random

import pytest

from pb.core.errors import Refusal
from pb.core.rules import knapsack
from pb.core.rules.knapsack import Item, best_sets


def _by_table(items: list[Item], budget: int) -> tuple[int, int]:
    """For every score the least cost that reaches it; then the greatest score within the budget."""
    least = {0: 0}
    for item in items:
        for score, cost in sorted(least.items(), reverse=True):
            more = cost + item.cost
            if more < least.get(score + item.score, budget + 1):
                least[score + item.score] = more
    return max(least.items())


@pytest.mark.parametrize("seed", range(8))
def test_sixty_items_are_packed_as_a_table_of_all_scores_says(seed: int) -> None:
    chance = random.Random(seed)
    most = chance.choice([5, 40, 300])
    items = [Item(number, chance.randint(1, 30), chance.randint(0, most)) for number in range(60)]
    budget = sum(item.cost for item in items) // 3
    best = best_sets(items, budget)
    assert (best.score, best.cost) == _by_table(items, budget)
    assert best.every <= best.some


def test_every_and_some_tell_in_how_many_best_sets_an_item_is() -> None:
    best = best_sets([Item(0, 9, 1), Item(1, 2, 2), Item(2, 2, 2), Item(3, 1, 2)], 3)
    assert (best.score, best.cost, best.every, best.some) == (11, 3, {0}, {0, 1, 2})


def test_the_search_gives_up_rather_than_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knapsack, "MOST_PAIRS", 100)
    items = [Item(number, 1000 + number**2, 1000 + number**2) for number in range(40)]
    with pytest.raises(Refusal) as refused:
        best_sets(items, 20_001)
    assert refused.value.code == "too_many_sets"
