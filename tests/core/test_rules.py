"""What holds for every rule, allocation and ballot type; a new one is tested by its line in the dict alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pb.core.allocation import ALLOCATIONS, AllocationSettings
from pb.core.ballots import BALLOT_TYPES
from pb.core.election import Group, Instance, Profile, Project
from pb.core.errors import Refusal, Refusals
from pb.core.outcome import Award, Outcome
from pb.core.rules import RULES, Facts, Method, count, method_from_json
from pb.core.rules.greedy import GreedyOptions
from tests.core.elections import approvals, elections, elections_for, instance, method, renumbered, rules_for, votes

Election = tuple[Instance, Profile, Method, Facts]

GREEDY = ("greedy", "greedy-per-cost")

pytestmark = pytest.mark.campaign


def by_every_rule(
    *more: st.SearchStrategy[Any], decided: bool = True
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Try a property on elections counted by each rule in turn, so that a failure names the rule."""

    def decorated(test: Callable[..., None]) -> Callable[..., None]:
        def tried(rule: str, data: st.DataObject) -> None:
            election = data.draw(elections_for(rule, decided), label="instance, profile, method and facts")
            test(election, *(data.draw(each) for each in more))

        tried.__name__, tried.__qualname__, tried.__doc__ = test.__name__, test.__qualname__, test.__doc__
        often = settings(max_examples=max(20, settings.default.max_examples // 2))
        return pytest.mark.parametrize("rule", RULES)(often(given(data=st.data())(tried)))

    return decorated


@by_every_rule()
def test_no_count_spends_more_than_the_pot_or_gives_more_than_the_cost(election: Election) -> None:
    outcome = count(*election)
    given_out = sum(each.amount - each.reserve for each in outcome.projects)
    assert given_out <= election[0].budget, f"{given_out} is given out of a pot of {election[0].budget}"
    assert outcome.spent == given_out, f"it says that {outcome.spent} is spent, and {given_out} is"
    assert outcome.budget == election[0].budget
    for each in outcome.projects:
        cost = election[0].by_id[each.id].cost
        assert 0 <= each.amount <= cost, f"{each.id} costs {cost} and gets {each.amount}"
        assert 0 <= each.reserve <= each.amount
        fits = {Award.NONE: each.amount == 0, Award.PARTIAL: 0 < each.amount < cost}.get(
            each.award, each.amount == cost
        )
        assert fits, f"{each.id} costs {cost}, gets {each.amount}, and its award is “{each.award}”"


@given(elections())
def test_only_a_stopping_line_with_a_reserve_uses_money_from_outside_and_only_once(election: Election) -> None:
    outcome = count(*election)
    helped = [each for each in outcome.projects if each.reserve]
    assert len(helped) <= (1 if election[2].allocation.reserve_percent else 0)


@by_every_rule()
def test_every_project_is_there_once_with_a_reason_in_words(election: Election) -> None:
    outcome = count(*election)
    told, there = sorted(each.id for each in outcome.projects), sorted(election[0].by_id)
    assert told == there, f"the outcome tells of the projects {told}, and the ballot has {there}"
    for each in outcome.projects:
        assert each.reason.code, f"{each.id} has no reason code"
        assert str(each.reason).endswith("."), f"the reason of {each.id} is no sentence: “{each.reason}”"
        assert "%(" not in str(each.reason), f"the reason of {each.id} is not filled in: “{each.reason}”"


@given(elections())
def test_a_part_award_is_never_less_than_the_group_can_work_with(election: Election) -> None:
    for each in count(*election).partial:
        assert election[0].by_id[each.id].needs <= each.amount < election[0].by_id[each.id].cost


@by_every_rule()
def test_projects_that_exclude_each_other_are_never_both_funded(election: Election) -> None:
    outcome = count(*election)
    funded = {each.id for each in outcome.projects if each.award is not Award.NONE}
    for group in election[0].exclusive:
        assert len(group & funded) <= 1, f"{sorted(group & funded)} exclude each other and are both funded"


@by_every_rule()
def test_a_withdrawn_project_gets_nothing_and_its_reason_says_why(election: Election) -> None:
    outcome = count(*election)
    for project in election[3].withdrawn:
        assert outcome.by_id[project].amount == 0, f"{project} was withdrawn and gets {outcome.by_id[project].amount}"
        assert "The group withdrew it." in str(outcome.by_id[project].reason)


@by_every_rule()
def test_the_same_input_gives_the_same_answer_twice(election: Election) -> None:
    assert_alike(count(*election), count(*election), "counted once", "counted again")


@by_every_rule(st.randoms(use_true_random=False))
def test_the_order_of_ballots_and_projects_makes_no_difference(election: Election, chance: Random) -> None:
    where, profile, how, facts = election
    shuffled = replace(where, projects=tuple(chance.sample(where.projects, len(where.projects))))
    mixed = replace(profile, groups=tuple(chance.sample(list(profile.groups), len(profile.groups))))
    outcome = count(*election)
    assert_alike(outcome, count(shuffled, profile, how, facts), "projects in one order", "in another")
    assert_alike(outcome, count(where, mixed, how, facts), "ballots in one order", "in another")
    assert shuffled.digest() == where.digest()
    assert Profile.of(profile.ballot_type, profile.settings, mixed.each()).digest() == profile.digest()


@by_every_rule()
def test_splitting_equal_ballots_into_groups_makes_no_difference(election: Election) -> None:
    where, profile, how, facts = election
    single = tuple(Group(each, 1) for each in profile.each())
    apart = count(where, replace(profile, groups=single), how, facts)
    assert_alike(count(*election), apart, "equal ballots together", "one by one")


@given(elections("approval", rules=GREEDY), st.data())
def test_under_greedy_one_more_vote_never_hurts_a_project(election: Election, data: st.DataObject) -> None:
    where, profile, how, _ = election
    project = data.draw(st.sampled_from(sorted(where.by_id)))
    ballots = [dict(each) for each in profile.each()]
    without = [at for at, each in enumerate(ballots) if each["approved"] and project not in each["approved"]]
    assume(without)
    before = count(where, profile, how).by_id[project].amount
    more = ballots[data.draw(st.sampled_from(without))]
    more["approved"] = sorted([*more["approved"], project])
    after = count(where, Profile.of("approval", profile.settings, ballots), how)
    assert after.by_id[project].amount >= before


@given(elections())
def test_outcomes_methods_facts_and_instances_survive_json(election: Election) -> None:
    where, _, how, facts = election
    outcome = count(*election)
    assert Outcome.from_json(outcome.to_json()) == outcome
    assert Outcome.from_json(outcome.to_json()).digest() == outcome.digest()
    assert method_from_json(how.to_json()) == how
    assert Facts.from_json(facts.to_json()) == facts
    assert Instance.from_json(where.to_json()) == replace(where, projects=tuple(sorted(where.projects, key=_id)))


@by_every_rule(decided=False)
def test_a_tie_is_left_open_exactly_where_the_order_would_change_somebodys_money(election: Election) -> None:
    """Against brute force: every order of the ballot is tried as the tie step that always decides."""
    where, profile, how, facts = election
    assume(len(where.projects) <= 4)
    deciding = replace(how, ties=("published",))
    orders = permutations(sorted(where.by_id))
    results = [_money(count(renumbered(where, order), profile, deciding, facts)) for order in orders]
    alike = all(result == results[0] for result in results)
    money = _money_or_refusal(election)
    if money == "open_tie":
        assert not alike, "it asks for a lot, and every order of the ballot gives the same money"
    else:
        assert alike, "another order of the ballot gives other money, and nothing published decides"
        assert money == results[0]


def _money_or_refusal(election: Election) -> object:
    try:
        return _money(count(*election))
    except Refusal as refusal:
        return refusal.code


def assert_alike(one: Outcome, other: Outcome, first: str, second: str) -> None:
    """Fail with what differs: first the money, then anything else, down to the reasons."""
    assert _money(one) == _money(other), f"the money is not the same with {first} and {second}"
    assert one == other, f"the money is the same, something else is not, with {first} and {second}"


def _money(outcome: Outcome) -> dict[str, tuple[Award, int]]:
    return {each.id: (each.award, each.amount) for each in outcome.projects}


def _id(project: Project) -> str:
    return project.id


@pytest.mark.parametrize("key", RULES)
def test_every_rule_has_a_key_a_version_and_words_for_people(key: str) -> None:
    rule = RULES[key]
    assert rule.key == key
    assert rule.version
    assert rule.label
    assert rule.help.endswith(".")
    assert rule.options_type.from_json(rule.options_type().to_json()) == rule.options_type()


@pytest.mark.parametrize("key", RULES)
@pytest.mark.parametrize("allocation", ALLOCATIONS)
@pytest.mark.parametrize("ballot_type", BALLOT_TYPES)
def test_every_rule_counts_a_round_in_which_nobody_voted(key: str, allocation: str, ballot_type: str) -> None:
    if key not in rules_for(ballot_type):
        return
    nobody = Profile.of(ballot_type, BALLOT_TYPES[ballot_type].settings_type(), [])
    how = Method(key, RULES[key].options_type(), AllocationSettings(allocation), ties=("published",))
    outcome = count(instance(30, a=10, b=40), nobody, how)
    assert outcome.ballots == 0
    assert outcome.selected in ((), ("a",)), f"of 30 pence, {outcome.selected} cannot all be paid"


def test_a_rule_that_is_not_there_is_refused_with_the_names_of_those_that_are() -> None:
    with pytest.raises(Refusal, match="greedy") as refused:
        count(instance(30, a=10), votes(a=1), Method("dictator", GreedyOptions()))
    assert refused.value.code == "rule_unknown"


def test_a_ballot_for_a_project_of_another_pot_is_refused_not_dropped() -> None:
    with pytest.raises(Refusal) as refused:
        count(instance(30, a=10), votes(a=1, b=1), method())
    assert refused.value.code == "unknown_project"


def test_an_average_is_refused_for_ballots_that_give_no_scores() -> None:
    with pytest.raises(Refusals) as refused:
        count(instance(30, a=10), votes(a=1), method(options=GreedyOptions("average")))
    assert refused.value.code == "average_needs_scores"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ties": ("lot", "lot")}, "tie_step_twice"),
        ({"ties": ("coin",)}, "tie_step_unknown"),
        ({"allocation": AllocationSettings("skip", reserve_percent=80)}, "reserve_without_stop"),
    ],
)
def test_a_silly_method_is_refused(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusals) as refused:
        count(instance(30, a=10), votes(a=1), replace(method(), **change))
    assert [fault.code for fault in refused.value.faults] == [code]


def test_a_rule_says_which_ballots_it_cannot_count() -> None:
    class ForRanks(type(RULES["greedy"])):  # type: ignore[misc]
        ballot_types = frozenset({"ranked"})

    with pytest.raises(Refusal) as refused:
        ForRanks().refuse_ballot_type("approval")
    assert refused.value.code == "rule_not_for_ballot"
    ForRanks().refuse_ballot_type("ranked")


def test_empty_ballots_are_counted_as_ballots_and_give_nothing() -> None:
    outcome = count(instance(30, a=10, b=10), approvals("a", "", ""), method())
    assert (outcome.ballots, outcome.marked) == (3, 1)
    assert outcome.by_id["b"].votes == 0
