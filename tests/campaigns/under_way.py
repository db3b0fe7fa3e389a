"""A round in full swing, with something behind every door: ballots of all channels, an event day, a tablet, a claim."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import select, update

from pb.core.actors import Actor, Role
from pb.core.eligibility import Declaration
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.extensions import db, present
from pb.models.bids import Bid
from pb.models.event_days import DayStep
from pb.models.organisations import OrganisationContact
from pb.models.papers import PaperBatch
from pb.models.rounds import Policy, Round
from pb.models.stations import Station, StationKind
from pb.services.cards import ask_cards
from pb.services.casting import Marked, cast
from pb.services.codes import BatchWanted
from pb.services.duplicates import held_claims, settle
from pb.services.event_days import DayWanted, running_order, set_up_day
from pb.services.hall import begin, call
from pb.services.mailing import ask_news
from pb.services.paper_keying import Typed, key_again, key_papers
from pb.services.papers import PapersWanted, count_papers, make_papers, paper_in
from pb.services.passwords import hash_password
from pb.services.rights import Claim
from pb.services.transactions import transaction
from tests import factories
from tests.kiosks import a_device
from tests.stations import an_open_station, cards_at, on_rota
from tests.voters import a_voting_round

#: Hall has 37 of 41 ballots, Bench 29, Pond 12, of 78 marks in all: by channel the numbers are others.
ONLINE = [("Hall", "Bench")] * 29 + [("Pond",)]
PAPERS = [("Hall", "Pond")] * 8
TABLET = [("Pond",)] * 3
#: One more paper was read in two ways, so it is in no box yet.
UNLIKE = [("Hall",), ("Pond",)]


@dataclass
class UnderWay:
    """A round with ballots in the box, and the place where people vote."""

    round: Round
    station: Station
    papers: PaperBatch
    keyers: tuple[Actor, Actor]
    #: Somebody of the council who may sign in anew.
    officer: Actor
    #: Codes of cards that nobody has used yet.
    spare: tuple[str, ...]
    #: Of the file of printed cards.
    passphrase: str


def a_round_under_way() -> UnderWay:
    """An open round, in which people vote in every way that there is."""
    the_round = a_voting_round(vote={"ballot_settings": {"most": 2}}, policy=Policy.DECLARED)
    station, one, other = an_open_station(the_round, "Town hall", kind=StationKind.EVENT)
    with transaction() as session:
        session.execute(update(Bid).values(submitted_at=present.now()))
        factories.account_of(one.account_id or 0).password_hash = hash_password(factories.PASSWORD)
    for number, titles in enumerate(ONLINE):
        vote(the_round, titles, Claim(declaration=person(number)))
    vote(the_round, ("Hall",), Claim(declaration=person(0)), ask_check=True)
    ask_news(the_round, "kim@example.org", ["result"], language="en_GB", address="127.0.0.1")
    printed = ask_cards(the_round.id, BatchWanted(2, "Library", by_steward=True), by=factories.owner_of(the_round))
    papers = keyed(the_round, station, (one, other))
    at_the_tablet(the_round, station)
    on_stage(the_round, station, one)
    spare = cards_at(the_round, station, 2, "Spare", channel="event").codes
    officer = factories.an_account(Role.OFFICER)
    return UnderWay(the_round, station, papers, (one, other), officer, spare, printed.passphrase)


def person(number: int) -> Declaration:
    """A voter whose name has letters only."""
    letters = "".join(chr(ord("a") + int(figure)) for figure in f"{number:02}")
    return Declaration(f"Voter {letters.capitalize()}", "EX1 1AB", 1984, "live", declared=True)


def vote(the_round: Round, titles: tuple[str, ...], claim: Claim, *, ask_check: bool = False) -> None:
    """Cast a ballot online."""
    nonce = make_nonce(secrets.token_bytes(NONCE_BYTES))
    cast(Marked(the_round.id, 1, factories.make_ballot(the_round, *titles), nonce), claim, ask_check=ask_check)


def keyed(the_round: Round, station: Station, keyers: tuple[Actor, Actor]) -> PaperBatch:
    """The papers of the hall, read by two people."""
    owner, last = factories.owner_of(the_round), len(PAPERS) + 1
    wanted = PapersWanted("Hall", 12, channel="event", station_id=station.id)
    batch = make_papers(the_round.id, wanted, by=owner)
    counts = {"issued": last + 1, "unused": 2, "spoilt": 1, "not_returned": 0, "in_box": last}
    count_papers(the_round.id, batch.id, counts, by=owner)
    for reader, unlike in zip(keyers, UNLIKE, strict=True):
        lines = [read(batch, number, titles) for number, titles in enumerate([*PAPERS, unlike], 1)]
        key_papers(the_round.id, batch.id, lines, by=reader)
    return batch


def read(batch: PaperBatch, number: int, titles: tuple[str, ...]) -> Typed:
    """A paper as somebody reads it."""
    projects = [each for section in paper_in(batch).sections for each in section.projects]
    return Typed(number, {each.key: "x" for each in projects if each.title in titles})


def at_the_tablet(the_round: Round, station: Station) -> None:
    """A tablet at the station takes ballots of cards whose holders stewards have put on the roll."""
    codes = cards_at(the_round, station, len(TABLET), by_steward=True, channel="event").codes
    device = a_device(the_round, station, name="Tablet")
    for code, titles in zip(codes, TABLET, strict=True):
        device.cast(code, *titles)
    assert {each.answer for each in device.send().values()} == {"stored"}


def on_stage(the_round: Round, station: Station, steward: Actor) -> None:
    """The event day is at its first presentation."""
    set_up_day(station.id, DayWanted(), by=factories.owner_of(the_round))
    begin(station.id, DayStep.PRACTICE, by=steward)
    call(station.id, running_order(station.id)[0].pitch.id, by=steward)


def somebody(under_way: UnderWay, roles: tuple[Role, ...], reference: str) -> Actor | None:
    """Somebody with these roles: a group's contact is that of one bid, a steward stands at the station."""
    the_round = under_way.round
    if Role.GROUP_CONTACT in roles:
        bid = db.session.scalars(select(Bid).where(Bid.reference == reference)).one()
        with transaction() as session:
            factories.account_of(bid.created_by).password_hash = hash_password(factories.PASSWORD)
            session.merge(OrganisationContact(organisation_id=bid.organisation_id, account_id=bid.created_by))
        return factories.actor_again(bid.created_by)
    if not roles:
        return None
    actor = factories.an_account(*roles, areas=[each.id for each in the_round.areas])
    return on_rota(the_round, under_way.station, actor) if Role.STEWARD in roles else actor


def settled(under_way: UnderWay) -> None:
    """Settle what keeps the box shut."""
    the_round, papers = under_way.round, under_way.papers
    [claim] = held_claims(the_round.id, by=factories.an_officer())
    settle(the_round.id, claim.id, accepted=False, reason="The same person", by=factories.an_officer())
    key_again(the_round.id, papers.id, read(papers, len(PAPERS) + 1, UNLIKE[0]), by=under_way.keyers[1])
