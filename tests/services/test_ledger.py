"""The ledger takes entries at its end and nothing else, from many writers at once; the tables must agree with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from pb.core.actors import SYSTEM
from pb.core.chain import GENESIS
from pb.extensions import db, present
from pb.models.events import Event
from pb.models.publications import PackagePart
from pb.services.ledger import first_break, record
from pb.services.ledger_check import check_ledger, missing_triggers
from pb.services.transactions import transaction
from tests.conftest import TurningClock
from tests.deciding import a_published_round
from tests.factories import a_locked_round, turn_to
from tests.ledgers import an_unlocked_ledger

pytestmark = pytest.mark.usefixtures("app")

WRITERS = 3
EACH = 15

WRITER = """
import json, sys
from pathlib import Path
from pb import create_app
from pb.config import Settings
from pb.core.actors import SYSTEM
from pb.services.ledger import record
given = json.loads(sys.argv[1])
app = create_app(Settings(instance_path=Path(given["folder"]), database_url=given["url"], mail="null"))
with app.app_context():
    for number in range(given["each"]):
        record("areas_set", SYSTEM, subject=f"writer:{given['writer']}", areas=number)
"""


def codes() -> list[str]:
    db.session.rollback()
    return [fault.code for fault in check_ledger().faults]


def events() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Event)) or 0


def by_sql(*statements: str) -> None:
    with transaction() as session:
        for statement in statements:
            session.connection().exec_driver_sql(statement)


def three_events() -> None:
    for number in range(3):
        record("areas_set", SYSTEM, areas=number)


COPY = "INSERT INTO event (id, at, kind, subject, facts, previous, hash) SELECT {id}, at, kind, subject, facts, '{previous}', '{hash}' FROM event WHERE id = 2"
TRIES = {
    "change": "UPDATE event SET subject = 'bid:9' WHERE id = 2",
    "change nothing": "UPDATE event SET subject = subject",
    "delete": "DELETE FROM event WHERE id = 3",
    "delete all": "DELETE FROM event",
    "fork": COPY.format(id=9, previous=GENESIS, hash="f" * 64),
    "begin a second chain": COPY.format(id=9, previous="e" * 64, hash="f" * 64),
}
ONLY = {
    "sqlite": {
        "replace": COPY.format(id=2, previous="{last}", hash="f" * 64).replace("INSERT", "INSERT OR REPLACE"),
        "update or replace": "UPDATE OR REPLACE event SET id = 2 WHERE id = 3",
    },
    "postgresql": {
        "truncate": "TRUNCATE event CASCADE",
        "insert or update": COPY.format(id=2, previous="{last}", hash="f" * 64)
        + " ON CONFLICT (id) DO UPDATE SET subject = 'bid:9'",
    },
}


def test_no_statement_changes_deletes_replaces_or_forks_an_event() -> None:
    three_events()
    before = list(db.session.execute(text("SELECT * FROM event ORDER BY id")))
    last = before[-1].hash
    for what, statement in {**TRIES, **ONLY[db.engine.dialect.name]}.items():
        with pytest.raises(DBAPIError, match=r"append-only|follows the last|unique"):
            by_sql(statement.replace("{last}", last))
        assert list(db.session.execute(text("SELECT * FROM event ORDER BY id"))) == before, what
    assert first_break() is None


def test_writers_in_other_processes_wait_for_each_other_and_the_chain_does_not_fork() -> None:
    settings = present.settings
    given = {"folder": str(settings.instance_path), "url": settings.database_url, "each": EACH}
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen([sys.executable, "-c", WRITER, json.dumps({**given, "writer": number})])
            )
            for number in range(WRITERS)
        ]
        assert [process.wait() for process in processes] == [0] * WRITERS
    db.session.rollback()
    assert first_break() is None
    subjects = Counter(db.session.scalars(select(Event.subject).where(Event.subject.like("writer:%"))))
    assert subjects == {f"writer:{number}": EACH for number in range(WRITERS)}


def test_a_round_from_idea_to_result_agrees_with_its_ledger() -> None:
    a_published_round()
    found = check_ledger()
    assert [str(fault) for fault in found.faults] == []
    assert (found.rounds, found.bids) == (1, 3)
    assert found.events == events()
    assert missing_triggers() == frozenset()


def test_what_the_clock_has_decided_and_nobody_recorded_yet_is_a_note_and_no_fault() -> None:
    the_round = a_locked_round()
    turn_to(the_round.voting_opens_at)
    found = check_ledger()
    assert found.faults == []
    assert [str(note) for note in found.notes] == [
        f"Round {the_round.id} is recorded as “locked” and is “voting” by the clock; the next write records it."
    ]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE round SET state = 'published'", "state_differs"),
        ("UPDATE round SET state_since = '2026-01-01 00:00:00'", "since_differs"),
        ("UPDATE bid SET state = 'paid' WHERE id = (SELECT min(id) FROM bid)", "state_differs"),
        ("UPDATE ballot_version SET content = '{\"version\": 9}'", "version_differs"),
        ("UPDATE ballot_version SET sha256 = 'abc'", "version_differs"),
        ("UPDATE round SET frozen = '{\"version\": 1}'", "version_differs"),
        ("UPDATE round SET ballot_version = 2", "version_differs"),
        ("DELETE FROM ballot_version", "version_differs"),
    ],
)
def test_a_column_that_somebody_changed_by_hand_is_found(statement: str, code: str) -> None:
    a_locked_round()
    with transaction() as session:
        session.execute(text(statement.replace(":", r"\:")))
    assert codes() == [code]


def test_a_result_or_a_count_changed_by_hand_is_found() -> None:
    a_published_round()
    with transaction() as session:
        session.execute(text("UPDATE publication SET content = '{}'"))
        session.execute(text("UPDATE count SET outcome = '{}'"))
        session.execute(text("UPDATE round SET sealed_root = 'abc'"))
    assert codes() == ["digest_differs"] * 3


def test_a_package_changed_by_hand_is_found() -> None:
    a_published_round()
    with transaction() as session:
        part = session.scalars(select(PackagePart)).one()
        part.content = part.content.replace(b"result.json", b"rezult.json")
    assert codes() == ["package_differs"]
    with transaction() as session:
        session.execute(text("DELETE FROM package_part"))
    assert codes() == ["package_differs"]


def test_an_event_taken_out_by_the_owner_of_the_database_is_found() -> None:
    a_locked_round()
    last = db.session.scalars(select(Event.id).where(Event.kind == "round_state").order_by(Event.id.desc())).first()
    with an_unlocked_ledger() as session:
        session.execute(text("DELETE FROM event WHERE id = :id"), {"id": last})
    assert codes()[0] == "chain_broken"
    assert "state_differs" in codes()


def test_a_ledger_without_its_lock_is_told(app: Flask) -> None:
    three_events()
    name = "event_never_changed"
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        with transaction() as session:
            session.execute(text(f"ALTER TABLE event DISABLE TRIGGER {name}"))
        assert codes() == ["trigger_missing"]
        with transaction() as session:
            session.execute(text(f"ALTER TABLE event ENABLE TRIGGER {name}"))
    else:
        with transaction() as session:
            session.execute(text(f"DROP TRIGGER {name}"))
        assert codes() == ["trigger_missing"]


EMPTIED = {
    "sqlite": (
        "CREATE TRIGGER {name} BEFORE UPDATE ON event WHEN 0 BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "DROP TRIGGER {name}",
        "SELECT sql FROM sqlite_master WHERE name = '{name}'",
    ),
    "postgresql": (
        "CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON event FOR EACH ROW WHEN (false) "
        "EXECUTE FUNCTION event_append_only()",
        "DROP TRIGGER {name} ON event",
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = '{name}'",
    ),
}


def test_a_lock_of_the_right_name_that_refuses_nothing_is_told_and_the_attempt_leaves_nothing() -> None:
    three_events()
    made, dropped, asked = (each.format(name="event_never_changed") for each in EMPTIED[db.engine.dialect.name])
    whole = str(db.session.scalar(text(asked)))
    before = db.session.execute(text("SELECT * FROM event ORDER BY id")).all()
    by_sql(dropped, made)
    found = codes()
    by_sql(dropped, whole)
    assert (found, codes()) == (["trigger_missing"], [])
    assert db.session.execute(text("SELECT * FROM event ORDER BY id")).all() == before
    record("areas_set", SYSTEM, areas=4)


def test_a_clock_that_was_turned_back_is_a_note(clock: TurningClock) -> None:
    record("language_chosen", SYSTEM, language="cy")
    clock.turn(seconds=-30)
    record("language_chosen", SYSTEM, language="cy")
    assert check_ledger().notes == []
    clock.turn(hours=-2)
    record("language_chosen", SYSTEM, language="cy")
    found = check_ledger()
    assert ([note.code for note in found.notes], found.faults) == (["clock_turned_back"], [])
