"""The rehearsal: voting does not open before a test ballot was opened in every way in which the box may be opened."""

from __future__ import annotations

import secrets
from itertools import combinations

import pytest
from sqlalchemy import func, select

from pb.core.actors import Actor, Role
from pb.core.errors import NotAllowed, Refusal
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.core.states import RoundState
from pb.extensions import db
from pb.models.envelopes import Envelope, Receipt
from pb.models.rounds import Round
from pb.services.casting import cast
from pb.services.ledger import events_of_round
from pb.services.ledger_check import check_ledger
from pb.services.locks import ask_lock, lock_ballot
from pb.services.rehearsals import missing_pairs, rehearsal_blockers, rehearse_opening
from pb.services.rights import Claim
from pb.services.round_keys import key_file, write_key
from pb.services.round_states import round_phase
from pb.services.round_steps import cancel_round
from pb.services.rounds import find_round
from pb.services.transactions import transaction
from tests.factories import a_checked_round, a_locked_round, owner_of, someone, turn_to
from tests.holders import WORDS, a_round_with_holders, locked, rehearse_pairs
from tests.voters import a_paper, codes_for

pytestmark = pytest.mark.usefixtures("app")


def just_locked() -> Round:
    """A locked round in simple mode that nobody has rehearsed."""
    the_round = a_checked_round(policy="code")
    return lock_ballot(the_round.id, sha256=ask_lock(the_round.id, by=owner_of(the_round)), by=someone(Role.APPROVER))


def phase(the_round: Round) -> RoundState:
    return round_phase(find_round(the_round.slug))


def test_without_a_rehearsal_the_opening_minute_passes_and_no_ballot_is_taken() -> None:
    the_round = just_locked()
    (code,) = codes_for(the_round)
    turn_to(the_round.voting_opens_at)
    assert phase(the_round) == RoundState.LOCKED
    assert [blocker.code for blocker in rehearsal_blockers(the_round)] == ["key_not_tested"]
    with pytest.raises(Refusal) as refused:
        cast(a_paper(the_round, nonce=make_nonce(secrets.token_bytes(NONCE_BYTES))), Claim(code))
    assert refused.value.code == "not_open_yet"
    rehearse_opening(the_round.id, by=owner_of(the_round))
    assert phase(the_round) == RoundState.VOTING
    cast(a_paper(the_round), Claim(code))


def test_voting_that_waited_for_the_rehearsal_counts_as_open_from_then_on() -> None:
    the_round = just_locked()
    (code,) = codes_for(the_round)
    turn_to(the_round.decision_by)
    assert phase(the_round) == RoundState.LOCKED
    turn_to(the_round.voting_opens_at)
    rehearse_opening(the_round.id, by=owner_of(the_round))
    cast(a_paper(the_round), Claim(code))
    *_, event = events_of_round(the_round.id, ("round_state",))
    rehearsed_at = find_round(the_round.slug).rehearsed_at
    assert rehearsed_at is not None
    assert (event.facts["to"], event.facts["effective"]) == ("voting", rehearsed_at.isoformat())


def test_after_the_close_nobody_rehearses_and_everybody_is_told_what_can_be_done() -> None:
    the_round = just_locked()
    turn_to(the_round.voting_closes_at)
    with pytest.raises(Refusal) as late:
        rehearse_opening(the_round.id, by=owner_of(the_round))
    assert late.value.code == "never_opened"
    assert "Cancel this round" in str(late.value)
    (blocker,) = rehearsal_blockers(find_round(the_round.slug))
    assert (blocker.code, blocker.endpoint) == ("never_opened", "officers_rounds.cancel")
    assert phase(the_round) == RoundState.LOCKED
    assert [event.facts["to"] for event in events_of_round(the_round.id, ("round_state",))][-1] == "locked"
    cancel_round(the_round.id, "Nobody rehearsed the opening in time.", by=owner_of(the_round))
    assert check_ledger().faults == []


def test_each_pair_of_holders_must_open_the_test_ballot() -> None:
    the_round, people = a_round_with_holders()
    locked(the_round)
    turn_to(the_round.voting_opens_at)
    for left, pair in zip((2, 1, 0), combinations(people, 2), strict=True):
        assert phase(the_round) == RoundState.LOCKED
        assert len(rehearsal_blockers(the_round)) == left + 1
        missing = rehearse_opening(the_round.id, by=Actor(pair[0][0], "Holder"), passphrases=pair)
        assert len(missing) == left
    assert phase(the_round) == RoundState.VOTING
    assert rehearsal_blockers(find_round(the_round.slug)) == []


def test_a_wrong_passphrase_rehearses_nothing_and_says_whose_it_was() -> None:
    the_round, people = a_round_with_holders()
    locked(the_round)
    wrong = (people[1][0], WORDS[2])
    with pytest.raises(Refusal) as refused:
        rehearse_opening(the_round.id, by=owner_of(the_round), passphrases=[people[0], wrong])
    assert (refused.value.code, refused.value.fault.params["holder"]) == ("wrong_passphrase", str(wrong[0]))
    assert len(missing_pairs(the_round)) == 3
    assert list(events_of_round(the_round.id, ("opening_rehearsed",))) == []


def test_a_key_file_that_is_lost_or_of_another_round_is_found_before_anybody_votes() -> None:
    the_round = just_locked()
    kept = key_file(the_round.id).read_bytes()
    key_file(the_round.id).unlink()
    with pytest.raises(Refusal) as lost:
        rehearse_opening(the_round.id, by=owner_of(the_round))
    write_key(the_round.id, bytes(reversed(kept)))
    with pytest.raises(Refusal) as another:
        rehearse_opening(the_round.id, by=owner_of(the_round))
    assert (lost.value.code, another.value.code) == ("key_missing", "key_of_another")
    write_key(the_round.id, kept)
    assert rehearse_opening(the_round.id, by=owner_of(the_round)) == []


def test_a_rehearsal_puts_nothing_into_the_box_and_may_be_repeated() -> None:
    the_round, people = a_round_with_holders()
    rehearse_pairs(rehearse_pairs(locked(the_round), people), people)
    assert db.session.scalar(select(func.count()).select_from(Envelope)) == 0
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 0
    events = list(events_of_round(the_round.id, ("opening_rehearsed",)))
    assert [event.facts["missing"] for event in events] == [2, 1, 0, 0, 0, 0]


def test_only_those_who_open_or_run_the_round_rehearse_and_only_until_the_close() -> None:
    the_round = a_locked_round()
    for role in (Role.OFFICER, Role.MEMBER, Role.SCRUTINY):
        with pytest.raises(NotAllowed):
            rehearse_opening(the_round.id, by=someone(role))
    rehearse_opening(the_round.id, by=someone(Role.COUNT_LEAD))
    with transaction() as session:
        session.get_one(Round, the_round.id).state = RoundState.CLOSED
    with pytest.raises(Refusal) as late:
        rehearse_opening(the_round.id, by=owner_of(the_round))
    assert late.value.code == "not_locked_now"
