"""A whole vote by four ways in, with everything that goes wrong in one; every figure follows from the test's own list."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from pb.core.actors import Role
from pb.core.cards import most_lost
from pb.core.eligibility import Declaration
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.core.reconciliation import equations
from pb.models.rounds import Policy, Round
from pb.services.batches import note_card_counts, numbers_of_batches, replace_lost
from pb.services.casting import ASSISTED, Cast, Marked, cast
from pb.services.codes import make_codes
from pb.services.counts import last_count, read_count, record_count
from pb.services.duplicates import held_claims, settle
from pb.services.elections import projects_of
from pb.services.opening import approve_opening, freeze_box, open_box, receipt_is_counted
from pb.services.paper_declarations import admit
from pb.services.paper_keying import Typed, key_papers
from pb.services.papers import PapersWanted, count_papers, make_papers, paper_in
from pb.services.reconciliation import channels_of, desk_of, numbers_of, opening_of
from pb.services.rights import Claim
from pb.services.rounds import find_round
from pb.services.spoiling import spoil
from pb.services.withdrawals import ask_withdrawal, confirm_withdrawal, withdrawal_digest
from tests.conftest import TurningClock
from tests.factories import make_ballot, owner_of, someone, turn_to
from tests.voters import a_voting_round

pytestmark = pytest.mark.usefixtures("app")

#: Ten times a vote of 200 ballots in the campaign.
SCALE = 10 if os.environ.get("PB_CAMPAIGN") == "full" else 1
ONLINE, STALL, HELPED, PAPER = 90 * SCALE, 60 * SCALE, 20 * SCALE, 30 * SCALE
#: Claims of somebody who is on the roll already: so many the desk lets in, and so many it turns down.
LET_IN, TURNED_DOWN = 3 * SCALE, 2 * SCALE
SPOILT, NOT_RETURNED, MISSING, UNUSED = 4 * SCALE, 5 * SCALE, 1 * SCALE, 6 * SCALE
BLANK, TOO_MANY = 2 * SCALE, 1 * SCALE
GONE = "Pond"


@dataclass
class Vote:
    """The round, and the list: what every ballot that is to be counted says, and the receipts that were given."""

    round: Round
    chance: Random = field(default_factory=lambda: Random(7))
    listed: list[tuple[str, ...]] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    people: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**6)))

    def choice(self) -> tuple[str, ...]:
        """What the next voter chooses: one or two of the projects that are still on the ballot."""
        version = find_round(self.round.slug).ballot_version
        there = ["Hall", "Bench", GONE] if version == 1 else ["Hall", "Bench"]
        return tuple(self.chance.sample(there, self.chance.randint(1, 2)))

    def person(self) -> Declaration:
        """The next person, whom nobody has seen before."""
        number = next(self.people)
        name = "".join("abcdefghij"[int(figure)] for figure in str(number))
        return Declaration(f"Ann {name}", "EX1 1AB", 1940 + number % 60, "live", declared=True)

    def cast(self, titles: Sequence[str], claim: Claim, channel: str = "online", *, ask_check: bool = False) -> Cast:
        """Cast a ballot; its receipt is kept unless it is held."""
        version = find_round(self.round.slug).ballot_version or 1
        nonce = make_nonce(self.chance.randbytes(NONCE_BYTES))
        sections = {key: each for key, each in make_ballot(self.round, *titles).items() if each}
        return cast(Marked(self.round.id, version, sections, nonce, channel=channel), claim, ask_check=ask_check)

    def counted(self, titles: Sequence[str], claim: Claim, channel: str = "online") -> None:
        """Cast a ballot that is to be counted."""
        self.receipts.append(self.cast(titles, claim, channel).receipt)
        self.listed.append(tuple(titles))


def online(vote: Vote, count: int) -> list[Declaration]:
    """So many people vote on their own phones."""
    people = [vote.person() for _ in range(count)]
    for person in people:
        vote.counted(vote.choice(), Claim(declaration=person))
    return people


def claims(vote: Vote, people: Sequence[Declaration]) -> None:
    """Some are told that they have voted already, and ask for a check; the desk lets in the first of them."""
    officer = someone(Role.OFFICER)
    for at, person in enumerate(people):
        again, titles = replace(person, name=person.name.upper()), vote.choice()
        done = vote.cast(titles, Claim(declaration=again), ask_check=True)
        assert done.held
        (claim,) = held_claims(vote.round.id, by=officer)
        settle(vote.round.id, claim.id, accepted=at < LET_IN, reason="We rang them up.", by=officer)
        if at < LET_IN:
            vote.listed.append(titles)
            vote.receipts.append(done.receipt)


def stall(vote: Vote) -> int:
    """Cards at a stall: most are used, some spoilt and swapped, some lost, some never come back; the batch's number."""
    handed = STALL + SPOILT + NOT_RETURNED
    lost = most_lost(handed, 5)
    printed = handed + lost + UNUSED + MISSING
    made = make_codes(vote.round.id, by=owner_of(vote.round), count=printed, name="Market", channel="stall")
    counts = {"printed": printed, "handed_out": handed + lost, "returned_unused": UNUSED, "missing": MISSING}
    note_card_counts(vote.round.id, made.batch_id, {**counts, "not_returned": NOT_RETURNED}, by=someone(Role.STEWARD))
    codes = iter(made.codes)
    for at in range(STALL):
        code, person, titles = next(codes), vote.person(), vote.choice()
        if at < SPOILT:
            vote.cast(vote.choice(), Claim(code=code, declaration=person), "stall")
            fresh = next(codes)
            spoil(vote.round.id, code, replacement=fresh, by=someone(Role.STEWARD))
            vote.counted(titles, Claim(code=fresh), "stall")
        else:
            vote.counted(titles, Claim(code=code, declaration=person), "stall")
    for _ in range(lost):
        replace_lost(vote.round.id, made.batch_id, by=someone(Role.OFFICER))
    return lost


def helped(vote: Vote) -> None:
    """People whom a steward helps."""
    for _ in range(HELPED):
        vote.counted(vote.choice(), Claim(declaration=vote.person()), ASSISTED)


def on_paper(vote: Vote) -> None:
    """Papers with a sheet for whoever takes one, keyed by two people; some are blank, some have a cross too many."""
    valid, issued = PAPER - BLANK - TOO_MANY, PAPER + SPOILT
    wanted = PapersWanted("Hall papers", issued + UNUSED, channel="event", declares=True)
    batch = make_papers(vote.round.id, wanted, by=owner_of(vote.round))
    counts = {"issued": issued, "unused": UNUSED, "spoilt": SPOILT, "not_returned": 0, "in_box": PAPER}
    count_papers(vote.round.id, batch.id, counts, by=someone(Role.STEWARD))
    for _ in range(PAPER):
        admit(vote.round.id, batch.id, vote.person(), by=someone(Role.OFFICER))
    keys = {each.title: each.key for section in paper_in(batch).sections for each in section.projects}
    lines = []
    for number in range(1, valid + 1):
        titles = vote.choice()
        vote.listed.append(titles)
        lines.append(Typed(number, {keys[title]: "x" for title in titles}))
    lines += [Typed(valid + 1 + at, void="blank") for at in range(BLANK)]
    lines += [Typed(valid + BLANK + 1 + at, void="too_many") for at in range(TOO_MANY)]
    for person in (someone(Role.STEWARD), someone(Role.STEWARD)):
        key_papers(vote.round.id, batch.id, lines, by=person)


def withdraw(vote: Vote) -> None:
    """A project leaves the ballot in the middle of the vote."""
    project = next(each for each in projects_of(vote.round.id) if each.title == GONE)
    ask_withdrawal(project.id, "The pond was filled in.", by=owner_of(vote.round))
    confirm_withdrawal(project.id, sha256=withdrawal_digest(project), by=someone(Role.APPROVER))


def open_it(vote: Vote, clock: TurningClock) -> None:
    turn_to(vote.round.voting_closes_at)
    clock.turn(minutes=vote.round.grace_minutes)
    lead = someone(Role.COUNT_LEAD)
    freeze_box(vote.round.id, by=lead)
    for _ in range(2):
        approve_opening(vote.round.id, by=someone(Role.OFFICER))
    open_box(vote.round.id, by=lead)
    record_count(vote.round.id, by=lead)


@pytest.mark.campaign
def test_a_vote_by_four_ways_in_reconciles_to_zero_and_says_what_the_list_says(clock: TurningClock) -> None:
    vote = Vote(a_voting_round(policy=Policy.DECLARED))
    first = online(vote, ONLINE // 2)
    withdraw(vote)
    second = online(vote, ONLINE - ONLINE // 2)
    claims(vote, [*first, *second][: LET_IN + TURNED_DOWN])
    lost = stall(vote)
    helped(vote)
    on_paper(vote)
    open_it(vote, clock)

    ballots = ONLINE + LET_IN + STALL + HELPED + PAPER - BLANK - TOO_MANY
    assert len(vote.listed) == ballots
    the_round, opening = find_round(vote.round.slug), opening_of(vote.round.id)
    assert opening is not None
    assert (opening.envelopes, opening.valid, opening.invalid) == (ballots, ballots, {})
    assert all(receipt_is_counted(the_round.id, each) for each in vote.receipts)

    expected = Counter(title for titles in vote.listed for title in titles)
    count = last_count(the_round.id)
    assert count is not None
    (outcome,) = read_count(count).outcomes.values()
    titles = {each.key: each.title for each in projects_of(the_round.id)}
    assert {titles[each.id]: each.votes for each in outcome.projects} == dict(expected)
    assert {titles[each.id] for each in outcome.projects if each.award == "none"} == {GONE}

    numbers = numbers_of(the_round)
    assert [(line.name, line.difference) for line in equations(numbers) if not line.holds] == []
    assert (numbers.accepted, numbers.held, numbers.rejected) == (ballots, 0, TURNED_DOWN)
    assert numbers.people == ONLINE + LET_IN + TURNED_DOWN + STALL + HELPED
    assert desk_of(the_round.id).held == LET_IN + TURNED_DOWN
    (market,) = [each for each in numbers_of_batches(the_round.id) if each.name == "Market"]
    assert (market.used, market.spoilt, market.lost_replaced) == (STALL, SPOILT, lost)
    assert market.handed_out == STALL + SPOILT + lost + NOT_RETURNED
    (papers,) = numbers.paper_batches
    assert (papers.valid, papers.void) == (PAPER - BLANK - TOO_MANY, {"blank": BLANK, "too_many": TOO_MANY})
    assert channels_of(the_round.id)["assisted"] == HELPED
