"""The town of the demonstration: its wards and people, and how the diaries find them again."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

from pb.cli.demo.people import FOLDER, PASSWORD, STAFF, WARDS, Person
from pb.core.actors import SYSTEM, Actor, Role
from pb.models.rounds import Pot, Round
from pb.services.accounts import account_of, actor_of, add_account
from pb.services.area_postcodes import load_postcodes
from pb.services.areas import add_area
from pb.services.paper_keying import Typed
from pb.services.rounds import find_round


@dataclass
class Town:
    """What was made so far, by the names that the diaries use; `chance` makes the same town for the same seed."""

    chance: random.Random
    accounts: dict[str, int] = field(default_factory=dict)
    areas: dict[str, int] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)
    bids: dict[str, int] = field(default_factory=dict)
    groups: list[Person] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    stall_codes: list[str] = field(default_factory=list)
    hall_codes: list[str] = field(default_factory=list)
    papers: list[Typed] = field(default_factory=list)

    def actor(self, key: str) -> Actor:
        """A person of the town as the database knows them now, having just shown who they are."""
        return actor_of(account_of(self.accounts[key]), stepped_up=True)

    def add(self, person: Person) -> None:
        """Give a person an account, as the administrator would; the first one is added from the command line."""
        by = self.actor("administrator") if "administrator" in self.accounts else SYSTEM
        account = add_account(
            by=by,
            name=person.name,
            email=person.email,
            roles=person.roles,
            areas=[self.areas[person.ward]] if person.ward else [],
            password=PASSWORD,
        )
        self.accounts[person.key] = account.id

    def settle(self) -> None:
        """The first days: the administrator, the wards with their postcodes, and everybody else."""
        administrator, *others = STAFF
        self.add(administrator)
        by = self.actor("administrator")
        for name, (people, _begins) in WARDS.items():
            self.areas[name] = add_area(name, by=by, population=people).id
        load_postcodes("\n".join(f"{begins},{name}" for name, (_people, begins) in WARDS.items()), by=by)
        for person in others:
            self.add(person)

    def contact(self, group: str) -> Actor:
        """The contact of a group."""
        return self.actor(group)

    def add_contact(self, group: str, name: str, email: str) -> None:
        """Give a group's contact an account."""
        person = Person(group, name, email, (Role.GROUP_CONTACT,), f"bids for {group}")
        self.add(person)
        self.groups.append(person)


def written(file: str) -> list[dict[str, Any]]:
    """The bids of a file beside this one, as people wrote them."""
    found: list[dict[str, Any]] = json.loads((FOLDER / file).read_text(encoding="utf-8"))
    return found


def pot_for(the_round: Round, ward: str) -> Pot:
    """The pot of a ward, or the only one."""
    return next(pot for pot in the_round.pots if pot.name == ward or len(the_round.pots) == 1)


def round_at(slug: str) -> Round:
    """The round at an address, read again."""
    return find_round(slug)
