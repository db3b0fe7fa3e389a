"""How firm an outcome is: anybody can repeat the draws from the seed alone."""

from __future__ import annotations

import hashlib
import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pb.core.election import Group, Profile
from pb.core.explaining.again import Election
from pb.core.explaining.robustness import bootstrap, drawn_sizes, in_order
from pb.core.rules import count
from pb.core.rules.tiebreak import LOT
from tests.core.elections import approvals, instance, method, profiles
from tests.core.elections import instances as some_instances

POT = instance(1000, a=600, b=500, c=300)
BALLOTS = approvals(*["ab"] * 3, *["a"] * 3, *["bc"] * 4, "c")
ELECTION = Election(POT, BALLOTS, method("skip", LOT))


def _by_hand(seed: str, number: int) -> list[str]:
    """One draw as the module's own description tells it, without numpy."""
    ballots = sorted(json.dumps(each, sort_keys=True) for each in BALLOTS.each())
    stream = hashlib.shake_128(f"{seed}/{number}".encode()).digest(8 * len(ballots))
    picks = [int.from_bytes(stream[at : at + 8], "big") % len(ballots) for at in range(0, len(stream), 8)]
    return sorted(ballots[pick] for pick in picks)


def test_the_draws_are_those_that_the_description_gives() -> None:
    wins = {"a": 0, "b": 0, "c": 0}
    outcome = ELECTION.count()
    for number in range(1, 31):
        drawn = [json.loads(text) for text in _by_hand("2026-11-21", number)]
        order = sorted("abc", key=lambda key: hashlib.sha256(f"2026-11-21/{number}/{key}".encode()).hexdigest())
        profile = Profile.of("approval", BALLOTS.settings, drawn)
        facts = ELECTION.with_lot(tuple(order)).facts
        for each in count(POT, profile, ELECTION.method, facts).selected:
            wins[each] += 1
    assert bootstrap(ELECTION, outcome, "2026-11-21", 30).wins == wins


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    outcome = ELECTION.count()
    first = bootstrap(ELECTION, outcome, "one", 40)
    assert bootstrap(ELECTION, outcome, "one", 40) == first
    assert bootstrap(ELECTION, outcome, "two", 40) != first


def test_where_everybody_wants_the_same_nothing_ever_changes() -> None:
    election = Election(POT, approvals("a", "a", "a"), method("skip", LOT))
    firm = bootstrap(election, election.count(), "any", 20)
    assert firm.same == firm.draws == 20
    assert firm.wins == {"a": 20, "b": 0, "c": 20}


def test_it_stops_when_it_is_told_to_and_says_how_many_draws_there_were() -> None:
    told: list[int] = []
    firm = bootstrap(ELECTION, ELECTION.count(), "any", 50, lambda made: not told.append(made) and made < 7)
    assert told == [1, 2, 3, 4, 5, 6, 7]
    assert firm.draws == 7
    assert firm.to_json()["draws"] == 7


def test_nobody_having_voted_does_not_matter() -> None:
    election = Election(POT, approvals(), method("skip", LOT))
    assert bootstrap(election, ELECTION.count(), "any", 2).draws == 2


@given(st.data())
def test_splitting_or_shuffling_ballots_changes_no_draw(data: st.DataObject) -> None:
    profile = data.draw(profiles(data.draw(some_instances())))
    singles = tuple(Group(each, 1) for each in data.draw(st.permutations(list(profile.each()))))
    again = in_order(Profile(profile.ballot_type, profile.settings, singles))
    assert again == in_order(profile)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.text(max_size=5))
def test_as_many_ballots_are_drawn_as_there_are_and_only_from_groups_that_have_some(
    sizes: list[int], seed: str
) -> None:
    drawn = drawn_sizes(np.array(sizes, dtype=np.int64), seed)
    assert sum(drawn) == sum(sizes)
    assert len(drawn) == len(sizes)
    assert all(size or not got for size, got in zip(sizes, drawn, strict=True))
