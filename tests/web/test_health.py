"""Whoever watches the site can ask whether it is up, and is told when the database is gone."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from pb.extensions import db
from tests.reader import Reader


def test_a_site_with_its_database_is_ready(client: Reader) -> None:
    assert client.get("/readyz").get_data(as_text=True) == "ready\n"


def test_a_site_whose_database_does_not_answer_lives_but_is_not_ready(app: Flask, client: Reader) -> None:
    def silent(*_args: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("no answer"))

    event.listen(db.engine, "before_cursor_execute", silent)
    alive, ready = client.get("/healthz"), client.get("/readyz")
    event.remove(db.engine, "before_cursor_execute", silent)
    assert (alive.status_code, ready.status_code) == (200, 503)
    assert "does not answer" in ready.get_data(as_text=True)
