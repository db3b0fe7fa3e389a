"""What the log tells of attempts on the service: enough to look into them, and nobody's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from structlog.testing import capture_logs

from pb.core.actors import Role
from pb.models.rounds import Policy
from pb.services.accounts import account_of
from tests.factories import PASSWORD, an_account
from tests.reader import Reader
from tests.signing_in import SECOND_STEP, SIGN_IN, give_password, sign_in
from tests.voters import a_voting_round

Lines = list[Any]


@pytest.fixture
def lines() -> Iterator[Lines]:
    with capture_logs() as found:
        yield found


def told(lines: Lines, event: str) -> Lines:
    return [
        {name: value for name, value in each.items() if name != "log_level"} for each in lines if each["event"] == event
    ]


def test_a_refused_sign_in_is_logged_by_the_accounts_number_and_never_with_what_was_typed(
    client: Reader, lines: Lines
) -> None:
    who = an_account(Role.OFFICER, email="amina@example.org")
    client.send(SIGN_IN, {"email": "amina@example.org", "password": "wrong wrong wrong"})
    client.send(SIGN_IN, {"email": "nobody@example.org", "password": PASSWORD})
    refused = told(lines, "sign_in_refused")
    assert refused == [
        {"event": "sign_in_refused", "account": who.account_id},
        {"event": "sign_in_refused", "account": None},
    ]
    assert not any(typed in str(lines) for typed in ("example.org", "wrong wrong", PASSWORD))


def test_a_refused_second_step_and_the_wait_after_many_are_logged(client: Reader, lines: Lines) -> None:
    who = an_account(Role.OFFICER)
    sign_in(client, who)
    client.send("/account/sign-out", {})
    give_password(client, who)
    for _ in range(11):
        client.send(SECOND_STEP, {"figures": "000000"})
    assert told(lines, "second_factor_refused") == [{"event": "second_factor_refused", "account": who.account_id}] * 10
    assert told(lines, "too_many_tries") == [{"event": "too_many_tries", "minutes": 15}]


def test_who_tries_what_their_role_may_not_is_logged(client: Reader, lines: Lines) -> None:
    who = an_account(Role.STEWARD)
    sign_in(client, who)
    assert client.get("/officers/people/").status_code == 403
    assert told(lines, "not_allowed") == [
        {"event": "not_allowed", "account": who.account_id, "door": "officers_accounts.people", "reason": "door"}
    ]
    assert account_of(who.account_id).email not in str(lines)


def test_a_resident_who_may_not_leaves_nothing_in_the_log(app: Flask, client: Reader, lines: Lines) -> None:
    the_round = a_voting_round(policy=Policy.CODE)
    answer = client.post(f"/rounds/{the_round.slug}/vote", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert told(lines, "not_allowed") == []
