"""People who vote, and rounds for them: helpers of the tests about voting."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from pb.core.actors import Role
from pb.core.eligibility import Declaration
from pb.models.areas import Area, AreaPostcode
from pb.models.bids import Bid
from pb.models.rounds import Policy, Round
from pb.services.casting import Marked
from pb.services.codes import make_codes
from pb.services.invitation_lists import draft_of, keep_draft, keep_list
from pb.services.invited import make_letters
from pb.services.locks import ask_lock, lock_ballot
from pb.services.pots import PotEntry
from pb.services.rounds import find_round
from pb.services.spreadsheets import read_table
from pb.services.transactions import transaction
from pb.services.voting import paper_of, voting_round_of
from tests import factories
from tests.keeping import kept
from tests.reader import Reader, form_values, soup

#: Settings of a ballot of each type, as real rounds have them, and marks that they allow.
VOTES: dict[str, dict[str, Any]] = {
    "approval": {"ballot_type": "approval", "ballot_settings": {"most": 2}},
    "scoring": {"ballot_type": "scoring", "ballot_settings": {}},
    "choose_and_score": {"ballot_type": "scoring", "ballot_settings": {"score_all": False, "most": 2}},
    "ranked": {"ballot_type": "ranked", "ballot_settings": {"most": 3}},
    "points": {"ballot_type": "points", "ballot_settings": {"total": 10}},
    "knapsack": {"ballot_type": "knapsack", "ballot_settings": {}},
}
GOOD_MARKS: dict[str, dict[str, str]] = {
    "approval": {"p1": "1", "p2": "1"},
    "scoring": {"p1": "5", "p2": "3", "p3": "1"},
    "choose_and_score": {"p1": "5", "p2": "3"},
    "ranked": {"p1": "2", "p3": "1"},
    "points": {"p1": "7", "p2": "3"},
    "knapsack": {"p1": "1"},
}
#: Words of a real street for the bids, so that pages look as they will.
STREET = [
    ("Warm Tuesdays at the Old Chapel", "", 480_000, 300_000),
    ("A bench and two lime trees for Quay Street", "", 215_000, None),
    ("Saturday bike kitchen", "", 350_000, 200_000),
    ("Pond and dipping platform at Northfield School", "", 620_000, None),
    ("Sew, mend and share", "", 120_000, None),
]


@kept
def a_voting_round(
    kind: str = "approval",
    *,
    policy: Policy = Policy.CODE,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    **wanted: Any,
) -> Round:
    """An open round with a ballot of a kind of VOTES; `changes` are columns of bids by their titles."""
    vote = wanted.pop("vote", None) or VOTES[kind]
    the_round = factories.a_checked_round(vote=vote, policy=policy, **wanted)
    with transaction() as session:
        for bid in session.scalars(select(Bid).where(Bid.round_id == the_round.id)):
            for name, value in (changes or {}).get(bid.title, {}).items():
                setattr(bid, name, value)
    sha256 = ask_lock(the_round.id, by=factories.owner_of(the_round))
    factories.rehearsed(lock_ballot(the_round.id, sha256=sha256, by=factories.someone(Role.APPROVER)))
    factories.turn_to(the_round.voting_opens_at)
    return find_round(the_round.slug)


def two_wards() -> tuple[list[Area], list[PotEntry]]:
    """Two wards with postcodes and a pot each, and a pot for everybody."""
    harbour, northfield = factories.an_area(), factories.an_area()
    with transaction() as session:
        session.add(AreaPostcode(prefix="EX1 1", area_id=harbour.id))
        session.add(AreaPostcode(prefix="EX1 2", area_id=northfield.id))
    pots = [
        PotEntry("Harbour", 400_000, area_id=harbour.id),
        PotEntry("Northfield", 400_000, area_id=northfield.id),
        PotEntry("Everybody", 200_000),
    ]
    return [harbour, northfield], pots


def codes_for(the_round: Round, count: int = 1, name: str = "Library", **wanted: Any) -> tuple[str, ...]:
    """Fresh codes of a batch."""
    return make_codes(the_round.id, by=factories.owner_of(the_round), count=count, name=name, **wanted).codes


def a_paper(the_round: Round, letter: str = "A", **wanted: Any) -> Marked:
    """A paper with the first project of the first section chosen; `letter` makes its form another one."""
    paper = paper_of(voting_round_of(the_round.id))
    first = paper.sections[0]
    sections = {first.key: {"approved": [first.projects[0].key]}}
    return Marked(
        **{"round_id": the_round.id, "version": paper.version, "sections": sections, "nonce": letter * 32} | wanted
    )


#: A neighbour who may vote in a round of the factories.
SAM = Declaration("Sam Okafor", "EX1 1AB", 1984, "live", declared=True)


def filled(person: Declaration = SAM, **changes: str) -> dict[str, str]:
    """A person's declaration as they fill it in."""
    return {
        "name": person.name,
        "postcode": person.postcode,
        "year_of_birth": str(person.year_of_birth or ""),
        "link": person.link,
        "place_postcode": person.place_postcode,
        "declared": "y" if person.declared else "",
    } | changes


def go_on(
    client: Reader, page: TestResponse, data: Mapping[str, str] | None = None, form: str = "form", button: str = ""
) -> TestResponse:
    """Fill in the form that a page shows, as a browser would, and send it; by its second `button` where named."""
    found = soup(page).select_one(f"main {form}")
    assert found is not None, soup(page).get_text()
    pressed = found.select_one(f"button[formaction]:-soup-contains('{button}')") if button else None
    action = pressed["formaction"] if pressed else found["action"]
    return client.post(str(action), data=form_values(found) | dict(data or {}))


#: A list of people as a council has it; the second lives in the ward of EX1 2.
PEOPLE = [
    {"Name": "Sam Okafor", "Postcode": "EX1 1AB", "Address": "1 Quay Street", "E-mail": "sam@example.org"},
    {"Name": "Kim Vale", "Postcode": "EX1 2AB", "Address": "=2 Hill Road", "E-mail": ""},
    {"Name": "Zoë Wyn", "Postcode": "EX1 1AD", "Address": "3 Quay Street", "E-mail": ""},
]


def as_csv(people: Sequence[Mapping[str, str]] = PEOPLE) -> bytes:
    """A list of people as a CSV file."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(people[0]))
    writer.writeheader()
    writer.writerows(people)
    return file.getvalue().encode()


def invite(the_round: Round, people: Sequence[Mapping[str, str]] = PEOPLE) -> int:
    """Put people on the list of a round, as its owner does."""
    owner = factories.owner_of(the_round)
    keep_draft(the_round.id, read_table("list.csv", as_csv(people)), by=owner)
    return keep_list(the_round.id, sha256=draft_of(the_round.id).sha256, leave_out=False, by=owner)


def invitation_codes(the_round: Round) -> dict[str, str]:
    """Fresh codes for everybody who waits for one, by name, as the letters have them."""
    made = make_letters(the_round.id, by_post_to_all=True, by=factories.owner_of(the_round))
    return {each.person.name: each.code for each in made}
