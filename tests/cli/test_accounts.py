"""`pb add-account`."""

from __future__ import annotations

import re

from flask import Flask

from pb.core.actors import Role
from pb.services.accounts import actor_of, find_by_email
from pb.services.password_resets import choose_password
from pb.services.sign_in import sign_in
from tests.factories import PASSWORD, an_account

AMINA = "amina@example.org"
ARGUMENTS = ["add-account", "--email", AMINA, "--name", "Amina Begum", "--role", "administrator", "--role", "officer"]


def test_the_first_administrator_is_added_with_a_link(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=ARGUMENTS)
    assert result.exit_code == 0
    link = re.search(r"http://localhost/account/choose-password/(\S+)", result.output)
    assert link is not None
    choose_password(link[1], PASSWORD)
    account = find_by_email(AMINA)
    assert account is not None
    assert actor_of(account).roles == {Role.ADMINISTRATOR, Role.OFFICER}


def test_a_password_is_read_from_standard_input_and_no_link_is_made(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=[*ARGUMENTS, "--password-stdin"], input=f"{PASSWORD}\n")
    assert result.exit_code == 0
    assert "choose-password" not in result.output
    assert PASSWORD not in result.output
    assert sign_in(AMINA, PASSWORD, address="203.0.113.9")


def test_what_cannot_be_is_told_in_plain_words_with_exit_code_2(app: Flask) -> None:
    runner = app.test_cli_runner()
    weak = runner.invoke(args=[*ARGUMENTS, "--password-stdin"], input="short\n")
    assert (weak.exit_code, "at least 12 characters" in weak.output) == (2, True)
    assert find_by_email(AMINA) is None
    an_account(email=AMINA)
    twice = runner.invoke(args=ARGUMENTS)
    assert (twice.exit_code, "already" in twice.output) == (2, True)
    role = runner.invoke(args=["add-account", "--email", "x@example.org", "--name", "X", "--role", "emperor"])
    assert role.exit_code == 2
