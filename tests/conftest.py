"""What every test may ask for: a fresh application on SQLite or PostgreSQL, a clock that can be turned, a reader."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from inspect import signature
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from hypothesis import HealthCheck
from hypothesis import settings as trials
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from pb import create_app
from pb.config import Settings, load_secrets
from pb.extensions import db, present
from pb.services import voting
from pb.services.live_cache import forget_everything
from pb.web.voting import ballot
from tests.keeping import empty
from tests.reader import Reader

SHARED = Path(__file__).resolve().parents[2] / "shared"
CI = os.environ.get("CI") == "true"
POSTGRESQL = os.environ.get("PB_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1/postgres")

# Properties are tried briefly, always alike and however slow the machine is; or at length, in a campaign.
trials.register_profile(
    "house", deadline=None, max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
trials.register_profile("campaign", deadline=None, max_examples=2000)
trials.load_profile("campaign" if os.environ.get("PB_CAMPAIGN") == "full" else "house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--database postgresql` runs the same tests there."""
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")


def absent(what: str) -> None:
    """Skip for want of `what`; on CI nothing may be wanting."""
    if CI:
        pytest.fail(f"CI must have {what}")
    pytest.skip(f"{what} is not on this machine")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """On CI a skipped test is a failed one."""
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"CI forbids skips: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real elections and schemas that lies beside the project."""
    if not SHARED.is_dir():
        absent("the shared collection")
    return SHARED


class TurningClock:
    """A clock that stands still until a test turns it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        """Move on by a timedelta's words: turn(days=1)."""
        self.at += timedelta(**by)


@pytest.fixture
def clock(app: Flask) -> Iterator[TurningClock]:
    """The application's clock, standing at 10:00 UTC on Monday 2 March 2026."""
    turning: TurningClock = app.extensions["test_clock"]
    return turning


def _settings(folder: Path, database_url: str) -> Settings:
    return Settings(
        instance_path=folder,
        database_url=database_url,
        mail="null",
        texts="null",
        passphrase_memory=8,
        relax_second_factor=False,
        least_ballots=2,
        least_fill_seconds=0,
        base_url="http://localhost",
    )


@pytest.fixture(scope="session")
def blank_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with an empty, migrated SQLite database, made once and copied to each test."""
    folder = tmp_path_factory.mktemp("blank")
    app = create_app(_settings(folder, ""))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A migrated PostgreSQL database of this test process's own."""
    admin = create_engine(
        make_url(POSTGRESQL).set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": 3},
    )
    try:
        connection = admin.connect()
    except Exception:  # noqa: BLE001 - whatever the reason, it is not there
        absent("a PostgreSQL server (PB_TEST_POSTGRESQL)")
        return
    name = f"you_decide_test_{os.getpid()}"
    connection.execute(text(f"CREATE DATABASE {name}"))
    # A test reads what it wrote, whether or not it is on the disk; no test pulls the plug.
    connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    url = make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
    yield url
    connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    connection.close()
    admin.dispose()


@pytest.fixture(scope="session")
def blank_postgresql(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder whose database is PostgreSQL, migrated once."""
    folder = tmp_path_factory.mktemp("postgresql")
    app = create_app(_settings(folder, postgresql_url))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return folder


@dataclass
class Kept:
    """The one application of a test process: to make one for each test would take a third of the time."""

    settings: Settings
    blank: Path
    app: Flask = field(init=False)
    config: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        shutil.copytree(self.blank, self.settings.instance_path)
        self.app = self.another()
        self.config = dict(self.app.config)

    def another(self) -> Flask:
        """An application of the same settings that nobody else has."""
        app = create_app(self.settings)
        app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=True, SERVER_NAME=None)
        app.jinja_env.bytecode_cache = COMPILED
        return app

    def as_new(self) -> Flask:
        """The application as if it had just been made: its folder and its configuration are those of the start."""
        with self.app.app_context():
            db.engine.dispose()  # a connection would go on reading the file that is taken away
        shutil.rmtree(self.settings.instance_path)
        shutil.copytree(self.blank, self.settings.instance_path)
        self.app.config.clear()
        self.app.config.update(self.config)
        self.app.test_client_class = None
        present.use(settings=self.settings, secrets=load_secrets(self.settings))
        return self.app


@pytest.fixture(scope="session")
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """The application that the tests of this process share, one after the other."""
    url, blank = "", "blank_sqlite"
    if request.config.getoption("--database") == "postgresql":
        url, blank = request.getfixturevalue("postgresql_url"), "blank_postgresql"
    folder = tmp_path_factory.mktemp("kept") / "instance"
    made = Kept(_settings(folder, url), request.getfixturevalue(blank))
    # What there is by now stays to the end: to look through it again and again for rubbish takes long.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return made


@pytest.fixture
def app(request: pytest.FixtureRequest, kept: Kept) -> Iterator[Flask]:
    """An application over an empty database, as new.

    A test that adds doors to it is marked `own_app` and gets one that nobody else has had or will have.
    """
    app = kept.as_new()
    if request.node.get_closest_marker("own_app"):
        app = kept.another()
    turning = TurningClock()
    app.extensions["test_clock"] = turning
    app.extensions["test_keeps"] = "monkeypatch" not in signature(request.function).parameters
    present.use(clock=turning)
    forget_everything()
    voting._papers.clear()  # a round that is put back from a copy has the same key, with other bids
    ballot._drawn.clear()
    app.extensions.pop("drawn_pages", None)
    with app.app_context():
        yield app
        app.extensions["postman"].retire()
        db.session.remove()
        if kept.settings.database_url:
            empty()
        db.engine.dispose()


class CompiledTemplates(BytecodeCache):
    """Templates compiled once in a run: every test has an application of its own, and compiling them takes seconds."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledTemplates()


@pytest.fixture
def client(app: Flask) -> Reader:
    """A client that reads every page like an editor."""
    app.test_client_class = Reader
    return app.test_client()


pytest_plugins = ["tests.browser"]
