"""Forms about key holders: appointing one, a passphrase chosen and tested."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import ValidationError

from pb.web.forms.fields import MenuField, PasswordField

DIFFERENT = _l("The two are not the same. Type the passphrase again.")


class AppointForm(FlaskForm):  # type: ignore[misc]
    """Who is to hold a key; the people are set by the page."""

    account = MenuField(_l("Who is to hold a key?"), needed=_l("Choose a person."))


class PassphraseForm(FlaskForm):  # type: ignore[misc]
    """A passphrase, typed twice."""

    passphrase = PasswordField(
        _l("Your passphrase"),
        needed=_l("Enter a passphrase."),
        hint=_l("At least four words that do not belong together, 20 characters or more."),
    )
    repeated = PasswordField(_l("The same passphrase again"), needed=_l("Enter the passphrase again."))

    def validate_repeated(self, field: Any) -> None:
        """Raises ValidationError unless both are the same."""
        if field.data != self.passphrase.data:
            raise ValidationError(DIFFERENT)


class RehearsalForm(FlaskForm):  # type: ignore[misc]
    """The passphrase, typed as at the opening."""

    passphrase = PasswordField(_l("Your passphrase"), needed=_l("Enter your passphrase."))
