"""How residents of the demonstration vote: online with a declaration, or with a card from the library's stall."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pb.cli.demo.diary import Diary
from pb.cli.demo.people import WARDS, residents
from pb.cli.demo.town import Town, round_at
from pb.core.clock import to_london
from pb.core.eligibility import Declaration
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.extensions import present
from pb.services.casting import Marked, cast
from pb.services.codes import make_codes
from pb.services.duplicates import held_claims, settle
from pb.services.elections import projects_of
from pb.services.rights import Claim

#: One in so many votes with a card from the stall.
CARDS = 4


@dataclass
class Section:
    """One pot's part of the paper: whose it is, and how much each of its projects is liked."""

    area_id: int | None
    liking: dict[str, float] = field(default_factory=dict)


class Voters:
    """The residents who vote in a round: at which minute, with or without a card, and for what."""

    def __init__(self, town: Town, slug: str, diary: Diary, seed: str, wards: tuple[str, ...] = tuple(WARDS)) -> None:
        self.town, self.slug, self.diary, self.wards = town, slug, diary, wards
        self.seed, self.chance = seed, random.Random(seed)
        self.people = {ward: residents(self.chance, ward, diary.day_nought.year) for ward in wards}
        self.early: list[Declaration] = []
        self.sections: dict[str, Section] = {}

    def come(self, count: int, days: int) -> None:
        """Write into the diary when each of them votes: many on the first days, few at night."""
        opens, length = self.diary.moment(0, "09:01"), timedelta(days=days) - timedelta(hours=17)
        for _ in range(count):
            at = opens + length * self.chance.random() ** 1.8
            self.diary.at(_by_day(at, self.chance), partial(self.vote, self.chance.choice(self.wards)))

    def vote(self, ward: str) -> None:
        """Somebody votes for the first time."""
        card = self.town.codes.pop() if self.town.codes and self.chance.randrange(CARDS) == 0 else ""
        person = next(self.people[ward])
        self.cast(ward, person, card)
        if not card:
            self.early.append(person)

    def vote_again(self) -> None:
        """Somebody whose place on the roll is taken says that they have not voted, and asks for a check."""
        person = self.early.pop(0)
        ward = next(ward for ward in self.wards if _place(person).startswith(WARDS[ward][1]))
        self.cast(ward, person, "", ask_check=True)

    def cast(self, ward: str, person: Declaration, card: str, *, ask_check: bool = False) -> None:
        """A paper is marked and put into the box."""
        the_round = round_at(self.slug)
        nonce = make_nonce(secrets.token_bytes(NONCE_BYTES))
        marked = Marked(the_round.id, 1, self.marks(the_round.id, ward), nonce, formed_at=present.now())
        cast(marked, Claim(code=card, declaration=person), ask_check=ask_check)

    def marks(self, round_id: int, ward: str) -> dict[str, Any]:
        """Up to three projects of the ward, the better liked the more often."""
        if not self.sections:
            for project in projects_of(round_id):
                section = self.sections.setdefault(project.pot.key, Section(project.pot.area_id))
                section.liking[project.key] = self._liking(project.title)
        own = (None, self.town.areas[ward])
        return {
            pot: {"approved": sorted(self._chosen(section.liking))}
            for pot, section in self.sections.items()
            if section.area_id in own
        }

    def _chosen(self, liking: dict[str, float]) -> Iterator[str]:
        left = dict(liking)
        for _ in range(min(self.chance.choice((1, 2, 2, 3, 3, 3)), len(left))):
            key = self.chance.choices(list(left), list(left.values()))[0]
            del left[key]
            yield key

    def _liking(self, title: str) -> float:
        """How much a project is liked, the same by everybody."""
        return 0.3 + 2 * random.Random(f"{self.seed} {title}").random()


def _by_day(at: datetime, chance: random.Random) -> datetime:
    """Nobody votes in the middle of the night."""
    hour = to_london(at).hour
    return at + timedelta(hours=chance.randint(8, 15)) if hour < 6 else at


def _place(person: Declaration) -> str:
    return person.postcode if person.link == "live" else person.place_postcode


def print_cards(town: Town, slug: str, count: int, name: str, ward: str = "") -> None:
    """The officer makes codes and prints them on cards."""
    area_id = town.areas[ward] if ward else None
    made = make_codes(round_at(slug).id, by=town.actor("officer"), count=count, name=name, area_id=area_id)
    town.codes.extend(made.codes)


def settle_first(town: Town, slug: str, *, accepted: bool, reason: str) -> None:
    """The desk settles the claim that it looks at first."""
    round_id, by = round_at(slug).id, town.actor("second")
    claim = min(held_claims(round_id, by=by), key=lambda each: each.claim.name)
    settle(round_id, claim.id, accepted=accepted, reason=reason, by=by)
