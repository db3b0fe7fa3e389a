"""Lists of people who are invited to vote: which column holds what, and who stands on each line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pb.core.eligibility import OLDEST
from pb.core.errors import Fault, Refusal
from pb.core.postcodes import read_postcode
from pb.core.roll import normalise_email, normalise_name
from pb.core.words import N_

LONGEST_ADDRESS_LINE = 100


@dataclass(frozen=True)
class Column:
    """One thing that a list may say: its label, and how lists of councils head it, in lower case."""

    key: str
    label: str
    headings: tuple[str, ...]


COLUMNS: Mapping[str, Column] = {
    column.key: column
    for column in (
        Column("name", N_("Full name"), ("name", "full name", "elector name", "member", "enw")),
        Column("first_name", N_("First names"), ("first name", "first names", "forename", "forenames", "given name")),
        Column("last_name", N_("Surname"), ("last name", "surname", "family name", "cyfenw")),
        Column("postcode", N_("Postcode"), ("postcode", "post code", "postal code", "cod post")),
        Column("year", N_("Year or date of birth"), ("year of birth", "birth year", "date of birth", "dob", "born")),
        Column(
            "address_1", N_("Address, first line"), ("address", "address 1", "address line 1", "address1", "street")
        ),
        Column("address_2", N_("Address, second line"), ("address 2", "address line 2", "address2", "locality")),
        Column("address_3", N_("Address, third line"), ("address 3", "address line 3", "address3", "town")),
        Column("address_4", N_("Address, fourth line"), ("address 4", "address line 4", "address4", "county")),
        Column("email", N_("E-mail address"), ("email", "e-mail", "email address", "e-mail address", "ebost")),
        Column("area", N_("Area"), ("area", "ward", "division", "ward name")),
    )
}
_ADDRESS = ("address_1", "address_2", "address_3", "address_4")

#: Which column of the list, counted from 0, holds what; a key that is missing is in no column.
Mapped = Mapping[str, int]


@dataclass(frozen=True)
class Invited:
    """One person of a list: the line they stand on, and what the list says of them; `area` is a name."""

    line: int
    name: str
    postcode: str
    year: int | None
    address: tuple[str, ...]
    email: str
    area: str


@dataclass(frozen=True)
class LineFault:
    """What is wrong on one line."""

    line: int
    fault: Fault


def guess_columns(headings: Sequence[str]) -> dict[str, int]:
    """Which column seems to hold what, by the headings; each column once, the first that fits."""
    plain = [" ".join(re.sub(r"[_\W]+", " ", heading.casefold()).split()) for heading in headings]
    found: dict[str, int] = {}
    for column in COLUMNS.values():
        known = {re.sub(r"[_\W]+", " ", heading) for heading in column.headings}
        at = next((at for at, heading in enumerate(plain) if heading in known and at not in found.values()), None)
        if at is not None:
            found[column.key] = at
    return found


def mapping_faults(mapping: Mapped) -> list[Fault]:
    """What a mapping lacks or says twice. Codes by field: `name_column` (name), `postcode_column`, `column_twice`."""
    faults = []
    if "name" not in mapping and not {"first_name", "last_name"} <= mapping.keys():
        sentence = N_("Say which column holds the full name, or which two hold first names and surname.")
        faults.append(Fault("name_column", sentence, field="name"))
    if "postcode" not in mapping:
        faults.append(Fault("postcode_column", N_("Say which column holds the postcode."), field="postcode"))
    taken: dict[int, str] = {}
    for key, at in mapping.items():
        if taken.setdefault(at, key) != key:
            faults.append(Fault("column_twice", N_("This column is chosen for something else already."), field=key))
    return faults


def read_person(line: int, cells: Sequence[str], mapping: Mapped, *, least_age: int, on_day: date) -> Invited:
    """The person on a line. A year is read from a date too; somebody who turns `least_age` in the year of `on_day`
    may vote.

    Raises Refusal: `name_missing`, `name_too_long`, `postcode_missing`, `postcode_shape`, `year_shape`, `too_young`,
    `email_shape`, `address_long`.
    """
    said = {key: " ".join(cells[at].split()) if at < len(cells) else "" for key, at in mapping.items()}
    name = said.get("name", "") or f"{said.get('first_name', '')} {said.get('last_name', '')}".strip()
    normalise_name(name)
    address = tuple(part for part in (said.get(key, "") for key in _ADDRESS) if part)
    if any(len(part) > LONGEST_ADDRESS_LINE for part in address):
        raise Refusal("address_long", N_("A line of the address is longer than 100 characters."), status=422)
    if said.get("email"):
        normalise_email(said["email"])
    year = _year(said.get("year", ""), least_age, on_day)
    postcode = read_postcode(said.get("postcode", ""))
    return Invited(line, name, postcode, year, address, said.get("email", ""), said.get("area", ""))


def _year(text: str, least_age: int, on_day: date) -> int | None:
    if not text:
        return None
    found = re.search(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", text)
    if found is None or not 0 <= on_day.year - int(found[0]) <= OLDEST:
        raise Refusal(
            "year_shape", N_("“%(text)s” has no year of birth with four figures."), status=422, text=text[:20]
        )
    year = int(found[0])
    if on_day.year - year < least_age:
        raise Refusal("too_young", N_("Born in %(year)s: too young for this round."), status=422, year=year)
    return year
