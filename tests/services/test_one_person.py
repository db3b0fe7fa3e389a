"""One person, one ballot: whichever two ways somebody tries at once, one ballot is in the box.

A hundred tries at once for each pair of ways, a thousand in the campaign; `--database postgresql` does the same there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from itertools import combinations_with_replacement

import pytest
from flask import Flask
from sqlalchemy import func, select

from pb.core.eligibility import Declaration
from pb.extensions import db
from pb.models.codes import Code, CodeState
from pb.models.roll import RollEntry, RollState
from pb.models.rounds import Policy, Round
from pb.services import invited
from pb.services.casting import cast
from pb.services.rights import Claim
from tests import factories
from tests.racing import all_at_once, forms, in_the_box
from tests.voters import SAM, a_voting_round, codes_for, invitation_codes, invite

AT_ONCE = 1000 if os.environ.get("PB_CAMPAIGN") == "full" else 100
KIM = Declaration("Kim Vale", "EX1 1AB", 1990, "live", declared=True)
TOLD = {"cast", "already_voted", "code_used", "code_void", "struck"}

Way = Callable[[Round], Callable[[int], Claim]]


def one_code(the_round: Round) -> Callable[[int], Claim]:
    (code,) = codes_for(the_round)
    return lambda _number: Claim(code)


def declaration(_round: Round) -> Callable[[int], Claim]:
    return lambda _number: Claim(declaration=SAM, contact="sam@example.org", proven=True)


def a_card_each_time(the_round: Round) -> Callable[[int], Claim]:
    codes = codes_for(the_round, AT_ONCE)
    return lambda number: Claim(codes[number], SAM, contact="sam@example.org", proven=True)


def another_address_each_time(_round: Round) -> Callable[[int], Claim]:
    return lambda number: Claim(declaration=SAM, contact=f"sam{number}@example.org", proven=True)


def another_name_for_the_address(_round: Round) -> Callable[[int], Claim]:
    return lambda _number: Claim(declaration=KIM, contact="Sam+kim@example.org", proven=True)


#: Every way in which somebody can come, by the policy of the round.
WAYS: Mapping[Policy, tuple[Way, ...]] = {
    Policy.CODE: (one_code,),
    Policy.DECLARED: (declaration, a_card_each_time),
    Policy.CONTACT: (declaration, a_card_each_time, another_address_each_time, another_name_for_the_address),
}
#: The same address under two names, and one name with other addresses, are two people's worth of tags.
PAIRS = [
    (policy, first, second)
    for policy, ways in WAYS.items()
    for first, second in combinations_with_replacement(ways, 2)
    if {first, second} != {another_address_each_time, another_name_for_the_address}
]


@pytest.mark.campaign
@pytest.mark.parametrize(("policy", "first", "second"), PAIRS, ids=lambda each: getattr(each, "__name__", str(each)))
def test_one_person_has_one_ballot_by_any_two_ways_at_once(app: Flask, policy: Policy, first: Way, second: Way) -> None:
    the_round = a_voting_round(policy=policy)
    claims = [first(the_round), second(the_round) if first is not second else None]
    by_way = [claims[number % 2] or claims[0] for number in range(AT_ONCE)]
    deeds = [
        lambda paper=paper, claim=by_way[number](number): cast(paper, claim) and "cast"  # type: ignore[misc]
        for number, paper in enumerate(forms(the_round, AT_ONCE))
    ]
    answers = all_at_once(app, deeds)
    assert answers["cast"] == 1
    assert set(answers) <= TOLD
    assert in_the_box() == 1
    assert _count(select(Code).where(Code.state == CodeState.USED)) == 1
    assert _count(select(RollEntry)) == (0 if policy == Policy.CODE else 1)


@pytest.mark.campaign
def test_an_invited_persons_code_is_used_once(app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.INVITED)
    invite(the_round)
    code = invitation_codes(the_round)["Sam Okafor"]
    deeds = [lambda paper=paper: cast(paper, Claim(code)) and "cast" for paper in forms(the_round, AT_ONCE)]  # type: ignore[misc]
    assert all_at_once(app, deeds) == {"cast": 1, "code_used": AT_ONCE - 1}
    assert in_the_box() == 1


@pytest.mark.campaign
@pytest.mark.parametrize("deed", ["strike_off", "withdraw_code"])
def test_somebody_is_struck_off_or_has_voted_and_never_both(app: Flask, deed: str) -> None:
    """The officer's deed and the ballot race for one code: exactly one of them has it afterwards."""
    the_round = a_voting_round(policy=Policy.INVITED)
    invite(the_round)
    code, owner = invitation_codes(the_round)["Sam Okafor"], factories.owner_of(the_round)
    (sam,) = invited.find_people(the_round.id, "okafor")

    def take_away() -> str:
        if deed == "strike_off":
            invited.strike_off(the_round.id, sam.id, "Moved away.", by=owner)
        else:
            invited.withdraw_code(the_round.id, sam.id, by=owner)
        return "struck"

    papers = forms(the_round, 15)
    deeds: list[Callable[[], object]] = [lambda paper=paper: cast(paper, Claim(code)) and "cast" for paper in papers]  # type: ignore[misc]
    answers = all_at_once(app, [*deeds[:7], take_away, *deeds[7:]])
    assert answers["cast"] + answers["struck"] == 1
    assert set(answers) <= TOLD
    db.session.rollback()
    (found,) = invited.find_people(the_round.id, "okafor")
    assert (in_the_box(), found.has_code) == ((1, True) if answers["cast"] else (0, False))
    assert _count(select(RollEntry).where(RollEntry.state == RollState.STRUCK)) == (
        1 if answers["struck"] and deed == "strike_off" else 0
    )


@pytest.mark.campaign
def test_letters_made_twice_at_once_give_each_person_one_code(app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.INVITED)
    invite(the_round)
    owner = factories.owner_of(the_round)
    deeds = [lambda: len(invited.make_letters(the_round.id, by_post_to_all=True, by=owner))] * 16
    assert all_at_once(app, deeds) == {"3": 1, "nobody_waits": 15}
    assert _count(select(Code)) == 3


def _count(query: object) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0  # type: ignore[attr-defined]
