"""Delivery: tried again when it fails, cleared when it went, taken by one process alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from flask import Flask
from pydantic import ValidationError
from sqlalchemy import select

from pb.config import Settings
from pb.core.retention import NAMES_MONTHS, months_after
from pb.extensions import db, present
from pb.models.events import Event
from pb.models.outbox import Message, MessageState
from pb.services.delivery import WAITS, clear_failed, deliver_due, try_failed_again
from pb.services.outbox import opened_messages, opened_texts, queue_errand, queue_message, queue_text
from pb.services.texters import TEXTERS, NotifyTexter
from pb.services.transactions import transaction
from pb.services.worker import work_due
from tests.conftest import TurningClock
from tests.mail_server import MailServer
from tests.notify_server import Notify

TO = "amina@example.org"
NUMBER = "+447700900123"


@pytest.fixture
def settings_again() -> Iterator[None]:
    before = present.settings
    yield
    present.use(settings=before)


def use(**changes: object) -> None:
    present.use(settings=Settings(**(present.settings.model_dump() | changes)))


def queue() -> None:
    queue_message("password_changed", TO, name="Amina Begum")


def only() -> Message:
    db.session.rollback()
    return db.session.scalars(select(Message)).one()


def test_where_nothing_leaves_the_letter_stays_readable(app: Flask) -> None:
    queue()
    assert deliver_due() == (1, 0)
    assert (only().state, only().sent_at) == (MessageState.SENT, present.now())
    assert [opened.letter.to for opened in opened_messages()] == [TO]
    assert deliver_due() == (0, 0)


@pytest.mark.usefixtures("settings_again")
def test_in_production_nothing_of_a_letter_is_kept_once_it_went(app: Flask) -> None:
    queue()
    use(environment="production", base_url="https://youdecide.example.gov.uk")
    assert deliver_due() == (1, 0)
    assert only().sealed is None
    assert opened_messages() == []


@pytest.mark.usefixtures("settings_again")
def test_the_console_prints_the_letter(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    queue()
    use(mail="console")
    assert deliver_due() == (1, 0)
    printed = capsys.readouterr().err
    assert TO in printed
    assert "Hello Amina Begum" in printed
    assert only().sealed is None


@pytest.mark.usefixtures("settings_again")
def test_a_mail_server_gets_the_letter(app: Flask) -> None:
    queue()
    with MailServer() as server:
        use(mail="smtp", smtp_host="127.0.0.1", smtp_port=server.port, smtp_starttls=False)
        assert deliver_due() == (1, 0)
    text = server.letters[0]
    assert "To: amina@example.org" in text
    assert "Subject: Your password for You Decide was changed" in text
    assert "Auto-Submitted: auto-generated" in text
    assert "Hello Amina Begum" in text
    assert server.recipients == [TO]


@pytest.mark.usefixtures("settings_again")
def test_a_server_without_encryption_gets_nothing_unless_the_setting_allows_it(app: Flask) -> None:
    queue()
    with MailServer() as server:
        use(mail="smtp", smtp_host="127.0.0.1", smtp_port=server.port)
        assert deliver_due() == (0, 1)
    assert server.letters == []
    assert only().fault == "SMTPNotSupportedError"


@pytest.mark.usefixtures("settings_again")
def test_what_did_not_go_is_tried_again_later_and_later_and_then_has_failed(app: Flask, clock: TurningClock) -> None:
    queue()
    with MailServer(refuse="451 4.3.0 try later") as server:
        use(mail="smtp", smtp_host="127.0.0.1", smtp_port=server.port, smtp_starttls=False)
        for wait in WAITS:
            assert deliver_due() == (0, 1)
            assert only().state == MessageState.QUEUED
            assert only().next_try_at == present.now() + wait
            assert deliver_due() == (0, 0)
            clock.turn(seconds=wait.total_seconds())
        assert deliver_due() == (0, 1)
    assert only().state == MessageState.FAILED
    assert TO not in str(only().fault)
    clock.turn(days=30)
    assert deliver_due() == (0, 0)
    with MailServer() as mended:
        use(smtp_port=mended.port)
        assert try_failed_again() == 1
        assert deliver_due() == (1, 0)
    assert (only().state, only().fault) == (MessageState.SENT, None)


@pytest.mark.usefixtures("settings_again")
def test_a_server_that_is_not_there_is_a_fault_with_its_number_and_no_address(app: Flask) -> None:
    queue()
    use(mail="smtp", smtp_host="127.0.0.1", smtp_port=9, smtp_starttls=False)
    assert deliver_due() == (0, 1)
    assert only().fault == "ConnectionRefusedError 111"


def test_several_postmen_deliver_every_letter_once(app: Flask) -> None:
    for _ in range(12):
        queue()
    went: list[int] = []

    def walk() -> None:
        with app.app_context():
            went.append(deliver_due()[0])

    postmen = [threading.Thread(target=walk) for _ in range(3)]
    for postman in postmen:
        postman.start()
    for postman in postmen:
        postman.join()
    assert sum(went) == 12
    assert set(db.session.scalars(select(Message.attempts))) == {1}


def test_a_postman_who_fell_over_is_followed_by_another(
    app: Flask, clock: TurningClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue()

    class Fallen:
        def send(self, letter: object) -> None:
            raise KeyboardInterrupt

    monkeypatch.setitem(__import__("pb.services.delivery", fromlist=["MAILERS"]).MAILERS, "null", Fallen)
    with pytest.raises(KeyboardInterrupt):
        deliver_due()
    monkeypatch.undo()
    assert deliver_due() == (0, 0)
    clock.turn(minutes=5)
    assert deliver_due() == (1, 0)


def test_a_text_stays_readable_where_nothing_leaves_and_is_no_letter(app: Flask) -> None:
    queue_text("one_time_code", NUMBER, code="204 816", title="You Decide", minutes=10)
    assert deliver_due() == (1, 0)
    assert [text.to for text in opened_texts()] == [NUMBER]
    assert opened_messages() == []


@pytest.mark.usefixtures("settings_again")
def test_a_text_is_printed_for_whoever_runs_the_server(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    use(texts="console")
    queue_text("one_time_code", NUMBER, code="204 816", title="You Decide", minutes=10)
    assert deliver_due() == (1, 0)
    assert "204 816" in capsys.readouterr().err
    assert only().sealed is None


@pytest.mark.usefixtures("settings_again")
@pytest.mark.parametrize("status, went", [(201, 1), (400, 0), (500, 0)])
def test_a_text_goes_to_gov_uk_notify_and_is_tried_again_where_it_was_not_taken(
    app: Flask, monkeypatch: pytest.MonkeyPatch, status: int, went: int
) -> None:
    use(texts="notify", notify_key=f"team-{uuid4()}-{uuid4()}", notify_template="template-1")
    with Notify(status) as notify:
        monkeypatch.setitem(TEXTERS, "notify", partial(NotifyTexter, notify.address))  # type: ignore[arg-type]
        queue_text("one_time_code", NUMBER, code="204 816", title="You Decide", minutes=10)
        assert deliver_due() == (went, 1 - went)
    (asked,) = notify.asked
    assert (asked["phone_number"], asked["template_id"]) == (NUMBER, "template-1")
    assert "204 816" in asked["personalisation"]["text"]
    assert only().fault == (None if went else f"NotSent {status}")


def test_gov_uk_notify_wants_its_key_and_template() -> None:
    with pytest.raises(ValidationError, match="PB_NOTIFY_KEY"):
        Settings(texts="notify")


def test_texts_are_never_printed_by_a_live_server() -> None:
    live = {"environment": "production", "base_url": "https://vote.example"}
    assert not Settings(texts="console", **live).sends_texts
    assert Settings(texts="notify", notify_key="k", notify_template="t", **live).sends_texts
    assert not Settings(texts="off").sends_texts


def test_what_cannot_be_settled_or_opened_keeps_nothing_back_that_waits_behind_it(
    app: Flask, clock: TurningClock
) -> None:
    queue_errand("registration", nothing="of use")
    queue()
    queue()
    errand, broken, good = db.session.scalars(select(Message).order_by(Message.id))
    broken.sealed = b"spoilt" * 10
    db.session.commit()
    assert deliver_due() == (1, 2)
    db.session.expire_all()
    assert [each.state for each in (errand, broken, good)] == [
        MessageState.QUEUED, MessageState.QUEUED, MessageState.SENT,
    ]  # fmt: skip
    assert (errand.fault or "").startswith("KeyError, ")
    assert (broken.fault or "").startswith("InvalidTag, ")
    for wait in WAITS:
        clock.turn(seconds=wait.total_seconds())
        deliver_due()
    db.session.expire_all()
    assert [each.state for each in (errand, broken)] == [MessageState.FAILED] * 2


def test_three_months_after_a_letter_was_queued_that_never_went_its_address_and_words_are_destroyed(
    app: Flask, clock: TurningClock
) -> None:
    queue()
    queue()
    with transaction() as session:
        for each in session.scalars(select(Message)):
            each.state = MessageState.FAILED
    due = months_after(clock.at, NAMES_MONTHS)
    queue()
    clock.at = due - timedelta(minutes=1)
    assert clear_failed() == 0
    clock.at = due
    assert work_due() == 0
    db.session.rollback()
    kept = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert [each.sealed is None for each in kept] == [True, True, False]
    (told,) = db.session.scalars(select(Event).where(Event.kind == "messages_cleared"))
    assert (told.facts, told.account_id) == ({"messages": 2}, None)
    assert clear_failed() == 0
    assert try_failed_again() == 0
