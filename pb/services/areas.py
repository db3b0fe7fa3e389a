"""Areas, the postcodes in them, and which of them a round is about."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from pb.core.actors import Actor
from pb.core.errors import Fault, NotAllowed, NotFound, Refusal, Refusals
from pb.core.permissions import may_keep_areas
from pb.core.words import N_
from pb.extensions import db
from pb.models.areas import Area, AreaPostcode
from pb.models.rounds import Pot
from pb.services.ledger import record
from pb.services.round_sections import may_change
from pb.services.rounds import round_to_change
from pb.services.transactions import transaction

KINDS = ("ward", "division", "parish", "district", "forum", "town")
LONGEST_NAME = 120
GSS_LENGTH = 9
#: More people than any one council serves.
MOST_PEOPLE = 10_000_000


def add_area(
    name: str, *, by: Actor, kind: str = "ward", population: int | None = None, gss_code: str | None = None
) -> Area:
    """A new area; `population` is of residents, `gss_code` the statistics office's own, such as E05009317.

    Raises NotAllowed `not_your_areas`; Refusals (`area_name_missing`, `too_long`, `area_twice`, `area_kind`,
    `population_range`, `gss_shape`, `gss_twice`). Event `area_added`.
    """
    must_keep_areas(by)
    with transaction() as session:
        area = Area()
        _write(area, name, kind, population, gss_code)
        session.add(area)
        session.flush()
        record("area_added", by, subject=f"area:{area.id}", population=population)
    return area


def change_area(
    area_id: int,
    name: str,
    *,
    by: Actor,
    kind: str = "ward",
    population: int | None = None,
    gss_code: str | None = None,
) -> None:
    """Change an area. Raises what `add_area` raises, and NotFound `no_area`. Event `area_changed`."""
    must_keep_areas(by)
    with transaction():
        area = find_area(area_id)
        before = (area.name, area.kind, area.population, area.gss_code)
        _write(area, name, kind, population, gss_code)
        after = (area.name, area.kind, area.population, area.gss_code)
        names = ("name", "kind", "population", "gss_code")
        fields = [field for field, old, new in zip(names, before, after, strict=True) if old != new]
        record("area_changed", by, subject=f"area:{area_id}", fields=fields)


def set_areas(round_id: int, area_ids: Iterable[int], *, by: Actor) -> None:
    """Say in which areas a round takes place; none means everywhere that the council serves.

    Raises NotAllowed `not_your_round`; Refusal `not_now`, `with_approver`, `area_has_pot`; NotFound `no_area`.
    Event `areas_set`.
    """
    wanted = sorted(set(area_ids))
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        may_change(the_round, "areas")
        areas = [find_area(area_id) for area_id in wanted]
        pots = session.scalars(select(Pot).where(Pot.round_id == round_id, Pot.area_id.is_not(None)))
        for pot in pots:
            if pot.area_id not in wanted:
                sentence = N_("The pot “%(pot)s” belongs to an area that you leave out. Change the pot first.")
                raise Refusal("area_has_pot", sentence, field="areas", pot=pot.name)
        the_round.areas = areas
        record("areas_set", by, round_id=round_id, subject=f"round:{round_id}", areas=wanted)


def find_area(area_id: int) -> Area:
    """The area with this number. Raises NotFound `no_area`."""
    area = db.session.get(Area, area_id)
    if area is None:
        raise NotFound("no_area", N_("There is no such area."))
    return area


def all_areas() -> list[Area]:
    """Every area by name."""
    return list(db.session.scalars(select(Area).order_by(Area.name)))


def postcode_counts() -> dict[int, int]:
    """How many postcodes, or beginnings of some, are known for each area, by its id."""
    query = select(AreaPostcode.area_id, func.count()).group_by(AreaPostcode.area_id)
    return {row[0]: row[1] for row in db.session.execute(query)}


def must_keep_areas(by: Actor) -> None:
    """Raise NotAllowed `not_your_areas` unless `by` keeps the list of areas."""
    if not may_keep_areas(by):
        raise NotAllowed("not_your_areas", N_("Only an administrator or an engagement officer can change areas."))


def _write(area: Area, name: str, kind: str, population: int | None, gss_code: str | None) -> None:
    name, gss_code = " ".join(name.split()), (gss_code or "").strip().upper() or None
    faults = _faults(name, kind, population, gss_code) + _twice(area, name, gss_code)
    if faults:
        raise Refusals(faults)
    area.name, area.kind, area.population, area.gss_code = name, kind, population, gss_code


def _faults(name: str, kind: str, population: int | None, gss_code: str | None) -> list[Fault]:
    faults = []
    if not name:
        faults.append(Fault("area_name_missing", N_("Enter the area’s name."), field="name"))
    if len(name) > LONGEST_NAME:
        sentence = N_("The name must be %(most)s characters or fewer.")
        faults.append(Fault("too_long", sentence, {"most": LONGEST_NAME}, "name"))
    if kind not in KINDS:
        faults.append(Fault("area_kind", N_("Choose one of the listed answers."), field="kind"))
    if population is not None and not 0 < population <= MOST_PEOPLE:
        sentence = N_("Enter how many people live there, as a whole number.")
        faults.append(Fault("population_range", sentence, field="population"))
    if gss_code and not (len(gss_code) == GSS_LENGTH and gss_code[0] in "EWSN" and gss_code[1:].isdigit()):
        sentence = N_("Enter a code such as E05009317: a letter and eight figures.")
        faults.append(Fault("gss_shape", sentence, field="gss_code"))
    return faults


def _twice(area: Area, name: str, gss_code: str | None) -> list[Fault]:
    faults = []
    others = [each for each in all_areas() if each.id != area.id]
    if any(each.name.casefold() == name.casefold() for each in others):
        faults.append(Fault("area_twice", N_("There is an area of this name already."), field="name"))
    if gss_code and any(each.gss_code == gss_code for each in others):
        faults.append(Fault("gss_twice", N_("Another area has this code."), field="gss_code"))
    return faults
