"""The postman comes once an answer has gone out, and not before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.extensions import present
from tests.factories import an_account
from tests.mail_server import MailServer
from tests.reader import Reader

FORGOTTEN = "/account/forgotten-password"
AMINA = "amina@example.org"


@pytest.fixture
def mail_server(app: Flask) -> Iterator[MailServer]:
    before = present.settings
    with MailServer() as server:
        changes = {"mail": "smtp", "smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_starttls": False}
        present.use(settings=before.model_copy(update=changes))
        yield server
        app.extensions["postman"].retire()
    present.use(settings=before)


def test_a_letter_leaves_after_the_answer_without_anybody_else_calling(
    app: Flask, client: Reader, mail_server: MailServer
) -> None:
    an_account(Role.STEWARD, email=AMINA)
    answer = client.send(FORGOTTEN, {"email": AMINA})
    assert mail_server.letters == []
    answer.close()  # a server does this once the answer has gone out
    assert mail_server.arrived.wait(60)
    assert mail_server.recipients == [AMINA]
    assert "/account/choose-password/" in mail_server.letters[0]


def test_an_answer_that_queued_nothing_calls_nobody(app: Flask, client: Reader, mail_server: MailServer) -> None:
    client.get(FORGOTTEN).close()
    assert app.extensions["postman"].walks is False


def test_a_postman_who_retired_is_followed_by_another(app: Flask, client: Reader, mail_server: MailServer) -> None:
    an_account(Role.STEWARD, email=AMINA)
    for number in (1, 2):
        mail_server.arrived.clear()
        client.send(FORGOTTEN, {"email": AMINA}).close()
        assert mail_server.arrived.wait(60)
        app.extensions["postman"].retire()
        assert len(mail_server.letters) == number
