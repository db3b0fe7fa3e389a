"""Cards that work by the clock on the wall, on the two nights on which the clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

from pb.core.clock import from_london
from pb.core.errors import Refusal
from pb.services.casting import cast
from pb.services.codes import make_codes
from pb.services.rights import Claim
from tests.conftest import TurningClock
from tests.factories import DATES, owner_of
from tests.racing import forms
from tests.voters import a_voting_round

#: The first and the last minute by the wall, and how many hours lie between them.
NIGHTS = {
    "one hour is skipped": ("2026-03-28T22:00", "2026-03-29T06:00", 7),
    "one hour comes twice": ("2026-10-24T22:00", "2026-10-25T06:00", 9),
}


@pytest.mark.parametrize("night", NIGHTS)
def test_cards_work_from_the_first_minute_of_their_window_until_just_before_its_end(
    app: Flask, clock: TurningClock, night: str
) -> None:
    begins, ends, hours = (*(from_london(datetime.fromisoformat(each)) for each in NIGHTS[night][:2]), NIGHTS[night][2])
    assert ends - begins == timedelta(hours=hours)
    clock.at = begins - timedelta(days=120)
    dates = replace(
        DATES,
        bids_open_at=begins - timedelta(days=119),
        bids_close_at=begins - timedelta(days=60),
        voting_opens_at=begins - timedelta(days=20),
        voting_closes_at=ends + timedelta(days=2),
        decision_by=ends + timedelta(days=40),
    )
    the_round = a_voting_round(dates=dates)
    owner = owner_of(the_round)
    codes = make_codes(the_round.id, by=owner, count=4, name="Night", window_from=begins, window_to=ends).codes
    second, told = timedelta(seconds=1), []
    moments = (begins - second, begins, ends - second, ends)
    for moment, code, form in zip(moments, codes, forms(the_round, 4), strict=True):
        clock.at = moment
        try:
            told.append(cast(form, Claim(code)).receipt and "cast")
        except Refusal as refusal:
            told.append(refusal.code)
    assert told == ["code_outside_window", "cast", "cast", "code_outside_window"]
