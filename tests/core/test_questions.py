"""Ways to question a decision, and the days until when."""

from __future__ import annotations

from datetime import date

import pytest

from pb.core.questions import WAYS, last_day


@pytest.mark.parametrize(
    ("published", "days", "until"),
    [
        (date(2026, 6, 26), 5, date(2026, 7, 3)),
        (date(2026, 6, 26), 10, date(2026, 7, 10)),
        (date(2026, 6, 27), 1, date(2026, 6, 29)),
        (date(2026, 6, 24), 2, date(2026, 6, 26)),
    ],
)
def test_working_days_are_counted_from_the_day_after_without_weekends(published: date, days: int, until: date) -> None:
    assert last_day(published, days) == until


def test_every_way_that_the_issue_names_is_there_and_the_ombudsman_is_not_ours() -> None:
    assert [way.key for way in WAYS] == ["question", "appeal", "complaint", "petition", "scrutiny", "ombudsman"]
    assert [way.key for way in WAYS if not way.ours] == ["ombudsman"]
