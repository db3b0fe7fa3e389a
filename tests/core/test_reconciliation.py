"""The ballot account: what holds, what does not, and by how much."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pb.core.cards import BatchNumbers
from pb.core.equations import Term
from pb.core.reconciliation import BoxNumbers, OpenedNumbers, equations, imbalances
from pb.core.words import NN_

#: 50 cards, of which 20 came back as envelopes; 30 people declared, one of whom was turned down at the desk.
NUMBERS = BoxNumbers(
    batches=(BatchNumbers("Library", 50, 20, 27, 3, spoilt=1, revoked=2),),
    own_codes=30,
    people=30,
    code_alone=20,
    accepted=50,
    held=0,
    rejected=1,
    without_code=1,
    opened=OpenedNumbers(
        envelopes=50, valid=48, invalid={"seal": 2}, receipts=48,
        sections={"North": 40, "South": 8}, receipts_now=48, sections_now={"North": 40, "South": 8},
    ),
)  # fmt: skip


def test_a_box_in_which_everything_is_accounted_for_balances() -> None:
    assert imbalances(NUMBERS) == []
    assert [each.key for each in equations(NUMBERS)] == [
        "batch", "cards_void", "envelopes", "people", "opened", "receipts", "sections", "sections",
    ]  # fmt: skip


def test_a_shut_box_is_asked_only_what_can_be_known() -> None:
    assert [each.key for each in equations(replace(NUMBERS, opened=None))] == [
        "batch",
        "cards_void",
        "envelopes",
        "people",
    ]


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ({"batches": (BatchNumbers("Library", 50, 20, 26, 3, revoked=3),)}, [("batch", 1)]),
        ({"own_codes": 29}, [("envelopes", 1)]),
        ({"batches": (BatchNumbers("Library", 50, 20, 27, 3),)}, [("cards_void", 3)]),
        ({"people": 32}, [("people", -2)]),
        ({"people": 32, "replacing": 1}, [("people", -1)]),
        ({"accepted": 51, "rejected": 0}, [("opened", 1)]),
        ({"held": 1}, [("envelopes", 1), ("people", 1)]),
    ],
)
def test_one_number_that_is_off_is_found_and_by_how_much(changed: dict, broken: list[tuple[str, int]]) -> None:
    assert [(each.key, each.difference) for each in imbalances(replace(NUMBERS, **changed))] == broken


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ({"receipts_now": 47}, [("receipts", -1)]),
        ({"sections_now": {"North": 41, "South": 8}}, [("sections", 1)]),
        ({"sections_now": {"North": 40}}, [("sections", -8)]),
        ({"sections_now": {"North": 40, "South": 8, "West": 2}}, [("sections", 2)]),
    ],
)
def test_what_was_changed_after_the_opening_is_found(changed: dict, broken: list[tuple[str, int]]) -> None:
    assert NUMBERS.opened is not None
    found = imbalances(replace(NUMBERS, opened=replace(NUMBERS.opened, **changed)))
    assert [(each.key, each.difference) for each in found] == broken


def test_a_line_reads_in_words() -> None:
    first = equations(NUMBERS)[0]
    assert str(first.left) == "codes made in “Library”"
    assert first.why == "Every code of a batch is used, unused or void."


def test_one_of_a_thing_is_told_as_one_and_the_name_of_the_line_stays() -> None:
    for amount, told in [(0, "ballots now, “Main”"), (1, "ballot now, “Main”"), (-1, "ballot now, “Main”")]:
        term = Term(NN_("ballot now, “%(pot)s”", "ballots now, “%(pot)s”"), amount, {"pot": "Main"})
        assert (term.told, str(term)) == (told, "ballots now, “Main”")
    assert Term("valid", 1).told == "valid"
