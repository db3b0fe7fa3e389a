"""What of a count is told: no number from which somebody's ballot could be worked out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pb.core.disclosure import Level
from pb.core.outcome import Outcome
from pb.core.rules import RULES, Method, count
from pb.core.withholding import COUNTED, JOINT, shown
from tests.core.elections import approvals, instance

POT = instance(10, a=4, b=5, c=3, d=9)
BALLOTS = approvals("ab", "ab", "c", "bc", "a", "d", "ac")


def counted(rule: str) -> dict[str, Any]:
    """A pot of seven ballots as a rule counts it, in JSON data."""
    return count(POT, BALLOTS, Method(rule, RULES[rule].options_type(), ties=("published",))).to_json()


@pytest.mark.parametrize("rule", sorted(RULES))
def test_of_a_small_pot_the_order_and_the_money_are_told_and_no_number_of_the_vote(rule: str) -> None:
    before, told = counted(rule), shown(counted(rule), Level.ORDER)
    for was, now in zip(before["projects"], told["projects"], strict=True):
        assert [now[key] for key in ("id", "rank", "award", "amount", "left")] == [
            was[key] for key in ("id", "rank", "award", "amount", "left")
        ]
        assert (now["votes"], now["score"], now["measure"]) == (None, None, "")
        assert (JOINT | COUNTED).isdisjoint(now["reason"]["params"])
        assert now["reason"]["text"] == now["reason"]["message"] % now["reason"]["params"]
    assert told["marked"] is None
    assert not {"steps", "endowment"} & told.keys()
    assert Outcome.from_json(json.loads(json.dumps(told))).selected == tuple(before["selected"])


@pytest.mark.parametrize("rule", ["equal-shares", "phragmen", "bounded-overspending"])
@pytest.mark.parametrize("level", [Level.HISTOGRAM, Level.TOTALS])
def test_where_ballots_stay_back_nobody_is_told_what_supporters_paid_or_had(rule: str, level: Level) -> None:
    told = shown(counted(rule), level)
    assert [each["votes"] for each in told["projects"]] == [each["votes"] for each in counted(rule)["projects"]]
    for each in told["projects"]:
        assert JOINT.isdisjoint(each["reason"]["params"])
        assert each["measure"] == ""
    for step in told.get("steps", []):
        assert (step["price"], step["effective"], step["in_full"], step["gave_all"]) == ("", "", None, None)
    assert not told.get("endowment", {}).get("behind")


@pytest.mark.parametrize("rule", sorted(RULES))
def test_where_every_ballot_is_public_everything_is_told(rule: str) -> None:
    assert shown(counted(rule), Level.FULL) == counted(rule)


def test_what_greedy_says_follows_from_the_totals_and_is_told_with_them() -> None:
    assert shown(counted("greedy"), Level.HISTOGRAM) == counted("greedy")
