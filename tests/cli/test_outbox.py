"""`pb deliver` and `pb outbox`."""

from __future__ import annotations

from flask import Flask

from pb.extensions import present
from pb.services.outbox import queue_message


def test_a_timer_delivers_what_is_due(app: Flask) -> None:
    queue_message("password_changed", "amina@example.org", name="Amina")
    runner = app.test_cli_runner()
    assert "1 delivered, 0 to be tried again" in runner.invoke(args=["deliver"]).output
    assert "0 delivered" in runner.invoke(args=["deliver", "--try-failed-again"]).output


def test_letters_that_did_not_leave_can_be_read(app: Flask) -> None:
    queue_message("password_changed", "amina@example.org", name="Amina")
    runner = app.test_cli_runner()
    assert "Hello Amina" in runner.invoke(args=["outbox", "--to", "amina@example.org"]).output
    assert "Hello" not in runner.invoke(args=["outbox", "--to", "other@example.org"]).output


def test_other_peoples_letters_are_not_read_in_production(app: Flask) -> None:
    queue_message("password_changed", "amina@example.org", name="Amina")
    before = present.settings
    present.use(settings=before.model_copy(update={"environment": "production"}))
    try:
        result = app.test_cli_runner().invoke(args=["outbox"])
    finally:
        present.use(settings=before)
    assert (result.exit_code, "Hello" in result.output) == (2, False)
