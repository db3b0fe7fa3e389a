"""The account of a batch of printed cards."""

from __future__ import annotations

import pytest

from pb.core.cards import BatchNumbers, batch_equations, most_lost

EVEN = BatchNumbers(
    "Library", made=100, used=40, unused=57, void=3, printed=100, handed_out=60, returned_unused=39, missing=1,
    spoilt=3, lost_replaced=2, not_returned=15, asked=True,
)  # fmt: skip


def test_a_batch_whose_every_card_is_accounted_for_comes_out_even() -> None:
    assert [each.difference for each in batch_equations(EVEN)] == [0, 0, 0, 0]
    assert "cards printed for “Library”" in str(batch_equations(EVEN)[2].left)


@pytest.mark.parametrize(
    "name", ["printed", "handed_out", "returned_unused", "missing", "used", "spoilt", "not_returned"]
)
def test_one_card_too_many_anywhere_is_seen(name: str) -> None:
    numbers = {field: getattr(EVEN, field) for field in BatchNumbers.__dataclass_fields__} | {name: 41}
    assert [each for each in batch_equations(BatchNumbers(**numbers)) if not each.holds]


def test_cards_that_nobody_counted_do_not_come_out_even() -> None:
    uncounted = BatchNumbers("Library", made=5, used=2, unused=3, void=0, asked=True)
    assert [each.holds for each in batch_equations(uncounted)] == [True, True, True, False]


def test_codes_that_became_void_by_themselves_are_seen() -> None:
    assert [each.holds for each in batch_equations(BatchNumbers("List", made=5, used=2, unused=2, void=1))] == [
        True,
        False,
    ]


@pytest.mark.parametrize("handed_out, most", [(0, 1), (399, 1), (400, 2), (599, 2), (1_000, 5), (20_000, 100)])
def test_half_a_per_cent_of_lost_cards_may_be_replaced_and_always_one(handed_out: int, most: int) -> None:
    assert most_lost(handed_out, 5) == most
