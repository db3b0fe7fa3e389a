"""Ties: decided by the published steps in their order, never by the system, and left alone where they do not matter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pb.core.ballots.approval import BOOST, ApprovalSettings
from pb.core.ballots.scoring import ScoringSettings
from pb.core.election import Instance, Profile
from pb.core.errors import Refusal
from pb.core.rules import Facts, Method, count
from pb.core.rules.tiebreak import TIE_STEPS
from tests.core.elections import instance, method, votes

POT = instance(10, a=10, b=10)


def _scored(**scores: list[int]) -> Profile:
    ballots = [dict(zip(scores, ballot, strict=True)) for ballot in zip(*scores.values(), strict=True)]
    given = [{"scores": {key: score for key, score in ballot.items() if score}} for ballot in ballots]
    return Profile.of("scoring", ScoringSettings(score_all=False), given)


def _winner(pot: Instance, profile: Profile, how: Method, facts: Facts | None = None) -> str:
    (winner,) = count(pot, profile, how, facts or Facts()).selected
    return winner


def test_a_tie_that_matters_and_that_nothing_decides_is_refused_with_the_names() -> None:
    with pytest.raises(Refusal) as refused:
        count(POT, votes(a=1, b=1), method())
    assert refused.value.code == "open_tie"
    assert refused.value.fault.params["ids"] == ("a", "b")
    assert "“Project a”, “Project b” stand equal" in str(refused.value)


def test_a_tie_between_projects_that_all_fit_needs_no_lot() -> None:
    outcome = count(instance(20, a=10, b=10), votes(a=1, b=1), method())
    assert outcome.selected == ("a", "b")
    assert [each.rank for each in outcome.projects] == [1, 1]
    assert outcome.ties[0].decided_by == ()


def test_a_tie_between_projects_of_which_none_fits_needs_no_lot() -> None:
    outcome = count(instance(10, a=10, b=10, c=10), votes(a=2, b=1, c=1), method())
    assert outcome.selected == ("a",)
    assert [each.rank for each in outcome.projects] == [1, 2, 2]


def test_the_place_after_a_shared_place_is_passed_over() -> None:
    outcome = count(instance(30, a=10, b=10, c=10), votes(a=2, b=2, c=1), method())
    assert [each.rank for each in outcome.projects] == [1, 1, 3]


def test_a_recorded_lot_decides() -> None:
    lots = Facts(lots=(("b", "a"),))
    outcome = count(POT, votes(a=1, b=1), method("skip", "lot"), lots)
    assert outcome.selected == ("b",)
    assert outcome.ties[0].decided_by == ("lot",)


def test_a_lot_that_leaves_out_one_of_the_tied_projects_decides_nothing() -> None:
    pot = instance(10, a=10, b=10, c=10)
    with pytest.raises(Refusal) as refused:
        count(pot, votes(a=1, b=1, c=1), method("skip", "lot"), Facts(lots=(("b", "a"),)))
    assert refused.value.fault.params["ids"] == ("a", "b", "c")


def test_one_lot_of_all_projects_serves_every_tie() -> None:
    pot = instance(20, a=10, b=10, c=10, d=10)
    lots = Facts(lots=(("d", "b", "c", "a"),))
    assert count(pot, votes(a=2, b=2, c=2, d=2), method("skip", "lot"), lots).selected == ("d", "b")


def test_more_top_scores_go_first_down_the_scale() -> None:
    """Both total 10: a has 5, 4, 1 and b has 5, 3, 2."""
    assert _winner(POT, _scored(a=[5, 4, 1], b=[5, 3, 2]), method("skip", "top_scores")) == "a"


def test_fewer_lowest_scores_go_first_where_that_is_the_step() -> None:
    assert _winner(POT, _scored(a=[5, 4, 1], b=[5, 3, 2]), method("skip", "fewest_lowest")) == "b"


def test_ordinary_votes_go_before_extra_votes() -> None:
    projects = tuple(replace(each, tags=frozenset({BOOST})) for each in POT.projects)
    ballots = [{"approved": ["a"]}, {"approved": ["a"]}, {"approved": ["b"], "boost": "b"}]
    profile = Profile.of("approval", ApprovalSettings(boost=True), ballots)
    boosted = replace(POT, projects=projects)
    assert _winner(boosted, profile, method("skip", "ordinary_votes")) == "a"
    assert _winner(boosted, profile, method("skip", "more_votes")) == "a"


def test_named_on_more_ballots_goes_first() -> None:
    assert _winner(POT, _scored(a=[5, 1, 0], b=[3, 2, 1]), method("skip", "more_votes")) == "b"


@pytest.mark.parametrize(("step", "winner"), [("cheaper", "b"), ("dearer", "a")])
def test_cost_decides_where_that_is_the_step(step: str, winner: str) -> None:
    assert _winner(instance(10, a=10, b=9), votes(a=1, b=1), method("skip", step)) == winner


def test_the_order_on_the_ballot_is_the_drawn_number_not_the_order_of_the_data() -> None:
    turned = replace(POT, projects=tuple(reversed(POT.projects)))
    assert _winner(turned, votes(a=1, b=1), method("skip", "published")) == "a"


def test_a_project_without_a_number_stands_last_in_the_order_on_the_ballot() -> None:
    first, second = POT.projects
    unnumbered = replace(POT, projects=(replace(first, number=None), second))
    assert _winner(unnumbered, votes(a=1, b=1), method("skip", "published")) == "b"


def test_steps_are_tried_in_order_and_only_as_far_as_needed() -> None:
    pot = instance(10, a=10, b=9, c=9)
    outcome = count(pot, votes(a=1, b=1, c=1), method("skip", "cheaper", "lot"), Facts(lots=(("c", "b"),)))
    assert outcome.selected == ("c",)
    assert outcome.ties[0].decided_by == ("cheaper", "lot")
    assert outcome.ties[0].order == ("c", "b", "a")


def test_a_step_that_settles_what_matters_leaves_the_rest_tied() -> None:
    """The cheap one goes first and takes the pot; the other two get nothing in any order."""
    outcome = count(instance(9, a=9, b=8, c=9), votes(a=1, b=1, c=1), method("skip", "cheaper"))
    assert outcome.selected == ("b",)
    assert [(each.id, each.rank) for each in outcome.projects] == [("b", 1), ("a", 2), ("c", 2)]


def test_tied_rivals_are_an_open_tie_even_where_both_fit() -> None:
    rivals = replace(instance(20, a=10, b=10), exclusive=(frozenset("ab"),))
    with pytest.raises(Refusal) as refused:
        count(rivals, votes(a=1, b=1), method())
    assert refused.value.code == "open_tie"


def test_a_lot_need_not_name_a_tied_project_that_a_winner_shuts_out() -> None:
    pot = replace(instance(20, a=10, b=10, c=10, d=10), exclusive=(frozenset("ab"),))
    with pytest.raises(Refusal) as refused:
        count(pot, votes(a=2, b=1, c=1, d=1), method("skip", "lot"))
    assert refused.value.fault.params["ids"] == ("c", "d")
    outcome = count(pot, votes(a=2, b=1, c=1, d=1), method("skip", "lot"), Facts(lots=(("d", "c"),)))
    assert outcome.selected == ("a", "d")
    assert outcome.by_id["b"].reason.code == "conflict"


@pytest.mark.parametrize("key", TIE_STEPS)
def test_every_tie_step_has_words_that_can_stand_in_a_list_on_the_ballot(key: str) -> None:
    assert TIE_STEPS[key].key == key
    assert TIE_STEPS[key].label[0].islower()
