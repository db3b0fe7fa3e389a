"""Ready ways to lay out the money of a round: one pot, or one for each area or theme, split to the penny."""

from __future__ import annotations

from collections.abc import Callable

from pb.core.actors import Actor
from pb.core.errors import Refusal
from pb.core.money import split
from pb.core.words import N_
from pb.models.areas import Area
from pb.models.rounds import Round
from pb.services.pots import PotEntry, set_pots
from pb.services.round_sections import may_change
from pb.services.rounds import round_to_change
from pb.services.transactions import transaction

ONE_POT = N_("The whole round")


def lay_out_pots(round_id: int, layout: str, *, by: Actor) -> None:
    """Replace the pots of a round by those of a ready layout, a key of LAYOUTS; the pennies add up.

    Raises Refusal `layout_unknown`, `total_missing`, `areas_missing`, `themes_missing`, `population_missing`,
    `too_little_to_split` and what `set_pots` raises. Event `pots_set`.
    """
    if layout not in LAYOUTS:
        raise Refusal("layout_unknown", N_("Choose how to share the money."), field="layout", status=422)
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        may_change(the_round, "pots")
        if the_round.total <= 0:
            raise _refusal("total_missing", N_("Say first how much money the round has."))
        entries = LAYOUTS[layout](the_round)
        if any(entry.amount == 0 for entry in entries):
            raise _refusal("too_little_to_split", N_("There is too little money for so many pots."))
        set_pots(round_id, entries, by=by)


def _whole(the_round: Round) -> list[PotEntry]:
    return [PotEntry(ONE_POT, the_round.total)]


def _by_population(the_round: Round) -> list[PotEntry]:
    areas = _areas(the_round)
    unknown = [area.name for area in areas if not area.population]
    if unknown:
        sentence = N_("Nobody has entered how many people live in %(areas)s. Split the money another way, or enter it.")
        raise _refusal("population_missing", sentence, areas=", ".join(unknown))
    return _for_areas(areas, split(the_round.total, [area.population or 0 for area in areas]))


def _by_area(the_round: Round) -> list[PotEntry]:
    areas = _areas(the_round)
    return _for_areas(areas, split(the_round.total, [1] * len(areas)))


def _by_theme(the_round: Round) -> list[PotEntry]:
    themes = the_round.themes
    if not themes:
        raise _refusal("themes_missing", N_("Name the themes of the round first."))
    amounts = split(the_round.total, [1] * len(themes))
    return [PotEntry(theme, amount, theme=theme) for theme, amount in zip(themes, amounts, strict=True)]


def _areas(the_round: Round) -> list[Area]:
    if not the_round.areas:
        raise _refusal("areas_missing", N_("Choose the areas of the round first."))
    return list(the_round.areas)


def _for_areas(areas: list[Area], amounts: list[int]) -> list[PotEntry]:
    return [PotEntry(area.name, amount, area_id=area.id) for area, amount in zip(areas, amounts, strict=True)]


def _refusal(code: str, sentence: str, **params: object) -> Refusal:
    return Refusal(code, sentence, field="layout", status=422, **params)


LAYOUTS: dict[str, Callable[[Round], list[PotEntry]]] = {
    "whole": _whole,
    "population": _by_population,
    "areas": _by_area,
    "themes": _by_theme,
}
