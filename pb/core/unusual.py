"""Numbers that ask for a look: an hour with far too many ballots, a stack of cards used far more than others are.

They accuse nobody. A busy hour may be a school's; a stack that is used nearly to its last card may be that of a keen
stall. But whoever photographs a stack of cards, or hands cards out and fills them in alone, shows here first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from pb.core.words import N_

#: Ways in by which people come one by one; tablets send, and papers are keyed, many at once.
ONE_BY_ONE = ("online", "stall", "assisted")
#: A burst has so many ballots at least, and is so many times a usual hour, of which there are so many at least.
LEAST_BURST, TIMES_USUAL, LEAST_HOURS = 60, 6, 4
#: Numbers below are told by nobody: a small one may point at a person.
FEWEST = 20
#: Cards that must have been given of a stack, and elsewhere, before shares are compared.
LEAST_GIVEN = 30
#: How far a stack must be from the others: in standard errors, and in hundredths.
FAR_ERRORS, FAR_SHARE = 4, 20


@dataclass(frozen=True)
class Hour:
    """How many ballots came in by one channel within one hour."""

    at: datetime
    channel: str
    count: int


@dataclass(frozen=True)
class Stack:
    """A stack of cards: how many were given out, and under how many of them a ballot lies in the box."""

    name: str
    given: int
    used: int


@dataclass(frozen=True)
class Unusual:
    """Something to look at: its code, a sentence for officers, and its numbers; `hour` and `channel` of a burst."""

    code: str
    message: str
    params: dict[str, Any]
    hour: datetime | None = None
    channel: str = ""


def bursts(hours: Iterable[Hour]) -> Iterator[Unusual]:
    """`burst`: hours with many more ballots than a usual one of the same channel, the earliest first."""
    by_channel: dict[str, list[Hour]] = defaultdict(list)
    for hour in sorted(hours, key=lambda each: (each.at, each.channel)):
        if hour.channel in ONE_BY_ONE and hour.count:
            by_channel[hour.channel].append(hour)
    for channel, those in by_channel.items():
        for hour in those:
            others = [each.count for each in those if each is not hour]
            usual = median(others) if len(others) >= LEAST_HOURS else None
            if usual is not None and hour.count >= max(LEAST_BURST, TIMES_USUAL * usual):
                told = N_("%(count)s ballots came in within one hour. A usual hour has about %(usual)s.")
                if usual < FEWEST:
                    told = N_("%(count)s ballots came in within one hour. A usual hour has fewer than %(fewest)s.")
                yield Unusual(
                    "burst", told, {"count": hour.count, "usual": round(usual), "fewest": FEWEST}, hour.at, channel
                )


def odd_stacks(stacks: Sequence[Stack]) -> Iterator[Unusual]:
    """`more_used_than_given` and `used_far_more`: stacks with ballots that nobody was given a card for, or nearly all
    of whose cards are used where others' are not; in the order given.
    """
    for stack in stacks:
        told: dict[str, Any] = {"name": stack.name, "used": stack.used, "given": stack.given}
        if stack.used > stack.given:
            sentence = N_("“%(name)s”: %(used)s cards are used, and only %(given)s were given out.")
            yield Unusual("more_used_than_given", sentence, told)
        elif (elsewhere := _far_more(stack, [each for each in stacks if each is not stack])) is not None:
            sentence = N_("“%(name)s”: %(used)s of %(given)s cards are used. Elsewhere it is %(share)s of 100.")
            yield Unusual("used_far_more", sentence, {**told, "share": elsewhere})


def _far_more(stack: Stack, others: Sequence[Stack]) -> int | None:
    """The share of cards used elsewhere, in hundredths, where this stack is far above it; else None."""
    given, used = sum(each.given for each in others), sum(min(each.used, each.given) for each in others)
    if stack.given < LEAST_GIVEN or given < LEAST_GIVEN:
        return None
    above = stack.used * given - used * stack.given
    # (used/given of the stack - p)² > FAR_ERRORS² p (1 - p) / given of the stack, p being the share elsewhere
    far = above > 0 and above * above > FAR_ERRORS**2 * used * (given - used) * stack.given
    share = 100 * used // given
    return share if far and 100 * stack.used >= (share + FAR_SHARE) * stack.given else None
