"""Stewards: who may be briefed and put on a rota, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from pb.core.actors import Actor, Role
from pb.core.errors import Refusal
from pb.extensions import present
from pb.models.rounds import Round
from pb.services.accounts import set_active
from pb.services.stations import Span
from pb.services.stewards import brief, put_on_rota, rota_of
from tests.factories import a_round, owner_of, someone, turn_to
from tests.stations import a_station

pytestmark = pytest.mark.usefixtures("app")


def brief_now(the_round: Round, steward: Actor, day: date) -> None:
    brief(the_round.id, steward.account_id or 0, day, by=owner_of(the_round))


def test_a_duty_may_begin_at_the_minute_at_which_another_ends_and_not_before(app: Flask) -> None:
    steward, now = someone(Role.STEWARD), present.now()
    first, other = a_round(), a_round()
    for the_round in (first, other):
        brief_now(the_round, steward, now.date())
    nine, noon = now + timedelta(days=1), now + timedelta(days=1, hours=3)

    def put(the_round: Round, name: str, starts_at: datetime) -> int:
        station = a_station(the_round, name)
        span = Span(starts_at, starts_at + timedelta(hours=3))
        put_on_rota(the_round.id, station.id, steward.account_id or 0, span, by=owner_of(the_round))
        return station.id

    put(first, "Library", nine)
    with pytest.raises(Refusal, match="on the rota of Library") as early:
        put(other, "Market", noon - timedelta(minutes=1))
    assert early.value.code == "elsewhere"
    assert [each.starts_at for each in rota_of(put(other, "School", noon))] == [noon]


def test_whoever_has_left_is_neither_briefed_nor_put_on_the_rota(app: Flask) -> None:
    steward, now = someone(Role.STEWARD), present.now()
    the_round = a_round()
    station = a_station(the_round)
    brief_now(the_round, steward, now.date())
    set_active(steward.account_id or 0, False, by=someone(Role.ADMINISTRATOR))
    span = Span(now, now + timedelta(hours=3))
    for deed in (
        lambda: brief_now(the_round, steward, now.date()),
        lambda: put_on_rota(the_round.id, station.id, steward.account_id or 0, span, by=owner_of(the_round)),
    ):
        with pytest.raises(Refusal) as refused:
            deed()
        assert refused.value.code == "not_a_steward"


def test_a_briefing_is_of_today_in_london_or_before(app: Flask) -> None:
    steward, the_round = someone(Role.STEWARD), a_round()
    turn_to(datetime(2026, 6, 30, 23, 30, tzinfo=UTC))  # half past midnight on 1 July, by the clock on the wall
    with pytest.raises(Refusal) as ahead:
        brief_now(the_round, steward, date(2026, 7, 2))
    assert ahead.value.code == "day_ahead"
    brief_now(the_round, steward, date(2026, 7, 1))
