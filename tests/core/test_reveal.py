"""The steps of a reveal: pot by pot, upward, and where it goes on after the ballots were counted again."""

from __future__ import annotations

from string import ascii_lowercase

from hypothesis import given

from pb.core.outcome import Award, Outcome
from pb.core.reveal import SCREENFUL, Step, StepKind, go_on_from, reveal_steps
from pb.core.rules import Facts, Response, count
from tests.core.elections import elections, instance, method, votes


def counted(response: Response | None = None, **withdrawn: str) -> Outcome:
    """£10: a takes 6, b is offered the 4 that are left of its 5 and could go ahead with 3; c asks for 2."""
    facts = Facts(withdrawn, (), {"b": response} if response else {})
    return count(
        instance(1000, {"b": 300}, a=600, b=500, c=200, d=100), votes(a=12, b=6, c=5, d=1), method("offer"), facts
    )


def told(outcome: Outcome) -> list[tuple[str, str, int, int]]:
    """Kind, project, amount and what the pot's bar shows afterwards."""
    steps = reveal_steps({"pot": outcome}, "dcba")
    return [(step.kind.value, step.project, step.amount, step.left) for step in steps[:-1]]


def test_an_open_offer_comes_first_and_then_the_funded_from_the_lowest_upward() -> None:
    assert told(counted()) == [
        ("pot", "", 0, 1000),
        ("offer", "b", 400, 600),
        ("award", "a", 600, 0),
        ("thanks", "", 0, 0),
    ]
    no = Response(accepted=False, amount=400)
    assert told(counted(no)) == [
        ("pot", "", 0, 1000), ("award", "d", 100, 900), ("award", "c", 200, 700), ("award", "a", 600, 100), ("thanks", "", 0, 100),
    ]  # fmt: skip


def test_others_are_thanked_in_the_order_of_the_ballot_and_who_withdrew_is_left_out() -> None:
    thanks = reveal_steps({"pot": counted(d="The group withdrew it.")}, "dcba")[-2]
    assert (thanks.kind, thanks.others) == (StepKind.THANKS, ("c",))
    assert reveal_steps({"pot": counted()}, "dcba")[-2].others == ("d", "c")


def test_pots_come_one_after_another_and_the_end_comes_once() -> None:
    steps = reveal_steps({"north": counted(), "south": counted()}, "abcd")
    assert [step.pot for step in steps if step.kind is StepKind.POT] == ["north", "south"]
    assert [step.kind for step in steps].count(StepKind.END) == 1
    assert steps[-1].kind is StepKind.END


def test_no_screen_lists_more_than_the_last_row_can_read() -> None:
    def steps_for(projects: int, pot: int) -> tuple[Step, ...]:
        keys = ascii_lowercase[:projects]
        ballots = votes(**{key: projects - at for at, key in enumerate(keys)})
        outcome = count(instance(pot, **dict.fromkeys(keys, 100)), ballots, method("skip"))
        return reveal_steps({"pot": outcome}, keys)

    *_, thanks, end = steps_for(10, 1000)
    assert (thanks.others, end.kind, len(end.listed)) == ((), StepKind.END, 10)
    *shown, first, second, third, end = steps_for(25, 2500)
    assert [each.kind for each in (first, second, third, end)] == [StepKind.LIST] * 3 + [StepKind.END]
    listed = [key for each in (first, second, third) for key in each.listed]
    assert listed == [each.project for each in reversed(shown) if each.project], "those that were shown last come first"
    assert max(len(each.listed) for each in (first, second, third)) <= SCREENFUL == 10
    assert end.listed == ()
    thanked = [each for each in steps_for(25, 50) if each.kind is StepKind.THANKS]
    assert [(each.part, each.parts, len(each.others)) for each in thanked] == [(1, 3, 9), (2, 3, 9), (3, 3, 7)]


def test_after_a_yes_the_part_is_shown_at_once_and_after_a_no_nothing_new_is() -> None:
    before = reveal_steps({"pot": counted()}, "abcd")
    yes = reveal_steps({"pot": counted(Response(accepted=True, amount=400))}, "abcd")
    no = reveal_steps({"pot": counted(Response(accepted=False, amount=400))}, "abcd")
    assert go_on_from(before[:2], yes) == 2
    assert (yes[1].kind, yes[1].project) == (StepKind.AWARD, "b")
    assert go_on_from(before[:2], no) == 1
    assert go_on_from(yes[:3], yes) == 3
    assert go_on_from((), yes) == 0


@given(elections())
def test_the_bar_runs_down_to_what_the_count_leaves(election: tuple) -> None:  # type: ignore[type-arg]
    outcome = count(*election)
    steps = reveal_steps({"pot": outcome}, [each.id for each in outcome.projects])
    assert [step for step in steps if step.kind is StepKind.THANKS][-1].left == outcome.left
    assert all(step.before >= step.left >= 0 for step in steps)
    given_to = [step.project for step in steps if step.project]
    assert sorted(given_to) == sorted(each.id for each in outcome.projects if each.award is not Award.NONE)
