"""Passwords: hashed by Argon2id, checked in the same time whether there is one or not, and good enough to keep."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from pb.core.errors import Refusals
from pb.core.passwords import password_faults
from pb.extensions import present

#: Digests of the most used passwords that are long enough (tools/known_passwords.py makes the file).
KNOWN = Path(__file__).with_name("known_passwords.txt")
#: OWASP's figures for Argon2id where memory is shared by several people signing in at once.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)


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


def digest_of(password: str) -> str:
    """What the list of known passwords keeps of one: enough of its SHA-256 that no other is taken for it."""
    return hashlib.sha256(password.casefold().encode("utf-8", "surrogatepass")).hexdigest()[:12]


def is_known(password: str) -> bool:
    """Whether a password, in whatever capitals, is among the most used ones of its length that became known."""
    return digest_of(password) in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(KNOWN.read_text(encoding="ascii").split())


def must_be_good(password: str, *, name: str, email: str) -> None:
    """Refuse a password that is short, too long, like those that are guessed first, or about its owner or the council.

    The codes are those of `pb.core.passwords.password_faults`; all that is wrong is told at once.
    """
    council: str = present.settings.council_name
    services = ("You Decide", council, *council.split())
    faults = password_faults(password, name=name, email=email, services=services, known=is_known)
    if faults:
        raise Refusals(faults)
