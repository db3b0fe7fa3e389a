"""One's own account page: sessions, language, where to go."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.services.accounts import account_of
from tests.conftest import TurningClock
from tests.factories import an_account
from tests.reader import Reader
from tests.signing_in import SIGN_IN, give_password
from tests.signing_in import sign_in_by_pages as sign_in

HOME = "/account/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def second_client(app: Flask) -> Reader:
    client = app.test_client()
    assert isinstance(client, Reader)
    return client


def test_people_see_where_they_are_signed_in_and_end_it_from_here(app: Flask, client: Reader) -> None:
    who = an_account(Role.STEWARD)
    elsewhere = second_client(app)
    elsewhere.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in(client, who)
    sign_in(elsewhere, who)
    rows = [row.get_text(" ", strip=True) for row in client.read(HOME).select(".yd-rows__row")]
    assert len(rows) == 2
    assert any("Firefox · Windows" in row and "End it" in row for row in rows)
    assert any("This one" in row and "End it" not in row for row in rows)
    client.send(HOME, form="form[action*='/sessions/'][action$='/end']")
    assert elsewhere.get(HOME).status_code == 302
    assert client.get(HOME).status_code == 200


def test_everything_but_this_sign_in_is_ended_at_once(app: Flask, client: Reader) -> None:
    who = an_account(Role.STEWARD)
    others = [second_client(app) for _ in range(2)]
    for one in (client, *others):
        sign_in(one, who)
    client.send(HOME, form="form[action$=end-others]")
    assert [one.get(HOME).status_code for one in (client, *others)] == [200, 302, 302]


def test_nobody_ends_a_strangers_sign_in(app: Flask, client: Reader) -> None:
    stranger = second_client(app)
    sign_in(client, an_account(Role.STEWARD))
    token = client.read(HOME).select_one("input[name=csrf_token]")
    assert token is not None
    sign_in(stranger, an_account(Role.STEWARD))
    for session_id in range(1, 4):
        client.post(f"/account/sessions/{session_id}/end", data={"csrf_token": str(token["value"])})
    assert stranger.get(HOME).status_code == 200


def test_a_language_is_chosen_for_pages_and_letters(app: Flask, client: Reader) -> None:
    who = an_account(Role.GROUP_CONTACT)
    sign_in(client, who)
    client.send("/account/language", {"language": "cy"})
    assert account_of(who.account_id).language == "cy"
    assert client.read(HOME).html["lang"] == "cy"  # type: ignore[index]


@pytest.mark.parametrize("role,shown", [(Role.ADMINISTRATOR, True), (Role.OFFICER, False), (Role.STEWARD, False)])
def test_the_way_to_people_is_shown_to_administrators(app: Flask, client: Reader, role: Role, shown: bool) -> None:
    sign_in(client, an_account(role))
    assert (client.read(HOME).select_one("a[href='/officers/people/']") is not None) is shown


def test_names_and_letters_are_not_kept_by_browsers(app: Flask, client: Reader, clock: TurningClock) -> None:
    sign_in(client, an_account(Role.STEWARD))
    for path in (HOME, "/account/language", "/account/change-password"):
        assert client.get(path).headers["Cache-Control"] == "no-store"
    clock.turn(hours=13)
    give_password(client, an_account(Role.STEWARD))
    assert client.get(SIGN_IN).status_code == 303
