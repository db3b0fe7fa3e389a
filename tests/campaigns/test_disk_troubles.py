"""A full disk, a locked database, one that cannot be written: 503 with a sentence, nothing kept, and the retry succeeds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from pb.core.reconciliation import imbalances
from pb.extensions import db, present
from pb.models.envelopes import Envelope
from pb.services import database
from pb.services.database import sqlite_driver
from pb.services.reconciliation import numbers_of
from pb.services.rounds import find_round
from tests.reader import Reader, soup
from tests.voters import a_voting_round, codes_for, go_on

#: More than fit into the pages that the database has already.
FORMS = 12
#: How long each waits for a lock: in the campaign so long that the lock is held for more than half a minute in all.
BUSY_MILLISECONDS = 3_000 if os.environ.get("PB_CAMPAIGN") == "full" else 30
TROUBLES = ("full", "locked", "read-only")


@contextmanager
def trouble(kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every new connection of the service meet this trouble."""

    def connect(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        for pragma in {"full": [f"max_page_count={pages}"], "read-only": ["query_only=ON"]}.get(kind, []):
            connection.execute(f"PRAGMA {pragma}")

    monkeypatch.setattr(database, "BUSY_MILLISECONDS", BUSY_MILLISECONDS)
    db.session.remove()
    db.engine.dispose()
    event.listen(db.engine, "connect", connect)
    holder = sqlite_driver().connect(present.settings.instance_path / "you-decide.sqlite3", isolation_level=None)
    if kind == "locked":
        holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.close()
        event.remove(db.engine, "connect", connect)
        db.session.remove()
        db.engine.dispose()


def envelopes() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Envelope)) or 0


@pytest.mark.campaign
@pytest.mark.parametrize("kind", TROUBLES)
def test_a_ballot_that_meets_trouble_is_told_so_and_sent_again(
    client: Reader, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk a few ballots may still fit into the last page; those are answered with their receipts."""
    the_round = a_voting_round()
    slug = the_round.slug
    checks = [checked(client, slug, code) for code in codes_for(the_round, FORMS)]
    with trouble(kind, monkeypatch):
        answers = [go_on(client, check) for check in checks]
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 503}
    assert statuses.count(503) >= (1 if kind == "full" else FORMS)
    for answer in answers:
        if answer.status_code == 503:
            assert int(answer.headers["Retry-After"]) > 0
            assert "Nothing of what you just sent was kept." in soup(answer).get_text()
    assert envelopes() == statuses.count(200)
    assert imbalances(numbers_of(find_round(slug))) == []
    assert [receipt(go_on(client, check)) is not None for check in checks] == [True] * FORMS
    assert envelopes() == FORMS


def checked(client: Reader, slug: str, code: str) -> TestResponse:
    """The page on which a marked ballot is looked at once more."""
    return go_on(client, client.send(f"/rounds/{slug}/vote", {"code": code}), {"p1": "1"})


def receipt(answer: TestResponse) -> object:
    return soup(answer).select_one("#receipt")
