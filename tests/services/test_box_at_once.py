"""Usual ballots go in together and with nothing asked before: what is no longer so when they do keeps them out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update
from sqlalchemy.exc import IntegrityError

from pb.core.errors import Refusal
from pb.core.sealing import new_round_key
from pb.core.states import RoundState
from pb.extensions import db, present
from pb.models.codes import Code, CodeBatch, CodeState
from pb.models.envelopes import CastHour, Envelope
from pb.models.rounds import Policy, Round
from pb.services import casting
from pb.services.box import Entry
from pb.services.box_at_once import QUEUES, Usual
from pb.services.casting import cast
from pb.services.group_commit import Waiting
from pb.services.rights import Claim
from pb.services.transactions import transaction
from pb.services.voting import VotingRound, paper_of, voting_round_of
from tests.racing import forms
from tests.voters import a_paper, a_voting_round, codes_for, invitation_codes, invite, two_wards


def change(table: type, **values: object) -> Callable[[], None]:
    """What somebody else does to every row of a table meanwhile."""

    def deed() -> None:
        with transaction() as session:
            session.execute(update(table).values(**values))

    return deed


def at_once(the_round: Round, *usual: tuple[int, str], meanwhile: Callable[[], None] = lambda: None) -> list[bool]:
    """Put ballots in as one batch, each under the code that comes with the number of its form; which of them are in."""
    made: list[Usual] = []
    papers, known = forms(the_round, 10), voting_round_of(the_round.id)

    def keep(a_round: VotingRound, entry: Entry) -> bool:
        made.append(Usual(a_round, entry))
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(casting, "put_at_once", keep)
        for number, code in usual:
            cast(papers[number], Claim(code), the_round=known)
    meanwhile()
    db.session.rollback()
    queue = QUEUES.of(db.engine)
    waiting = [queue.join(each) for each in made]
    queue.settle(waiting[0])
    return [is_in(each) for each in waiting]


def is_in(waiting: Waiting[Usual]) -> bool:
    try:
        return bool(waiting.result())
    except IntegrityError:
        return False


def counted() -> int:
    db.session.rollback()
    return sum(db.session.scalars(select(CastHour.count)))


def test_ballots_that_come_together_are_all_in_and_counted(app: Flask) -> None:
    the_round = a_voting_round()
    one, two, three = codes_for(the_round, 3)
    assert at_once(the_round, (1, one), (2, two), (3, three)) == [True, True, True]
    assert counted() == len(db.session.scalars(select(Envelope)).all()) == 3
    assert set(db.session.scalars(select(Code.state))) == {CodeState.USED}


def test_of_one_code_or_one_form_a_batch_takes_the_first(app: Flask) -> None:
    the_round = a_voting_round()
    one, two = codes_for(the_round, 2)
    assert sorted(at_once(the_round, (1, one), (2, one), (1, two))) in ([False, False, True], [False, True, True])
    kept = db.session.scalars(select(Envelope)).all()
    used = db.session.scalars(select(Code).where(Code.state == CodeState.USED)).all()
    assert counted() == len(kept) == len(used)
    assert {each.slot for each in kept} == {each.slot for each in used}


CHANGES = [
    (Round, {"paused_reason": "A fault on the ballot", "paused_until": None}),
    (Round, {"ballot_version": 2}),
    (Round, {"sealed_root": "0" * 64}),
    (Round, {"state": RoundState.CANCELLED}),
    (Round, {"policy": Policy.DECLARED}),
    (Round, {"round_public_key": new_round_key(b"\7" * 32).public.hex()}),
    (Code, {"state": CodeState.VOID}),
]


@pytest.mark.parametrize(("table", "values"), CHANGES, ids=[next(iter(values)) for _table, values in CHANGES])
def test_what_changes_once_the_ballot_is_sealed_keeps_it_out(app: Flask, table: type, values: dict[str, Any]) -> None:
    the_round = a_voting_round()
    (code,) = codes_for(the_round)
    assert at_once(the_round, (1, code), meanwhile=change(table, **values)) == [False]
    assert counted() == 0


@pytest.mark.parametrize(("starts", "ends", "is_in"), [(1, None, False), (None, 0, False), (0, 1, True)])
def test_a_code_works_in_its_window_alone(app: Flask, starts: int | None, ends: int | None, *, is_in: bool) -> None:
    the_round = a_voting_round()
    (code,) = codes_for(the_round)
    window = {"window_from": starts, "window_to": ends}
    moments = {name: at if at is None else present.now() + timedelta(minutes=at) for name, at in window.items()}
    assert at_once(the_round, (1, code), meanwhile=change(CodeBatch, **moments)) == [is_in]


def test_a_code_that_asks_for_more_than_itself_is_left_to_the_careful_way(app: Flask) -> None:
    declared = a_voting_round(policy=Policy.DECLARED)
    (card,) = codes_for(declared)
    assert at_once(declared, (1, card)) == [False]


def test_a_card_of_one_ward_takes_no_ballot_of_another(app: Flask) -> None:
    areas, pots = two_wards()
    bids = [("Bench", "", 1, None), ("Hall", "northfield", 1, None)]
    the_round = a_voting_round(areas=areas, pots=pots, bids=bids, vote={"ballot_settings": {"most": 1}})
    (card,) = codes_for(the_round, area_id=areas[0].id)
    theirs = next(each for each in paper_of(voting_round_of(the_round.id)).sections if each.area_id == areas[1].id)
    paper = a_paper(the_round, sections={theirs.key: {"approved": [theirs.projects[0].key]}})
    with pytest.raises(Refusal) as refused:
        cast(paper, Claim(card, area_id=areas[1].id))
    assert refused.value.code == "unknown_section"
    assert counted() == 0


def test_the_code_of_an_invitation_takes_one_statement_of_postgresql_and_no_reading(app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.INVITED)
    invite(the_round)
    claim = Claim(invitation_codes(the_round)["Sam Okafor"])
    known, paper = voting_round_of(the_round.id), a_paper(the_round)
    db.session.rollback()
    begun: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        begun.append(statement.split()[0])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        cast(replace(paper, nonce="N" * 32), claim, the_round=known)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    in_one_file = ["BEGIN", "INSERT", "UPDATE", "INSERT", "COMMIT"]
    assert begun == (["WITH"] if db.engine.dialect.name == "postgresql" else in_one_file)


def test_a_casting_reads_no_code_but_its_own_however_many_the_round_has(app: Flask) -> None:
    the_round = a_voting_round()
    codes = codes_for(the_round, 3000)
    known, paper = voting_round_of(the_round.id), a_paper(the_round)
    db.session.rollback()
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if statement.startswith(("WITH", "INSERT", "UPDATE")):
            asked.append((statement, tuple(parameters) if isinstance(parameters, list) else parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        cast(replace(paper, nonce="N" * 32), Claim(codes[0]), the_round=known)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    explain = "EXPLAIN" if db.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with db.engine.connect() as connection:
        if explain == "EXPLAIN":  # as the database does by itself; SQLite has no figures, and must be right without
            connection.exec_driver_sql("ANALYZE")
        plans = [str(row) for each in asked for row in connection.exec_driver_sql(f"{explain} {each[0]}", each[1])]
    assert [each for each in plans if "pk_code" in each or "code USING PRIMARY KEY" in each]
    assert [each for each in plans if re.search(r"(SCAN|Seq Scan on) code\b|ix_code_round_id", each)] == []
