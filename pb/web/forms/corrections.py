"""The reason that a form of counts asks for once voting is over, of whoever may correct a number that is there."""

from __future__ import annotations

from typing import Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from pb.core.reasons import LONGEST_REASON
from pb.web.forms.fields import ParagraphField


class CorrectableForm(FlaskForm):  # type: ignore[misc]
    """Counts that may have to be corrected."""

    reason = ParagraphField(
        _l("Why is a number changed?"),
        most=LONGEST_REASON,
        mark_optional=False,
        hint=_l("Only if you change a number that is there already. It is published: write no name and no address."),
    )

    def asking(self, *, reason: bool) -> Self:
        """The form, without its reason where none can be needed."""
        if not reason:
            del self.reason
        return self

    @property
    def said(self) -> str:
        """The reason that was given, or nothing."""
        return (self.reason.data or "") if self.reason else ""
