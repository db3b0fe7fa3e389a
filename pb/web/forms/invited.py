"""Forms of the officers' pages about people who are invited to vote."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from pb.core.people_lists import COLUMNS
from pb.services.invitation_lists import Draft
from pb.services.invited import LONGEST_REASON
from pb.web.forms.fields import MenuField, ParagraphField, TextField, TickField, UploadField, choices_of

LONGEST_HEADING = 40


class ListForm(FlaskForm):  # type: ignore[misc]
    """A list to upload."""

    file = UploadField(
        _l("The list, as a CSV or XLSX file"),
        needed=_l("Choose a file."),
        hint=_l("One person on each row, below a row of headings. At most 20,000 people and 1.9 MB."),
    )


class ColumnsForm(FlaskForm):  # type: ignore[misc]
    """Which column of the list holds what; one menu for each thing that a list may say."""

    def offer(self, draft: Draft) -> None:
        """Set the columns that can be chosen, and the guesses of a page that is asked for."""
        columns = {str(at): heading[:LONGEST_HEADING] or _("(no heading)") for at, heading in enumerate(draft.headings)}
        for key in COLUMNS:
            self[key].choices = choices_of({"": _("Not in the list")} | columns)
            if not self.is_submitted() and key in draft.mapping:
                self[key].data = str(draft.mapping[key])

    def mapping(self) -> dict[str, int]:
        """What was chosen: the column, counted from 0, of each thing that has one."""
        chosen = {key: str(self[key].data or "") for key in COLUMNS}
        return {key: int(at) for key, at in chosen.items() if at.isdecimal()}


for _key, _column in COLUMNS.items():
    setattr(ColumnsForm, _key, MenuField(_l(_column.label), mark_optional=False))


class KeepForm(FlaskForm):  # type: ignore[misc]
    """Keeping a list that was looked at, by its digest."""

    sha256 = HiddenField()
    leave_out = TickField(_l("Leave out the lines with errors"))


class FindForm(FlaskForm):  # type: ignore[misc]
    """Finding people on the list; sent in the body, since addresses of pages are logged."""

    words = TextField(
        _l("Find somebody"), most=100, hint=_l("Part of a name, an address or a postcode."), mark_optional=False
    )


class StrikeForm(FlaskForm):  # type: ignore[misc]
    """Striking somebody off."""

    reason = ParagraphField(
        _l("Why is this person struck off?"),
        needed=_l("Give the reason."),
        most=LONGEST_REASON,
        hint=_l("Such as: moved away. It stands in the record of the round, so write no name."),
    )
