"""Audit cards: a list that everybody reads alike, a comparison card by card, and enough cards to find a cheat."""

from __future__ import annotations

from random import Random

import pytest

from pb.core.audit import ENOUGH, Compared, Planned, compare, counts_of, read_list
from pb.core.ballots.approval import ApprovalSettings
from pb.core.codes import make_code, print_form
from pb.core.election import Choices
from pb.core.errors import Refusal
from pb.core.papers import PaperRules
from tests.core.elections import BALLOT_TYPES, instance

RULES = PaperRules(BALLOT_TYPES["approval"], ApprovalSettings(most=2), {"ward": instance(10, a=4, b=5, c=3)})
CODES = [make_code(bytes([number]) * 10) for number in range(3)]


def test_a_list_is_read_however_it_is_spaced_with_remarks_and_empty_lines() -> None:
    text = f"# drawn on 2 May\n\n{print_form(CODES[0])} 1=x  3=x # by Ann\r\n{CODES[1].lower()} 2=x\n{CODES[2]}\n"
    cards = read_list(text.encode("utf-8-sig"))
    assert [each.code for each in cards] == CODES
    assert [each.paper(RULES) for each in cards] == [
        {"ward": {"approved": ["a", "c"]}},
        {"ward": {"approved": ["b"]}},
        {},
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "list_empty"),
        ("ABCD 1=x", "list_unreadable"),
        (f"{CODES[0]} one=x", "list_unreadable"),
        (f"{CODES[0]} 1=x\n{CODES[0]} 2=x", "card_twice"),
        ("\udcff", "list_unreadable"),
    ],
)
def test_what_is_no_list_is_refused_in_words(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_list(text.encode(errors="surrogateescape"))
    assert refused.value.code == code


@pytest.mark.parametrize("marks", [{1: "x", 2: "x", 3: "x"}, {9: "x"}, {1: "7"}])
def test_marks_that_the_ballot_does_not_allow_are_refused(marks: dict[int, str]) -> None:
    with pytest.raises(Refusal) as refused:
        Planned(CODES[0], marks).paper(RULES)
    assert refused.value.code == "marks_not_allowed"


def test_a_card_is_alike_different_unreadable_or_missing() -> None:
    planned = {"ward": {"approved": ["a"]}}
    found = [
        compare(planned, {"ward": {"approved": ["a"]}, "all": {}}, in_box=True),
        compare(planned, {"ward": {"approved": ["b"]}}, in_box=True),
        compare(planned, None, in_box=True),
        compare(planned, None, in_box=False),
    ]
    assert [each.found for each in found] == ["alike", "different", "unreadable", "missing"]
    assert counts_of(found) == {"alike": 1, "different": 1, "unreadable": 1, "missing": 1}


def altered(ballots: list[Choices], percent: int, chance: Random) -> list[Choices]:
    """What a server leaves of the ballots that changes so many in a hundred, and cannot tell which are audit cards."""
    changed = set(chance.sample(range(len(ballots)), len(ballots) * percent // 100))
    return [{"approved": ["b"]} if at in changed else each for at, each in enumerate(ballots)]


def audited(seed: int) -> list[Compared]:
    """A box of 1,000 ballots, 59 of them audit cards, on a server that alters every twentieth."""
    chance = Random(seed)
    ballots: list[Choices] = [{"approved": ["a"]}] * 1_000
    cards = chance.sample(range(len(ballots)), ENOUGH)
    box = altered(ballots, 5, chance)
    return [compare({"ward": ballots[at]}, {"ward": box[at]}, in_box=True) for at in cards]


def test_59_cards_find_a_server_that_alters_one_ballot_in_twenty_in_19_cases_of_20() -> None:
    caught = sum(counts_of(audited(seed))["different"] > 0 for seed in range(1_000))
    assert caught >= 950


def test_an_honest_server_is_never_accused() -> None:
    assert counts_of([compare({}, {"ward": {}}, in_box=True)] * ENOUGH)["alike"] == ENOUGH
