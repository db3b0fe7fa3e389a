"""Who holds the files of a round links nobody to a ballot: not by the order of rows, of bytes or of what was logged."""

from __future__ import annotations

import os
import re
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select, text

from pb.core.actors import SYSTEM, Role
from pb.core.backups import decrypt
from pb.core.eligibility import Declaration
from pb.core.receipts import make_nonce
from pb.core.sealing import new_round_key
from pb.extensions import db, present
from pb.models.codes import Code
from pb.models.envelopes import Envelope, OpenedBallot, Receipt
from pb.models.roll import RollEntry
from pb.models.rounds import Policy, Round
from pb.services.backups import make_backup
from pb.services.casting import Marked, cast
from pb.services.elections import projects_of
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.rights import Claim
from pb.services.rounds import find_round
from pb.services.sealed_fields import open_field
from tests.campaigns.test_killed_while_casting import tag_of
from tests.factories import an_officer, someone, turn_to
from tests.voters import STREET, a_voting_round, invitation_codes, invite

pytestmark = pytest.mark.campaign

FULL = os.environ.get("PB_CAMPAIGN") == "full"
VOTERS = 1000 if FULL else 60
MOMENTS = 50 if FULL else 6
BACKUPS = 10 if FULL else 2
#: Orders that PostgreSQL keeps to itself: where a row lies, and which transaction wrote it.
HIDDEN = ("ctid", "xmin::text::bigint, ctid")
#: By chance one voter in all is linked; thirteen or more happen less often than once in 15 billion tries, and a run
#: compares some hundred orders.
MOST_LINKED = 12


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
            contact=f"voter{number}@home{number}.example" if the_round.policy == Policy.CONTACT else "",
            proven=the_round.policy == Policy.CONTACT,
        )
        for number in range(VOTERS)
    ]


def nonce_of(number: int) -> str:
    """The nonce of a voter's form."""
    return make_nonce(number.to_bytes(24, "big"))


def vote(round_id: int, keys: list[str], pot: str, number: int, scores: tuple[int, ...], claim: Claim) -> str:
    """Cast a ballot; its receipt."""
    choices = {pot: {"scores": dict(zip(keys, scores, strict=True))}}
    return cast(Marked(round_id, 1, choices, nonce_of(number)), claim).receipt


def people_by_id() -> dict[str, int]:
    """The number of each voter by the id of their row on the roll, as whoever has the field key reads it."""
    rows = db.session.scalars(select(RollEntry))
    return {row.id: number_of(open_field(f"roll:{row.id}", row.sealed or b"")["name"]) for row in rows}


def envelopes_by_number() -> list[tuple[str, bytes, int]]:
    """Each envelope's id and slot with the number of its voter, in the order of the table."""
    numbers = {tag_of(nonce_of(number)): number for number in range(VOTERS)}
    rows = db.session.execute(select(Envelope.id, Envelope.slot, Envelope.retry_tag))
    return [(each, slot or b"", numbers[tag]) for each, slot, tag in rows]


def opened_backup(name: str) -> bytes:
    """A backup as it is while people vote, opened by whoever has its key."""
    key, path = new_round_key(b"\5" * 32), present.settings.instance_path / name
    db.session.rollback()
    make_backup(path, key.public, by=SYSTEM)
    with path.open("rb") as file:
        content = b"".join(decrypt(file, key.private))
    path.unlink()
    return content


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
def test_no_order_of_rows_or_bytes_links_people_to_what_they_chose(
    app: Flask, policy: Policy, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    the_round = a_voting_round("scoring", bids=STREET, policy=policy)
    claims = claims_for(the_round)
    projects = projects_of(the_round.id)
    keys, pot = [each.key for each in projects], projects[0].pot.key
    round_id, slug, size = the_round.id, the_round.slug, the_round.envelope_size
    scores = list(product(range(1, 6), repeat=len(keys)))[7 :: 3000 // VOTERS][:VOTERS]
    assert len(set(scores)) == VOTERS
    seen = backups = b""
    receipts: dict[str, int] = {}
    for number, choice in enumerate(scores):
        receipts[vote(round_id, keys, pot, number, choice, claims[number])] = number
        if number % (VOTERS // MOMENTS) == 0:
            seen += files()
        if number % (VOTERS // BACKUPS) == 0:
            backups += opened_backup(f"{number}.backup")
    seen += files()
    assert not re.search(rb'"YD-\d+": ?[1-5][,}]', seen + backups)
    orders_of_people = orders_while_voting(seen, backups)
    assert {len(each or b"") for each in db.session.scalars(select(Envelope.sealed))} == {size}
    told = caplog.text.encode()
    assert [each for each in words_of_rows() if each in told] == []
    open_the_box(find_round(slug))
    chosen = {tuple(choice): number for number, choice in enumerate(scores)}
    ballots = {
        row.key: chosen[tuple(row.choices["scores"][key] for key in keys)]
        for row in db.session.scalars(select(OpenedBallot))
    }
    assert sorted(ballots.values()) == list(range(VOTERS))
    orders_of_people |= orders_afterwards(receipts)
    if db.engine.dialect.name == "sqlite":  # PostgreSQL keeps its files to itself, and packs its backups
        assert [name for name, order in orders_of_people.items() if len(order) < VOTERS / 3] == []
    found = {
        (one, other): max(linked(first, second), linked(first, second[::-1]))
        for one, first in orders_of_people.items()
        for other, second in orders_of_ballots(ballots).items()
    }
    assert {pair: number for pair, number in found.items() if number > MOST_LINKED} == {}


def orders_while_voting(seen: bytes, backups: bytes) -> dict[str, list[object]]:
    """Every order of people that those see who have the files, the backups with their key, and the keys of the server."""
    people: dict[bytes, object] = {each.encode(): number for each, number in people_by_id().items()}
    envelopes = envelopes_by_number()
    by_envelope: dict[bytes, object] = {each.encode(): number for each, _slot, number in envelopes}
    by_slot = {slot: number for _id, slot, number in envelopes}
    return {
        "as they came": list(range(VOTERS)),
        "the roll's bytes while voting": by_place(seen, people),
        "the roll in backups": by_place(backups, people),
        "the envelopes": [number for _id, _slot, number in envelopes],
        "the envelopes' bytes while voting": by_place(seen, by_envelope),
        "the envelopes in backups": by_place(backups, by_envelope),
        "the codes": [by_slot[each] for each in db.session.scalars(select(Code.slot)) if each in by_slot],
    }


def orders_afterwards(receipts: dict[str, int]) -> dict[str, list[object]]:
    """Every order of people that is left when the box is open; `receipts` are as the voters hold them."""
    people, now = people_by_id(), files()
    shown = {each.encode(): number for each, number in people.items()}
    found: dict[str, list[object]] = {
        "the roll": [people[each] for each in db.session.scalars(select(RollEntry.id))],
        "the roll's bytes": by_place(now, dict(shown)),
        "the receipts": [receipts[each] for each in db.session.scalars(select(Receipt.receipt))],
        "the receipts' bytes": by_place(now, {each.encode(): number for each, number in receipts.items()}),
    }
    if db.engine.dialect.name == "postgresql":
        by_id = {each: number for each, _slot, number in envelopes_by_number()}
        by_slot = {slot: number for _id, slot, number in envelopes_by_number()}
        for by in HIDDEN:
            found[f"the roll by {by}"] = [people[str(each)] for each in hidden_order("roll_entry", "id", by)]
            found[f"the receipts by {by}"] = [receipts[str(each)] for each in hidden_order("receipt", "receipt", by)]
            found[f"the envelopes by {by}"] = [by_id[str(each)] for each in hidden_order("envelope", "id", by)]
            slots = [bytes(each) for each in hidden_order("code", "slot", by)]  # type: ignore[call-overload]
            found[f"the codes by {by}"] = [by_slot[each] for each in slots if each in by_slot]
    return found


def orders_of_ballots(ballots: dict[bytes, int]) -> dict[str, list[object]]:
    """Every order of what was chosen, by the voters who chose it."""
    found: dict[str, list[object]] = {
        "the table": [ballots[each] for each in db.session.scalars(select(OpenedBallot.key))],
        "its bytes": by_place(files(), dict(ballots)),
    }
    if db.engine.dialect.name == "postgresql":
        for by in HIDDEN:
            keys = [bytes(each) for each in hidden_order("opened_ballot", "key", by)]  # type: ignore[call-overload]
            found[by] = [ballots[each] for each in keys]
    return found


def words_of_rows() -> list[bytes]:
    """What would name a person, a code or an envelope in a log."""
    words = [each.encode() for each in db.session.scalars(select(RollEntry.id))]
    words += [each.encode() for each in db.session.scalars(select(Envelope.id))]
    return words + [bytes(each).hex().encode() for each in db.session.scalars(select(Code.slot))]


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
        vote(the_round.id, keys, pot, number, (1, 2, 3, 4, 5), claim)
    db.session.rollback()
    words = [each.id.encode() for each in db.session.scalars(select(RollEntry))]
    words += [bytes(each) for each in db.session.scalars(select(Code.slot))]
    words += [bytes(each or b"")[:32] for each in db.session.scalars(select(Envelope.sealed))]
    backup = present.settings.instance_path / "monday.backup"
    make_backup(backup, new_round_key(b"\5" * 32).public, by=SYSTEM)
    content = backup.read_bytes()
    assert [word for word in [*words, *(key.encode() for key in keys), b"EX1 1AB"] if word in content] == []
