"""Forms about areas and lists of their postcodes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from pb.models.areas import Area
from pb.web.forms.fields import (
    ChoiceField,
    MenuField,
    ParagraphField,
    TextField,
    TickField,
    UploadField,
    WholeNumberField,
    choices_of,
)

KINDS = {
    "ward": _l("Ward"),
    "division": _l("Division"),
    "parish": _l("Parish"),
    "town": _l("Town"),
    "district": _l("District"),
    "forum": _l("Forum"),
}


class AreaForm(FlaskForm):  # type: ignore[misc]
    """One area."""

    name = TextField(_l("Name"), needed=_l("Enter the area’s name."))
    kind = ChoiceField(_l("What is it?"), KINDS, needed=_l("Choose what it is."))
    population = WholeNumberField(
        _l("How many people live there?"), most=10_000_000, hint=_l("Needed to share money by population.")
    )
    gss_code = TextField(_l("Statistics code"), hint=_l("Such as E05009317."))


class PostcodesForm(FlaskForm):  # type: ignore[misc]
    """A pasted or uploaded list."""

    area = MenuField(_l("Area of the lines that name none"), mark_optional=False)
    postcodes = ParagraphField(
        _l("Postcodes"),
        mark_optional=False,
        hint=_l("One on each line: EH6 6AB, or the beginning of several, such as EH6 6. “, Area” may follow."),
    )
    file = UploadField(_l("Or a CSV file"), mark_optional=False, hint=_l("With the same lines in it."))
    replace = TickField(_l("Take out the postcodes that these areas have now"))

    def offer(self, areas: list[Area]) -> None:
        """Set the areas that can be chosen."""
        named = {str(area.id): area.name for area in areas}
        self.area.choices = choices_of({"": _l("None: every line names its area"), **named})


class KeepPostcodesForm(FlaskForm):  # type: ignore[misc]
    """A list that was looked at and is to be kept."""

    area = HiddenField()
    postcodes = HiddenField()
    replace = HiddenField()
