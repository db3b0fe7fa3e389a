"""Forms of the count: counting again, a lot, an offer and its answer, certifying."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from pb.core.reasons import LONGEST_REASON
from pb.web.forms.british import LondonDateTimeField
from pb.web.forms.fields import ChoiceField, MenuField, ParagraphField, TextField, TickField


class RecountForm(FlaskForm):  # type: ignore[misc]
    """Why it is counted again."""

    reason = ParagraphField(
        _l("Why is it counted again?"),
        needed=_l("Say why it is counted again. The reason is published."),
        most=LONGEST_REASON,
        hint=_l("For example: “Friends of the Hall have accepted the offer.” The reason is published."),
    )


class LotForm(FlaskForm):  # type: ignore[misc]
    """A lot as it was drawn; a menu for each place is added by `lot_form`."""

    method = TextField(
        _l("How was the lot drawn?"),
        needed=_l("Say how the lot was drawn."),
        most=300,
        hint=_l("For example: “Folded papers of one size, drawn from a hat by a child.” Name nobody here."),
    )
    first_witness = TextField(_l("First witness"), needed=_l("Enter the name of the first witness."), most=120)
    second_witness = TextField(_l("Second witness"), needed=_l("Enter the name of the second witness."), most=120)
    outsider = TickField(
        _l("At least one of the witnesses is not an officer of the council"),
        needed=_l("At least one witness must not be an officer of the council. Draw again with one there."),
    )

    @property
    def places(self) -> list[Any]:
        """The menus, the first place first."""
        return [field for field in self if field.short_name.startswith("place_")]

    @property
    def order(self) -> list[str]:
        """The projects' keys in the order drawn."""
        return [field.data for field in self.places]


def lot_form(tied: Mapping[str, str]) -> LotForm:
    """A form with a menu for each place of the tied projects, given as {key: title}."""
    menus = {
        f"place_{place}": MenuField(
            _("Drawn first") if place == 1 else _("Drawn as number %(place)s", place=place),
            {"": _("Choose a bid")} | dict(tied),
            needed=_("Choose the bid that was drawn here."),
        )
        for place in range(1, len(tied) + 1)
    }
    form: LotForm = type("LotFormOfATie", (LotForm,), menus)()
    return form


class OfferForm(FlaskForm):  # type: ignore[misc]
    """By when the group should answer."""

    answer_by = LondonDateTimeField(_l("Answer by"))


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """What the group said."""

    answer = ChoiceField(
        _l("What did the group say?"),
        {"yes": _l("Yes, they can go ahead with this amount"), "no": _l("No, they cannot")},
        needed=_l("Choose the group’s answer."),
    )


class OwnAnswerForm(FlaskForm):  # type: ignore[misc]
    """What a group says to an offer."""

    answer = ChoiceField(
        _l("Can you go ahead with this amount?"),
        {"yes": _l("Yes, we can go ahead with this amount"), "no": _l("No, we cannot")},
        needed=_l("Choose yes or no."),
    )


class CertifyForm(FlaskForm):  # type: ignore[misc]
    """The count that the second teller looked at."""

    number = HiddenField()
    checked = TickField(
        _l("I have compared the ballot account and the count, and both are right"),
        needed=_l("Compare them first, then tick the box."),
    )


__all__ = ["AnswerForm", "CertifyForm", "LotForm", "OfferForm", "OwnAnswerForm", "RecountForm", "lot_form"]
