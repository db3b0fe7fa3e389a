"""A ballot on its way into the box, and another deed that comes between any two of its statements."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from pb.core.actors import Role
from pb.core.eligibility import Declaration
from pb.core.reconciliation import imbalances
from pb.core.unsealing import sealed_root
from pb.extensions import db, present
from pb.models.codes import Code, CodeState
from pb.models.envelopes import Envelope
from pb.models.roll import RollEntry
from pb.models.rounds import Policy, Round
from pb.services import opening
from pb.services.batches import revoke_batch
from pb.services.casting import cast
from pb.services.codes import make_codes
from pb.services.codes import slot as slot_of
from pb.services.ledger import events_of_round
from pb.services.opening import freeze_box
from pb.services.reconciliation import numbers_of
from pb.services.rights import Claim
from pb.services.round_steps import pause_voting, resume_voting
from pb.services.rounds import find_round
from pb.services.spoiling import spoil
from tests import factories
from tests.conftest import TurningClock
from tests.racing import do, forms
from tests.voters import a_voting_round

#: More statements than any way into the box has.
MOST = 40
#: How long a deed may take before it is taken to wait for the ballot.
A_WHILE = 0.4

Deed = Callable[[], object]


@contextmanager
def between(app: Flask, at: int, deed: Deed) -> Iterator[dict[str, Any]]:
    """Begin a deed, in a thread of its own, before the statement number `at` of what is done meanwhile here."""
    mine, seen = threading.get_ident(), {"count": 0, "answer": ""}
    threads: list[threading.Thread] = []

    def other() -> None:
        seen["answer"] = do(app, deed)

    def before(*_statement: object) -> None:
        if threading.get_ident() != mine:
            return
        seen["count"] += 1
        if seen["count"] == at:
            threads.append(threading.Thread(target=other))
            threads[0].start()
            threads[0].join(A_WHILE)

    event.listen(db.engine, "before_cursor_execute", before)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", before)
        for thread in threads:
            thread.join()


def cards(the_round: Round, name: str) -> tuple[int, str]:
    made = make_codes(the_round.id, by=factories.owner_of(the_round), count=1, name=name)
    return made.batch_id, made.codes[0]


def somebody(number: int) -> Declaration:
    """A person of a name of their own."""
    letters = "".join("abcdefghij"[int(figure)] for figure in f"{number:03}")
    return Declaration(f"Kim Vale{letters}", "EX1 1AB", 1990, "live", declared=True)


def state_and_envelopes(the_round: Round, code: str) -> tuple[CodeState, int]:
    db.session.rollback()
    slot = slot_of(present.secrets.code_key, the_round.id, code)
    count = select(func.count()).select_from(Envelope).where(Envelope.slot == slot)
    return db.session.scalars(select(Code.state).where(Code.slot == slot)).one(), db.session.scalar(count) or 0


def every_moment(app: Flask, cast_it: Callable[[int], Deed], deed: Callable[[int], Deed]) -> list[tuple[str, str]]:
    """What the ballot and the deed were answered, for each statement of the ballot that the deed comes before."""
    answers = []
    for at in range(1, MOST):
        mine, other = cast_it(at), deed(at)
        with between(app, at, other) as seen:
            given = do(app, mine)
        answers.append((given, seen["answer"]))
        if seen["count"] < at:
            return answers[:-1]
    raise AssertionError(f"a ballot takes more than {MOST} statements")


@pytest.mark.campaign
@pytest.mark.parametrize("how", ["spoil", "revoke", "cast"])
def test_whatever_comes_between_a_code_has_one_ballot_or_is_void(app: Flask, how: str) -> None:
    the_round = a_voting_round(policy=Policy.CODE)
    papers, steward, owner = forms(the_round, 2 * MOST), factories.someone(Role.STEWARD), factories.owner_of(the_round)
    made = {at: cards(the_round, f"Batch {at}") for at in range(1, MOST)}
    deeds: dict[str, Callable[[int], Deed]] = {
        "spoil": lambda at: lambda: spoil(the_round.id, made[at][1], by=steward, none_wanted=True).batch and "spoilt",
        "revoke": lambda at: lambda: revoke_batch(the_round.id, made[at][0], reason="Stolen.", by=owner),
        "cast": lambda at: lambda: cast(papers[MOST + at], Claim(made[at][1])).receipt and "cast",
    }
    answers = every_moment(app, lambda at: lambda: cast(papers[at], Claim(made[at][1])).receipt and "cast", deeds[how])
    assert len(answers) >= 2  # PostgreSQL puts it in by one statement
    for at, (mine, other) in enumerate(answers, 1):
        state, envelopes = state_and_envelopes(the_round, made[at][1])
        told = (at, mine, other, state, envelopes)
        assert envelopes == (state == CodeState.USED), told
        assert mine in ("cast", "code_void", "code_used"), told
        if how == "cast":
            assert sorted((mine, other)) == ["cast", "code_used"], told
        if how == "revoke":
            assert (mine == "cast", other) == (bool(envelopes), "0" if envelopes else "1"), told
        if how == "spoil":
            assert (other, state) == ("spoilt", CodeState.VOID), told
    assert imbalances(numbers_of(find_round(the_round.slug))) == []


@pytest.mark.campaign
def test_two_people_with_one_card_and_only_whose_ballot_is_in_the_box_is_on_the_roll(app: Flask) -> None:
    """Whoever declares goes the careful way into the box on every database."""
    the_round = a_voting_round(policy=Policy.DECLARED)
    papers = forms(the_round, 2 * MOST)
    made = {at: cards(the_round, f"Batch {at}") for at in range(1, MOST)}

    def casting(at: int, number: int) -> Deed:
        claim = Claim(made[at][1], declaration=somebody(number))
        return lambda: cast(papers[number], claim).receipt and "cast"

    answers = every_moment(app, lambda at: casting(at, at), lambda at: casting(at, MOST + at))
    assert len(answers) > 5
    for at, (mine, other) in enumerate(answers, 1):
        assert sorted((mine, other)) == ["cast", "code_used"], (at, mine, other)
        assert state_and_envelopes(the_round, made[at][1]) == (CodeState.USED, 1), at
    on_roll = db.session.scalar(select(func.count()).select_from(RollEntry))
    # Nobody came between the last one, which took fewer statements.
    assert on_roll == len(answers) + 1
    assert imbalances(numbers_of(find_round(the_round.slug))) == []


@pytest.mark.campaign
def test_a_pause_between_stops_the_ballot_or_comes_after_it(app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.CODE)
    papers, owner = forms(the_round, MOST), factories.owner_of(the_round)
    made = {at: cards(the_round, f"Batch {at}") for at in range(1, MOST)}

    def pause(at: int) -> Deed:
        if at > 1:
            resume_voting(the_round.id, by=owner)
        until = present.now().replace(hour=present.now().hour + 1)
        return lambda: pause_voting(the_round.id, "Fire alarm.", until, by=owner)

    answers = every_moment(app, lambda at: lambda: cast(papers[at], Claim(made[at][1])).receipt and "cast", pause)
    for at, (mine, other) in enumerate(answers, 1):
        state, envelopes = state_and_envelopes(the_round, made[at][1])
        assert (mine, other) in (("cast", "None"), ("paused", "None")), (at, mine, other)
        assert (state, envelopes) == ((CodeState.USED, 1) if mine == "cast" else (CodeState.UNUSED, 0))


@pytest.mark.campaign
@pytest.mark.parametrize("at", range(1, 10))
def test_what_a_freezing_that_comes_between_has_counted_is_in_the_box_and_nothing_else(
    app: Flask, clock: TurningClock, at: int
) -> None:
    """The clock goes past the close while a ballot is on its way; nothing goes in behind the root."""
    the_round, lead = a_voting_round(policy=Policy.CODE), factories.someone(Role.COUNT_LEAD)
    _, code = cards(the_round, "Batch")
    (paper,) = forms(the_round, 1)
    round_id, slug = the_round.id, the_round.slug
    shut_at = opening.may_be_frozen_at(the_round)
    assert shut_at is not None

    def freeze() -> str:
        clock.at = shut_at
        return freeze_box(round_id, by=lead)

    with between(app, at, freeze) as seen:
        given = do(app, lambda: cast(paper, Claim(code)).receipt and "cast")
    if seen["count"] < at:
        return  # a ballot takes fewer statements on this database, so there is no such moment
    db.session.rollback()
    (sealed,) = events_of_round(round_id, ("box_sealed",))
    envelopes = opening._envelopes(round_id)
    assert sealed.facts["envelopes"] == len(envelopes) == (given == "cast")
    assert find_round(slug).sealed_root == sealed_root(envelopes)
