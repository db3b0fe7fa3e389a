"""Forgotten and new passwords in the pages."""

from __future__ import annotations

from flask import Flask

from pb.core.actors import Role
from tests.conftest import TurningClock
from tests.factories import PASSWORD, an_account
from tests.post import letters_to, link_in
from tests.reader import Reader, soup
from tests.signing_in import SIGN_IN, give_password
from tests.signing_in import sign_in_by_pages as sign_in

FORGOTTEN = "/account/forgotten-password"
NEW = "nine slow hedgehogs"
AMINA = "amina@example.org"


def test_a_forgotten_password_is_chosen_anew_by_a_link(app: Flask, client: Reader) -> None:
    who = an_account(Role.STEWARD, email=AMINA)
    assert client.send(FORGOTTEN, {"email": AMINA}).location == "/account/link-sent"
    link = link_in(letters_to(AMINA)[-1])
    answer = client.send(link, {"password": NEW}, follow_redirects=True)
    assert answer.request.path == SIGN_IN
    assert "Your password is set" in soup(answer).get_text()
    give_password(client, who, NEW)
    assert client.get(link).status_code == 409


def test_known_and_unknown_addresses_get_the_same_answer(app: Flask, client: Reader) -> None:
    an_account(email=AMINA)
    answers = [client.send(FORGOTTEN, {"email": email}) for email in (AMINA, "nobody@example.org")]
    assert [(one.status_code, one.location, one.data) for one in answers[:1]] == [
        (one.status_code, one.location, one.data) for one in answers[1:]
    ]
    assert letters_to("nobody@example.org") == []


def test_a_link_that_is_too_old_says_so_before_anything_is_typed(
    app: Flask, client: Reader, clock: TurningClock
) -> None:
    an_account(email=AMINA)
    client.send(FORGOTTEN, {"email": AMINA})
    link = link_in(letters_to(AMINA)[-1])
    clock.turn(minutes=61)
    answer = client.get(link)
    assert answer.status_code == 409
    assert "Ask for a new one" in soup(answer).get_text()


def test_opening_a_link_does_not_use_it_up(app: Flask, client: Reader) -> None:
    an_account(email=AMINA)
    client.send(FORGOTTEN, {"email": AMINA})
    link = link_in(letters_to(AMINA)[-1])
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert client.send(link, {"password": "short"}).status_code == 422
    assert client.send(link, {"password": NEW}).status_code == 303


def test_links_ignore_the_host_that_the_request_named(app: Flask, client: Reader) -> None:
    an_account(email=AMINA)
    page = client.read(FORGOTTEN)
    token = page.select_one("main input[name=csrf_token]")
    assert token is not None
    client.post(
        FORGOTTEN,
        data={"email": AMINA, "csrf_token": str(token["value"])},
        headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Host": "evil.example"},
    )
    assert "evil" not in letters_to(AMINA)[-1].text
    evil = client.post(FORGOTTEN, data={"email": AMINA}, headers={"Host": "evil.example"})
    assert evil.status_code == 400
    assert len(letters_to(AMINA)) == 1


def test_a_password_reset_does_not_get_round_the_second_step(app: Flask, client: Reader) -> None:
    who = an_account(Role.OFFICER, email=AMINA)
    sign_in(client, who)
    thief = app.test_client()
    assert isinstance(thief, Reader)
    thief.send(FORGOTTEN, {"email": AMINA})
    thief.send(link_in(letters_to(AMINA)[-1]), {"password": NEW})
    assert give_password(thief, who, NEW).location == "/account/second-step"


def test_a_changed_password_signs_out_everywhere_else(app: Flask, client: Reader) -> None:
    who = an_account(Role.STEWARD)
    other = app.test_client()
    assert isinstance(other, Reader)
    sign_in(client, who)
    sign_in(other, who)
    wrong = client.send("/account/change-password", {"current": "wrong wrong wrong", "password": NEW})
    assert [link["href"] for link in soup(wrong).select(".govuk-error-summary a")] == ["#current"]
    assert client.send("/account/change-password", {"current": PASSWORD, "password": NEW}).location == "/account/"
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    give_password(other, who, NEW)
