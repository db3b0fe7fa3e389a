"""How many voters got something, worked out by hand and against counting one ballot at a time."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pb.core.ballots import BALLOT_TYPES
from pb.core.ballots.scoring import ScoringSettings
from pb.core.election import Profile
from pb.core.explaining.satisfaction import satisfaction
from tests.core.elections import approvals, instance, instances, profiles

POT = instance(30, a=10, b=10, c=10)


def test_voters_are_counted_by_how_many_of_their_choices_are_funded() -> None:
    found = satisfaction(POT, approvals("ab", "a", "c", "abc", ""), ("a", "b"))
    assert found.ballots == {2: 2, 1: 1, 0: 1}
    assert (found.marked, found.reached, found.average) == (4, 3, Fraction(5, 4))


def test_a_score_of_nothing_is_no_wish() -> None:
    settings = ScoringSettings(lowest=0, highest=5, score_all=False)
    profile = Profile.of("scoring", settings, [{"scores": {"a": 0, "b": 3}}, {"scores": {"a": 0}}])
    found = satisfaction(POT, profile, ("a",))
    assert found.ballots == {0: 1}


def test_where_nobody_voted_nobody_is_reached_and_nothing_is_divided_by_nothing() -> None:
    found = satisfaction(POT, approvals("", ""), ("a",))
    assert (found.marked, found.reached, found.average) == (0, 0, 0)


def test_as_data_the_numbers_are_in_order_and_the_average_is_exact() -> None:
    assert satisfaction(POT, approvals("ab", "c", "a"), ("a", "b")).to_json() == {
        "marked": 3,
        "reached": 2,
        "average": "1",
        "ballots": {"0": 1, "1": 1, "2": 1},
    }


@given(st.data())
def test_it_is_what_counting_ballot_by_ballot_gives(data: st.DataObject) -> None:
    where = data.draw(instances())
    profile = data.draw(profiles(where))
    winners = data.draw(st.sets(st.sampled_from(sorted(where.by_id))))
    marks = BALLOT_TYPES[profile.ballot_type].marks
    expected: dict[int, int] = {}
    for choices in profile.each():
        wanted = {mark.project for mark in marks(choices, profile.settings) if mark.score > 0}
        if wanted:
            expected[len(wanted & winners)] = expected.get(len(wanted & winners), 0) + 1
    assert satisfaction(where, profile, winners).ballots == expected
