"""Passwords: what makes a good one, in plain words, and what trying one costs.

The rules follow the National Cyber Security Centre: long enough, not one that is guessed first, nothing about the
person, and no rule about kinds of characters, which make passwords worse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pb.core.errors import Fault
from pb.core.words import N_

LEAST_LENGTH = 12
MOST_LENGTH = 200

_LEAST_DIFFERENT = 5
_LEAST_PERSONAL = 4
#: What the passwords that are guessed first are made of. Longer pieces stand before the shorter ones they hold.
_COMMON = re.compile(
    "letmein|iloveyou|changeme|password|passwort|passphrase|passcode|welcome|sunshine|princess|football|baseball|"
    "liverpool|chelsea|arsenal|rangers|celtic|superman|batman|monkey|dragon|master|shadow|secret|qwerty|azerty|"
    "administrator|admin|login|default|guest|council|summer|winter|spring|autumn|monday|january|charlie|michael|"
    "ashley|trustno|whatever|computer|internet|starwars|pokemon|cheese|london|england|scotland|cymru|wales|"
    "hello|love|test|temp|user|pass"
)
#: What fingers do on a keyboard when nothing comes to mind, forwards or backwards.
_ROWS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "qazwsxedcrfvtgbyhnujm",
    "qweasdzxc",
    "zxcasdqwe",
    "qwerasdfzxcv",
)
#: Words and names, most of twelve letters and more, from lists of passwords that became known: not alone.
_WELL_KNOWN = re.compile(
    "avrillavigne|christopher|cookiemonster|cosmopolitan|counterstrike|edwardcullen|finalfantasy|hannahmontana|"
    "heterosexual|ichliebedich|ihatethisgame|ilovemyfamily|ingodwetrust|internacional|international|"
    "internazionale|jamesbond|jesuslovesme|justinbieber|kartoffelpuffer|leavemealone|manchestercity|"
    "manchesterunited|michaeljackson|moderncombat|motherfucker|needforspeed|onedirection|peanutbutter|"
    "playstation|professional|residentevil|sonnenschein|sonyericsson|startfinding|stratocaster|supernatural|"
    "telechargement|transformers|unbelievable"
)
_LOOKALIKES = str.maketrans("@$!013457", "asioieast")


@dataclass(frozen=True)
class Cost:
    """What one Argon2id computation costs: passes, kibibytes of memory, lanes. Default: RFC 9106, second choice."""

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 4


STANDARD = Cost()


def password_faults(
    password: str,
    *,
    name: str = "",
    email: str = "",
    services: Iterable[str] = ("You Decide",),
    known: Callable[[str], bool] = lambda _password: False,
) -> list[Fault]:
    """What is wrong with a new password; empty when it will do. `services` are names of the site and the council.

    `known` says whether it stands in a list of passwords that became known.

    Codes, all beside `password`: `password_short`, `password_long`, `password_common`, `password_personal`.
    """
    password = unicodedata.normalize("NFKC", password)
    checks = (
        _length_fault(password),
        _common_fault(password, known),
        _personal_fault(password, [*re.split(r"\W+", name), email.partition("@")[0], *services]),
    )
    return [fault for fault in checks if fault]


def _length_fault(password: str) -> Fault | None:
    if len(password) < LEAST_LENGTH:
        sentence = N_("Use at least %(least)s characters. Three or four words that do not belong together are good.")
        return Fault("password_short", sentence, {"least": LEAST_LENGTH}, "password")
    if len(password) > MOST_LENGTH:
        sentence = N_("Use at most %(most)s characters.")
        return Fault("password_long", sentence, {"most": MOST_LENGTH}, "password")
    return None


def _common_fault(password: str, known: Callable[[str], bool]) -> Fault | None:
    folded = password.casefold()
    written = (folded, folded.translate(_LOOKALIKES))
    listed = known(password) or _WELL_KNOWN.fullmatch(_letters(folded).strip("0123456789"))
    if not listed and all(_different_beyond_the_common(each) >= _LEAST_DIFFERENT for each in written):
        return None
    sentence = N_(
        "This password is like those that are guessed first. Use three or four words that do not belong together."
    )
    return Fault("password_common", sentence, field="password")


def _different_beyond_the_common(folded: str) -> int:
    """How many different characters are left without well-known words, runs of the keyboard and spaces."""
    return len(set(re.sub(r"[\s\W_]", "", _without_runs(_COMMON.sub("", folded)))))


def _without_runs(text: str) -> str:
    kept, at = "", 0
    while at < len(text):
        run = next((size for size in range(len(text) - at, 3, -1) if _is_run(text[at : at + size])), 0)
        kept += "" if run else text[at]
        at += run or 1
    return kept


def _is_run(text: str) -> bool:
    return any(text in row or text[::-1] in row for row in _ROWS)


def _personal_fault(password: str, pieces: list[str]) -> Fault | None:
    folded = _letters(password)
    known = (_letters(piece) for piece in pieces)
    if not any(len(piece) >= _LEAST_PERSONAL and piece in folded for piece in known):
        return None
    sentence = N_("Leave out your name, your e-mail address and the name of the service or the council.")
    return Fault("password_personal", sentence, field="password")


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())
