"""The database is opened durably or not at all, and writers queue."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError

from pb import create_app
from pb.config import Settings, SettingsError
from pb.core.actors import SYSTEM
from pb.extensions import db
from pb.models.areas import Area
from pb.models.events import Event
from pb.services import database
from pb.services.ledger import first_break, record
from pb.services.transactions import transaction
from tests.ledgers import an_unlocked_ledger


@pytest.mark.parametrize(
    ("version", "mode"), [((3, 51, 3), "wal"), ((3, 53, 0), "wal"), ((3, 51, 2), "truncate"), ((3, 40, 1), "truncate")]
)
def test_the_journal_follows_the_linked_sqlite(version: tuple[int, int, int], mode: str) -> None:
    assert database.journal_mode("auto", version) == mode


def test_a_write_ahead_log_is_refused_on_a_sqlite_that_may_corrupt_it() -> None:
    with pytest.raises(SettingsError, match=r"3\.51\.3"):
        database.journal_mode("wal", (3, 51, 2))


def test_every_connection_is_fully_durable(tmp_path: Path) -> None:
    app = create_app(Settings(instance_path=tmp_path))
    with app.app_context(), db.engine.connect() as connection:
        found = [connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("synchronous", "foreign_keys")]
        db.engine.dispose()
    assert found == [2, 1]


def test_a_database_that_is_less_than_durable_is_refused(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/x.sqlite3", module=database.sqlite_driver())
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=delete")
    with pytest.raises(SettingsError, match="cannot be opened safely"):
        database.check_durability(engine, "wal")
    engine.dispose()


def test_nothing_is_kept_of_a_deed_that_fails_half_way(app: Flask) -> None:
    def half() -> None:
        with transaction() as session:
            session.add(Area(name="Harbour"))
            session.flush()
            record("areas_set", SYSTEM, areas=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert db.session.scalars(select(Area)).all() == []
    assert db.session.scalars(select(Event)).all() == []


def test_many_writers_at_once_all_get_their_turn_and_the_ledger_does_not_fork(app: Flask) -> None:
    faults: list[BaseException] = []

    def write(number: int) -> None:
        try:
            with app.app_context():
                for turn in range(5):
                    db.session.scalars(select(Area)).all()  # a read first, as a page does
                    with transaction() as session:
                        session.add(Area(name=f"Ward {number}.{turn}"))
                        record("areas_set", SYSTEM, areas=number)
                db.session.remove()
        except BaseException as fault:  # noqa: BLE001 - carried to the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(db.session.scalars(select(Area)).all()) == 80
    assert len(db.session.scalars(select(Event)).all()) == 80
    assert first_break() is None


def test_an_altered_entry_of_the_ledger_is_found(app: Flask) -> None:
    for number in range(4):
        record("areas_set", SYSTEM, areas=number)
    with an_unlocked_ledger() as session:
        session.execute(text("UPDATE event SET facts = '{\"areas\": 9}' WHERE id = 3"))
    assert first_break() == 3


def test_an_event_holds_only_what_its_kind_declares(app: Flask) -> None:
    with pytest.raises(ValueError, match="may not hold name"):
        record("areas_set", SYSTEM, areas=1, name="Ann Example")
    assert db.session.scalars(select(Event)).all() == []


def test_a_fault_of_the_database_tells_no_value_that_somebody_entered(app: Flask) -> None:
    with pytest.raises(DBAPIError) as fault, transaction() as session:
        session.execute(text("UPDATE area SET nowhere = :name"), {"name": "Sam Okafor"})
    assert "nowhere" in str(fault.value)
    assert "Okafor" not in str(fault.value)


@pytest.mark.usefixtures("app")
def test_a_connection_that_was_cut_while_it_rested_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    if db.engine.dialect.name != "postgresql":
        return  # SQLite is no server that may end a connection
    monkeypatch.setattr(database, "REST_SECONDS", -1.0)
    with db.engine.connect() as connection:
        number = connection.scalar(text("SELECT pg_backend_pid()"))
    other = create_engine(db.engine.url)
    with other.connect() as connection:
        assert connection.scalar(text("SELECT pg_terminate_backend(:number)"), {"number": number})
    other.dispose()
    assert database.reachable()
