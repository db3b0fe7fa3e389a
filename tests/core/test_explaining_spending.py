"""Whose money went where, by hand: four voters with £1 each, two winners and a loser."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from pb.core.ballots.points import PointsSettings
from pb.core.election import Profile
from pb.core.explaining.spending import spendings
from pb.core.outcome import Award, Endowment, Outcome, ProjectResult, Purchase, Reason
from tests.core.elections import approvals, instance

POT = instance(400, a=150, b=200, c=120)
BALLOTS = approvals("ab", "ab", "ac", "c")


def _result(key: str, award: Award) -> ProjectResult:
    cost = POT.by_id[key].cost
    return ProjectResult(key, 1, cost, 2, 2, "", award, cost if award is Award.FULL else 0, Reason("said", "Said."))


def _bought(project: str, price: str, stage: str = "rule") -> Purchase:
    return Purchase(project, stage, POT.by_id[project].cost, price, "", 0, 0, 0, "")


OUTCOME = Outcome(
    "equal-shares", "1", {}, 400, 270, 0, 4, 4,
    (_result("a", Award.FULL), _result("c", Award.FULL), _result("b", Award.NONE)),
    (), (_bought("a", "50"), _bought("c", "70")), Endowment("100", "100", 1, "alone"),
)  # fmt: skip


def test_each_losers_supporters_are_told_what_they_spent_and_what_they_have_left() -> None:
    (loser,) = spendings(POT, BALLOTS, OUTCOME)
    assert (loser.id, loser.supporters, loser.had) == ("b", 2, 200)
    assert loser.spent == (("a", Fraction(100)),)
    assert loser.left == 100


def test_a_supporter_with_less_than_the_price_gives_all_it_has() -> None:
    outcome = replace(OUTCOME, projects=(_result("a", Award.FULL), _result("b", Award.NONE), _result("c", Award.NONE)))
    b, c = spendings(POT, BALLOTS, outcome)
    assert (b.id, c.id) == ("b", "c")
    assert c.spent == (("c", Fraction(120)), ("a", Fraction(50)))
    assert c.left == 30


def test_the_spending_is_told_in_sentences() -> None:
    (loser,) = spendings(POT, BALLOTS, OUTCOME)
    assert [str(reason) for reason in loser.reasons(POT)] == [
        "Its supporters had £2 to spend together, and £1 of it is left.",
        "£1 of it went to “Project a”, which they wanted too.",
    ]
    assert loser.to_json() == {"id": "b", "supporters": 2, "had": "200", "spent": {"a": "100"}, "left": "100"}


def test_what_the_completion_paid_for_is_not_the_supporters_money() -> None:
    outcome = replace(OUTCOME, steps=(_bought("a", "50"), _bought("c", "", "completion")))
    (loser,) = spendings(POT, BALLOTS, outcome)
    assert loser.spent == (("a", Fraction(100)),)


def test_a_rule_that_gives_ballots_no_money_tells_nothing() -> None:
    assert spendings(POT, BALLOTS, replace(OUTCOME, endowment=None)) == []
    assert spendings(POT, BALLOTS, replace(OUTCOME, steps=())) == []


def test_points_pay_by_the_point_and_shares_are_exact() -> None:
    settings = PointsSettings(total=3)
    profile = Profile.of("points", settings, [{"points": {"a": 2, "b": 1}}, {"points": {"a": 1}}, {"points": {"b": 3}}])
    outcome = replace(OUTCOME, steps=(_bought("a", "100/7"),), endowment=Endowment("400/3", "400/3", 1, "alone"))
    (loser,) = spendings(POT, profile, outcome)
    assert loser.had == Fraction(800, 3)
    assert loser.spent == (("a", Fraction(200, 7)),)


def test_a_ballot_that_names_a_project_twice_pays_for_it_once() -> None:
    profile = Profile.of("approval", BALLOTS.settings, [{"approved": ["a", "a", "b"]}, {"approved": ["a"]}])
    (loser,) = spendings(POT, profile, OUTCOME)
    assert loser.spent == (("a", Fraction(50)),)
