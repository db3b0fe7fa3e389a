"""The language of a page: asked for, remembered, the browser's, the council's."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.reader import Reader

PAGE = "/account/sign-in"


def language(client: Reader, path: str = PAGE, accept: str = "") -> str:
    return str(client.read(path, headers={"Accept-Language": accept}).html["lang"])  # type: ignore[index]


def test_a_language_that_is_asked_for_is_remembered(app: Flask, client: Reader) -> None:
    assert language(client) == "en"
    assert language(client, f"{PAGE}?lang=cy") == "cy"
    assert language(client) == "cy"
    assert language(client, f"{PAGE}?lang=en_GB") == "en"
    assert language(client) == "en"


def test_the_browsers_language_is_taken_until_another_is_asked_for(app: Flask, client: Reader) -> None:
    assert language(client, accept="cy, en;q=0.5") == "cy"
    assert language(client, accept="fr") == "en"
    assert language(client, f"{PAGE}?lang=en_GB", accept="cy") == "en"
    assert language(client, accept="cy") == "en"


@pytest.mark.parametrize("asked", ["fr", "", "en_US", "cy\r\nSet-Cookie: x=1", "../../etc"])
def test_a_language_that_we_do_not_have_changes_nothing(app: Flask, client: Reader, asked: str) -> None:
    answer = client.get(PAGE, query_string={"lang": asked})
    assert not any(cookie.startswith("language=") for cookie in answer.headers.getlist("Set-Cookie"))
    assert language(client) == "en"


def test_the_links_keep_the_page_and_what_it_was_asked(app: Flask, client: Reader) -> None:
    link = client.read(f"{PAGE}?next=/account/").select_one(".yd-languages a")
    assert link is not None
    assert str(link["href"]) == f"{PAGE}?next=%2Faccount%2F&lang=cy"


def test_a_page_that_sets_the_language_is_never_kept_for_others(app: Flask, client: Reader) -> None:
    answer = client.get("/how-it-works?lang=cy")
    assert "language=cy" in answer.headers["Set-Cookie"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
