"""Cancelling a round that people vote in, or voted in: one asks with a reason, another confirms that very reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pb.core.actors import Role
from pb.core.errors import NotAllowed, Refusal
from pb.core.states import RoundState
from pb.models.rounds import Round
from pb.services.cancelling import (
    ask_cancellation,
    cancellation_digest,
    confirm_cancellation,
    drop_cancellation,
)
from pb.services.ledger import events_of_round
from pb.services.rounds import find_round
from pb.services.waiting import waiting_for
from tests.deciding import a_decided_round
from tests.factories import (
    a_locked_round,
    an_account,
    an_open_round,
    an_opened_round,
    owner_of,
    someone,
)

pytestmark = pytest.mark.usefixtures("app")

REASON = "The cards had the wrong date."


def asked(the_round: Round) -> str:
    """The owner has asked; gives the digest of what they asked."""
    ask_cancellation(the_round.id, REASON, by=owner_of(the_round))
    return cancellation_digest(find_round(the_round.slug))


def state(the_round: Round) -> RoundState:
    return find_round(the_round.slug).state


def test_one_asks_and_another_ends_the_vote_for_the_very_reason() -> None:
    the_round = an_open_round()
    approver = someone(Role.APPROVER)
    sha256 = asked(the_round)
    assert (state(the_round), find_round(the_round.slug).cancelled_reason) != (RoundState.CANCELLED, REASON)
    assert "officers_cancelling.index" in [each.endpoint for each in waiting_for(approver)]
    confirm_cancellation(the_round.id, sha256=sha256, by=approver)
    found = find_round(the_round.slug)
    assert (found.state, found.cancelled_reason) == (RoundState.CANCELLED, REASON)
    kinds = ("cancellation_asked", "round_state")
    *_, ask, end = events_of_round(the_round.id, kinds)
    assert (ask.kind, ask.facts, ask.account_id) == ("cancellation_asked", {"reason": REASON}, the_round.owner_id)
    assert (end.facts["to"], end.facts["reason"], end.account_id) == ("cancelled", REASON, approver.account_id)
    assert waiting_for(approver) == []


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ADMINISTRATOR])
def test_nobody_confirms_what_they_asked_for_themselves(role: Role) -> None:
    the_round = an_open_round()
    alone = someone(role)
    ask_cancellation(the_round.id, REASON, by=alone)
    sha256 = cancellation_digest(find_round(the_round.slug))
    with pytest.raises(NotAllowed) as refused:
        confirm_cancellation(the_round.id, sha256=sha256, by=alone)
    assert refused.value.code == "not_second_person"
    assert state(the_round) != RoundState.CANCELLED
    assert waiting_for(alone) == []


def test_neither_the_owner_nor_an_officer_who_approves_nothing_confirms() -> None:
    owner = an_account(Role.OFFICER, Role.ADMINISTRATOR, password="")
    the_round = an_open_round(owner)
    ask_cancellation(the_round.id, REASON, by=someone(Role.APPROVER))
    sha256 = cancellation_digest(find_round(the_round.slug))
    for by in (owner, someone(Role.OFFICER), someone(Role.COUNT_LEAD)):
        with pytest.raises(NotAllowed) as refused:
            confirm_cancellation(the_round.id, sha256=sha256, by=by)
        assert refused.value.code == "not_second_person"
    with pytest.raises(NotAllowed) as refused:
        confirm_cancellation(the_round.id, sha256=sha256, by=replace(someone(Role.APPROVER), stepped_up=False))
    assert refused.value.code == "step_up"
    assert state(the_round) != RoundState.CANCELLED


def test_a_reason_that_changed_since_it_was_read_ends_nothing() -> None:
    the_round = an_open_round()
    sha256 = asked(the_round)
    ask_cancellation(the_round.id, "Too few people like it.", by=owner_of(the_round))
    with pytest.raises(Refusal) as refused:
        confirm_cancellation(the_round.id, sha256=sha256, by=someone(Role.APPROVER))
    assert refused.value.code == "cancellation_changed"
    assert state(the_round) != RoundState.CANCELLED


def test_the_second_person_refuses_and_whoever_asked_takes_it_back() -> None:
    the_round = an_open_round()
    for by in (someone(Role.APPROVER), owner_of(the_round)):
        sha256 = asked(the_round)
        with pytest.raises(NotAllowed) as refused:
            drop_cancellation(the_round.id, by=someone(Role.OFFICER))
        assert refused.value.code == "not_second_person"
        drop_cancellation(the_round.id, by=by)
        with pytest.raises(Refusal) as nothing:
            confirm_cancellation(the_round.id, sha256=sha256, by=someone(Role.APPROVER))
        assert nothing.value.code == "cancellation_not_asked"
        with pytest.raises(Refusal):
            drop_cancellation(the_round.id, by=by)
    kinds = [each.kind for each in events_of_round(the_round.id, ("cancellation_asked", "cancellation_dropped"))]
    assert kinds == ["cancellation_asked", "cancellation_dropped"] * 2
    assert state(the_round) != RoundState.CANCELLED


def test_who_does_not_work_on_the_round_asks_for_nothing_and_a_reason_is_needed() -> None:
    the_round = an_open_round()
    for role in (Role.OFFICER, Role.COUNT_LEAD, Role.MEMBER):
        with pytest.raises(NotAllowed) as refused:
            ask_cancellation(the_round.id, REASON, by=someone(role))
        assert refused.value.code == "may_not_ask"
    with pytest.raises(Refusal) as silent:
        ask_cancellation(the_round.id, " \n", by=owner_of(the_round))
    assert (silent.value.code, silent.value.field) == ("reason_missing", "reason")


def test_until_voting_opens_nothing_is_asked() -> None:
    the_round = a_locked_round()
    with pytest.raises(Refusal) as refused:
        ask_cancellation(the_round.id, REASON, by=owner_of(the_round))
    assert refused.value.code == "not_now"


@pytest.mark.parametrize("when", [an_opened_round, lambda: a_decided_round()[0]])
def test_until_the_result_two_people_cancel_and_only_once(when: Callable[[], Round]) -> None:
    the_round = when()
    confirm_cancellation(the_round.id, sha256=asked(the_round), by=someone(Role.APPROVER))
    assert state(the_round) == RoundState.CANCELLED
    with pytest.raises(Refusal) as late:
        ask_cancellation(the_round.id, REASON, by=owner_of(the_round))
    assert late.value.code == "not_now"
