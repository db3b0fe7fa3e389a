"""Forms of the opening: approving it in simple mode, and the ceremony itself."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, ValidationError

from pb.core.reasons import LONGEST_REASON
from pb.web.forms.fields import MenuField, ParagraphField, PasswordField, TextField, TickField


class ApproveForm(FlaskForm):  # type: ignore[misc]
    """An officer's approval to open the box."""

    ready = TickField(
        _l("Voting is over, and nobody waits at the duplicates desk"), needed=_l("Tick the box if that is so.")
    )


class WitnessForm(FlaskForm):  # type: ignore[misc]
    """Who is in the room."""

    first_witness = TextField(_l("First witness"), most=120)
    second_witness = TextField(_l("Second witness"), most=120)

    @property
    def witnesses(self) -> list[str]:
        """The names that were given."""
        return [name for name in (self.first_witness.data, self.second_witness.data) if name]


class PairForm(FlaskForm):  # type: ignore[misc]
    """Two key holders with their passphrases; the people are set by the page."""

    first_holder = MenuField(_l("First key holder"), needed=_l("Choose the first key holder."))
    first_passphrase = PasswordField(
        _l("Their passphrase"), needed=_l("The first key holder types their passphrase here.")
    )
    second_holder = MenuField(_l("Second key holder"), needed=_l("Choose the second key holder."))
    second_passphrase = PasswordField(
        _l("Their passphrase"), needed=_l("The second key holder types their passphrase here.")
    )

    def validate_second_holder(self, field: Any) -> None:
        """Raises ValidationError unless two different people are chosen."""
        if field.data and field.data == self.first_holder.data:
            raise ValidationError(_l("Choose another person: one key holder alone cannot open the box."))

    @property
    def passphrases(self) -> list[tuple[int, str]]:
        """The accounts of the two with what they typed."""
        pairs = ((self.first_holder, self.first_passphrase), (self.second_holder, self.second_passphrase))
        return [(int(holder.data), words.data or "") for holder, words in pairs]


class CeremonyForm(PairForm, WitnessForm):
    """The opening itself: two key holders, and who else is in the room."""


class KeyTestForm(FlaskForm):  # type: ignore[misc]
    """In simple mode nothing is asked: the key lies on the server."""


class ExplainForm(FlaskForm):  # type: ignore[misc]
    """Why a line of the ballot account does not come out even."""

    reason = ParagraphField(
        _l("Why do the two sides differ?"),
        needed=_l("Say why the two sides differ. The reason is published."),
        most=LONGEST_REASON,
        hint=_l("For example: “Three envelopes of the library were put in twice by hand.” Name nobody here."),
    )


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """The second person agrees with the reason whose digest they read."""

    sha256 = HiddenField()
    agreed = TickField(
        _l("I have looked into it myself, and the reason is right"), needed=_l("Look into it first, then tick the box.")
    )
