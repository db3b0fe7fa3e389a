"""Things to test with, made through the services, so that they cannot be impossible."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from pb.core.actors import SYSTEM, Actor, Role
from pb.core.calendar import RoundDates
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.core.states import BidState
from pb.extensions import present
from pb.models.areas import Area
from pb.models.bids import Bid
from pb.models.organisations import Organisation, OrganisationKind
from pb.models.rounds import AssessmentOutcome, KeyMode, Policy, Round
from pb.services.accounts import account_of, actor_of, add_account
from pb.services.areas import add_area, set_areas
from pb.services.assessments import assess, save_assessment, send_assessment
from pb.services.bid_states import set_bid_state
from pb.services.cancelling import ask_cancellation, cancellation_digest, confirm_cancellation
from pb.services.casting import Marked, cast
from pb.services.codes import make_codes
from pb.services.counts import certify, record_count
from pb.services.elections import projects_of
from pb.services.ledger import record
from pb.services.locks import ask_lock, lock_ballot
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.pots import PotEntry, set_pots
from pb.services.rehearsals import rehearse_opening
from pb.services.rights import Claim
from pb.services.round_ballots import choose_preset
from pb.services.round_dates import set_dates
from pb.services.round_sections import change_round
from pb.services.round_steps import open_bids, start_set_up
from pb.services.rounds import add_round, find_round
from pb.services.transactions import transaction
from tests.keeping import kept

#: The password of every account that a test makes.
PASSWORD = "seven kind otters"

_numbers = count(1)


def an_account(
    *roles: Role, areas: Collection[int] = (), name: str = "", email: str = "", password: str = PASSWORD
) -> Actor:
    """A person with an account (an officer unless told), as somebody who has just shown their second factor."""
    number = next(_numbers)
    account = add_account(
        by=SYSTEM,
        name=name or f"Person {number}",
        email=email or f"person{number}@exampleton.example",
        roles=roles or (Role.OFFICER,),
        areas=areas,
        password=password,
    )
    return actor_again(account.id)


def actor_again(account_id: int | None) -> Actor:
    """The person as the database knows them now, second factor just shown."""
    return actor_of(account_of(account_id), stepped_up=True)


def an_officer(name: str = "") -> Actor:
    """An engagement officer."""
    return an_account(Role.OFFICER, name=name)


#: The calendar of a round made here, around the test clock's 2 March 2026 at 10:00.
DATES = RoundDates(
    bids_open_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    bids_close_at=datetime(2026, 4, 13, 11, 0, tzinfo=UTC),
    voting_opens_at=datetime(2026, 5, 11, 8, 0, tzinfo=UTC),
    voting_closes_at=datetime(2026, 6, 1, 16, 0, tzinfo=UTC),
    decision_by=datetime(2026, 6, 26, 16, 0, tzinfo=UTC),
)
ASSESSMENT: dict[str, Any] = {
    "why": "Groups told us that small sums are hard to find.",
    "which_decision": "Which community projects get the ward grant.",
    "known_already": "The 2024 survey: parks and young people came first.",
    "do_differently": "If few groups bid, the money goes to next year’s round.",
    "formative": "No pound of it is promised to anybody.",
    "information": "Every bid is shown with its cost and summary.",
    "time": "Six weeks to bid and three weeks to vote.",
    "consideration": "The members get the full result before they decide.",
    "priority": "high",
    "cost": 150_000,
    "equality_impact_needed": False,
    "equality_impact_reason": "Screened on 12 February: no group is put at a disadvantage.",
}
SET_UP: dict[str, Any] = {
    "summary": "Money for ideas that make the neighbourhood better.",
    "purpose": "People here know best what their streets need.",
    "decision_informed": "The ward members’ decision on the community grant.",
    "result_use": "The members decide on the list in the order of the vote.",
    "promise_up": "Which projects get money.",
    "promise_not": "How much money there is.",
    "promise_last_word": "The ward members, who give reasons where they differ.",
    "policy": Policy.DECLARED,
    "least_age": 11,
    "links": ["live", "work"],
}


def someone(*roles: Role, areas: Collection[int] = (), name: str = "") -> Actor:
    """A person with an account who need not sign in, so has no password (which takes time to hash)."""
    return an_account(*roles, areas=areas, name=name, password="")


def owner_of(the_round: Round) -> Actor:
    """The officer who owns a round."""
    return actor_again(the_round.owner_id)


def an_area(name: str = "", population: int | None = 8_400) -> Area:
    """An area of its own name."""
    return add_area(name or f"Ward {next(_numbers)}", by=someone(Role.ADMINISTRATOR), population=population)


def an_idea(by: Actor | None = None, title: str = "", *, practice: bool = False) -> Round:
    """A round that is no more than an idea."""
    return add_round(title or f"You Decide {next(_numbers)}", by=by or someone(Role.OFFICER), practice=practice)


def a_sent_assessment(by: Actor | None = None, title: str = "", *, practice: bool = False) -> Round:
    """A round whose early assessment waits for an approver."""
    by = by or someone(Role.OFFICER)
    the_round = an_idea(by, title, practice=practice)
    save_assessment(the_round.id, ASSESSMENT, by=by)
    send_assessment(the_round.id, by=by)
    return the_round


def an_assessed_round(by: Actor | None = None, title: str = "", *, practice: bool = False) -> Round:
    """A round whose early assessment is passed."""
    the_round = a_sent_assessment(by, title, practice=practice)
    assess(the_round.id, AssessmentOutcome.PURSUE, by=someone(Role.APPROVER))
    return the_round


@kept
def a_round(
    by: Actor | None = None,
    *,
    title: str = "",
    areas: list[Area] | None = None,
    pots: list[PotEntry] | None = None,
    dates: RoundDates = DATES,
    preset: str = "up-to-n",
    practice: bool = False,
    **columns: Any,
) -> Round:
    """A round that is wholly set up and not yet open for bids; `columns` are those of SECTIONS, such as `policy`."""
    by = by or someone(Role.OFFICER)
    the_round = an_assessed_round(by, title, practice=practice)
    start_set_up(the_round.id, by=by)
    pots = pots or [PotEntry("Everywhere", 1_500_000)]
    values = SET_UP | {"total": sum(pot.amount for pot in pots)} | columns
    for section in ("about", "purpose", "promise", "money", "voters", "keys"):
        change_round(the_round.id, section, values, by=by)
    wanted = areas if areas is not None else [an_area()]
    set_areas(the_round.id, [area.id for area in wanted], by=by)
    set_pots(the_round.id, pots, by=by)
    set_dates(the_round.id, dates, by=by)
    choose_preset(the_round.id, preset, by=by)
    return the_round


@kept
def a_round_taking_bids(by: Actor | None = None, **wanted: Any) -> Round:
    """A round that is open for bids; what may be `wanted` is what `a_round` takes."""
    by = by or someone(Role.OFFICER)
    the_round = a_round(by, **wanted)
    open_bids(the_round.id, by=by)
    return find_round(the_round.slug)


#: (title, pot's key, pence asked for, smallest workable pence) of the bids of a round that is ready to lock.
BIDS = [("Bench", "", 300_000, None), ("Hall", "", 600_000, 400_000), ("Pond", "", 250_000, None)]


def turn_to(moment: datetime | None) -> None:
    """Turn the test's clock to a moment."""
    assert moment is not None
    current_app.extensions["test_clock"].at = moment


@kept
def a_checked_round(
    by: Actor | None = None,
    *,
    bids: list[tuple[str, str, int, int | None]] | None = None,
    vote: dict[str, Any] | None = None,
    **wanted: Any,
) -> Round:
    """A round whose bids (three, of one pot of £10,000, unless told) have passed their checks: ready to lock.

    A bid's pot is named by its key, the first pot by nothing. `vote` are columns such as `ballot_settings`. The
    clock stands two weeks before voting opens.
    """
    wanted = {"pots": [PotEntry("Everywhere", 1_000_000)], "key_mode": KeyMode.SIMPLE, **wanted}
    the_round = a_round_taking_bids(by, **wanted)
    turn_to(the_round.voting_opens_at)
    current_app.extensions["test_clock"].turn(days=-14)
    with transaction() as session:
        for name, value in {"ballot_settings": {"most": 2}, **(vote or {})}.items():
            setattr(the_round, name, value)
        for bid in bids or BIDS:
            _an_eligible_bid(session, the_round, *bid)
    return the_round


def _an_eligible_bid(session: Session, the_round: Round, title: str, pot: str, asked: int, least: int | None) -> None:
    group = Organisation(name=f"Friends of the {title}", kind=OrganisationKind.RESIDENTS, created_at=present.now())
    place = next(each for each in the_round.pots if not pot or each.key == pot)
    contact = someone(Role.GROUP_CONTACT)
    bid = Bid(
        round_id=the_round.id, pot=place, organisation=group, state=BidState.DRAFT,
        reference=f"YD-{next(_numbers):05}", created_by=contact.account_id,
        created_at=present.now(), saved_at=present.now(), title=title, summary=f"{title} for everybody.",
        total_cost=asked, asked=asked, workable_minimum=least,
    )  # fmt: skip
    session.add(bid)
    session.flush()
    record("bid_started", contact, round_id=the_round.id, subject=f"bid:{bid.id}", pot=place.id)
    set_bid_state(bid, BidState.SUBMITTED, contact)
    set_bid_state(bid, BidState.ELIGIBLE, SYSTEM)


@kept
def a_locked_round(by: Actor | None = None, **wanted: Any) -> Round:
    """A round whose ballot the owner asked to lock and an approver locked; in simple mode unless told."""
    the_round = a_checked_round(by, **wanted)
    sha256 = ask_lock(the_round.id, by=owner_of(the_round))
    return rehearsed(lock_ballot(the_round.id, sha256=sha256, by=someone(Role.APPROVER)))


def rehearsed(the_round: Round) -> Round:
    """The same round in simple mode, its key tested, so that voting may open."""
    rehearse_opening(the_round.id, by=owner_of(the_round))
    return the_round


@kept
def an_open_round(by: Actor | None = None, **wanted: Any) -> Round:
    """A locked round whose voting has just opened, by the clock."""
    the_round = a_locked_round(by, **wanted)
    turn_to(the_round.voting_opens_at)
    return the_round


def make_ballot(the_round: Round, *titles: str) -> dict[str, Any]:
    """The sections of an approval paper that names these projects; each pot with projects has its section."""
    projects = projects_of(the_round.id)
    chosen = {
        each.pot.key: sorted(p.key for p in projects if p.title in titles and p.pot_id == each.pot_id)
        for each in projects
    }
    return {pot: {"approved": keys} if keys else {} for pot, keys in chosen.items()}


def cast_ballots(
    the_round: Round, ballots: Sequence[Sequence[str]], channel: str = "online", area_id: int | None = None
) -> list[str]:
    """Cast one ballot for each list of titles, each with a code of its own; gives the receipts.

    They are cast in the first ward that has a pot, unless told.
    """
    area_id = area_id or next((pot.area_id for pot in the_round.pots if pot.area_id), None)
    elsewhere = {pot.key for pot in the_round.pots if pot.area_id not in (None, area_id)}
    made = make_codes(
        the_round.id, by=owner_of(the_round), count=len(ballots), name=f"Batch {next(_numbers)}", channel=channel
    )
    return [
        cast(
            Marked(
                the_round.id,
                1,
                {pot: choices for pot, choices in make_ballot(the_round, *titles).items() if pot not in elsewhere},
                make_nonce(secrets.token_bytes(NONCE_BYTES)),
                channel=channel,
            ),
            Claim(code=code, area_id=area_id),
        ).receipt
        for code, titles in zip(made.codes, ballots, strict=True)
    ]


#: What the ballots of a round that is counted say: Hall 4, Bench 3, Pond 2.
BALLOTS = [("Hall", "Bench"), ("Hall", "Bench"), ("Hall", "Pond"), ("Hall",), ("Bench", "Pond")]


@kept
def a_closed_round(by: Actor | None = None, *, ballots: Sequence[Sequence[str]] = BALLOTS, **wanted: Any) -> Round:
    """A round whose voting has just closed for good, its grace over, with a ballot cast for each list of titles."""
    the_round = an_open_round(by, **{"policy": Policy.CODE, **wanted})
    if ballots:
        cast_ballots(the_round, ballots)
    turn_to(the_round.voting_closes_at)
    current_app.extensions["test_clock"].turn(minutes=the_round.grace_minutes)
    return the_round


@kept
def an_opened_round(by: Actor | None = None, **wanted: Any) -> Round:
    """A closed round whose box the count lead has opened after two officers' approvals."""
    the_round = a_closed_round(by, **wanted)
    lead = someone(Role.COUNT_LEAD)
    freeze_box(the_round.id, by=lead)
    for _ in range(2):
        approve_opening(the_round.id, by=someone(Role.OFFICER))
    open_box(the_round.id, by=lead, witnesses=["Ann Other"])
    return the_round


@kept
def a_counted_round(by: Actor | None = None, **wanted: Any) -> Round:
    """An opened round with its first count: Hall gets £6,000, Bench £3,000, and for Pond too little is left."""
    the_round = an_opened_round(by, **wanted)
    record_count(the_round.id, by=someone(Role.COUNT_LEAD))
    return the_round


@kept
def a_certified_round(by: Actor | None = None, **wanted: Any) -> Round:
    """A counted round that the second teller has certified: members may decide."""
    the_round = a_counted_round(by, **wanted)
    certify(the_round.id, 1, by=someone(Role.SECOND_TELLER))
    return the_round


def cancel_vote(the_round: Round, reason: str) -> None:
    """End a round in which people vote, or voted, as two people do."""
    ask_cancellation(the_round.id, reason, by=owner_of(the_round))
    sha256 = cancellation_digest(find_round(the_round.slug))
    confirm_cancellation(the_round.id, sha256=sha256, by=someone(Role.APPROVER))
