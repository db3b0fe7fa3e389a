"""Forms about pots: all of them on one page, and the ways to lay them out."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, Form, FormField, HiddenField

from pb.models.rounds import Round
from pb.services.pots import PotEntry
from pb.web.forms.british import MoneyField
from pb.web.forms.fields import ChoiceField, MenuField, TextField, choices_of
from pb.web.odd_requests import row_number

LAYOUTS = {
    "whole": _l("One pot for the whole round"),
    "population": _l("A pot for each area, by how many people live there"),
    "areas": _l("A pot for each area, all the same"),
    "themes": _l("A pot for each theme, all the same"),
    "hand": _l("I want to name the pots and amounts myself"),
}


class PotForm(Form):
    """One pot."""

    pot_id = HiddenField()
    name = TextField(_l("Name"), needed=_l("Give the pot a name."))
    amount = MoneyField(_l("Amount"), needed=_l("Enter how much money is in the pot."))
    area_id = MenuField(_l("Area"), mark_optional=False)
    theme = MenuField(_l("Theme"), mark_optional=False)
    least_bid = MoneyField(_l("Only bids from"))
    most_bid = MoneyField(_l("Only bids up to"))


class PotsForm(FlaskForm):  # type: ignore[misc]
    """All pots of a round."""

    pots = FieldList(FormField(PotForm))

    def offer(self, the_round: Round) -> None:
        """Set the areas and themes that pots may have."""
        areas = choices_of({"": _l("All areas"), **{str(area.id): area.name for area in the_round.areas}})
        themes = choices_of({"": _l("Any theme"), **{theme: theme for theme in the_round.themes}})
        for entry in self.pots:
            entry.form.area_id.choices, entry.form.theme.choices = areas, themes

    def entries(self) -> list[PotEntry]:
        """The pots as they are written."""
        return [_entry(entry.form.data) for entry in self.pots]


class LayoutForm(FlaskForm):  # type: ignore[misc]
    """A ready way to share the money out."""

    layout = ChoiceField(_l("How is the money shared?"), LAYOUTS, needed=_l("Choose how to share the money."))


def _entry(data: dict[str, Any]) -> PotEntry:
    return PotEntry(
        name=data["name"] or "",
        amount=data["amount"] or 0,
        pot_id=row_number(data["pot_id"]),
        area_id=int(data["area_id"]) if data["area_id"] else None,
        theme=data["theme"] or "",
        least_bid=data["least_bid"],
        most_bid=data["most_bid"],
    )


def as_data(entries: list[PotEntry]) -> list[dict[str, Any]]:
    """Pots as the form takes them."""
    return [
        {**entry.__dict__, "area_id": str(entry.area_id or ""), "pot_id": str(entry.pot_id or "")} for entry in entries
    ]


def without_row(data: MultiDict[str, str], at: int) -> MultiDict[str, str]:
    """What was typed, without row `at`; nothing of the other rows is lost."""
    kept: MultiDict[str, str] = MultiDict()
    for name, values in data.lists():
        found = re.fullmatch(r"pots-(\d+)-(\w+)", name)
        if found is None:
            kept.setlist(name, values)
        elif int(found[1]) != at:
            number = int(found[1]) - (int(found[1]) > at)
            kept.setlist(f"pots-{number}-{found[2]}", values)
    return kept


def with_row(data: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was typed, with an empty row at its end."""
    numbers = [int(found[1]) for name in data if (found := re.fullmatch(r"pots-(\d+)-name", name))]
    more: MultiDict[str, str] = MultiDict(data)
    more[f"pots-{max(numbers, default=-1) + 1}-name"] = ""
    return more
