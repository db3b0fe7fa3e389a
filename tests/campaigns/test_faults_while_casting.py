"""A fault at any SQL statement of a casting leaves the box as it was or as it should be, and the retry succeeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError

from pb.core.reconciliation import imbalances
from pb.core.states import RoundState
from pb.extensions import Base, db, present
from pb.models.rounds import Policy, Round
from pb.services import box_at_once
from pb.services.casting import Cast, Marked, cast
from pb.services.database import writers_gate
from pb.services.reconciliation import numbers_of
from pb.services.rights import Claim, right_of
from pb.services.rounds import find_round
from pb.services.transactions import transaction
from pb.services.voting import paper_of, voting_round_of
from tests.racing import do, forms, in_the_box
from tests.voters import SAM, a_paper, a_voting_round, codes_for, invitation_codes, invite

pytestmark = pytest.mark.campaign

#: Tables that a casting touches, and those that it must leave alone.
LOOKED_AT = ("code", "envelope", "roll_entry", "held_envelope", "cast_hour", "event", "round")


class Fault(OperationalError):
    """The disk or the database failed."""

    def __init__(self) -> None:
        super().__init__("a statement", {}, Exception("disk I/O error"))


@contextmanager
def failing_at(number: int, moment: str) -> Iterator[list[str]]:
    """Let the statement with this number fail, before it is done or after; gives the statements that were begun."""
    begun: list[str] = []

    def before(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        begun.append(statement)
        if len(begun) == number and moment == "before":
            raise Fault

    def after(*_any: Any) -> None:
        if len(begun) == number and moment == "after":
            raise Fault

    event.listen(db.engine, "before_cursor_execute", before)
    event.listen(db.engine, "after_cursor_execute", after)
    try:
        yield begun
    finally:
        event.remove(db.engine, "before_cursor_execute", before)
        event.remove(db.engine, "after_cursor_execute", after)


@contextmanager
def failing_commit() -> Iterator[None]:
    """Let the commit itself fail."""

    def at_commit(_connection: Any) -> None:
        raise Fault

    event.listen(db.engine, "commit", at_commit)
    try:
        yield
    finally:
        event.remove(db.engine, "commit", at_commit)


def snapshot() -> dict[str, list[Any]]:
    """Everything that the tables of a casting hold."""
    db.session.rollback()
    tables = [table for table in Base.metadata.sorted_tables if table.name in LOOKED_AT]
    found = {table.name: sorted(map(repr, db.session.execute(select(table)).all())) for table in tables}
    db.session.rollback()
    return found


Scene = Callable[[], tuple[Round, Marked, Claim, bool]]


def by_code() -> tuple[Round, Marked, Claim, bool]:
    the_round = a_voting_round()
    return the_round, a_paper(the_round), Claim(codes_for(the_round)[0]), False


def by_declaration() -> tuple[Round, Marked, Claim, bool]:
    the_round = a_voting_round(policy=Policy.DECLARED)
    return the_round, a_paper(the_round), Claim(declaration=SAM), False


def by_a_card_and_a_declaration() -> tuple[Round, Marked, Claim, bool]:
    the_round, paper, claim, ask = by_declaration()
    return the_round, paper, replace(claim, code=codes_for(the_round)[0]), ask


def by_a_contact() -> tuple[Round, Marked, Claim, bool]:
    the_round = a_voting_round(policy=Policy.CONTACT)
    claim = Claim(declaration=SAM, contact="sam@example.org", proven=True)
    return the_round, a_paper(the_round), claim, False


def held_for_its_mail_domain() -> tuple[Round, Marked, Claim, bool]:
    the_round, paper, claim, ask = by_a_contact()
    present.use(settings=present.settings.model_copy(update={"most_from_mail_domain": 1}))
    cast(paper, replace(claim, declaration=replace(SAM, name="Kim Vale"), contact="kim@example.org"))
    return the_round, a_paper(the_round, "B"), claim, ask


def by_invitation() -> tuple[Round, Marked, Claim, bool]:
    the_round = a_voting_round(policy=Policy.INVITED)
    invite(the_round)
    return the_round, a_paper(the_round), Claim(invitation_codes(the_round)["Sam Okafor"]), False


def held_for_a_check() -> tuple[Round, Marked, Claim, bool]:
    the_round, paper, claim, _ask = by_declaration()
    cast(paper, claim)
    return the_round, a_paper(the_round, "B"), claim, True


def a_change() -> tuple[Round, Marked, Claim, bool]:
    the_round = a_voting_round(vote={"ballot_settings": {"most": 2}, "allow_change": True})
    claim = Claim(codes_for(the_round)[0])
    cast(a_paper(the_round), claim)
    voting = voting_round_of(the_round.id)
    right = right_of(voting, paper_of(voting), claim)
    return the_round, a_paper(the_round, "B"), replace(claim, replaces=right.replaces), False


def the_first_of_a_round() -> tuple[Round, Marked, Claim, bool]:
    """The clock has opened the voting, and this casting records it."""
    the_round, paper, claim, ask = by_code()
    with transaction() as session:
        session.execute(update(Round).values(state=RoundState.LOCKED))
    return the_round, paper, claim, ask


SCENES = [
    by_code, by_declaration, by_a_card_and_a_declaration, by_a_contact, by_invitation, held_for_a_check,
    held_for_its_mail_domain, a_change, the_first_of_a_round,
]  # fmt: skip


@pytest.mark.parametrize("scene", SCENES, ids=lambda each: each.__name__)
def test_a_fault_at_any_statement_leaves_the_before_or_the_after(app: Flask, scene: Scene) -> None:
    the_round, paper, claim, ask = scene()
    slug = the_round.slug

    def try_it() -> Cast:
        return cast(paper, claim, ask_check=ask)

    before = snapshot()
    number = 0
    tried = 0
    kept = False
    while not kept:
        number += 1
        reached = False
        for moment in ("before", "after"):
            with failing_at(number, moment) as begun:
                try:
                    try_it()
                except Fault:
                    reached = True
                    tried += 1
                    statement = begun[number - 1]
                    # What is kept by a statement, a transaction by itself or the commit, is kept once that is done.
                    kept = moment == "after" and statement.startswith(("WITH door", "COMMIT")) and snapshot() != before
                    assert kept or snapshot() == before, (number, moment, statement)
                else:
                    break
        if not reached or kept:
            break
        with failing_commit(), pytest.raises(Fault):
            try_it()
        assert snapshot() == before
    assert tried >= 2 * (2 if kept else 5)
    assert try_it() == try_it()
    assert imbalances(numbers_of(find_round(slug))) == []


def test_a_fault_while_several_are_written_together_puts_each_in_or_leaves_it_out(app: Flask) -> None:
    """Four ballots come together, two of them with one code; whichever statement of theirs fails, three are in.

    Where the right to write is refused, whoever is first is told so, and the others go on.
    """
    if db.engine.dialect.name != "sqlite":
        return  # PostgreSQL groups commits by itself
    the_round = a_voting_round()
    round_id, papers, number, reached = the_round.id, iter(forms(the_round, 1000)), 0, True
    while reached:
        number += 1
        for moment in ("before", "after"):
            one, two, three = codes_for(find_round(the_round.slug), 3, name=f"{number} {moment}")
            there = in_the_box()
            deeds = [partial(cast, next(papers), Claim(code)) for code in (one, two, two, three)]
            answers, begun = together(app, deeds, number, moment)
            reached = len(begun) >= number
            # The fault may also meet whoever was refused, as they look whether their form was kept before.
            fair = [[used, *["in the box"] * 3] for used in ("code_used", "fault")]
            if reached and begun[number - 1].startswith("BEGIN"):
                fair += [["code_used", "fault", *["in the box"] * 2]]
            assert sorted(answers) in fair, (number, moment, begun)
            assert in_the_box() == there + answers.count("in the box")
    assert number > 2 * 4
    assert imbalances(numbers_of(db.session.get_one(Round, round_id))) == []


def together(app: Flask, deeds: list[Callable[[], Cast]], number: int, moment: str) -> tuple[list[str], list[str]]:
    """Let these castings be written in one group, whose statement with this number fails; what came of each."""

    def told(deed: Callable[[], Cast]) -> str:
        try:
            return do(app, lambda: "in the box" if deed().receipt else "")
        except Fault:
            return "fault"

    queue = box_at_once.QUEUES.of(db.engine)
    db.session.rollback()
    with ThreadPoolExecutor(len(deeds)) as pool, ExitStack() as held:
        with writers_gate(db.engine):
            coming = [pool.submit(told, deed) for deed in deeds]
            while len(queue._waiting) < len(deeds) and not any(each.done() for each in coming):
                Event().wait(0.001)
            begun = held.enter_context(failing_at(number, moment))
        return [each.result() for each in coming], begun
