"""What stops a state change is told in words, and refuses it with 409."""

from __future__ import annotations

from pb.core.blockers import Blocked, Blocker

PENNIES = Blocker("pots", "The pots are %(out)s out.", {"out": "£3"}, "somewhere", {"slug": "abbey"})


def test_a_blocker_reads_as_a_sentence_with_its_numbers() -> None:
    assert str(PENNIES) == "The pots are £3 out."
    assert str(Blocker("plain", "Half of it is 50%.")) == "Half of it is 50%."


def test_a_blocked_change_answers_409_and_holds_every_blocker() -> None:
    refusal = Blocked([PENNIES, Blocker("dates", "No dates.")])
    assert refusal.status == 409
    assert [str(fault) for fault in refusal.faults] == ["The pots are £3 out.", "No dates."]
    assert str(refusal) == "The pots are £3 out."
