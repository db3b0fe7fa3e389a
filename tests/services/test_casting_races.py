"""Many at once: one code, one person, one form; and many people together without a fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from pb.core.errors import Refusal
from pb.core.receipts import make_nonce
from pb.extensions import db
from pb.models.envelopes import Envelope, HeldEnvelope
from pb.models.roll import RollEntry
from pb.models.rounds import Policy, Round
from pb.services.casting import Marked, cast
from pb.services.rights import Claim
from tests.voters import SAM, a_paper, a_voting_round, codes_for

AT_ONCE = 100
THREADS = 16


def forms(the_round: Round, count: int = AT_ONCE) -> list[Marked]:
    """So many forms of one round, each its own."""
    paper = a_paper(the_round)
    return [replace(paper, nonce=make_nonce(number.to_bytes(24, "big"))) for number in range(count)]


def all_at_once(app: Flask, deeds: list[Callable[[], object]]) -> Counter[str]:
    """Do all deeds together, in threads that start at one moment; count what each gave or was refused with."""
    start = Barrier(THREADS)

    def worker(mine: list[Callable[[], object]]) -> list[str]:
        start.wait()
        return [do(app, deed) for deed in mine]

    with ThreadPoolExecutor(THREADS) as pool:
        given = pool.map(worker, [deeds[at::THREADS] for at in range(THREADS)])
        return Counter(answer for answers in given for answer in answers)


def do(app: Flask, deed: Callable[[], object]) -> str:
    with app.app_context():
        try:
            return str(deed())
        except Refusal as refusal:
            return refusal.code
        finally:
            db.session.remove()


def in_the_box() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Envelope)) or 0


@pytest.mark.parametrize("policy", Policy)
def test_a_hundred_uses_of_one_right_count_one_ballot(app: Flask, policy: Policy) -> None:
    the_round = a_voting_round(policy=policy)
    claim = Claim(codes_for(the_round)[0]) if policy == Policy.CODE else Claim(declaration=SAM)
    papers = forms(the_round)
    answers = all_at_once(app, [lambda paper=paper: cast(paper, claim) and "cast" for paper in papers])
    told = "code_used" if policy == Policy.CODE else "already_voted"
    assert answers == {"cast": 1, told: AT_ONCE - 1}
    assert in_the_box() == 1


def test_a_hundred_sendings_of_one_form_give_one_receipt(app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    paper = a_paper(the_round)
    answers = all_at_once(app, [lambda: cast(paper, Claim(declaration=SAM)).receipt] * AT_ONCE)
    assert list(answers.values()) == [AT_ONCE]
    assert in_the_box() == 1


def test_a_person_with_a_card_and_a_declaration_at_once_counts_one_ballot(app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    claims = [Claim(code, SAM) for code in codes_for(the_round, AT_ONCE // 2)] + [Claim(declaration=SAM)] * (
        AT_ONCE // 2
    )
    pairs = zip(forms(the_round), claims, strict=True)
    answers = all_at_once(
        app, [lambda paper=paper, claim=claim: cast(paper, claim) and "cast" for paper, claim in pairs]
    )
    assert answers == {"cast": 1, "already_voted": AT_ONCE - 1}
    assert in_the_box() == 1


def test_claims_at_once_are_all_held_and_none_is_lost(app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    papers = forms(the_round, 32)
    held = [lambda paper=paper: cast(paper, Claim(declaration=SAM), ask_check=True).held for paper in papers]
    assert all_at_once(app, held) == {"False": 1, "True": 31}
    db.session.rollback()
    assert len(db.session.scalars(select(HeldEnvelope)).all()) == 31
    assert len(db.session.scalars(select(RollEntry).where(RollEntry.tag.is_(None))).all()) == 31


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
