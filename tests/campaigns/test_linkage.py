"""Who holds the files of a round links nobody to a ballot: not by the order of rows, of bytes or of what was logged."""

from __future__ import annotations

import os
import re
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select, text

from pb.core.actors import SYSTEM, Role
from pb.core.eligibility import Declaration
from pb.core.receipts import make_nonce
from pb.core.sealing import new_round_key
from pb.extensions import db, present
from pb.models.codes import Code
from pb.models.envelopes import Envelope, OpenedBallot
from pb.models.roll import RollEntry
from pb.models.rounds import Policy, Round
from pb.services.backups import make_backup
from pb.services.casting import Marked, cast
from pb.services.elections import projects_of
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.rights import Claim
from pb.services.sealed_fields import open_field
from tests.factories import an_officer, someone, turn_to
from tests.voters import STREET, a_voting_round, invitation_codes, invite

pytestmark = pytest.mark.campaign

FULL = os.environ.get("PB_CAMPAIGN") == "full"
VOTERS = 1000 if FULL else 60
MOMENTS = 50 if FULL else 6
#: By chance one voter in all is linked; nine or more happen less often than once in 800,000 tries.
MOST_LINKED = 8


def files() -> bytes:
    """The files of the database as they lie there now: itself and its log, or nothing where it keeps them to itself."""
    found = sorted(present.settings.instance_path.glob("you-decide.sqlite3*"))
    return b"".join(path.read_bytes() for path in found if path.suffix != ".gate")


def name_of(number: int) -> str:
    """A name of letters for each voter, and no other's."""
    letters = "".join(chr(ord("a") + int(figure)) for figure in f"{number:04}")
    return f"Voter {letters.capitalize()}"


def number_of(name: str) -> int:
    """The number of the voter with this name."""
    return int("".join(str(ord(letter) - ord("a")) for letter in name.split()[1].lower()))


#: How people show who they are, and so what the roll keeps of them. (A card with no name has no roll to link to.)
POLICIES = (Policy.DECLARED, Policy.CONTACT, Policy.INVITED)


def claims_for(the_round: Round) -> list[Claim]:
    """The claim of each voter, in the order of their numbers."""
    if the_round.policy == Policy.INVITED:
        about = {"Postcode": "EX1 1AB", "E-mail": ""}
        invite(the_round, [about | {"Name": name_of(at), "Address": f"{at} Quay Street"} for at in range(VOTERS)])
        codes = invitation_codes(the_round)
        return [Claim(codes[name_of(number)]) for number in range(VOTERS)]
    return [
        Claim(
            declaration=Declaration(name_of(number), "EX1 1AB", 1950 + number % 50, "live", declared=True),
            contact=f"voter{number}@example.org" if the_round.policy == Policy.CONTACT else "",
            proven=the_round.policy == Policy.CONTACT,
        )
        for number in range(VOTERS)
    ]


def vote(the_round: Round, keys: list[str], pot: str, number: int, scores: tuple[int, ...], claim: Claim) -> None:
    choices = {pot: {"scores": dict(zip(keys, scores, strict=True))}}
    cast(Marked(the_round.id, 1, choices, make_nonce(number.to_bytes(24, "big"))), claim)


def people_by_id() -> dict[str, int]:
    """The number of each voter by the id of their row on the roll, as whoever has the field key reads it."""
    rows = db.session.scalars(select(RollEntry))
    return {row.id: number_of(open_field(f"roll:{row.id}", row.sealed or b"")["name"]) for row in rows}


def by_place(content: bytes, ids: dict[bytes, object]) -> list[object]:
    """What these bytes stand for, in the order in which they first lie in the files; those that do not are left out."""
    places = sorted((content.find(each), each) for each in ids)
    return [ids[each] for at, each in places if at >= 0]


def hidden_order(table: str, column: str, by: str) -> list[object]:
    """The rows in an order that PostgreSQL keeps to itself."""
    return list(db.session.scalars(text(f'SELECT "{column}" FROM {table} ORDER BY {by}')))


def linked(people: list[object], ballots: list[object]) -> int:
    """How many voters stand where their own ballot stands."""
    return sum(one == other for one, other in zip(people, ballots, strict=False))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda each: each.value)
def test_no_order_of_rows_or_bytes_links_people_to_what_they_chose(app: Flask, policy: Policy) -> None:
    the_round = a_voting_round("scoring", bids=STREET, policy=policy)
    claims = claims_for(the_round)
    projects = projects_of(the_round.id)
    keys, pot = [each.key for each in projects], projects[0].pot.key
    scores = list(product(range(1, 6), repeat=len(keys)))[7 :: 3000 // VOTERS][:VOTERS]
    assert len(set(scores)) == VOTERS
    seen = b""
    for number, choice in enumerate(scores):
        vote(the_round, keys, pot, number, choice, claims[number])
        if number % (VOTERS // MOMENTS) == 0:
            seen += files()
    seen += files()
    assert not re.search(rb'"YD-\d+": ?[1-5][,}]', seen)
    people = people_by_id()
    assert {len(each or b"") for each in db.session.scalars(select(Envelope.sealed))} == {the_round.envelope_size}
    open_the_box(the_round)
    chosen = {tuple(choice): number for number, choice in enumerate(scores)}
    ballots = {
        row.key: chosen[tuple(row.choices["scores"][key] for key in keys)]
        for row in db.session.scalars(select(OpenedBallot))
    }
    assert sorted(ballots.values()) == list(range(VOTERS))
    now = files()
    orders_of_people = {
        "as they came": list(range(VOTERS)),
        "the roll": [people[each] for each in db.session.scalars(select(RollEntry.id))],
        "the roll's bytes": by_place(now, {each.encode(): number for each, number in people.items()}),
        "the roll's bytes while voting": by_place(seen, {each.encode(): number for each, number in people.items()}),
    }
    orders_of_ballots = {
        "the table": [ballots[each] for each in db.session.scalars(select(OpenedBallot.key))],
        "its bytes": by_place(now, dict(ballots)),
    }
    if db.engine.dialect.name == "postgresql":
        for by in ("ctid", "xmin::text::bigint, ctid"):
            orders_of_people[by] = [people[str(each)] for each in hidden_order("roll_entry", "id", by)]
            orders_of_ballots[by] = [ballots[bytes(each)] for each in hidden_order("opened_ballot", "key", by)]  # type: ignore[call-overload]
    found = {
        (one, other): max(linked(first, second), linked(first, second[::-1]))
        for one, first in orders_of_people.items()
        for other, second in orders_of_ballots.items()
    }
    assert {pair: number for pair, number in found.items() if number > MOST_LINKED} == {}


def open_the_box(the_round: Round) -> None:
    """Close the voting and open the box."""
    turn_to(the_round.decision_by)
    lead = someone(Role.COUNT_LEAD)
    freeze_box(the_round.id, by=lead)
    for _ in range(2):
        approve_opening(the_round.id, by=an_officer())
    open_box(the_round.id, by=lead)


def test_a_backup_made_while_people_vote_tells_nothing_without_its_key(app: Flask, tmp_path: object) -> None:
    the_round = a_voting_round("scoring", bids=STREET, policy=Policy.DECLARED)
    projects = projects_of(the_round.id)
    keys, pot = [each.key for each in projects], projects[0].pot.key
    for number, claim in enumerate(claims_for(the_round)[:12]):
        vote(the_round, keys, pot, number, (1, 2, 3, 4, 5), claim)
    db.session.rollback()
    words = [each.id.encode() for each in db.session.scalars(select(RollEntry))]
    words += [bytes(each) for each in db.session.scalars(select(Code.slot))]
    words += [bytes(each or b"")[:32] for each in db.session.scalars(select(Envelope.sealed))]
    backup = present.settings.instance_path / "monday.backup"
    make_backup(backup, new_round_key(b"\5" * 32).public, by=SYSTEM)
    content = backup.read_bytes()
    assert [word for word in [*words, *(key.encode() for key in keys), b"EX1 1AB"] if word in content] == []
