"""Passwords: hashed by Argon2id, checked in the same time whether there is one or not, and good enough to keep."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from pb.core.errors import Refusal
from pb.core.words import N_

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 200
LEAST_DIFFERENT = 6
#: OWASP's figures for Argon2id where memory is shared by several people signing in at once.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
#: Pieces that most guessed passwords of this length are made of.
GUESSED = ("password", "passw0rd", "qwerty", "letmein", "welcome", "iloveyou", "123456", "abcdef", "youdecide")


def hash_password(password: str) -> str:
    """The Argon2id hash of a password, with a fresh salt. Takes some hundredths of a second on purpose."""
    return _hasher.hash(password)


def password_matches(kept: str | None, password: str) -> bool:
    """Whether `password` is the one that `kept` is the hash of; as slow where there is none to compare with."""
    try:
        return _hasher.verify(kept or _nobodys(), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def needs_new_hash(kept: str) -> bool:
    """Whether a hash was made with weaker figures than today's."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    """What passwords are compared with where nobody is known."""
    return _hasher.hash("nobody has this password")


def prepare_passwords() -> None:
    """Do once, at the start, the work that would make the first unknown person's answer slower than others."""
    _nobodys()


def must_be_good(password: str, *, name: str, email: str) -> None:
    """Refuse a password that is short (`password_short`), too long, or easily guessed (`password_guessable`).

    No rule about capitals or figures: they make passwords harder to remember and not to guess.
    """
    if len(password) < LEAST_CHARACTERS:
        raise Refusal(
            "password_short",
            N_("Choose a password of at least %(least)s characters. Three or four words together work well."),
            field="password",
            status=422,
            least=LEAST_CHARACTERS,
        )
    if len(password) > MOST_CHARACTERS:
        raise Refusal(
            "password_long",
            N_("Choose a password of at most %(most)s characters."),
            field="password",
            status=422,
            most=MOST_CHARACTERS,
        )
    if _guessable(password, name, email):
        raise Refusal(
            "password_guessable",
            N_("That password is easy to guess. Leave out your name, your e-mail address and well-known words."),
            field="password",
            status=422,
        )


def _guessable(password: str, name: str, email: str) -> bool:
    plain = "".join(password.casefold().split())
    names = name.casefold().split()
    own = [email.casefold(), email.casefold().split("@")[0], "".join(names), *names]
    left = plain
    for piece in sorted({*GUESSED, *(word for word in own if len(word) > 3)}, key=len, reverse=True):
        left = left.replace(piece, "")
    return len(left) < LEAST_DIFFERENT or len(set(plain)) < LEAST_DIFFERENT
