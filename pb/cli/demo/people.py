"""The people of the demonstration: who works for the council, who is elected, and residents enough to vote."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pb.core.actors import Role
from pb.core.eligibility import Declaration

#: One password for every account of the demonstration; it is printed, so it protects nothing.
PASSWORD = "seven boats at dawn"  # noqa: S105 - printed for everybody
#: The words of a key holder; with a second one, they open the box.
PASSPHRASES = {
    "scrutiny": "copper kettle eleven gulls",
    "approver": "quiet harbour marmalade fog",
    "teller": "nine umbrellas under oaks",
}


@dataclass(frozen=True)
class Person:
    """Somebody with an account; `key` names them in the diaries, `does` tells a visitor what to try as them."""

    key: str
    name: str
    email: str
    roles: tuple[Role, ...]
    does: str
    ward: str = ""


STAFF = (
    Person("administrator", "Kit Lawson", "admin@exampleton.example", (Role.ADMINISTRATOR,), "looks after people"),
    Person("officer", "Maya Fielding", "officer@exampleton.example", (Role.OFFICER,), "runs the rounds"),
    Person("second", "Tom Adeyemi", "officer2@exampleton.example", (Role.OFFICER,), "second officer"),
    Person("approver", "Ruth Calder", "approver@exampleton.example", (Role.APPROVER,), "approves, locks, releases"),
    Person("count", "Imran Sheikh", "count@exampleton.example", (Role.COUNT_LEAD,), "opens the box and counts"),
    Person("teller", "Gwen Pritchard", "teller@exampleton.example", (Role.SECOND_TELLER,), "certifies the count"),
    Person(
        "steward", "Joe Baptiste", "steward@exampleton.example", (Role.STEWARD,), "steward: Tesco car park, library"
    ),
    Person("steward2", "Amira Khalid", "steward2@exampleton.example", (Role.STEWARD,), "the second steward there"),
    Person("finance", "Ines Duarte", "finance@exampleton.example", (Role.FINANCE,), "pays the grants"),
    Person("scrutiny", "Cllr Helen Marsh", "scrutiny@exampleton.example", (Role.SCRUTINY,), "reads, changes nothing"),
    Person(
        "Harbour", "Cllr Daniel Okoro", "harbour@exampleton.example", (Role.MEMBER,), "decides for Harbour", "Harbour"
    ),
    Person(
        "Northfield",
        "Cllr Priya Nair",
        "northfield@exampleton.example",
        (Role.MEMBER,),
        "decides for Northfield",
        "Northfield",
    ),
    Person(
        "St Mary's",
        "Cllr Owen Blackwood",
        "stmarys@exampleton.example",
        (Role.MEMBER,),
        "decides for St Mary's",
        "St Mary's",
    ),
    Person("cabinet", "Cllr Margaret Shaw", "cabinet@exampleton.example", (Role.CABINET,), "decides what is referred"),
)

#: Ward, residents, and how its postcodes begin. No postcode area is called EP, so nobody's home is meant.
WARDS = {"Harbour": (8_800, "EP1"), "Northfield": (11_800, "EP2"), "St Mary's": (9_400, "EP3")}

FOLDER = Path(__file__).resolve().parent
_NAMES = json.loads((FOLDER / "names.json").read_text(encoding="utf-8"))
_UNITS = "ABDEFGHJLNPQRSTUWXYZ"
_LINKS = ("live",) * 7 + ("work", "study", "volunteer")


def residents(chance: random.Random, ward: str, year: int) -> Iterator[Declaration]:
    """People linked to a ward who declare that they may vote, one after another, no two alike."""
    seen: set[tuple[str, str]] = set()
    while True:
        name, postcode = f"{chance.choice(_NAMES['first'])} {chance.choice(_NAMES['last'])}", a_postcode(chance, ward)
        if (name, postcode) in seen:
            continue
        seen.add((name, postcode))
        link = chance.choice(_LINKS)
        place = "" if link == "live" else a_postcode(chance, ward)
        born = year - min(chance.randint(11, 60), chance.randint(11, 92))
        yield Declaration(name, postcode, born, link, declared=True, place_postcode=place)


def a_postcode(chance: random.Random, ward: str) -> str:
    """A postcode of a ward that exists nowhere."""
    return f"{WARDS[ward][1]} {chance.randint(1, 9)}{chance.choice(_UNITS)}{chance.choice(_UNITS)}"
