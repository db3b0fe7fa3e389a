"""Forms of the locked ballot: confirming the lock, and taking a project off it afterwards."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from pb.core.reasons import LONGEST_REASON
from pb.web.forms.fields import ParagraphField, TickField


class ConfirmLockForm(FlaskForm):  # type: ignore[misc]
    """The digest that the approver read, and that they read everything under it."""

    sha256 = HiddenField()
    read = TickField(
        _l("I have read all of this as a voter would, and it is right"),
        needed=_l("Read everything first, then tick the box."),
    )


class WithdrawalForm(FlaskForm):  # type: ignore[misc]
    """Why a project leaves the ballot."""

    reason = ParagraphField(
        _l("Why does this project leave the ballot?"),
        needed=_l("Give the reason. It is shown to everybody."),
        most=LONGEST_REASON,
        hint=_l("It stands on the public page and on the ballot, in your words. Name no person."),
    )


class ConfirmWithdrawalForm(FlaskForm):  # type: ignore[misc]
    """An approver agrees that a project leaves the ballot, for the reason whose digest they read."""

    sha256 = HiddenField()
    agreed = TickField(
        _l("I have read the reason, and this project must leave the ballot"),
        needed=_l("Read the reason first, then tick the box."),
    )
