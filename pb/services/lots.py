"""Lots: a tie that nothing published decides is settled by a draw in public, which is then recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from pb.core.actors import Actor
from pb.core.errors import Fault, NotAllowed, Refusal, Refusals
from pb.core.permissions import may_open_box
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.ballots import Project
from pb.models.counts import Lot
from pb.models.rounds import Round
from pb.services.counts import knows_everything, last_count, outcome_now
from pb.services.elections import projects_of
from pb.services.ledger import record
from pb.services.round_states import must_be
from pb.services.rounds import locked_round
from pb.services.transactions import transaction

LONGEST_NAME = 120
LONGEST_METHOD = 300


@dataclass(frozen=True)
class Draw:
    """A draw as it was done: the projects' keys in the order drawn, how, and who saw it.

    `outsider` says that at least one of the two witnesses is not an officer.
    """

    order: Sequence[str]
    method: str
    first_witness: str
    second_witness: str
    outsider: bool


def open_tie_of(the_round: Round) -> list[Project]:
    """The projects of the tie that waits for a lot, in the order of the ballot; empty when none does.

    Where several ties are open, it is the first: each lot brings out the next. Ballots are counted
    again only where something is known that the newest count did not know: a count with an open tie is never stored.
    """
    count = last_count(the_round.id)
    if count is not None and knows_everything(count, the_round):
        return []
    try:
        outcome_now(the_round)
    except Refusal as refusal:
        if refusal.code != "open_tie":
            raise
        ids = refusal.fault.params["ids"]
        return [project for project in projects_of(the_round.id) if project.key in ids]  # type: ignore[operator]
    return []


def record_lot(round_id: int, draw: Draw, *, by: Actor) -> Lot:
    """Record the lot that settles the open tie; by the count lead, who then counts again.

    Raises NotFound `no_round`; NotAllowed `not_count_lead`; Refusal `not_now`, `no_open_tie`; Refusals
    `order_wrong`, `method_missing`, `method_long`, `witness_missing`, `witness_long`, `witness_twice`,
    `witness_outside`. Event `lot_recorded`.
    """
    if not may_open_box(by):
        raise NotAllowed("not_count_lead", N_("Only the count lead records a lot."))
    with transaction() as session:
        the_round = locked_round(session, round_id)
        must_be(the_round, RoundState.OPENED)
        tied = open_tie_of(the_round)
        if not tied:
            raise Refusal("no_open_tie", N_("No tie waits for a lot."))
        faults = _faults(draw, {project.key for project in tied})
        if faults:
            raise Refusals(faults)
        lot = Lot(
            round_id=round_id, pot_id=tied[0].pot_id, order=list(draw.order), method=draw.method.strip(),
            first_witness=_name(draw.first_witness), second_witness=_name(draw.second_witness),
            drawn_at=present.now(), recorded_by=by.account_id,
        )  # fmt: skip
        session.add(lot)
        session.flush()
        record(
            "lot_recorded", by, round_id=round_id, subject=f"lot:{lot.id}",
            projects=sorted(draw.order), order=list(draw.order), method=lot.method,
        )  # fmt: skip
    return lot


def lots_of(round_id: int) -> list[Lot]:
    """The lots of a round in the order in which they were drawn."""
    return list(db.session.scalars(select(Lot).where(Lot.round_id == round_id).order_by(Lot.id)))


def _faults(draw: Draw, tied: set[str]) -> list[Fault]:
    faults = []
    if len(draw.order) != len(tied) or set(draw.order) != tied:
        sentence = N_("Give each of the tied bids one place in the order drawn.")
        faults.append(Fault("order_wrong", sentence, field="order"))
    if not draw.method.strip():
        sentence = N_("Say how the lot was drawn, such as “folded papers from a hat”.")
        faults.append(Fault("method_missing", sentence, field="method"))
    elif len(draw.method.strip()) > LONGEST_METHOD:
        sentence = N_("Use at most %(most)s characters.")
        faults.append(Fault("method_long", sentence, {"most": LONGEST_METHOD}, "method"))
    return [*faults, *_witness_faults(draw)]


def _witness_faults(draw: Draw) -> list[Fault]:
    faults = []
    names = {"first_witness": _name(draw.first_witness), "second_witness": _name(draw.second_witness)}
    for field, name in names.items():
        if not name:
            faults.append(Fault("witness_missing", N_("Enter the name of a witness."), field=field))
        elif len(name) > LONGEST_NAME:
            faults.append(Fault("witness_long", N_("Use at most 120 characters."), field=field))
    first, second = (name.casefold() for name in names.values())
    if first and first == second:
        faults.append(Fault("witness_twice", N_("The two witnesses are different people."), field="second_witness"))
    if not draw.outsider:
        sentence = N_("At least one witness must not be an officer of the council. Draw again with one there.")
        faults.append(Fault("witness_outside", sentence, field="outsider"))
    return faults


def _name(text: str) -> str:
    return " ".join(text.split())
