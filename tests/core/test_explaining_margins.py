"""How near a loser came: what is told was counted, and one less of it would not have done."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.errors import Refusal
from pb.core.explaining.again import Election
from pb.core.explaining.margins import Margin, least, losers, margins
from pb.core.outcome import Outcome
from pb.core.rules import Facts, Method
from pb.core.rules.equal_shares import EqualSharesOptions
from pb.core.rules.greedy import GreedyOptions, NoOptions
from tests.core import elections as made
from tests.core.elections import approvals, elections, instance, method, votes

POT = instance(1000, a=600, b=500, c=300)
BALLOTS = votes(a=5, b=4, c=2)


def _margins(election: Election) -> dict[str, Margin]:
    return {margin.id: margin for margin in margins(election, election.count())}


def test_a_loser_is_told_what_it_lacked_in_cost_and_in_votes() -> None:
    near = _margins(Election(POT, BALLOTS, method("skip", "published")))
    assert near == {"b": Margin("b", 500, 400, 2)}
    assert near["b"].less == 100


def test_a_tie_between_others_does_not_stand_in_its_way() -> None:
    alone = _margins(Election(instance(1000, a=600, b=300, c=500), votes(a=6, b=6, c=5), method("skip", "lot")))
    assert alone == {"c": Margin("c", 500, 100, 2)}


def test_a_tie_that_nothing_decides_goes_against_it() -> None:
    assert _margins(Election(POT, BALLOTS, method("skip")))["b"].ballots == 2
    assert _margins(Election(POT, BALLOTS, method("skip", "published")))["b"].ballots == 2
    assert _margins(Election(POT, BALLOTS, method("skip", "dearer")))["b"].ballots == 2
    assert _margins(Election(POT, BALLOTS, method("skip", "cheaper")))["b"].ballots == 1


def test_what_cannot_be_funded_at_any_cost_or_with_any_votes_is_told_so() -> None:
    stopped = _margins(Election(instance(10, a=11, b=5), votes(a=9, b=1), method("stop", "published")))
    assert stopped["a"] == Margin("a", 11, 10, None)
    assert stopped["b"] == Margin("b", 5, None, 9)


def test_a_withdrawn_project_has_no_margin() -> None:
    election = Election(POT, BALLOTS, method(), Facts({"b": "The group withdrew it."}))
    assert losers(election.count()) == []


def test_under_votes_for_each_pound_a_lower_cost_also_moves_a_project_up() -> None:
    per_cost = Method("greedy-per-cost", NoOptions(), method("skip", "published").allocation, ties=("published",))
    election = Election(instance(100, a=100, b=100), votes(a=3, b=2), per_cost)
    assert _margins(election)["b"] == Margin("b", 100, 66, 2)


def test_the_margin_is_told_in_sentences_with_money_as_people_write_it() -> None:
    pot = instance(1000, a=600)
    said = [str(each) for each in Margin("b", 500, 400, 2000).reasons(pot.money)]
    assert said == [
        "It would have been funded if it had cost £4, which is £1 less.",
        "2,000 more voters, choosing only it, would have got it funded.",
    ]
    assert [each.code for each in Margin("b", 500, None, None).reasons(pot.money)] == ["not_by_cost", "not_by_votes"]
    assert [each.code for each in Margin("b", 500, 1, 1).reasons(pot.money)] == ["cheaper", "one_vote"]


def test_a_search_that_is_ended_tells_what_it_has_and_nothing_half_done() -> None:
    election = Election(instance(10, a=10, b=9, c=8), votes(a=9, b=5, c=4), method("skip", "published"))
    outcome = election.count()
    whole = list(margins(election, outcome))
    told: list[Margin] = []
    for margin in margins(election, outcome, go_on=lambda: not told):
        told.append(margin)
    assert told == whole[:1]
    assert list(margins(election, outcome, go_on=lambda: False)) == []


@given(elections())
def test_every_margin_is_a_boundary_that_recounting_confirms(election: made.Election) -> None:
    where, profile, how, facts = election
    one = Election(where, profile, how, facts)
    for margin in margins(one, one.count()):
        if margin.cost is not None:
            assert one.with_cost(margin.id, margin.cost).funds(margin.id)
            assert not one.with_cost(margin.id, margin.cost + 1).funds(margin.id)
        if margin.ballots is not None:
            assert one.with_ballots_for(margin.id, margin.ballots).funds(margin.id)
            assert not one.with_ballots_for(margin.id, margin.ballots - 1).funds(margin.id)


@given(elections("approval"))
def test_under_greedy_no_smaller_change_would_have_done(election: made.Election) -> None:
    where, profile, how, facts = election
    plain = replace(how.allocation, share_ties=False)
    how = replace(how, rule="greedy", options=GreedyOptions(), ties=("published",), allocation=plain)
    one = Election(where, profile, how, replace(facts, responses={}))
    for margin in margins(one, one.count()):
        for cost in range((margin.cost or 0) + 1, margin.asked):
            assert not one.with_cost(margin.id, cost).funds(margin.id)
        for ballots in range(1, margin.ballots or 20):
            assert not one.with_ballots_for(margin.id, ballots).funds(margin.id)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(-3, 70))
def test_the_search_finds_the_least_of_what_only_grows_whatever_the_guess(most: int, first: int, guess: int) -> None:
    asked: list[int] = []

    def does(number: int) -> bool:
        asked.append(number)
        return number >= first

    assert least(does, most, guess) == (first if first <= most else None)
    assert len(asked) <= 2 * most.bit_length() + 2
    assert all(1 <= each <= most for each in asked)


def test_a_good_guess_takes_few_recounts() -> None:
    asked: list[int] = []
    assert least(lambda number: not asked.append(number) and number >= 70_000, 10**9, 70_000) == 70_000
    assert len(asked) <= 3


def test_a_refusal_that_is_not_about_a_tie_is_passed_on() -> None:
    election = Election(POT, approvals("z"), method())
    with pytest.raises(Refusal) as refused:
        election.funds("a")
    assert refused.value.code == "unknown_project"


def test_the_margin_as_data_says_how_much_less() -> None:
    outcome: Outcome = Election(POT, BALLOTS, method("skip", "published")).count()
    assert [each.to_json() for each in margins(Election(POT, BALLOTS, method("skip", "published")), outcome)] == [
        {"id": "b", "asked": 500, "cost": 400, "ballots": 2, "less": 100}
    ]


def test_where_ballots_hold_money_the_cost_is_told_to_the_pound_and_both_sides_were_counted() -> None:
    pot = instance(100_000, a=60_000, b=30_000, c=45_000)
    how = Method("equal-shares", EqualSharesOptions(), method("skip", "published").allocation, ties=("published",))
    one = Election(pot, approvals(*["ab"] * 5, *["c"] * 4, "b"), how)
    (near,) = _margins(one).values()
    assert (near.id, near.asked) == ("a", 60_000)
    assert near.cost is not None
    assert near.ballots is not None
    assert near.less is not None
    assert near.less % pot.scale == 0
    assert one.with_cost("a", near.cost).funds("a")
    assert not one.with_cost("a", near.cost + pot.scale).funds("a")
    assert one.with_ballots_for("a", near.ballots).funds("a")
    assert not one.with_ballots_for("a", near.ballots - 1).funds("a")
