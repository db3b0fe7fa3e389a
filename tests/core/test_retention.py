"""How long things are kept, by the calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pb.core.retention import box_due, months_after, names_due


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 16, 30, tzinfo=UTC)


def test_the_box_is_kept_for_the_28_days_in_which_a_result_can_be_challenged() -> None:
    assert box_due(at(2026, 6, 26)) == at(2026, 7, 24)
    assert box_due(None) is None


def test_names_are_kept_for_three_months_after_the_last_decision() -> None:
    assert names_due(at(2026, 6, 26)) == at(2026, 9, 26)
    assert names_due(None) is None


@pytest.mark.parametrize(
    ("moment", "later"),
    [
        (at(2026, 11, 30), at(2027, 2, 28)),
        (at(2027, 11, 30), at(2028, 2, 29)),
        (at(2026, 12, 1), at(2027, 3, 1)),
        (at(2026, 9, 15), at(2026, 12, 15)),
    ],
)
def test_a_month_that_lacks_the_day_ends_on_its_last(moment: datetime, later: datetime) -> None:
    assert months_after(moment, 3) == later
