"""Equal shares by hand: small elections whose outcome anyone can work out on paper, and each option's effect."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from pb.core.allocation import AllocationSettings, Response
from pb.core.ballots.approval import BOOST, ApprovalSettings
from pb.core.ballots.points import PointsSettings
from pb.core.ballots.ranked import RankedSettings
from pb.core.ballots.scoring import ScoringSettings
from pb.core.election import Instance, Profile, Project
from pb.core.errors import Refusal
from pb.core.outcome import Award, Outcome, Purchase
from pb.core.rules import Facts, Method, Thresholds, count, method_from_json
from pb.core.rules.completion import exact_text
from pb.core.rules.equal_shares import EqualSharesOptions
from pb.core.rules.greedy import GreedyOptions
from tests.core.elections import approvals, instance, votes
from tests.core.pb_files import SAMPLE, loaded

RIVERSIDE = loaded(SAMPLE)


def _method(
    completion: str = "none", *ties: str, allocation: str = "skip", least: int = 0, **options: object
) -> Method:
    made = EqualSharesOptions.from_json({"completion": completion, **options})
    return Method("equal-shares", made, AllocationSettings(allocation), Thresholds(least), ties or ("published",))


def _riverside(completion: str, **options: object) -> Outcome:
    return count(RIVERSIDE.instance, RIVERSIDE.profile, _method(completion, **options))


def _steps(outcome: Outcome) -> list[tuple[str, str, str, int, int, int]]:
    return [(s.project, s.price, s.effective, s.supporters, s.in_full, s.gave_all) for s in outcome.steps]


# The rule alone


def test_each_group_of_voters_decides_on_its_part_of_the_money() -> None:
    """Six of ten voters want a, b and c, four want d: by most votes the four would get nothing."""
    pot, ballots = instance(100, a=30, b=30, c=30, d=40), approvals(*["abc"] * 6, *["d"] * 4)
    assert count(pot, ballots, _method()).selected == ("a", "b", "d")
    assert count(pot, ballots, replace(_method(), rule="greedy", options=GreedyOptions())).selected == ("a", "b", "c")


def test_the_steps_tell_who_paid_what() -> None:
    outcome = count(instance(30, a=12, b=10, c=9), approvals("a", "ab", "b"), _method())
    assert _steps(outcome) == [("a", "6", "2", 2, 2, 0), ("b", "6", "5/3", 2, 1, 1)]
    assert [step.left for step in outcome.steps] == ["18", "8"]
    assert outcome.endowment is not None
    assert (outcome.endowment.first, outcome.endowment.final, outcome.endowment.runs) == ("10", "10", 1)


def test_a_share_that_is_no_whole_penny_is_exact() -> None:
    outcome = count(instance(10, a=6), approvals("a", "a", ""), _method())
    assert outcome.endowment is not None
    assert outcome.endowment.first == "10/3"
    assert _steps(outcome) == [("a", "3", "2", 2, 2, 0)]


def test_a_ballot_that_chooses_nothing_has_a_share_that_nobody_else_can_spend() -> None:
    assert count(instance(30, a=20), approvals("a", "a", ""), _method()).selected == ("a",)
    assert count(instance(30, a=20), approvals("a", "a", "", ""), _method()).selected == ()


def test_a_large_project_counts_for_more_only_where_costs_count() -> None:
    pot, ballots = instance(80, a=30, b=5), approvals(*["ab"] * 3, *["a"] * 3, *["b"] * 2)
    first = {kind: count(pot, ballots, _method(satisfaction=kind)).steps[0].project for kind in ("cost", "cardinality")}
    assert first == {"cost": "a", "cardinality": "b"}


def test_what_costs_nothing_is_bought_at_once_if_somebody_chose_it() -> None:
    outcome = count(instance(10, a=10, b=0, c=0), approvals("ab", "a"), _method())
    assert outcome.selected == ("b", "a")
    assert _steps(outcome)[0] == ("b", "0", "1", 1, 1, 0)
    assert outcome.by_id["c"].reason.code == "no_support"


def test_points_say_how_much_of_the_price_a_supporter_takes_on() -> None:
    profile = Profile.of("points", PointsSettings(total=3), [{"points": {"a": 2}}, {"points": {"a": 1}}])
    outcome = count(instance(40, a=30), profile, _method())
    assert _steps(outcome) == [("a", "10", "3", 2, 2, 0)]
    assert "for each vote or point" in str(outcome.by_id["a"].reason)


def test_places_count_as_the_points_that_they_give() -> None:
    ballots = [{"ranking": ["a", "b"]}, {"ranking": ["b", "a"]}, {"ranking": ["b"]}]
    profile = Profile.of("ranked", RankedSettings(most=2), ballots)
    assert [step.project for step in count(instance(60, a=20, b=20), profile, _method()).steps] == ["b", "a"]


def test_a_score_of_nothing_or_less_is_no_support_and_neither_is_one_for_projects_not_named() -> None:
    settings = ScoringSettings(lowest=-1, highest=5, score_all=False, default=3)
    profile = Profile.of("scoring", settings, [{"scores": {"a": 0, "b": -1, "c": 1}}, {"scores": {"c": 5}}])
    outcome = count(instance(40, a=1, b=1, c=6), profile, _method())
    assert _steps(outcome) == [("c", "1", "6", 2, 2, 0)]


def test_an_extra_vote_is_a_second_vote() -> None:
    project = Project("a", 30, number=1, tags=frozenset({BOOST}))
    profile = Profile.of(
        "approval", ApprovalSettings(boost=True), [{"approved": ["a"], "boost": "a"}, {"approved": ["a"]}]
    )
    assert _steps(count(Instance((project,), 40), profile, _method())) == [("a", "10", "3", 2, 2, 0)]


def test_a_ballot_that_names_a_project_twice_supports_it_once() -> None:
    profile = Profile.of("approval", ApprovalSettings(), [{"approved": ["a", "a"]}, {"approved": ["a"]}])
    assert _steps(count(instance(40, a=30), profile, _method())) == [("a", "15", "2", 2, 2, 0)]


def test_a_withdrawn_project_and_one_below_the_threshold_are_not_bought() -> None:
    outcome = count(
        instance(40, a=10, b=10, c=10), votes(a=2, b=2, c=1), _method(least=2), Facts({"a": "It is built."})
    )
    assert outcome.selected == ("b",)
    assert (outcome.by_id["a"].rank, outcome.by_id["c"].reason.code) == (None, "below_threshold")


def test_what_a_winner_shuts_out_is_passed_over() -> None:
    pot = replace(instance(40, a=10, b=10, c=10), exclusive=(frozenset("ab"),))
    outcome = count(pot, approvals("ab", "ab", "abc", "c"), _method("add1u", "published"))
    assert outcome.selected == ("a", "c")
    assert outcome.by_id["b"].reason.code == "conflict"


def test_losers_stand_in_the_order_of_how_much_of_their_cost_was_there() -> None:
    outcome = count(instance(30, a=40, b=30, c=100), approvals("a", "b", "c"), _method())
    assert [(each.id, each.rank) for each in outcome.projects] == [("b", 1), ("a", 2), ("c", 3)]
    assert (
        str(outcome.by_id["b"].reason) == "Not funded. Those who chose it had £0.10 of its cost of £0.30 left together."
    )


def test_a_reason_says_how_many_paid_and_what_at_most() -> None:
    assert str(_riverside("none").by_id["a3"].reason) == (
        "Funded. 2 of those who chose it paid its cost of £6,000 together from their shares, none of them more than "
        "£3,250."
    )


# What completes it


def test_the_formats_own_sample_is_exhaustive_at_once() -> None:
    outcome = _riverside("add1")
    assert set(outcome.selected) == {"a1", "a3", "a5"}
    assert outcome.endowment is not None
    assert (outcome.endowment.final, outcome.endowment.runs, outcome.endowment.ended) == ("500000", 1, "exhaustive")


def test_the_sample_goes_on_to_a_share_of_6499_where_only_overspending_stops_it() -> None:
    outcome = _riverside("add1", stop_at="overspending")
    assert outcome.selected == ("a1", "a2", "a3")
    assert outcome.endowment is not None
    assert (outcome.endowment.final, outcome.endowment.ended) == ("649900", "overspent")


def test_by_pence_it_stops_at_the_last_penny() -> None:
    outcome = _riverside("add1", stop_at="overspending", unit="minor", increment=50)
    assert outcome.endowment is not None
    assert outcome.endowment.final == "649950"


@pytest.mark.parametrize(("whole", "first"), [(True, "300"), (False, "1000/3")])
def test_the_first_share_is_rounded_down_to_whole_units_or_not(whole: bool, first: str) -> None:
    outcome = count(instance(1000, a=700), approvals("a", "a", "a"), _method("add1", whole_start=whole))
    assert outcome.endowment is not None
    assert outcome.endowment.first == first


def test_a_project_that_nobody_chose_keeps_shares_rising_only_where_all_are_looked_at() -> None:
    pot, ballots = instance(1000, a=300, b=600, c=100), approvals("a", "b")
    runs = {}
    for look_at in ("all", "supported"):
        outcome = count(pot, ballots, _method("add1", look_at=look_at))
        assert outcome.endowment is not None
        runs[look_at] = (outcome.endowment.runs, outcome.selected, outcome.endowment.ended)
    assert runs == {"all": (2, ("a", "b"), "all_bought"), "supported": (2, ("a", "b"), "exhaustive")}


def test_most_votes_take_what_is_left_and_may_fund_what_nobody_chose() -> None:
    pot, ballots = instance(1000, a=300, b=600, c=100), approvals("a", "b")
    outcome = count(pot, ballots, _method("add1u"))
    assert outcome.selected == ("a", "b", "c")
    assert outcome.steps[-1] == Purchase("c", "completion", 100, "", "", 0, 0, 0, "0")


def test_the_completion_by_most_votes_follows_the_allocation() -> None:
    pot, ballots = instance(100, {"b": 40}, a=60, b=50, c=30), votes(a=4, b=2, c=1)
    chosen = {kind: count(pot, ballots, _method("utilitarian", allocation=kind)) for kind in ("skip", "stop", "offer")}
    assert chosen["skip"].selected == ("a", "c")
    assert chosen["stop"].selected == ("a",)
    assert [(each.id, each.amount) for each in chosen["offer"].partial] == [("b", 40)]
    agreed = count(pot, ballots, _method("utilitarian", allocation="offer"), Facts(responses={"b": Response(True, 40)}))
    assert agreed.by_id["b"].award is Award.PARTIAL
    assert agreed.steps[-1].cost == 40


def test_money_that_flows_on_completes_it_by_phragmens_rule() -> None:
    pot, ballots = instance(100, a=60, b=50, c=30), votes(a=4, b=2, c=1)
    outcome = count(pot, ballots, _method("phragmen"))
    assert outcome.selected == ("a", "c")
    assert [(step.project, step.stage) for step in outcome.steps] == [("a", "completion"), ("c", "completion")]


def test_money_that_flows_on_starts_from_what_each_ballot_has_spent() -> None:
    """a is bought for 40/3 a ballot. Two who spent 40/3 and nothing hold 37 before three who spent 80/3 hold 50."""
    pot, ballots = instance(100, a=40, b=37, c=50), approvals("ab", "ac", "ac", "bc")
    assert count(pot, ballots, _method("phragmen")).selected == ("a", "b")
    assert count(pot, ballots, _method("utilitarian")).selected == ("a", "c")


@pytest.mark.parametrize("word", ["skip", "save"])
def test_skip_and_save_are_other_words_for_leaving_it_unspent(word: str) -> None:
    how = method_from_json({"rule": "equal-shares", "options": {"completion": word}})
    assert how.options.to_json()["completion"] == "none"


def test_most_votes_first_stands_where_more_voters_prefer_it() -> None:
    outcome = _riverside("add1", comparison=True)
    assert outcome.endowment is not None
    assert outcome.endowment.compared == "greedy"
    assert (outcome.rule, outcome.selected, outcome.steps) == ("equal-shares", ("a1", "a2", "a3"), ())
    kept = count(instance(100, a=30, b=30, c=30, d=40), approvals(*["abc"] * 6, *["d"] * 4), _method(comparison=True))
    assert kept.endowment is not None
    assert kept.endowment.compared == "greedy"
    even = count(instance(100, a=50, c=30, d=40), approvals(*["ac"] * 5, *["d"] * 5), _method(comparison=True))
    assert even.endowment is not None
    assert (even.endowment.compared, even.selected) == ("kept", ("a", "d"))


# Ties


def test_a_tie_is_settled_by_the_published_steps_and_recorded() -> None:
    outcome = count(instance(30, a=20, b=20), approvals("ab", "ab", ""), _method("none", "published"))
    assert outcome.selected == ("a",)
    assert [(tie.projects, tie.measure, tie.decided_by) for tie in outcome.ties] == [(("a", "b"), "2", ("published",))]


def test_a_tie_that_makes_no_difference_needs_no_step() -> None:
    outcome = count(instance(40, a=10, b=10), approvals("a", "b", "ab"), _method("none", "lot"))
    assert outcome.selected == ("a", "b")
    assert [(tie.projects, tie.decided_by) for tie in outcome.ties] == [(("a", "b"), ())]


def test_a_tie_that_matters_is_refused_until_a_lot_is_drawn_and_one_lot_serves_all_runs() -> None:
    pot, ballots = instance(3000, a=2000, b=2000), approvals("ab", "ab", "")
    with pytest.raises(Refusal) as refused:
        count(pot, ballots, _method("add1", "lot"))
    assert refused.value.fault.params["ids"] == ("a", "b")
    outcome = count(pot, ballots, _method("add1", "lot"), Facts(lots=(("b", "a"),)))
    assert outcome.selected == ("b",)
    assert [(tie.order, tie.decided_by) for tie in outcome.ties] == [(("b", "a"), ("lot",))]


def test_many_tied_projects_are_put_to_the_lot_at_once() -> None:
    pot, ballots = instance(50, a=10, b=10, c=10, d=10, e=10, f=10), approvals("abcdef", "abcdef")
    with pytest.raises(Refusal) as refused:
        count(pot, ballots, _method("none", "lot"))
    assert refused.value.code == "open_tie"


# What is kept


def test_an_outcome_without_ballots_money_has_no_trace_of_it_in_its_json() -> None:
    plain = count(instance(30, a=10), votes(a=1), replace(_method(), rule="greedy", options=GreedyOptions()))
    assert not {"steps", "endowment"} & set(plain.to_json())
    assert Outcome.from_json(plain.to_json()).digest() == plain.digest()


def test_steps_and_endowment_survive_a_round_trip() -> None:
    outcome = _riverside("add1u")
    again = Outcome.from_json(outcome.to_json())
    assert (again.steps, again.endowment) == (outcome.steps, outcome.endowment)
    assert again.digest() == outcome.digest()


def test_a_number_of_thousands_of_figures_is_cut_off_and_can_still_be_read() -> None:
    long = Fraction(3**9000, 2**14000)
    assert abs(Fraction(exact_text(long)) - long) < Fraction(1, 10**39)
    assert exact_text(Fraction(1234, 7)) == "1234/7"
