"""The money line by hand: stop, skip, offer, the reserve, answers to offers, equal shares of what is left."""

from __future__ import annotations

import pytest

from pb.core.allocation import ALLOCATIONS, AllocationSettings, Response
from pb.core.errors import Refusal
from pb.core.outcome import Award, Outcome
from pb.core.rules import Facts, count
from tests.core.elections import instance, method, votes

#: £30 for bids of £12, £20, £10 and £8, most wanted first.
POT = instance(3000, a=1200, b=2000, c=1000, d=800)
BALLOTS = votes(a=4, b=3, c=2, d=1)


def _answer(accepted: bool, amount: int, project: str = "b") -> Facts:
    return Facts(responses={project: Response(accepted, amount)})


def _offered(facts: Facts | None = None, **minima: int) -> Outcome:
    pot = instance(3000, minima, a=1200, b=2000, c=1000, d=800)
    return count(pot, BALLOTS, method("offer"), facts or Facts())


def test_stop_ends_at_the_first_project_that_does_not_fit() -> None:
    outcome = count(POT, BALLOTS, method("stop"))
    assert outcome.selected == ("a",)
    assert outcome.left == 1800
    assert str(outcome.by_id["b"].reason) == ("Not funded. It asked for £20 and £18 was left, so the money stops here.")
    assert str(outcome.by_id["d"].reason) == (
        "Not funded. The money stopped at “Project b”, which came higher and did not fit."
    )


def test_skip_passes_over_what_does_not_fit() -> None:
    outcome = count(POT, BALLOTS, method("skip"))
    assert outcome.selected == ("a", "c", "d")
    assert outcome.left == 0
    assert str(outcome.by_id["b"].reason) == "Not funded. It asked for £20 and £18 was left when its turn came."


def test_every_result_says_what_was_left_when_its_turn_came() -> None:
    outcome = count(POT, BALLOTS, method("skip"))
    assert [(each.id, each.left) for each in outcome.projects] == [("a", 3000), ("b", 1800), ("c", 1800), ("d", 800)]


def test_offer_makes_no_offer_to_a_project_that_needs_all_of_its_cost() -> None:
    outcome = _offered()
    assert outcome.selected == ("a", "c", "d")
    assert str(outcome.by_id["b"].reason) == (
        "Not funded. It asked for £20 and needs at least £20 to go ahead, and £18 was left when its turn came."
    )


def test_offer_holds_what_is_left_for_the_next_in_line_until_it_answers() -> None:
    outcome = _offered(b=1800)
    assert outcome.selected == ("a",)
    assert [(each.id, each.amount, each.final) for each in outcome.partial] == [("b", 1800, False)]
    assert outcome.pending == outcome.partial
    assert outcome.left == 0
    assert str(outcome.by_id["b"].reason) == (
        "Offered £18 of the £20 it asked for. It could go ahead with £18. Its answer is awaited."
    )
    assert str(outcome.by_id["c"].reason) == (
        "Waiting. An offer to “Project b” is open; if it says no, the money goes on down."
    )


def test_a_penny_less_than_the_smallest_workable_amount_is_not_offered() -> None:
    assert _offered(b=1801).selected == ("a", "c", "d")


def test_an_offer_that_is_taken_is_part_funded_and_ends_the_money() -> None:
    outcome = _offered(_answer(True, 1800), b=1500)
    assert [(each.id, each.amount, each.final) for each in outcome.partial] == [("b", 1800, True)]
    assert not outcome.pending
    assert outcome.by_id["c"].reason.code == "too_little_left"


def test_an_offer_that_is_declined_goes_on_down() -> None:
    outcome = _offered(_answer(False, 1800), b=1500)
    assert outcome.selected == ("a", "c", "d")
    assert str(outcome.by_id["b"].reason) == "Not funded. It asked for £20, was offered £18, and said no."


def test_a_no_to_less_money_is_no_answer_to_more() -> None:
    outcome = _offered(_answer(False, 1700), b=1500)
    assert [each.id for each in outcome.pending] == ["b"]


def test_a_yes_to_more_money_is_no_answer_to_less() -> None:
    outcome = _offered(_answer(True, 1900), b=1500)
    assert [each.id for each in outcome.pending] == ["b"]


def test_after_a_no_the_next_in_line_may_be_offered_the_same_money() -> None:
    pot = instance(1500, {"a": 1000, "b": 1000}, a=2000, b=2000)
    outcome = count(pot, votes(a=2, b=1), method("offer"), _answer(False, 1500, "a"))
    assert [(each.id, each.amount) for each in outcome.pending] == [("b", 1500)]


def test_a_project_that_could_never_use_the_held_money_is_not_told_to_wait() -> None:
    pot = instance(1500, {"a": 1000}, a=2000, b=5000)
    outcome = count(pot, votes(a=2, b=1), method("offer"))
    assert outcome.by_id["b"].reason.code == "too_little_left"


@pytest.mark.parametrize(("left", "award"), [(800, Award.RESERVE), (799, Award.NONE), (1000, Award.FULL)])
def test_the_reserve_helps_from_exactly_eighty_per_cent(left: int, award: Award) -> None:
    outcome = count(instance(left, a=1000, b=100), votes(a=2, b=1), method("stop", reserve_percent=80))
    assert outcome.by_id["a"].award is award


def test_the_reserve_adds_only_what_is_missing_and_the_money_stops() -> None:
    outcome = count(instance(900, a=1000, b=0), votes(a=2, b=1), method("stop", reserve_percent=80))
    assert (outcome.spent, outcome.reserve, outcome.left) == (900, 100, 0)
    assert outcome.selected == ("a",)
    assert str(outcome.by_id["a"].reason) == (
        "Funded with help from the reserve. It asked for £10 and £9 was left, which is at least 80% of it, "
        "so the reserve adds £1. The money stops here."
    )
    assert outcome.by_id["b"].reason.code == "after_stop"


TIED = instance(1000, {"a": 400, "b": 400}, a=1000, b=900)


def test_tied_projects_may_be_offered_equal_shares_of_what_is_left() -> None:
    outcome = count(TIED, votes(a=1, b=1), method("offer", "lot", share_ties=True))
    assert [(each.id, each.amount, each.final) for each in outcome.partial] == [("a", 500, False), ("b", 500, False)]
    assert outcome.ties[0].decided_by == ("equal_shares_of_remainder",)


def test_equal_shares_leave_a_penny_that_does_not_divide_in_the_pot() -> None:
    pot = instance(1001, {"a": 400, "b": 400}, a=1000, b=1001)
    outcome = count(pot, votes(a=1, b=1), method("offer", share_ties=True))
    assert [each.amount for each in outcome.partial] == [500, 500]
    assert outcome.left == 1


def test_a_share_that_is_too_little_for_one_of_them_goes_to_the_lot() -> None:
    pot = instance(1000, {"a": 501, "b": 400}, a=1000, b=900)
    lots = Facts(lots=(("b", "a"),))
    outcome = count(pot, votes(a=1, b=1), method("offer", "lot", share_ties=True), lots)
    assert outcome.selected == ("b",)
    assert outcome.ties[0].decided_by == ("lot",)


def test_a_share_that_one_of_them_declined_goes_to_the_lot() -> None:
    declined = Facts(lots=(("b", "a"),), responses={"a": Response(False, 500)})
    outcome = count(TIED, votes(a=1, b=1), method("offer", "lot", share_ties=True), declined)
    assert outcome.by_id["b"].award is Award.FULL


def test_steps_that_look_at_votes_and_cost_come_before_equal_shares() -> None:
    outcome = count(TIED, votes(a=1, b=1), method("offer", "cheaper", "lot", share_ties=True))
    assert outcome.selected == ("b",)


def test_equal_shares_are_not_offered_to_two_that_cannot_both_go_ahead() -> None:
    rivals = TIED.__class__(TIED.projects, TIED.budget, exclusive=(frozenset("ab"),))
    with pytest.raises(Refusal) as refused:
        count(rivals, votes(a=1, b=1), method("offer", share_ties=True))
    assert refused.value.code == "open_tie"


@pytest.mark.parametrize("key", ALLOCATIONS)
def test_every_allocation_has_a_label_and_a_sentence_and_can_be_chosen(key: str) -> None:
    assert ALLOCATIONS[key].key == key
    assert ALLOCATIONS[key].label
    assert ALLOCATIONS[key].help.endswith(".")
    assert AllocationSettings.from_json({"kind": key}).kind == key


def test_a_project_that_costs_nothing_leaves_a_tied_one_its_offer_without_a_lot() -> None:
    outcome = count(instance(1, {"b": 0}, a=0, b=2), votes(a=1, b=1), method("offer"))
    assert [(each.award, each.amount) for each in outcome.projects] == [(Award.FULL, 0), (Award.PARTIAL, 1)]
