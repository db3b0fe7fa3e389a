"""Forms of the release: the owner asks, the approver releases."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from pb.services.publication import LONGEST_REASON
from pb.web.forms.fields import ParagraphField, TickField


class AskReleaseForm(FlaskForm):  # type: ignore[misc]
    """The owner asks an approver to release the result."""

    reason = ParagraphField(
        _l("What is corrected, and why?"),
        most=LONGEST_REASON,
        mark_optional=False,
        hint=_l("It is published with the corrected result."),
    )


class ReleaseForm(FlaskForm):  # type: ignore[misc]
    """The approver releases what they have read."""

    sha256 = HiddenField()
    sure = TickField(
        _l("I have read the preview from top to bottom"), needed=_l("Read the preview, then tick the box.")
    )
