"""The form in which a receipt is looked up."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from pb.web.forms.fields import CodeField


class ReceiptForm(FlaskForm):  # type: ignore[misc]
    """A receipt, as it was typed."""

    receipt = CodeField(
        _l("Your receipt"),
        mark_optional=False,
        hint=_l("13 letters and numbers. Capitals and spaces do not matter."),
    )
