"""The pages of a bid's form: what each one holds, and its lines of costs added and removed without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from pb.core.bids import MOST_COST_LINES
from pb.models.bids import Bid
from pb.web.forms import bids as forms
from pb.web.forms.bids import CostsForm, PlaceAndDatesForm, PotForm, pot_choices
from pb.web.forms.british import PostcodeField
from pb.web.forms.fields import ParagraphField, TextField, choices_of
from pb.web.forms.organisations import OrganisationForm

LEAST_ROWS = 3

_LINE = re.compile(r"cost_lines-([0-9]{1,4})-(item|amount)")
ROW_BUTTONS = frozenset({"add_row", "remove_row"})


def rows_in_order(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was sent, its lines numbered from 0, after the button `add_row`, or `remove_row` with a line's number."""
    rows: dict[int, dict[str, str]] = {}
    kept = MultiDict[str, str]()
    for name, value in sent.items(multi=True):
        found = _LINE.fullmatch(name)
        if name.startswith("cost_lines-") and not found:
            continue
        if found:
            rows.setdefault(int(found[1]), {})[found[2]] = value
        else:
            kept.add(name, value)
    removed = sent.get("remove_row", "")
    left = [row for number, row in sorted(rows.items()) if str(number) != removed]
    if "add_row" in sent and len(left) < MOST_COST_LINES:
        left.append({})
    for number, row in enumerate(left or [{}]):
        for part in ("item", "amount"):
            kept.add(f"cost_lines-{number}-{part}", row.get(part, ""))
    return kept


FORMS: dict[str, type[FlaskForm]] = {
    "group": OrganisationForm,
    "papers": forms.PapersForm,
    "title": forms.TitleForm,
    "plan": forms.PlanForm,
    "people": forms.PeopleForm,
    "place-and-dates": forms.PlaceAndDatesForm,
    "pot": forms.PotForm,
    "costs": forms.CostsForm,
    "amount": forms.AmountForm,
    "other-money": forms.OtherMoneyForm,
    "interests": forms.InterestsForm,
    "declarations": forms.DeclarationsForm,
}


def section_form(key: str, bid: Bid, sent: MultiDict[str, str] | None = None) -> Any:
    """The form of one page, holding what was `sent`, else what the bid holds."""
    form = FORMS[key](formdata=sent, obj=bid.organisation if key == "group" else bid)
    fit = _FITS.get(key)
    if fit is not None:
        fit(form, bid)
    return form


def values_of(form: FlaskForm) -> dict[str, Any]:
    """What a page's form holds, as `services.bids.save_section` takes it."""
    values: dict[str, Any] = {name: data for name, data in form.data.items() if name != "csrf_token"}
    if "cost_lines" in values:
        values["cost_lines"] = [(row["item"], row["amount"]) for row in values["cost_lines"] if row["item"]]
    if values.get("has_interest") is False:
        values["interests"] = ""
    return {name: "" if value is None and isinstance(form[name], _TEXTS) else value for name, value in values.items()}


_TEXTS = (TextField, ParagraphField, PostcodeField)


def _fit_rows(form: CostsForm, _bid: Bid) -> None:
    """Room for a few lines at first; afterwards as many as the person leaves."""
    wanted = LEAST_ROWS if form.total_cost.raw_data is None else 1
    while len(form.cost_lines.entries) < wanted:
        form.cost_lines.append_entry()


def _fit_themes(form: PlaceAndDatesForm, bid: Bid) -> None:
    if bid.round.themes:
        form.themes.choices = choices_of({theme: theme for theme in bid.round.themes})
    else:
        del form.themes


def _fit_pots(form: PotForm, bid: Bid) -> None:
    form.pot_id.choices = pot_choices(bid.round)


_FITS: dict[str, Callable[[Any, Bid], None]] = {
    "costs": _fit_rows,
    "place-and-dates": _fit_themes,
    "pot": _fit_pots,
}
