"""A form that is sent again while its first sending is still being cast: both are answered with the one receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from pb.extensions import db
from pb.models.rounds import Policy
from pb.services.box_at_once import QUEUES
from pb.services.casting import cast
from pb.services.group_commit import DEEDS
from pb.services.rights import Claim
from tests.racing import in_the_box
from tests.reader import Reader, form_values, soup
from tests.voters import SAM, a_paper, a_voting_round, codes_for, filled, go_on

KIM = replace(SAM, name="Kim Vale")
#: How often it is looked whether somebody waits, before that is a fault.
LOOKS = 30_000


def somebody_waits_to_write() -> bool:
    """Whether a casting waits for another one to be kept: in a queue of this process, or at a row of PostgreSQL."""
    if QUEUES.of(db.engine)._waiting or DEEDS.of(db.engine)._waiting:
        return True
    if db.engine.dialect.name == "sqlite":
        return False
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with db.engine.connect() as connection:
        return bool(connection.execute(text(waiting)).scalar_one())


@contextmanager
def at_the_first_commit(deed: Callable[[], None]) -> Iterator[None]:
    """Do this when the first transaction is about to be kept, and before it is."""
    begun = Event()

    def at_commit(_connection: object) -> None:
        if not begun.is_set():
            begun.set()
            deed()

    event.listen(db.engine, "commit", at_commit)
    try:
        yield
    finally:
        event.remove(db.engine, "commit", at_commit)


@pytest.mark.parametrize("policy", [Policy.CODE, Policy.DECLARED])
def test_whoever_presses_again_while_the_ballot_is_being_cast_reads_the_same_receipt(
    app: Flask, client: Reader, policy: Policy
) -> None:
    """Where the second sending is quicker than the first, it is the first that reads the receipt of the second."""
    the_round = a_voting_round(policy=policy)
    *others, code = codes_for(the_round, 2)
    cast(a_paper(the_round), Claim(others[0], KIM))  # the opening of the vote is on the ledger
    claim = {"code": code} if policy == Policy.CODE else filled()
    check = go_on(client, client.send(f"/rounds/{the_round.slug}/vote", claim), {"p1": "1"})
    form = soup(check).select_one("main form")
    assert form is not None
    address, pressed = str(form["action"]), form_values(form)
    cookie = client.get_cookie("you_decide")
    assert cookie is not None

    def press() -> TestResponse:
        phone = FlaskClient(app, app.response_class)
        phone.set_cookie("you_decide", cookie.value)
        return phone.post(address, data=pressed)

    again: list[Future[TestResponse]] = []
    with ThreadPoolExecutor(2) as pool:

        def press_again() -> None:
            again.append(pool.submit(press))
            for _ in range(LOOKS):
                if somebody_waits_to_write() or again[0].done():
                    return
                Event().wait(0.001)
            raise AssertionError("the second sending neither waits nor is answered")

        with at_the_first_commit(press_again):
            answers = [pool.submit(press).result(), again[0].result()]
    assert [answer.status_code for answer in answers] == [200, 200]
    first, second = (soup(answer).select_one("#receipt") for answer in answers)
    assert first is not None
    assert second is not None
    assert first.get_text() == second.get_text()
    assert in_the_box() == 1 + len(others)
