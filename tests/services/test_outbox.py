"""The outbox: what is queued leaves only with its deed, and lies sealed."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from pb.extensions import db
from pb.models.outbox import Message, MessageState
from pb.services.letters import write_letter
from pb.services.outbox import anything_queued, opened_messages, queue_message
from pb.services.transactions import transaction

TO = "amina@example.org"
EMAILS = Path(__file__).resolve().parents[2] / "templates" / "email"


def queue(**more: object) -> None:
    queue_message("password_changed", TO, name="Amina", **more)  # type: ignore[arg-type]


def test_a_message_waits_sealed_and_can_be_opened_with_our_key(app: Flask) -> None:
    queue()
    message = db.session.scalars(select(Message)).one()
    assert message.state == MessageState.QUEUED
    assert TO.encode() not in (message.sealed or b"")
    assert b"Amina" not in (message.sealed or b"")
    opened = opened_messages()[0]
    assert (opened.kind, opened.letter.to, opened.letter.subject) == (
        "password_changed",
        TO,
        "Your password for You Decide was changed",
    )
    assert opened.letter.text.startswith("Hello Amina,\n")
    assert "Exampleton Council" in opened.letter.text


def test_a_message_of_a_deed_that_is_not_kept_is_not_sent(app: Flask) -> None:
    def fails_later() -> None:
        with transaction():
            queue()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails_later()
    assert opened_messages() == []


def test_a_message_that_is_to_go_once_goes_once(app: Flask) -> None:
    queue(once="round:1:opened:account:2")
    queue(once="round:1:opened:account:2")
    queue(once="round:1:opened:account:3")
    queue()
    assert len(opened_messages(TO)) == 3
    assert opened_messages("other@example.org") == []


def test_the_postman_is_called_where_something_was_queued(app: Flask) -> None:
    anything_queued()
    assert not anything_queued()
    queue()
    assert anything_queued()
    assert not anything_queued()


def test_a_letter_in_welsh_is_in_welsh_where_there_is_one_and_else_in_english(app: Flask) -> None:
    assert "cyfrinair" in write_letter("password_changed", TO, "cy", name="Amina").text
    assert "has made an account" in write_letter("invitation", TO, "cy", name="Amina", link="x").text


def test_a_name_reaches_the_letter_as_it_is_and_never_its_subject(app: Flask) -> None:
    letter = write_letter("password_changed", TO, "en_GB", name="<b>O'Neil & Sons</b>\nBcc: all@example.org")
    assert "<b>O'Neil & Sons</b>" in letter.text
    assert "\n" not in letter.subject


@pytest.mark.parametrize("path", sorted(path.name for path in EMAILS.glob("*.txt") if not path.name.startswith("foot")))
def test_every_letter_has_a_subject_that_fits_and_then_a_greeting(path: str) -> None:
    subject, rest = (EMAILS / path).read_text(encoding="utf-8").split("\n", 1)
    assert 5 < len(subject) < 80
    assert rest.strip()
