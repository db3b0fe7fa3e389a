"""Opening all envelopes: each is a paper that counts, or counted by the reason why it cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.ballots.approval import Approval, ApprovalSettings
from pb.core.election import Instance, Project
from pb.core.papers import PaperRules
from pb.core.receipts import make_receipt
from pb.core.sealing import PaperContent, envelope_size, new_round_key, pack, seal
from pb.core.unsealing import (
    INVALID_REASONS,
    BoxKey,
    SealedEnvelope,
    ballot_root,
    open_all,
    sealed_root,
    sections_of,
)

KEY = new_round_key(bytes(range(32)))
INSTANCE = Instance((Project("bench", 100), Project("hall", 200)), 250)
RULES = PaperRules(Approval(), ApprovalSettings(most=1), {"all": INSTANCE})
SIZE = envelope_size(RULES.largest())
BOX = BoxKey(KEY.private, 7, SIZE, {1: RULES})


def receipt(number: int) -> str:
    """The receipt of one form."""
    return make_receipt(bytes(32), 7, f"nonce{number}")


def an_envelope(number: int, content: bytes | None = None, *, version: int = 1, **paper: object) -> SealedEnvelope:
    """Envelope `number` of round 7, with a paper that names the bench unless told."""
    envelope_id = f"id-{number:03}"
    given_paper = {"sections": {"all": {"approved": ["bench"]}}, "receipt": receipt(number), "version": 1, **paper}
    content = content if content is not None else pack(PaperContent(**given_paper))  # type: ignore[arg-type]
    return SealedEnvelope(
        envelope_id, b"s%d" % number, version, seal(KEY.public, 7, version, envelope_id, content, SIZE)
    )


def test_good_envelopes_become_papers_with_their_receipts() -> None:
    contents = open_all(
        BOX,
        [
            an_envelope(1),
            an_envelope(2, sections={"all": {"approved": ["hall"]}}),
            an_envelope(3, sections={"all": {}}),
        ],
    )
    assert contents.papers == [{"all": {"approved": ["bench"]}}, {"all": {"approved": ["hall"]}}, {"all": {}}]
    assert contents.receipts == [receipt(1), receipt(2), receipt(3)]
    assert (contents.valid, contents.invalid) == (3, {})


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        (replace(an_envelope(2), sealed=b"short"), "size"),
        (replace(an_envelope(2), id="id-999"), "seal"),
        (replace(an_envelope(2), version=2), "seal"),
        (an_envelope(2, b"not a paper"), "content"),
        (an_envelope(2, version=2), "version"),
        (an_envelope(2, version=2, content=pack(PaperContent({}, receipt(2), 2))), "version"),
        (an_envelope(2, receipt="nothing"), "receipt"),
        (an_envelope(2, receipt=receipt(2).lower()), "receipt"),
        (an_envelope(2, receipt=receipt(1)), "receipt_twice"),
        (an_envelope(2, sections={"all": {"approved": ["bench", "hall"]}}), "choices"),
        (an_envelope(2, sections={"all": {"approved": ["stranger"]}}), "choices"),
        (an_envelope(2, sections={"west": {}}), "choices"),
    ],
)
def test_an_envelope_that_cannot_be_counted_is_counted_by_its_reason(envelope: SealedEnvelope, reason: str) -> None:
    contents = open_all(BOX, [envelope, an_envelope(1)])
    assert contents.invalid == {reason: 1}
    assert contents.receipts == [receipt(1)]
    assert reason in INVALID_REASONS


def test_a_copy_under_another_id_is_told_apart_from_an_altered_envelope() -> None:
    first = an_envelope(1)
    contents = open_all(BOX, [first, replace(first, id="id-000"), replace(first, id="id-002")])
    assert contents.invalid == {"copied": 2}
    assert contents.valid == 1


def test_an_envelope_of_another_round_does_not_open_here() -> None:
    assert open_all(replace(BOX, round_id=8), [an_envelope(1)]).invalid == {"seal": 1}


def test_the_order_in_which_envelopes_came_changes_nothing() -> None:
    envelopes = [an_envelope(number) for number in (3, 1, 2)]
    assert open_all(BOX, envelopes) == open_all(BOX, envelopes[::-1])


def test_progress_is_told_to_the_last_envelope() -> None:
    told: list[tuple[int, int]] = []
    open_all(BOX, [an_envelope(number) for number in range(3)], lambda done, total: told.append((done, total)))
    assert told == [(3, 3)]


def test_the_private_key_is_never_shown() -> None:
    assert KEY.private.hex() not in repr(BOX)
    assert repr(KEY.private) not in repr(BOX)


def test_every_section_becomes_a_ballot_of_its_own() -> None:
    papers = [{"north": {"approved": ["a"]}, "south": {}}, {"south": {"approved": ["b"]}}]
    assert list(sections_of(papers)) == [("north", {"approved": ["a"]}), ("south", {}), ("south", {"approved": ["b"]})]


@pytest.mark.parametrize(
    "change",
    [{"id": "id-9"}, {"slot": b"other"}, {"slot": None}, {"sealed": b"other"}],
    ids=["moved", "other slot", "no slot", "other content"],
)
def test_the_sealed_root_changes_with_anything_in_the_box(change: dict[str, object]) -> None:
    one, other = an_envelope(1), an_envelope(2)
    root = sealed_root([one, other])
    assert sealed_root([other, one]) == root
    assert sealed_root([one, replace(other, **change)]) != root  # type: ignore[arg-type]
    assert sealed_root([one]) != root


KEYED = st.tuples(
    st.binary(min_size=4, max_size=4), st.sampled_from(["north", "south"]), st.sampled_from([{}, {"approved": ["a"]}])
)


@given(st.lists(KEYED, min_size=1))
def test_the_ballot_root_depends_on_which_ballots_there_are_and_on_nothing_else(ballots: list) -> None:
    assert ballot_root(ballots) == ballot_root(ballots[::-1])
    assert ballot_root([*ballots, (b"more", "north", {"approved": ["z"]})]) != ballot_root(ballots)


def test_the_ballot_root_cannot_be_guessed_from_the_choices_alone() -> None:
    choices = {"approved": ["a"]}
    assert ballot_root([(b"one", "north", choices)]) != ballot_root([(b"other", "north", choices)])
