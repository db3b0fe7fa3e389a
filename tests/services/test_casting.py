"""Casting: what a ballot takes, what refuses it, and that a refusal leaves everything as it was."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pb.core.errors import Refusal
from pb.extensions import db
from pb.models.codes import Code, CodeState
from pb.models.envelopes import Envelope
from pb.models.rounds import Policy, Round
from pb.services.casting import Marked, cast
from pb.services.codes import make_codes
from pb.services.rights import Claim
from pb.services.voting import paper_of, voting_round_of
from tests import factories


@pytest.fixture
def code_round(app) -> Round:
    """An open round in which a code is the whole check."""
    return factories.an_open_round(policy=Policy.CODE)


def some_codes(the_round: Round, count: int = 1, **wanted) -> tuple[str, ...]:
    return make_codes(the_round.id, by=factories.owner_of(the_round), count=count, name="Library", **wanted).codes


def marked(the_round: Round, letter: str = "A") -> Marked:
    paper = paper_of(voting_round_of(the_round.id))
    first = paper.sections[0]
    return Marked(the_round.id, paper.version, {first.key: {"approved": [first.projects[0].key]}}, letter * 32)


def test_a_ballot_with_a_code_goes_into_the_box_once(code_round: Round) -> None:
    (code,) = some_codes(code_round)
    receipt = cast(marked(code_round), Claim(code)).receipt
    assert len(receipt) == 13
    assert db.session.scalars(select(Code.state)).all() == [CodeState.USED]
    with pytest.raises(Refusal) as refused:
        cast(marked(code_round, "B"), Claim(code))
    assert refused.value.code == "code_used"
    assert len(db.session.scalars(select(Envelope)).all()) == 1
