"""What is told of a count besides its outcome is worked out once, kept, and shows nobody's ballot."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import event, select

from pb.core.actors import Role
from pb.extensions import db, present
from pb.models.counts import Count, CountExplanation
from pb.models.rounds import Round
from pb.services import explanations
from pb.services.counts import last_count, record_count
from pb.services.explanations import explanation_of
from pb.services.jobs import HELD
from pb.services.offers import answer_offer, make_offer
from pb.services.pots import PotEntry
from pb.services.transactions import transaction
from pb.services.worker import work_due
from tests.factories import a_counted_round, an_opened_round, someone

pytestmark = pytest.mark.usefixtures("app")

#: Six voters want Hall (£6,000) and Bench (£3,000), five want Pond (£2,500); there is £10,000.
TWO_CAMPS = [("Hall", "Bench")] * 6 + [("Pond",)] * 5


def kept_of(the_round: Round) -> dict[str, object]:
    """What is kept about the newest count of a round with one pot."""
    count = last_count(the_round.id)
    assert count is not None
    kept = explanation_of(count)
    assert kept is not None
    (pot,) = kept.values()
    return pot


def keys_of(the_round: Round) -> dict[str, str]:
    """The projects' keys by their titles."""
    return {each["title"]: each["key"] for each in (the_round.frozen or {})["projects"]}


def test_a_recorded_count_is_compared_with_what_other_rules_would_have_given() -> None:
    the_round = a_counted_round(ballots=TWO_CAMPS)
    key, kept = keys_of(the_round), kept_of(the_round)
    methods = {row["rule"]: row for row in kept["methods"]}  # type: ignore[attr-defined]
    assert kept["methods"][0]["rule"] == "greedy"  # type: ignore[index]
    assert set(methods["greedy"]["selected"]) == {key["Hall"], key["Bench"]}
    assert set(methods["equal-shares"]["selected"]) == {key["Bench"], key["Pond"]}
    assert methods["greedy"]["voters"] == {"marked": 11, "reached": 55}
    assert methods["equal-shares"]["voters"] == {"marked": 11, "reached": 100}
    assert kept["differ"] == sorted([key["Hall"], key["Pond"]])


def test_how_near_the_loser_came_is_kept() -> None:
    the_round = a_counted_round(ballots=TWO_CAMPS)
    (margin,) = kept_of(the_round)["margins"]  # type: ignore[misc]
    assert margin == {"id": keys_of(the_round)["Pond"], "cost": 100_000, "ballots": 2, "about": False}  # type: ignore[has-type]


def test_of_fewer_than_ten_ballots_nothing_is_kept_but_that() -> None:
    assert kept_of(a_counted_round()) == {"level": "totals"}


def test_a_large_count_is_explained_by_the_worker_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explanations, "AT_ONCE", 10)
    the_round = a_counted_round(ballots=TWO_CAMPS)
    count = last_count(the_round.id)
    assert count is not None
    assert explanation_of(count) is None
    assert work_due() == 1
    assert kept_of(the_round)["level"] == "full"
    assert work_due() == 0
    assert len(db.session.scalars(select(CountExplanation)).all()) == 1


class SlowClock:
    """A clock on which every look takes a minute, as work on a million ballots may."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


def test_nobody_else_takes_a_long_explanation_while_its_worker_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explanations, "AT_ONCE", 10)
    the_round = a_counted_round(ballots=TWO_CAMPS)
    renewed: list[datetime] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE job SET") and "held_until" in statement:
            renewed.append(clock.at)

    present.use(clock=(clock := SlowClock(present.now())))
    event.listen(db.engine, "before_cursor_execute", note)
    assert work_due() == 1
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(renewed) > 10
    assert max(later - sooner for sooner, later in pairwise(renewed)) < HELD
    assert kept_of(the_round)["level"] == "full"


def test_a_count_that_is_not_committed_yet_waits_for_the_worker() -> None:
    the_round = an_opened_round(ballots=TWO_CAMPS)
    with transaction():
        record_count(the_round.id, by=someone(Role.COUNT_LEAD))
    count = last_count(the_round.id)
    assert count is not None
    assert explanation_of(count) is None
    assert work_due() == 1
    assert kept_of(the_round)["level"] == "full"


def test_each_pot_is_explained() -> None:
    the_round = a_counted_round(
        pots=[PotEntry("North", 300_000), PotEntry("South", 300_000)],
        bids=[("Bench", "north", 300_000, None), ("Hall", "north", 100_000, None), ("Pond", "south", 300_000, None)],
        ballots=[("Bench", "Pond")] * 6 + [("Hall",)] * 7,
    )
    count = last_count(the_round.id)
    assert count is not None
    assert set(explanation_of(count) or {}) == {"north", "south"}


def test_the_draws_come_from_what_was_fixed_before_the_vote() -> None:
    the_round = a_counted_round(ballots=TWO_CAMPS)
    kept = kept_of(the_round)
    assert kept["robustness"]["seed"] == f"{the_round.frozen_sha256}/{the_round.pots[0].key}"  # type: ignore[index]
    assert kept["robustness"]["draws"] == 100  # type: ignore[index]


def test_every_count_has_its_own() -> None:
    the_round = an_opened_round(ballots=[("Bench", "Pond")] * 6 + [("Hall", "Bench")] * 5)
    lead = someone(Role.COUNT_LEAD)
    record_count(the_round.id, by=lead)
    offer = make_offer(the_round.id, keys_of(the_round)["Hall"], by=lead)
    answer_offer(offer.id, accepted=False, by=lead)
    record_count(the_round.id, by=lead, reason="Hall said no.")
    counts = db.session.scalars(select(Count)).all()
    assert [explanation_of(count) is not None for count in counts] == [True, True]
