"""Who holds the files of a round links nobody to a ballot that was cast at a tablet or on paper either.

Papers are keyed here in the order in which their voters were admitted, as if nobody had mixed the box.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select

from pb.core.actors import Role
from pb.core.codes import with_check
from pb.core.election import Choices
from pb.core.eligibility import Declaration
from pb.extensions import db
from pb.models.envelopes import Envelope, OpenedBallot
from pb.models.kiosks import KioskItem
from pb.models.papers import PaperBallot
from pb.models.rounds import Policy, Round
from pb.services.elections import projects_of
from pb.services.paper_declarations import admit
from pb.services.paper_keying import Typed, key_papers
from pb.services.papers import PapersWanted, count_papers, make_papers
from pb.services.rounds import find_round
from tests.campaigns.test_linkage import (
    BACKUPS,
    HIDDEN,
    MOMENTS,
    MOST_LINKED,
    VOTERS,
    by_place,
    files,
    hidden_order,
    linked,
    name_of,
    open_the_box,
    opened_backup,
    orders_of_ballots,
    people_by_id,
)
from tests.factories import owner_of, someone
from tests.kiosks import a_device
from tests.voters import STREET, a_voting_round, codes_for

pytestmark = pytest.mark.campaign

#: So many ballots come together: what a tablet had in its outbox, a page of keying.
TOGETHER = VOTERS // 20


@dataclass
class Watched:
    """What lay in the files while people voted, at some moments, and in backups."""

    seen: bytes = b""
    backups: bytes = b""
    looks: int = 0

    def look(self) -> None:
        """One of twenty moments."""
        self.looks += 1
        if self.looks % max(1, 20 // MOMENTS) == 0:
            self.seen += files()
        if self.looks % (20 // BACKUPS) == 0:
            self.backups += opened_backup(f"{self.looks}.backup")


@dataclass
class Vote:
    """The round, what each voter chose, and where something of theirs stands: its id in a table, by their number."""

    slug: str
    choices: list[Choices]
    pot: str
    watched: Watched = field(default_factory=Watched)
    ids: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def round(self) -> Round:
        """The round as it is now: a backup ends the session in which it was read."""
        return find_round(self.slug)


def person(number: int) -> Declaration:
    """The voter with this number."""
    return Declaration(name_of(number), "EX1 1AB", 1950 + number % 50, "live", declared=True)


def at_a_tablet(vote: Vote) -> None:
    """Everybody votes at one tablet and declares on it; it sends what it has from time to time."""
    device, ids = a_device(vote.round, declares=True), dict[str, int]()
    for number, code in enumerate(codes_for(vote.round, VOTERS)):
        receipt = with_check(f"{number:012}")
        item = device.cast(code, said=person(number), sections={vote.pot: vote.choices[number]}, receipt=receipt)
        ids[item.id] = number
        if len(device.outbox) == TOGETHER:
            for at in range(0, TOGETHER, 25):
                assert {each.answer for each in device.send(*device.outbox[at : at + 25]).values()} == {"stored"}
            device.outbox.clear()
            vote.watched.look()
            device.the_round = vote.round
    vote.ids = {"envelope": ids, "kiosk_item": ids}


def on_paper(vote: Vote) -> None:
    """Everybody puts a paper with a sheet into a box; the sheets are gone through, then two people key the papers."""
    officer = owner_of(vote.round)
    batch = make_papers(vote.round.id, PapersWanted("Papers", VOTERS, declares=True), by=officer)
    counts = {"issued": VOTERS, "unused": 0, "not_returned": 0, "in_box": VOTERS}
    count_papers(vote.round.id, batch.id, counts, by=officer)
    round_id, batch_id = vote.round.id, batch.id
    for number in range(VOTERS):
        admit(round_id, batch_id, person(number), by=officer)
    lines = [
        Typed(number + 1, {key: str(score) for key, score in choices["scores"].items()})
        for number, choices in enumerate(vote.choices)
    ]
    for reader in (someone(Role.STEWARD), someone(Role.SECOND_TELLER)):
        for at in range(0, VOTERS, TOGETHER * 2):
            key_papers(round_id, batch_id, lines[at : at + TOGETHER * 2], by=reader)
            vote.watched.look()
    rows = db.session.execute(select(PaperBallot.id, PaperBallot.number))
    vote.ids = {"paper_ballot": {str(row_id): number - 1 for row_id, number in rows}}


@pytest.mark.parametrize("way", [at_a_tablet, on_paper], ids=lambda each: each.__name__)
def test_no_order_of_rows_or_bytes_links_people_to_what_they_chose_away_from_the_site(
    app: Flask, way: Callable[[Vote], None]
) -> None:
    the_round = a_voting_round("scoring", bids=STREET, policy=Policy.DECLARED)
    projects, size = projects_of(the_round.id), the_round.envelope_size
    keys = [each.key for each in projects]
    scores = list(product(range(1, 6), repeat=len(keys)))[7 :: 3000 // VOTERS][:VOTERS]
    vote = Vote(
        the_round.slug, [{"scores": dict(zip(keys, each, strict=True))} for each in scores], projects[0].pot.key
    )
    way(vote)
    assert {len(each or b"") for each in db.session.scalars(select(Envelope.sealed))} == {size}
    people = orders_of_people(vote)
    if way is at_a_tablet:
        assert db.session.scalars(select(KioskItem.kept)).all() == [None] * VOTERS
    open_the_box(vote.round)
    people |= {f"{name} when it is open": order for name, order in orders_of_people(vote).items()}
    chosen = {tuple(each): number for number, each in enumerate(scores)}
    ballots = {
        row.key: chosen[tuple(row.choices["scores"][key] for key in keys)]
        for row in db.session.scalars(select(OpenedBallot))
    }
    assert sorted(ballots.values()) == list(range(VOTERS))
    found = {
        (one, other): max(linked(first, second), linked(first, second[::-1]))
        for one, first in people.items()
        for other, second in orders_of_ballots(ballots).items()
    }
    assert {pair: number for pair, number in found.items() if number > MOST_LINKED} == {}


def orders_of_people(vote: Vote) -> dict[str, list[object]]:
    """Every order of people in tables, files and backups, and those that PostgreSQL keeps to itself."""
    tables = {"roll_entry": people_by_id(), **vote.ids}
    found: dict[str, list[object]] = {"as they came": list(range(VOTERS))}
    for table, ids in tables.items():
        shown: dict[bytes, object] = {each.encode(): number for each, number in ids.items()}
        found[f"{table} by id"] = [ids[each] for each in sorted(ids)]
        if len(next(iter(shown))) > 8:  # a short number lies everywhere
            found[f"{table} in bytes while voting"] = by_place(vote.watched.seen, shown)
            found[f"{table} in backups"] = by_place(vote.watched.backups, shown)
            found[f"{table} in bytes"] = by_place(files(), shown)
        for by in HIDDEN if db.engine.dialect.name == "postgresql" else ("rowid",) * (table == "paper_ballot"):
            found[f"{table} by {by}"] = [ids[str(each)] for each in hidden_order(table, "id", by)]
    if db.engine.dialect.name == "sqlite":  # PostgreSQL keeps its files to itself, and packs its backups
        assert [name for name, order in found.items() if len(order) < VOTERS / 3] == []
    return found
