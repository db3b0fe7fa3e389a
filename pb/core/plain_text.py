"""What people type, as plain text: no control characters, nothing that turns the direction of what follows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from pb.core.errors import Fault
from pb.core.words import N_

#: Controls but tab and line feed, characters that turn direction, and halves of characters that no database takes.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def one_line(text: str) -> str:
    """A text on one line, with single blanks between its words."""
    return " ".join(_UNSEEN.sub(" ", _composed(text)).split())


def many_lines(text: str) -> str:
    """A text with its lines, ended in one way, and no blanks around it."""
    lines = _composed(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_UNSEEN.sub("", line).rstrip() for line in lines).strip()


def is_among(name: str, names: Iterable[str]) -> bool:
    """Whether a name is one of `names`, whatever its capitals: a database may know those of English alone."""
    return name.casefold() in map(str.casefold, names)


def text_faults(said: Mapping[str, str], missing: Mapping[str, str], limits: Mapping[str, int]) -> list[Fault]:
    """What is wrong with texts by their fields, all of which are needed: `missing` (each with its own sentence) and
    `too_long` (more characters than the field's limit)."""
    return [
        *(Fault("missing", missing[name], field=name) for name, text in said.items() if not text),
        *(
            Fault("too_long", N_("Use at most %(most)s characters."), {"most": limits[name]}, name)
            for name, text in said.items()
            if len(text) > limits[name]
        ),
    ]


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
