"""People are sent on to our own pages only, and forms are taken from our own pages only."""

from __future__ import annotations

from itertools import product
from urllib.parse import quote

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.web.origins import local_path
from tests.factories import PASSWORD, an_account
from tests.reader import Reader
from tests.signing_in import SIGN_IN
from tests.signing_in import sign_in_by_pages as sign_in

EVIL = (
    "evil.example",
    "evil.example/account/",
    "localhost.evil.example",
    "evil.example\\@localhost",
    "[::1]",
    "0x7f.1",
)
STARTS = (
    "//", "///", "////", "/\\", "\\\\", "\\/", "/\\/", "/%5c", "/%2f", "/%2f%2f", "http://", "https://", "HTTP://", "http:", "http:/",
    "https:///", "ftp://", "javascript:alert(1)//", "data:text/html,", "vbscript:", "//localhost@", "http://localhost@", "/account//",
    "/account/..//", "/.", "/./", "/..", "/;@", "/\t/", "\t//", " //", "\n//", "\r\n//", "/\n/", "/\r/", "/\x00/", "\x00//", "\u2044\u2044",
    "\uff0f\uff0f", "/\u2215", "/account\\", "/account/\\..\\", "?next=//", "#//", "@", ".", "mailto:a@", "/http://", "/redirect?to=//", "xn--",
)  # fmt: skip
PAYLOADS = [start + host for start, host in product(STARTS, EVIL)]


def test_there_are_three_hundred_payloads_and_more() -> None:
    assert len(set(PAYLOADS)) >= 300


def test_no_payload_sends_anybody_to_another_host(app: Flask, client: Reader) -> None:
    sign_in(client, an_account(Role.STEWARD))
    for payload in PAYLOADS:
        answer = client.get(f"{SIGN_IN}?next={quote(payload)}")
        if answer.location is None:  # what no database keeps is refused before any page looks at it
            assert (answer.status_code, "\0" in payload) == (400, True), payload
            continue
        assert answer.location.startswith("/account/"), (payload, answer.location)
        assert "evil" not in answer.location.partition("?")[0]


@pytest.mark.parametrize("payload", PAYLOADS[::60])
def test_nor_does_the_form_that_carries_it(app: Flask, client: Reader, payload: str) -> None:
    an_account(Role.STEWARD, email="sam@example.org")
    data = {"email": "sam@example.org", "password": PASSWORD, "next": payload}
    assert client.send(SIGN_IN, data).location == "/account/"


@pytest.mark.parametrize(
    "asked",
    ["/account/", "/account/?a=1&b=%20", "/account/change-password", "/how-it-works", "/account/choose-password/abc"],
)
def test_our_own_pages_are_places_to_go_on_to(app: Flask, asked: str) -> None:
    with app.test_request_context():
        assert local_path(asked) == asked


@pytest.mark.parametrize(
    "asked", [None, "", "/no/such/page", "/account/sign-out", "account", "/account", "/" + "a" * 600]
)
def test_what_is_no_page_that_can_be_opened_is_not(app: Flask, asked: str | None) -> None:
    with app.test_request_context():
        assert local_path(asked) is None


@pytest.mark.parametrize("said", ["cross-site", "same-site", "nonsense", ""])
def test_a_form_that_a_browser_says_came_from_another_site_is_refused(app: Flask, client: Reader, said: str) -> None:
    answer = client.send(SIGN_IN, {"email": "a@example.org", "password": PASSWORD}, headers={"Sec-Fetch-Site": said})
    assert answer.status_code == 403
    assert "another site" in answer.get_data(as_text=True)


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}])
def test_a_form_of_our_own_is_taken_whatever_the_age_of_the_browser(
    app: Flask, client: Reader, headers: dict[str, str]
) -> None:
    an_account(Role.STEWARD, email="sam@example.org")
    answer = client.send(SIGN_IN, {"email": "sam@example.org", "password": PASSWORD}, headers=headers)
    assert answer.location == "/account/"


def test_links_from_other_sites_open_pages(app: Flask, client: Reader) -> None:
    assert client.get(SIGN_IN, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
