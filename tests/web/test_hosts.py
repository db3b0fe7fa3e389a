"""What a request says of its own address moves no link, and what it says of its sender is believed of our proxy alone."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from flask import Flask, Response, request

from pb.core.actors import Role
from pb.extensions import present
from pb.web.policy import EVERYONE, allow
from tests.factories import an_account
from tests.post import letters_to
from tests.reader import Reader

EVIL = (
    "evil.example",
    "localhost.evil.example",
    "evil.example:80",
    "localhost@evil.example",
    "localhost:80@evil.example",
    "evil.example#localhost",
)
HEADERS = (
    "Host",
    "X-Forwarded-Host",
    "X-Host",
    "X-Forwarded-Server",
    "X-HTTP-Host-Override",
    "Forwarded",
    "X-Original-URL",
)
VARIANTS = [
    *({name: f"host={evil}" if name == "Forwarded" else evil} for name, evil in product(HEADERS, EVIL)),
    {"Host": ""},
    {"Host": "localhost, evil.example"},
    {"Host": "localhost\tevil.example"},
    {"X-Forwarded-Host": "localhost, evil.example", "X-Forwarded-Proto": "https"},
]
SENDER = "sam@example.org"


def test_no_header_moves_a_link_of_a_page_or_of_a_letter(app: Flask, client: Reader) -> None:
    """The letter is asked for again with each of more than forty headers; a refusal sends none."""
    assert len(VARIANTS) > 40
    an_account(Role.STEWARD, email=SENDER)
    ways = [client, *(behind_a_proxy(app) for _ in range(1))]
    for headers, visitor in product(VARIANTS, ways):
        form = {"csrf_token": proof(visitor), "email": SENDER}
        answer = visitor.post("/account/forgotten-password", data=form, headers=headers)
        assert "evil.example" not in answer.get_data(as_text=True), headers
        assert "evil" not in answer.headers.get("Location", ""), headers
        assert answer.status_code < 500, headers
        app.extensions["test_clock"].turn(hours=2)
    letters = letters_to(SENDER)
    assert letters
    for letter in letters:
        assert "evil" not in letter.text
        assert f"{present.settings.public_url}/account/choose-password/" in letter.text


def proof(client: Reader) -> str:
    field = client.read("/account/forgotten-password").select_one("main input[name=csrf_token]")
    return str(field["value"]) if field else ""


def behind_a_proxy(app: Flask, hops: int = 1) -> Reader:
    """A site of the same settings that believes one proxy."""
    app = app.extensions["make_app"](present.settings.model_copy(update={"proxy_hops": hops}))

    @allow(door=EVERYONE)
    def sender() -> Response:
        return Response(request.remote_addr or "", mimetype="text/plain")

    app.add_url_rule("/sender", "sender", sender)
    return Reader(app, app.response_class)


@pytest.mark.parametrize(
    ("hops", "forwarded", "believed"),
    [
        (0, "198.51.100.7", "127.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (1, "127.0.0.1, 203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "198.51.100.7", "127.0.0.1"),
    ],
)
@pytest.mark.own_app
def test_of_whom_a_request_came_only_our_own_proxies_are_believed(
    app: Flask, hops: int, forwarded: str, believed: Any
) -> None:
    """Whatever a guesser writes to the left stays unread: failures are counted for who they really are."""
    answer = behind_a_proxy(app, hops).get("/sender", headers={"X-Forwarded-For": forwarded})
    assert answer.get_data(as_text=True) == believed
