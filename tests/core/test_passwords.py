"""A password is long, not guessed first, and nothing about its owner."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.passwords import password_faults


def codes(password: str, **about: str) -> list[str]:
    return [fault.code for fault in password_faults(password, **about)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "gardenlampviolin",
        "x7#Qm2vLp9!z",
        "welcome garden river 7",
        "839275019462",
        "Llanfair kettle drum",
        "книга река гора",
        "a" * 6 + "bcdxyz and some more",
    ],
)
def test_a_good_password_needs_no_special_kinds_of_characters(password: str) -> None:
    assert codes(password) == []


@pytest.mark.parametrize("password", ["", "short", "elevenchars"])
def test_a_short_password_is_answered_with_advice(password: str) -> None:
    fault = password_faults(password)[0]
    assert (fault.code, fault.field) == ("password_short", "password")
    assert str(fault).startswith("Use at least 12 characters.")


def test_a_password_of_a_whole_page_is_refused() -> None:
    assert "password_long" in codes("gardenlampviolin" * 13)
    assert codes("gardenlampviolin" * 12) == []


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password123!",
        "P@ssw0rd1234",
        "passwordpassword",
        "123456789012",
        "210987654321",
        "qwertyuiop12",
        "QwertyQwerty1",
        "aaaaaaaaaaaa",
        "abababababab",
        "letmein!letmein!",
        "Welcome2024!",
        "Summer2025!!",
        "CouncilAdmin1",
        "abcdefghijkl",
        "1qaz2wsx3edc",
        "!!!!!!!!!!!!",
        "1q2w3e4r5t6y",
        "qazwsxedcrfv",
        "zxcasdqwe123",
        "Manchester United",
        "professional1",
        "jamesbond007",
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str) -> None:
    assert "password_common" in codes(password)


@pytest.mark.parametrize(
    ("password", "about"),
    [
        ("margaret kettle drum", {"name": "Margaret Ash"}),
        ("kettle MARGARET drum", {"name": "margaret-ann Ash"}),
        ("kettle-m.ash99-drum", {"email": "m.ash99@council.example"}),
        ("youdecide kettle drum", {}),
        ("you decide kettle drum", {}),
    ],
)
def test_a_password_about_its_owner_or_the_service_is_refused(password: str, about: dict[str, str]) -> None:
    assert codes(password, **about) == ["password_personal"]


def test_a_password_with_the_councils_name_is_refused() -> None:
    faults = password_faults("elmbridge kettle drum", services=["You Decide", "Elmbridge"])
    assert [fault.code for fault in faults] == ["password_personal"]


def test_a_name_so_short_that_it_stands_in_many_words_is_no_reason() -> None:
    assert codes("annual kettle drum", name="Ann Ash") == []


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert codes("password", name="Pass Word") == ["password_short", "password_common", "password_personal"]


@given(st.text(max_size=30))
def test_any_text_can_be_judged(password: str) -> None:
    assert all("%(" not in str(fault) for fault in password_faults(password, name=password))
