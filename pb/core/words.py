"""Marks sentences that a resident may read, so that the catalogue of languages finds them."""

from __future__ import annotations

from typing import NamedTuple


class Counted(NamedTuple):
    """What a number counts, in English: of one, and of any other number."""

    one: str
    many: str


def NN_(one: str, many: str) -> Counted:  # noqa: N802 - the extraction looks for it, as for `N_`
    """Both forms of words that follow a number; the extraction of messages finds the call."""
    return Counted(one, many)


def N_(sentence: str) -> str:  # noqa: N802 - the name that translators' tools look for
    """Return `sentence` as it is; the extraction of messages finds the call."""
    return sentence
