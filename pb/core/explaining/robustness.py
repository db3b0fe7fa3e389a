"""How firm an outcome is: the ballots are drawn again many times, and each time counted.

Sampling, since the exact probability is hard to work out: Boehmer, Faliszewski, Janeczko and Kaczmarczyk, "Robustness
of Participatory Budgeting Outcomes: Complexity and Experiments", 2023 (arXiv 2305.08125).

How to repeat it, in any language: put the ballots in the order of the JSON text of their choices (keys sorted, as
Python's `json.dumps(choices, sort_keys=True)` writes it), equal ones beside each other, and number them from 0. Draw
number r, from 1 up, takes 8 bytes for each ballot from SHAKE-128 of the UTF-8 text "SEED/r"; each 8 bytes, read as a
whole number with its greatest byte first, modulo the number of ballots, is the number of a ballot that is put into
the draw. A tie that neither the tie steps nor a recorded lot decides goes by the SHA-256 of "SEED/r/ID", the least in
hexadecimal first.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pb.core.election import Group, Profile
from pb.core.errors import Refusal
from pb.core.explaining.again import TOO_HARD, Election
from pb.core.outcome import Outcome
from pb.core.packed import PackedGroups
from pb.core.rules.index import index_of

#: Told after each draw how many there have been; no ends it.
GoOn = Callable[[int], bool]


@dataclass(frozen=True)
class Robustness:
    """What became of the projects in `draws` draws of the ballots from `seed`.

    `wins` is in how many each project was funded in full (all projects, by id), `same` in how many the winners were
    just those of the count itself.
    """

    seed: str
    draws: int
    same: int
    wins: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """The numbers as plain JSON data."""
        return dict(self.__dict__)


def bootstrap(election: Election, outcome: Outcome, seed: str, draws: int, go_on: GoOn = lambda _: True) -> Robustness:
    """Draw as many ballots as there are, with replacement, `draws` times, and count each time.

    `outcome` is what the ballots themselves give. `go_on` is told after each draw how many there have been, and ends
    it by saying no; a draw that cannot be counted ends it too. `draws` of the result is how many were made.
    """
    ordered = replace(election, profile=in_order(election.profile))
    sizes = index_of(ordered.instance, ordered.profile).sizes
    wins: Counter[str] = Counter(dict.fromkeys(election.instance.by_id, 0))
    made = same = 0
    while made < draws:
        text = f"{seed}/{made + 1}"
        drawn = ordered.with_sizes(drawn_sizes(sizes, text)).with_lot(_lot(election, text))
        again = _counted(drawn)
        if again is None:
            break
        made += 1
        wins.update(again.selected)
        same += set(again.selected) == set(outcome.selected)
        if not go_on(made):
            break
    return Robustness(seed, made, same, dict(wins))


def _counted(drawn: Election) -> Outcome | None:
    """What a draw gives; None where the rule cannot work it out in reasonable time."""
    try:
        return drawn.count()
    except Refusal as refusal:
        if refusal.code in TOO_HARD:
            return None
        raise


def in_order(profile: Profile) -> Profile:
    """The profile with equal ballots together, in the order of the JSON text of their choices."""
    if isinstance(profile.groups, PackedGroups):
        return profile
    sizes: Counter[str] = Counter()
    choices = {}
    for group in profile.groups:
        text = json.dumps(group.choices, sort_keys=True)
        choices[text] = group.choices
        sizes[text] += group.size
    return replace(profile, groups=tuple(Group(choices[text], sizes[text]) for text in sorted(sizes)))


def drawn_sizes(sizes: NDArray[np.int64], text: str) -> NDArray[np.int64]:
    """How many ballots of each group are in the draw that `text` names; as many in all as there are ballots."""
    ballots = int(sizes.sum())
    stream = hashlib.shake_128(text.encode()).digest(8 * ballots)
    numbers = np.frombuffer(stream, dtype=">u8") % np.uint64(max(ballots, 1))
    groups = np.searchsorted(np.cumsum(sizes), numbers.astype(np.int64), side="right")
    return np.bincount(groups, minlength=len(sizes)).astype(np.int64)


def _lot(election: Election, text: str) -> tuple[str, ...]:
    return tuple(sorted(election.instance.by_id, key=lambda key: hashlib.sha256(f"{text}/{key}".encode()).hexdigest()))
