"""Pots: the money of a round, whole or split, always to the penny."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.errors import Fault, Refusal, Refusals
from pb.core.money import LARGEST, format_money
from pb.core.words import N_
from pb.extensions import db
from pb.models.ballots import Project
from pb.models.bids import Bid
from pb.models.rounds import Pot, Round
from pb.services.ledger import record
from pb.services.round_sections import may_change
from pb.services.rounds import round_to_change, slug_of
from pb.services.transactions import transaction

LONGEST_NAME = 100
LONGEST_KEY = 20


@dataclass(frozen=True)
class PotEntry:
    """A pot as an officer writes it; amounts in pence. `pot_id` is that of a pot that is there already.

    `least_bid` and `most_bid` make it a pot for bids of that size, both ends included.
    """

    name: str
    amount: int
    pot_id: int | None = None
    area_id: int | None = None
    theme: str = ""
    least_bid: int | None = None
    most_bid: int | None = None


def set_pots(round_id: int, entries: Sequence[PotEntry], *, by: Actor) -> None:
    """Make the pots of a round these, in this order. Together they must be the round's money, to the penny.

    Raises NotAllowed `not_your_round`; Refusal `not_assessed`, `not_now`, `pot_in_use`; Refusals whose faults have
    a field such as `pots-2-amount` or `pots`: `pots_missing`, `pots_do_not_add_up`, `pot_name_missing`,
    `pot_name_twice`, `pot_amount`, `least_over_most`, `pot_area`, `pot_theme`. Event `pots_set`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        may_change(the_round, "pots")
        faults = list(_faults(the_round, entries))
        if faults:
            raise Refusals(faults)
        _replace(session, the_round, entries)
        record(
            "pots_set", by, round_id=round_id, subject=f"round:{round_id}",
            pots=len(entries), total=sum(entry.amount for entry in entries),
        )  # fmt: skip


def entries_of(the_round: Round) -> list[PotEntry]:
    """The pots of a round as entries, to change and to set again."""
    return [
        PotEntry(pot.name, pot.amount, pot.id, pot.area_id, pot.theme, pot.least_bid, pot.most_bid)
        for pot in the_round.pots
    ]


def difference(the_round: Round) -> int:
    """By how many pence the pots are more (less, if negative) than the round's money."""
    return sum(pot.amount for pot in the_round.pots) - the_round.total


def used_pots(the_round: Round) -> set[int]:
    """The ids of the pots that a bid or a project asks for already."""
    pots = select(Bid.pot_id).where(Bid.round_id == the_round.id, Bid.pot_id.is_not(None))
    projects = select(Project.pot_id).where(Project.round_id == the_round.id)
    return {pot_id for pot_id in db.session.scalars(pots.union(projects)) if pot_id is not None}


def _faults(the_round: Round, entries: Sequence[PotEntry]) -> Iterator[Fault]:
    if not entries:
        yield Fault("pots_missing", N_("A round needs at least one pot."), field="pots")
        return
    areas = {area.id for area in the_round.areas}
    for at, entry in enumerate(entries):
        yield from _pot_faults(entry, f"pots-{at}", areas, the_round.themes)
    names = [entry.name.strip().casefold() for entry in entries]
    for at, name in enumerate(names):
        if name and name in names[:at]:
            yield Fault("pot_name_twice", N_("Two pots have this name."), field=f"pots-{at}-name")
    yield from _sum_fault(the_round.total, sum(entry.amount for entry in entries))


def _pot_faults(entry: PotEntry, place: str, areas: set[int], themes: Sequence[str]) -> Iterator[Fault]:
    if not entry.name.strip():
        yield Fault("pot_name_missing", N_("Give the pot a name."), field=f"{place}-name")
    if len(entry.name.strip()) > LONGEST_NAME:
        sentence = N_("The name must be %(most)s characters or fewer.")
        yield Fault("too_long", sentence, {"most": LONGEST_NAME}, f"{place}-name")
    if not 0 < entry.amount <= LARGEST:
        yield Fault("pot_amount", N_("Enter more than £0."), field=f"{place}-amount")
    if entry.least_bid is not None and entry.most_bid is not None and entry.least_bid > entry.most_bid:
        sentence = N_("The smallest bid cannot be more than the largest.")
        yield Fault("least_over_most", sentence, field=f"{place}-most_bid")
    if entry.area_id is not None and entry.area_id not in areas:
        yield Fault("pot_area", N_("Choose an area of this round."), field=f"{place}-area_id")
    if entry.theme and entry.theme not in themes:
        yield Fault("pot_theme", N_("Choose a theme of this round."), field=f"{place}-theme")


def _sum_fault(total: int, together: int) -> Iterator[Fault]:
    if together == total:
        return
    params = {
        "together": format_money(together),
        "total": format_money(total),
        "out": format_money(abs(total - together)),
    }
    if together < total:
        sentence = N_("The pots come to %(together)s, and the round has %(total)s. %(out)s is still to be placed.")
    else:
        sentence = N_("The pots come to %(together)s, and the round has %(total)s. That is %(out)s too much.")
    yield Fault("pots_do_not_add_up", sentence, params, "pots")


def _replace(session: Session, the_round: Round, entries: Sequence[PotEntry]) -> None:
    """Change pots that stay, take out those that go, add those that come."""
    there = {pot.id: pot for pot in the_round.pots}
    kept = {entry.pot_id for entry in entries}
    going = [pot for pot in the_round.pots if pot.id not in kept]
    in_use = used_pots(the_round)
    for pot in going:
        if pot.id in in_use:
            sentence = N_("Bids ask for money from “%(pot)s” already, so it must stay.")
            raise Refusal("pot_in_use", sentence, field="pots", pot=pot.name)
        session.delete(pot)
    for pot in there.values():  # names may be exchanged, and no two may be equal on the way
        pot.name = f"pot {pot.id}"
    session.flush()
    session.expire(the_round, ["pots"])
    taken = {pot.key for pot in the_round.pots}
    for position, entry in enumerate(entries, start=1):
        found = there.get(entry.pot_id) if entry.pot_id is not None else None
        pot = found or Pot(round_id=the_round.id, key=_free_key(entry.name, taken))
        taken.add(pot.key)
        _write(pot, entry, position)
        session.add(pot)
    session.flush()
    session.expire(the_round, ["pots"])


def _write(pot: Pot, entry: PotEntry, position: int) -> None:
    pot.name, pot.amount, pot.position = entry.name.strip(), entry.amount, position
    pot.area_id, pot.theme = entry.area_id, entry.theme
    pot.least_bid, pot.most_bid = entry.least_bid, entry.most_bid


def _free_key(name: str, taken: set[str]) -> str:
    base = slug_of(name)[: LONGEST_KEY - 3].strip("-") or "pot"
    if base not in taken:
        return base
    return next(f"{base}-{number}" for number in range(2, 100) if f"{base}-{number}" not in taken)
