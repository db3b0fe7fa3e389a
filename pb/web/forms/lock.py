"""The form by which an approver confirms the lock."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from pb.web.forms.fields import TickField


class ConfirmLockForm(FlaskForm):  # type: ignore[misc]
    """The digest that the approver read, and that they read everything under it."""

    sha256 = HiddenField()
    read = TickField(
        _l("I have read all of this as a voter would, and it is right"),
        needed=_l("Read everything first, then tick the box."),
    )
