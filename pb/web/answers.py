"""What a group wrote in a bid, as questions and answers: for the group itself and for those who check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from pb.core.bids import BANK_ACCOUNTS, DECLARATIONS, GOVERNING_DOCUMENTS, SECTIONS
from pb.models.bids import Bid
from pb.web.formats import day, money, number, paragraphs
from pb.web.forms.bid_pages import FORMS
from pb.web.forms.organisations import KINDS

Row = dict[str, Any]


def answers_of_bid(bid: Bid, *, change: bool = False) -> list[dict[str, Any]]:
    """One card for each section: key, title, heading, rows, and `href` to change it where asked."""
    return [
        {
            "key": key,
            "title": _(section.title),
            "heading": _(section.heading),
            "rows": _rows(key, bid),
            "href": url_for("groups_sections.edit", reference=bid.reference, section=key, then="check")
            if change
            else "",
        }
        for key, section in SECTIONS.items()
    ]


def _rows(key: str, bid: Bid) -> list[Row]:
    return [{"key": str(label), "value": _shown(name, bid)} for name, label in _questions(key, bid)]


def _questions(key: str, bid: Bid) -> list[tuple[str, Any]]:
    """The fields of a page with the questions that they ask."""
    form = FORMS[key](formdata=None, meta={"csrf": False})
    asked = [(field.short_name, field.label.text) for field in form if field.short_name != "themes" or bid.round.themes]
    return [
        (name, _("What the money pays for") if name == "cost_lines" else label)
        for name, label in asked
        if name != "interests" or bid.has_interest
    ]


def _shown(name: str, bid: Bid) -> Any:
    shown = _SHOWN.get(name)
    if shown is not None:
        return shown(bid)
    value = getattr(bid, name, None) if hasattr(bid, name) else getattr(bid.organisation, name)
    return value or ""


def _yes_no(name: str) -> Callable[[Bid], str]:
    return lambda bid: {True: _("Yes"), False: _("No"), None: ""}[getattr(bid, name)]


def _amount(name: str) -> Callable[[Bid], str]:
    return lambda bid: money(getattr(bid, name), bid.round.currency) if getattr(bid, name) is not None else ""


def _text(name: str) -> Callable[[Bid], Markup | str]:
    return lambda bid: paragraphs(getattr(bid, name)) if getattr(bid, name) else ""


def _date(name: str) -> Callable[[Bid], str]:
    return lambda bid: day(getattr(bid, name)) if getattr(bid, name) else ""


def _choice(name: str, sentences: dict[str, str]) -> Callable[[Bid], str]:
    return lambda bid: _(sentences[getattr(bid, name)]) if getattr(bid, name) in sentences else ""


def _lines(bid: Bid) -> Markup | str:
    if not bid.cost_lines:
        return ""
    items = Markup("").join(
        Markup("<li>{}: {}</li>").format(line.item, money(line.amount, bid.round.currency)) for line in bid.cost_lines
    )
    return Markup('<ul class="govuk-list">{}</ul>').format(items)


def _declared(bid: Bid) -> Markup | str:
    agreed = [escape(_(DECLARATIONS[key])) for key in DECLARATIONS if key in bid.declarations]
    if not agreed:
        return ""
    items = Markup("").join(Markup("<li>{}</li>").format(each) for each in agreed)
    return Markup('<ul class="govuk-list govuk-list--bullet">{}</ul>').format(items)


_SHOWN: dict[str, Callable[[Bid], Any]] = {
    "kind": lambda bid: str(KINDS[bid.organisation.kind]),
    "bank_account": _choice("bank_account", BANK_ACCOUNTS),
    "governing_document": _choice("governing_document", GOVERNING_DOCUMENTS),
    **{name: _text(name) for name in ("what", "why", "who", "outcome", "interests")},
    "people": lambda bid: number(bid.people) if bid.people is not None else "",
    "themes": lambda bid: ", ".join(bid.themes),
    "starts_on": _date("starts_on"),
    "ends_on": _date("ends_on"),
    "pot_id": lambda bid: bid.pot.name if bid.pot else "",
    **{name: _amount(name) for name in ("total_cost", "asked", "workable_minimum", "other_funding", "own_money")},
    "cost_lines": _lines,
    "nothing_started": _yes_no("nothing_started"),
    "has_interest": _yes_no("has_interest"),
    "declarations": _declared,
}
