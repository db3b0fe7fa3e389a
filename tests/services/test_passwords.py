"""Passwords: hashed, compared in the same time, and not easily guessed."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from pb.core.errors import Refusal
from pb.services.passwords import KNOWN, digest_of, hash_password, must_be_good, needs_new_hash, password_matches
from tools.known_passwords import digests

GOOD = "seven kind otters"


def test_a_hash_is_argon2id_salted_and_tells_its_password_alone() -> None:
    first, second = hash_password(GOOD), hash_password(GOOD)
    assert first.startswith("$argon2id$")
    assert first != second
    assert password_matches(first, GOOD)
    assert not password_matches(first, GOOD + " ")


@pytest.mark.parametrize("kept", [None, "", "$argon2id$broken"])
def test_nobody_matches_where_there_is_no_password(kept: str | None) -> None:
    assert not password_matches(kept, "nobody has this password")


def test_a_hash_with_weaker_figures_is_made_anew_at_the_next_sign_in() -> None:
    assert needs_new_hash("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0$Zm9vYmFyZm9vYmFyZm9vYmFy")
    assert not needs_new_hash(hash_password(GOOD))


@pytest.mark.parametrize(
    "password,code",
    [
        ("short", "password_short"),
        ("elevenchars", "password_short"),
        ("x" * 201, "password_long"),
        ("aaaaaaaaaaaaaaaa", "password_common"),
        ("abababababab", "password_common"),
        ("password1234", "password_common"),
        ("Password123456!", "password_common"),
        ("qwertyqwerty", "password_common"),
        ("1q2w3e4r5t6y", "password_common"),
        ("Summer2026!!", "password_common"),
        ("gfhjkmgfhjkm", "password_common"),
        ("WebSolutions", "password_common"),
        ("010203040506", "password_common"),
        ("amina garden lamp", "password_personal"),
        ("amina.begum@example.org", "password_personal"),
        ("Exampleton garden lamp", "password_personal"),
        ("youdecide garden lamp", "password_personal"),
    ],
)
def test_a_password_that_others_would_guess_is_refused(app: Flask, password: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        must_be_good(password, name="Amina Begum", email="amina.begum@example.org")
    assert (refused.value.code, refused.value.field) == (code, "password")


@pytest.mark.parametrize(
    "password", [GOOD, "x7Q#v9Lp2!mZ", "mae'r gath ar y bwrdd", "  leading and trailing  ", "ёжик в тумане идёт"]
)
def test_a_long_password_needs_no_capitals_figures_or_signs(app: Flask, password: str) -> None:
    must_be_good(password, name="Jo Li", email="jo@example.org")
    assert password_matches(hash_password(password), password)


def test_the_list_of_known_passwords_holds_thousands_and_names_none() -> None:
    lines = KNOWN.read_text(encoding="ascii").split()
    assert len(lines) > 2000
    assert lines == sorted(set(lines))
    assert all(re.fullmatch("[0-9a-f]{12}", line) for line in lines)


def test_the_list_is_made_of_the_first_that_are_long_enough_and_that_no_rule_catches() -> None:
    listed = [
        "short",
        "password1234",
        "websolutions",
        "WebSolutions",
        *(f"{at} otters in a lane" for at in range(3000)),
    ]
    made = digests(listed)
    assert digest_of("websolutions") in made
    assert digest_of("password1234") not in made
    assert digest_of("2996 otters in a lane") in made
    assert digest_of("2997 otters in a lane") not in made
