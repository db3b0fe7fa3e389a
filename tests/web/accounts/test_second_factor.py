"""The second step in the pages."""

from __future__ import annotations

import base64

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.extensions import present
from pb.services.accounts import account_of
from tests.conftest import TurningClock
from tests.factories import an_account
from tests.reader import Reader, form_values, soup
from tests.signing_in import (
    CONFIRM,
    SECOND_STEP,
    SET_UP,
    SIGN_IN,
    figures_of,
    give_password,
    set_up_second_factor,
    step_up,
)
from tests.signing_in import (
    sign_in_by_pages as sign_in,
)

HOME = "/account/"


def fresh(app: Flask) -> Reader:
    client = app.test_client()
    assert isinstance(client, Reader)
    return client


def test_figures_finish_signing_in(app: Flask, client: Reader) -> None:
    who = an_account(Role.OFFICER)
    sign_in(client, who)
    again = fresh(app)
    assert give_password(again, who).location == SECOND_STEP
    assert again.get(HOME).status_code == 302
    assert again.send(SECOND_STEP, {"figures": figures_of(who)}).location == HOME
    assert again.get(HOME).status_code == 200


def test_wrong_figures_are_told_beside_the_field(app: Flask, client: Reader) -> None:
    who = an_account(Role.OFFICER)
    sign_in(client, who)
    again = fresh(app)
    give_password(again, who)
    answer = again.send(SECOND_STEP, {"figures": "000000"})
    assert answer.status_code == 422
    assert [link["href"] for link in soup(answer).select(".govuk-error-summary a")] == ["#figures"]
    assert again.get(HOME).status_code == 302


def test_figures_seen_over_a_shoulder_open_nothing(app: Flask, client: Reader) -> None:
    who = an_account(Role.OFFICER)
    sign_in(client, who)
    first, thief = fresh(app), fresh(app)
    give_password(first, who)
    give_password(thief, who)
    shown = figures_of(who)
    assert first.send(SECOND_STEP, {"figures": shown}).status_code == 303
    assert thief.send(SECOND_STEP, {"figures": shown}).status_code == 422
    assert thief.get(HOME).status_code == 302


def test_a_recovery_code_signs_in_once(app: Flask, client: Reader) -> None:
    who = an_account(Role.OFFICER)
    give_password(client, who)
    code = set_up_second_factor(client)[0]
    first, second = fresh(app), fresh(app)
    give_password(first, who)
    assert first.send(SECOND_STEP, {"figures": code}).location == HOME
    assert "9 recovery codes left" in first.read(HOME).get_text()
    give_password(second, who)
    assert second.send(SECOND_STEP, {"figures": code}).status_code == 422


def test_the_secret_is_a_picture_and_words_and_the_same_after_a_mistake(app: Flask, client: Reader) -> None:
    give_password(client, an_account(Role.OFFICER))
    page = client.read(SET_UP)
    secret, form = page.select_one("#secret"), page.select_one("main form")
    assert secret is not None
    assert form is not None
    assert page.select_one("main svg path") is not None
    assert len(base64.b32decode(secret.get_text().replace(" ", ""))) == 20
    answer = client.post(SET_UP, data={**form_values(form), "figures": "12 34"})
    assert answer.status_code == 422
    assert soup(answer).select_one("#secret").get_text() == secret.get_text()  # type: ignore[union-attr]


def test_opening_the_set_up_page_keeps_nothing(app: Flask, client: Reader) -> None:
    who = an_account(Role.OFFICER)
    give_password(client, who)
    client.get(SET_UP)
    assert account_of(who.account_id).totp_secret is None


def test_the_set_up_page_is_closed_to_strangers_and_to_who_has_one(app: Flask, client: Reader) -> None:
    assert client.get(SET_UP).location == SIGN_IN
    sign_in(client, an_account(Role.OFFICER))
    assert client.get(SET_UP).location == SIGN_IN
    assert client.get(SIGN_IN).location == HOME


def test_weighty_pages_ask_again_after_a_quarter_of_an_hour_and_lead_back(
    app: Flask, client: Reader, clock: TurningClock
) -> None:
    who = an_account(Role.ADMINISTRATOR)
    sign_in(client, who)
    assert client.get("/officers/people/add").status_code == 200
    clock.turn(minutes=15)
    asked = client.get("/officers/people/add")
    assert asked.location == f"{CONFIRM}?next=/officers/people/add"
    answer = client.send(asked.location, {"figures": figures_of(who)})
    assert answer.location == "/officers/people/add"
    assert client.get("/officers/people/add").status_code == 200


def test_the_old_cookie_is_worthless_after_confirming(app: Flask, client: Reader, clock: TurningClock) -> None:
    who = an_account(Role.ADMINISTRATOR)
    sign_in(client, who)
    clock.turn(minutes=20)
    before = client.get_cookie("you_decide")
    assert before is not None
    step_up(client, who)
    thief = fresh(app)
    thief.set_cookie("you_decide", before.value)
    assert thief.get(HOME).status_code == 302
    assert client.get("/officers/people/add").status_code == 200


def test_who_has_just_shown_it_is_not_asked_again(app: Flask, client: Reader) -> None:
    sign_in(client, an_account(Role.ADMINISTRATOR))
    assert client.get(f"{CONFIRM}?next=/officers/people/").location == "/officers/people/"


def test_a_group_contact_may_set_one_up_and_is_then_asked_for_it(app: Flask, client: Reader) -> None:
    who = an_account(Role.GROUP_CONTACT)
    assert give_password(client, who).location == HOME
    assert "Set up a second step" in client.read(HOME).get_text()
    set_up_second_factor(client)
    assert give_password(fresh(app), who).location == SECOND_STEP


def test_new_recovery_codes_are_shown_once_and_replace_the_old(app: Flask, client: Reader) -> None:
    who = an_account(Role.OFFICER)
    give_password(client, who)
    old = set_up_second_factor(client)
    answer = client.send(HOME, form="form[action$=recovery-codes]")
    new = [code.get_text() for code in soup(answer).select("#recovery-codes code")]
    assert len(new) == 10
    assert not set(new) & set(old)
    assert not any(code in client.get(HOME).get_data(as_text=True) for code in new)


def test_who_began_as_somebody_else_finds_a_way_out(app: Flask, client: Reader) -> None:
    give_password(client, an_account(Role.OFFICER))
    answer = client.send(SET_UP, form="form[action$=sign-out]")
    assert answer.location == SIGN_IN
    assert client.get(SIGN_IN).status_code == 200


@pytest.fixture
def relaxed(app: Flask) -> object:
    before = present.settings
    present.use(settings=before.model_copy(update={"relax_second_factor": True}))
    yield
    present.use(settings=before)


@pytest.mark.usefixtures("relaxed")
def test_a_demonstration_asks_for_no_second_step(app: Flask, client: Reader, clock: TurningClock) -> None:
    assert give_password(client, an_account(Role.ADMINISTRATOR)).location == HOME
    clock.turn(minutes=20)
    assert client.get("/officers/people/add").status_code == 200
