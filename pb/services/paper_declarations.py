"""Declarations that come with papers from drop points: looked at before the papers are mixed, and never after."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.eligibility import Declaration
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.permissions import may_settle_duplicates
from pb.core.states import RoundState
from pb.core.words import N_
from pb.models.papers import PaperBatch
from pb.models.roll import RollEntry, RollState
from pb.models.rounds import Policy, Round
from pb.services.ledger import record
from pb.services.papers import find_papers, keying_of, paper_in
from pb.services.rights import Claim, ward_of
from pb.services.roll import Person, person_of, place_of
from pb.services.round_states import must_be
from pb.services.transactions import transaction
from pb.services.voting import voting_round_of

#: Why a paper is set aside by its declaration, unread; `unclear` where it has none that can be read.
ASIDE_REASONS = ("duplicate", "out_of_area", "under_age", "late", "unclear")


def admit(round_id: int, batch_id: int, declaration: Declaration, *, by: Actor, area_id: int | None = None) -> None:
    """Put the person of a declaration on the roll, and let one paper of the batch go to the others, unread.

    Of the paper itself nothing is known: it is mixed with the others and numbered afterwards. The roll keeps the
    day, as always; no event of the ledger, since a chain of them would be an order of voters. Raises NotFound
    `no_papers`; NotAllowed `may_not_admit`; Refusal `not_now`, `box_frozen`, `no_declarations`, `not_counted`,
    `all_admitted`, `already_on_roll`, `other_area`; the faults of `person_of`; WardWanted.
    """
    _refuse_stranger(by)
    the_round = voting_round_of(round_id)
    batch = find_papers(round_id, batch_id)
    person = person_of(replace(the_round, policy=Policy.DECLARED), declaration)
    paper = paper_in(batch)
    ward = ward_of(paper, Claim(area_id=area_id or batch.area_id), None, person)
    if paper.wards and ward != batch.area_id:
        sentence = N_("This person votes in another area than the paper is for. Set the paper aside as out of area.")
        raise Refusal("other_area", sentence)
    person = replace(person, area_id=ward if ward is not None else person.area_id)
    with transaction() as session:
        batch = _to_admit(session, round_id, batch_id)
        _refuse_known(session, round_id, person)
        place = place_of(round_id, person, batch.channel)
        session.add(RollEntry(**place | {"state": RollState.CARD_GIVEN, "paper_batch_id": batch_id}))
        batch.admitted += 1


def set_aside(round_id: int, batch_id: int, reason: str, *, by: Actor) -> None:
    """Set a paper aside unread because of its declaration: void by one of ASIDE_REASONS, which is published.

    Raises as `admit`, and Refusal `reason_wrong`. Event `paper_settled`.
    """
    _refuse_stranger(by)
    if reason not in ASIDE_REASONS:
        raise Refusal("reason_wrong", N_("Choose one of the reasons."), field="void", status=422)
    with transaction() as session:
        batch = _to_admit(session, round_id, batch_id)
        batch.set_aside = {**batch.set_aside, reason: batch.set_aside.get(reason, 0) + 1}
        record("paper_settled", by, round_id=round_id, subject=f"papers:{batch_id}", batch=batch_id, reason=reason)


def _to_admit(session: Session, round_id: int, batch_id: int) -> PaperBatch:
    the_round = session.get_one(Round, round_id, with_for_update={"read": True}, populate_existing=True)
    must_be(the_round, RoundState.VOTING, RoundState.CLOSED)
    if the_round.sealed_root is not None:
        raise Refusal("box_frozen", N_("The box is frozen. Nothing more goes into it."))
    batch = session.get(PaperBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None or batch.round_id != round_id:
        raise NotFound("no_papers", N_("This round has no such batch of papers."))
    if not batch.declares:
        raise Refusal("no_declarations", N_("These papers come without a sheet: there is nothing to go through."))
    if batch.in_box is None:
        raise Refusal("not_counted", N_("Count the papers in the box first, still folded in their sheets."))
    if not keying_of(batch).undeclared:
        raise Refusal(
            "all_admitted",
            N_("Every paper in this box is admitted or set aside. If one is left over, count the box again."),
        )
    return batch


def _refuse_known(session: Session, round_id: int, person: Person) -> None:
    known = select(RollEntry.id).where(RollEntry.round_id == round_id, RollEntry.tag == person.tag)
    if session.scalar(known) is not None:
        sentence = N_(
            "Somebody of this name, postcode and year of birth has voted, or has been given a card or a paper. Set the "
            "paper aside as a duplicate."
        )
        raise Refusal("already_on_roll", sentence)


def _refuse_stranger(by: Actor) -> None:
    if not may_settle_duplicates(by):
        raise NotAllowed("may_not_admit", N_("Officers look at the declarations that come with papers."))
