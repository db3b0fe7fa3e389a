"""What everybody is told of an explanation does not show one ballot more or less."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pb.core.disclosure import FEWEST, Level, disclosure
from pb.core.election import Profile
from pb.core.explaining.again import Election
from pb.core.explaining.comparing import compare_methods, usual_methods
from pb.core.explaining.disclosed import STEPS, Teller, step_for, told
from pb.core.explaining.explanation import explain
from pb.core.outcome import Endowment, Purchase
from tests.core.elections import approvals, instance, method

POT = instance(1000, a=600, b=500, c=300)


def _told(profile: Profile) -> dict[str, object]:
    election = Election(POT, profile, method("skip", "published"))
    outcome = election.count()
    comparison = compare_methods(election, usual_methods(election.method, "approval")[:2])
    return told(explain(election, outcome), comparison, outcome, disclosure(profile))


def test_of_a_tiny_pot_nothing_is_told() -> None:
    assert _told(approvals(*["ab"] * 9)) == {"level": Level.ORDER}


def test_where_every_ballot_is_public_the_shares_are_told_to_the_hundredth() -> None:
    data = _told(approvals(*["b"] * 5, *["ac"] * 12))
    assert data["level"] == Level.FULL
    assert data["voters"] == {"marked": 17, "reached": 71}


def test_where_ballots_are_not_public_shares_are_rounded_until_they_cover_ten_ballots() -> None:
    data = _told(approvals("abc", *["b"] * 13, *["ac"] * 42))
    assert data["level"] == Level.HISTOGRAM
    assert data["voters"] == {"marked": 56, "reached": 80}


def test_below_fifty_secret_ballots_no_share_is_told() -> None:
    data = _told(approvals("abc", *["b"] * 13, *["ac"] * 12))
    assert data["voters"] == {"marked": 26, "reached": None}
    assert data["methods"][0]["selected"] == ["b", "c"]  # type: ignore[index]


def test_a_margin_that_follows_from_the_totals_is_told_exactly() -> None:
    data = _told(approvals("abc", *["b"] * 13, *["ac"] * 12))
    assert data["margins"] == [{"id": "a", "cost": 500, "ballots": 1, "about": False}]


def test_a_margin_that_rests_on_what_stands_together_is_told_roughly() -> None:
    profile = approvals("abc", *["b"] * 13, *["ac"] * 12)
    election = Election(POT, profile, method("skip", "published"))
    plain = election.count()
    bought = Purchase("c", "rule", 300, "20", "15", 14, 14, 0, "700")
    outcome = replace(plain, steps=(bought,), endowment=Endowment("1000/26", "1000/26", 1, "alone", {"a": "533"}))
    data = told(explain(election, outcome), compare_methods(election, [election.method]), outcome, disclosure(profile))
    assert data["margins"] == [{"id": "a", "cost": 500, "ballots": 1, "about": True}]
    assert data["spending"] == []


def test_numbers_keep_two_figures_where_the_rest_could_tell_too_much() -> None:
    rough = Teller(disclosure(approvals("abc", *["b"] * 13, *["ac"] * 12)))
    assert [rough.number(each) for each in (None, 7, 99, 123, 98765)] == [None, 7, 99, 120, 98000]
    exact = Teller(disclosure(approvals(*["ab"] * 10)))
    assert exact.number(98765) == 98765


def test_the_steps_cover_ten_ballots() -> None:
    assert [step_for(ballots) for ballots in (49, 50, 99, 100, 200, 500, 1000, 10**6)] == [None, 20, 20, 10, 5, 2, 1, 1]


@given(st.integers(1, 5000), st.data())
def test_a_share_that_is_told_fits_at_least_ten_numbers_of_ballots(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    teller = Teller(disclosure(approvals("abc", *["b"] * 13, *["ac"] * 12)))
    share = teller.share(part, whole, whole)
    if share is None:
        assert whole * STEPS[-1] < 100 * FEWEST
        return
    assert abs(Fraction(100 * part, whole) - share) <= 10
    alike = sum(teller.share(each, whole, whole) == share for each in range(whole + 1))
    assert alike >= FEWEST // 2
