"""Forms of scrutiny: the list of audit cards, and the ballots that are not public."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from pb.core.audit import MOST
from pb.core.reasons import LONGEST_REASON
from pb.web.forms.fields import ParagraphField, PasswordField, TextField, UploadField, WholeNumberField


class RegisterForm(FlaskForm):  # type: ignore[misc]
    """The fingerprint of the list; the list stays with the scrutineers."""

    sha256 = TextField(
        _l("Fingerprint of your list (SHA-256)"),
        needed=_l("Enter the fingerprint of your list."),
        most=100,
        hint=_l("The 64 figures and letters that pb audit-cards, or sha256sum, prints for the file."),
    )
    cards = WholeNumberField(
        _l("How many cards are on it"), needed=_l("Enter how many cards are on the list."), least=1, most=MOST
    )


class RevealForm(FlaskForm):  # type: ignore[misc]
    """The list itself, once the box is frozen."""

    listed = UploadField(_l("The list of audit cards, the file as it was"), needed=_l("Choose the file."))


class GiveUpForm(FlaskForm):  # type: ignore[misc]
    """Why there is no list."""

    reason = ParagraphField(
        _l("Why is there no list?"),
        needed=_l("Say why there is no list. The reason is published."),
        most=LONGEST_REASON,
    )


class KeyForm(FlaskForm):  # type: ignore[misc]
    """A passphrase for files that are sealed to this person."""

    passphrase = PasswordField(
        _l("Choose a passphrase"),
        needed=_l("Choose a passphrase."),
        hint=_l("At least four words that do not belong together. It is kept nowhere; write it down."),
    )


class SealForm(FlaskForm):  # type: ignore[misc]
    """Nothing is asked: the press is the wish."""


class FetchForm(FlaskForm):  # type: ignore[misc]
    """The passphrase that opens the file."""

    passphrase = PasswordField(_l("Your passphrase"), needed=_l("Type your passphrase."))
