"""A disk that fills up, or that cannot be written: the council hears of it before a voter does."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from structlog.testing import capture_logs

from pb.cli.worker import work_until
from pb.core.actors import Role
from pb.services import health
from tests.factories import an_account
from tests.reader import Reader
from tests.signing_in import sign_in

Usage = namedtuple("Usage", "total used free")
MEGABYTE = 1_000_000


@pytest.fixture
def nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk on which 499 of the 500 MB are left that it should have."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 10**12, 499 * MEGABYTE))


def pb(app: Flask) -> Result:
    """What `pb health` says."""
    return app.test_cli_runner().invoke(args=["health"])


def told(client: Reader, path: str) -> str:
    return client.read(path).get_text(" ", strip=True)


@pytest.mark.usefixtures("nearly_full")
def test_little_room_is_told_to_the_council_on_every_page_and_to_nobody_else(app: Flask, client: Reader) -> None:
    sentence = "Only 499 MB are left"
    assert sentence not in told(client, "/")
    sign_in(client, an_account(Role.GROUP_CONTACT))
    assert sentence not in told(client, "/account/")
    sign_in(client, an_account(Role.OFFICER))
    for page in ("/", "/account/", "/officers/"):
        assert sentence in told(client, page), page


@pytest.mark.usefixtures("nearly_full")
def test_little_room_is_told_in_the_log_by_the_worker_and_to_a_timer(app: Flask) -> None:
    looks = iter([False, True])
    with capture_logs() as lines:
        work_until(lambda: next(looks), lambda _seconds: None)
    assert [(line["event"], line["free"]) for line in lines] == [("little_room", 499)]
    said = pb(app)
    assert (said.exit_code, "499 MB" in said.output) == (1, True)


def test_a_disk_that_cannot_be_written_says_that_no_ballot_is_taken(
    app: Flask, client: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, an_account(Role.OFFICER))
    may = os.access

    def read_only(path: Any, mode: int, **more: Any) -> bool:
        return mode != os.W_OK and may(path, mode, **more)

    monkeypatch.setattr(os, "access", read_only)
    assert "The disk cannot be written" in told(client, "/officers/")
    assert pb(app).exit_code == 1


def test_where_there_is_room_nothing_is_said(app: Flask, client: Reader) -> None:
    sign_in(client, an_account(Role.OFFICER))
    assert health.troubles() == []
    assert not client.read("/officers/").select(".yd-notice--danger")
    assert pb(app).exit_code == 0
