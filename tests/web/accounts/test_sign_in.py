"""Signing in and out through the pages, as people and as attackers do."""

from __future__ import annotations

from base64 import urlsafe_b64decode

import pytest
from flask import Flask
from werkzeug.test import Cookie

from pb.core.actors import SECOND_FACTOR_ROLES, Role
from pb.services.accounts import account_of, set_active
from pb.web.policy import doors
from tests.conftest import TurningClock
from tests.factories import PASSWORD, an_account
from tests.reader import Reader, form_values, soup
from tests.signing_in import SECOND_STEP, SET_UP, SIGN_IN, give_password
from tests.signing_in import sign_in_by_pages as sign_in

HOME = "/account/"


def the_cookie(client: Reader) -> Cookie:
    cookie = client.get_cookie("you_decide")
    assert cookie is not None
    return cookie


def is_in(client: Reader) -> bool:
    return client.get(HOME).status_code == 200


def test_a_steward_signs_in_with_a_password_alone(app: Flask, client: Reader) -> None:
    who = an_account(Role.STEWARD, name="Sam Steward")
    answer = give_password(client, who)
    assert answer.location == HOME
    page = client.read(HOME)
    assert "Sam Steward" in page.get_text()
    assert "Steward" in page.get_text()


def test_wrong_tries_look_the_same_whoever_they_are_about(app: Flask, client: Reader) -> None:
    an_account(email="known@example.org")

    def told(email: str) -> str:
        answer = client.send(SIGN_IN, {"email": email, "password": "wrong wrong wrong"})
        assert answer.status_code == 422
        text = answer.get_data(as_text=True)
        token = str(soup(answer).select_one("main input[name=csrf_token]")["value"])  # type: ignore[index]
        return text.replace(email, "EMAIL").replace(token, "TOKEN")

    first = told("known@example.org")
    assert first == told("nobody@example.org")
    assert "is not right" in first


def test_what_was_typed_is_kept_but_the_password(app: Flask, client: Reader) -> None:
    page = soup(client.send(SIGN_IN, {"email": "amina@example.org", "password": "wrong wrong wrong", "next": HOME}))
    form = page.select_one("main form")
    assert form is not None
    values = form_values(form)
    assert (values["email"], values["password"], values["next"]) == ("amina@example.org", "", HOME)


def test_empty_fields_are_named_beside_themselves(app: Flask, client: Reader) -> None:
    answer = client.send(SIGN_IN, {"email": "", "password": ""})
    assert answer.status_code == 422
    links = [(link["href"], link.get_text()) for link in soup(answer).select(".govuk-error-summary a")]
    assert links == [("#email", "Enter your e-mail address"), ("#password", "Enter your password")]


def test_many_failures_ask_for_a_wait(app: Flask, client: Reader) -> None:
    who = an_account(Role.STEWARD)
    email = account_of(who.account_id).email
    for _ in range(10):
        client.send(SIGN_IN, {"email": email, "password": "wrong wrong wrong"})
    answer = client.send(SIGN_IN, {"email": email, "password": PASSWORD})
    assert answer.status_code == 429
    assert "Wait 15 minutes" in soup(answer).get_text()
    assert not is_in(client)


def test_the_cookie_is_signed_with_sha_256(app: Flask, client: Reader) -> None:
    client.get(SIGN_IN)
    signature = the_cookie(client).value.rpartition(".")[2]
    assert len(urlsafe_b64decode(signature + "=")) == 32


def test_a_cookie_from_before_signing_in_opens_nothing_afterwards(app: Flask, client: Reader) -> None:
    client.get(SIGN_IN)
    before = the_cookie(client)
    sign_in(client, an_account(Role.STEWARD))
    assert is_in(client)
    attacker = app.test_client()
    attacker.set_cookie("you_decide", before.value)
    assert attacker.get(HOME).location.startswith(SIGN_IN)


def test_a_cookie_that_an_attacker_planted_is_worth_nothing_after_the_victim_signs_in(
    app: Flask, client: Reader
) -> None:
    attacker = app.test_client()
    sign_in(attacker, an_account(Role.STEWARD))  # type: ignore[arg-type]
    planted = attacker.get_cookie("you_decide")
    assert planted is not None
    client.set_cookie("you_decide", planted.value)
    victim = an_account(Role.STEWARD, name="The Victim")
    client.post("/account/sign-out", data={"csrf_token": csrf(client)})
    sign_in(client, victim)
    assert "The Victim" in client.read(HOME).get_text()
    assert attacker.get(HOME).status_code == 302


def csrf(client: Reader) -> str:
    field = client.read(HOME).select_one("input[name=csrf_token]")
    assert field is not None
    return str(field["value"])


def test_the_cookie_of_the_password_is_replaced_by_the_second_step(app: Flask, client: Reader) -> None:
    who = an_account(Role.OFFICER)
    sign_in(client, who)
    other = app.test_client()
    give_password(other, who)  # type: ignore[arg-type]
    half = other.get_cookie("you_decide")
    assert half is not None
    sign_in_again = app.test_client()
    sign_in_again.set_cookie("you_decide", half.value)
    from tests.signing_in import figures_of

    other.send(SECOND_STEP, {"figures": figures_of(who)})  # type: ignore[attr-defined]
    assert other.get(HOME).status_code == 200
    assert sign_in_again.get(HOME).status_code == 302
    assert sign_in_again.get(SECOND_STEP).location == SIGN_IN


def test_a_cookie_replayed_after_signing_out_opens_nothing(app: Flask, client: Reader) -> None:
    sign_in(client, an_account(Role.OFFICER))
    kept = the_cookie(client)
    answer = client.post("/account/sign-out", data={"csrf_token": csrf(client)})
    assert answer.location == SIGN_IN
    assert not is_in(client)
    thief = app.test_client()
    thief.set_cookie("you_decide", kept.value)
    assert thief.get(HOME).location.startswith(SIGN_IN)


def test_signing_out_wants_the_forms_proof_and_is_no_link(app: Flask, client: Reader) -> None:
    sign_in(client, an_account(Role.STEWARD))
    assert client.post("/account/sign-out").status_code == 400
    assert client.get("/account/sign-out").status_code == 405
    assert is_in(client)


def test_a_stopped_account_is_out_at_the_next_page(app: Flask, client: Reader) -> None:
    who = an_account(Role.STEWARD)
    sign_in(client, who)
    set_active(who.account_id or 0, False, by=an_account(Role.ADMINISTRATOR))
    assert not is_in(client)


def test_a_session_left_alone_ends(app: Flask, client: Reader, clock: TurningClock) -> None:
    sign_in(client, an_account(Role.STEWARD))
    clock.turn(minutes=29)
    assert is_in(client)
    clock.turn(minutes=31)
    assert not is_in(client)


def test_signing_in_anew_ends_the_session_before(app: Flask, client: Reader) -> None:
    sign_in(client, an_account(Role.STEWARD, name="First Person"))
    kept = the_cookie(client)
    second = an_account(Role.STEWARD, name="Second Person")
    page = app.test_client().get(SIGN_IN)
    assert page.status_code == 200
    client.post(
        SIGN_IN, data={"csrf_token": csrf(client), "email": account_of(second.account_id).email, "password": PASSWORD}
    )
    assert "Second Person" in client.read(HOME).get_text()
    thief = app.test_client()
    thief.set_cookie("you_decide", kept.value)
    assert thief.get(HOME).status_code == 302


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR_ROLES))
def test_staff_without_a_second_step_are_led_to_set_it_up(app: Flask, client: Reader, role: Role) -> None:
    answer = give_password(client, an_account(role))
    assert answer.location.startswith(SET_UP)


def test_staff_can_do_nothing_else_until_the_second_step_is_set_up(app: Flask, client: Reader) -> None:
    give_password(client, an_account(*Role))
    guarded = [
        rule
        for rule in app.url_map.iter_rules()
        if doors(app)[rule.endpoint] not in ("everyone", "") and "GET" in (rule.methods or ()) and not rule.arguments
    ]
    assert len(guarded) > 3
    for rule in guarded:
        answer = client.get(rule.rule)
        assert answer.status_code == 302, rule.rule
        assert answer.location.startswith(SIGN_IN)
    assert client.get(SIGN_IN).location.startswith(SET_UP)
    sign_out = client.read(SET_UP)
    assert "Sign out" not in sign_out.select_one("header").get_text()  # type: ignore[union-attr]


def test_after_signing_in_people_come_where_they_were_going(app: Flask, client: Reader) -> None:
    asked = client.get("/account/change-password?x=1%202")
    assert asked.status_code == 302
    page = client.read(asked.location)
    form = page.select_one("main form")
    assert form is not None
    who = an_account(Role.STEWARD)
    data = {**form_values(form), "email": account_of(who.account_id).email, "password": PASSWORD}
    assert client.post(SIGN_IN, data=data).location == "/account/change-password?x=1%202"


def test_the_place_to_go_on_to_outlives_the_second_step(app: Flask, client: Reader) -> None:
    who = an_account(Role.OFFICER)
    answer = client.send(
        "/account/sign-in?next=/account/change-password",
        {"email": account_of(who.account_id).email, "password": PASSWORD},
    )
    assert answer.location == f"{SET_UP}?next=/account/change-password"
    page = client.read(answer.location)
    field = page.select_one("input[name=next]")
    assert field is not None
    assert field["value"] == "/account/change-password"
