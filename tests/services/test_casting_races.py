"""Many at once: one form, claims and many people together, without a fault. One person: test_one_person.py."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from pb.extensions import db
from pb.models.envelopes import HeldEnvelope
from pb.models.roll import RollEntry
from pb.models.rounds import Policy, Round
from pb.services.casting import cast
from pb.services.rights import Claim
from tests.racing import all_at_once, forms, in_the_box
from tests.voters import SAM, a_paper, a_voting_round, codes_for

AT_ONCE = 100


def test_a_hundred_sendings_of_one_form_give_one_receipt(app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    paper = a_paper(the_round)
    answers = all_at_once(app, [lambda: cast(paper, Claim(declaration=SAM)).receipt] * AT_ONCE)
    assert list(answers.values()) == [AT_ONCE]
    assert in_the_box() == 1


def test_claims_at_once_are_held_and_no_more_of_them_than_the_desk_takes(app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    papers = forms(the_round, 32)
    held = [lambda paper=paper: cast(paper, Claim(declaration=SAM), ask_check=True).held for paper in papers]
    assert all_at_once(app, held) == {"False": 1, "True": 3, "checks_wait": 28}
    db.session.rollback()
    assert len(db.session.scalars(select(HeldEnvelope)).all()) == 3
    assert len(db.session.scalars(select(RollEntry).where(RollEntry.tag.is_(None))).all()) == 3
    assert in_the_box() == 4


def test_sixteen_people_at_once_all_get_their_ballots_in(app: Flask) -> None:
    the_round = a_voting_round()
    pairs = list(zip(forms(the_round, 160), codes_for(the_round, 160), strict=True))
    answers = all_at_once(
        app, [lambda paper=paper, code=code: cast(paper, Claim(code)) and "cast" for paper, code in pairs]
    )
    assert answers == {"cast": 160}
    assert in_the_box() == 160


def test_the_first_ballots_of_a_round_come_at_once(app: Flask) -> None:
    """The clock has opened the voting and nobody has recorded it: everybody finds it so, one records it."""
    from sqlalchemy import update

    from pb.services.ledger import events_of_round, first_break
    from pb.services.transactions import transaction

    the_round = a_voting_round()
    pairs = list(zip(forms(the_round, 32), codes_for(the_round, 32), strict=True))
    recorded = len(list(events_of_round(the_round.id, ("round_state",))))
    with transaction() as session:
        session.execute(update(Round).values(state="locked"))
    answers = all_at_once(
        app, [lambda paper=paper, code=code: cast(paper, Claim(code)) and "cast" for paper, code in pairs]
    )
    assert answers == {"cast": 32}
    assert len(list(events_of_round(the_round.id, ("round_state",)))) == recorded + 1
    assert first_break() is None
