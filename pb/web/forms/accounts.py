"""Forms about accounts."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from pb.core.actors import Role
from pb.services.areas import all_areas
from pb.web.forms.fields import ChoiceField, ChoicesField, PasswordField, TextField, choices_of
from pb.web.languages import LANGUAGES
from pb.web.roles import ROLE_HINTS, ROLE_NAMES

PASSWORD_HINT = _l("At least 12 characters. Three or four words together work well.")


def _email(hint: Any = "") -> TextField:
    """An address as it was typed; whether it can be one, the service says."""
    return TextField(_l("E-mail address"), needed=_l("Enter your e-mail address"), most=254, hint=hint)


class SignInForm(FlaskForm):  # type: ignore[misc]
    """E-mail address and password; what is wrong with either is not told apart."""

    email = _email()
    password = PasswordField(_l("Password"), needed=_l("Enter your password"))
    next = HiddenField()


class FiguresForm(FlaskForm):  # type: ignore[misc]
    """The figures of the second step, or a recovery code."""

    figures = TextField(_l("Six figures from your phone"), needed=_l("Enter the six figures"), most=40)
    next = HiddenField()


class SetUpForm(FiguresForm):
    """The figures that prove that the phone has the offered secret."""

    offer = HiddenField()


class ForgottenPasswordForm(FlaskForm):  # type: ignore[misc]
    """Where to send a link."""

    email = _email()


class ChoosePasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password; typed once, since it can be shown."""

    password = PasswordField(_l("New password"), needed=_l("Enter a new password"), hint=PASSWORD_HINT)


class ChangePasswordForm(ChoosePasswordForm):
    """The password so far, and the new one."""

    current = PasswordField(_l("Your password so far"), needed=_l("Enter the password that you have now"))


class RegisterForm(FlaskForm):  # type: ignore[misc]
    """Somebody who acts for a group."""

    name = TextField(_l("Your name"), needed=_l("Enter your name"), most=120)
    email = _email(_l("We send a link here that you need to follow. Later, word about your bid."))
    password = PasswordField(_l("Choose a password"), needed=_l("Choose a password"), hint=PASSWORD_HINT)


class ConfirmAddressForm(FlaskForm):  # type: ignore[misc]
    """The password that was chosen at registration."""

    password = PasswordField(_l("The password that you chose"), needed=_l("Enter the password that you chose"))


class LanguageForm(FlaskForm):  # type: ignore[misc]
    """The language of one's e-mails and pages."""

    language = ChoiceField(_l("Language"), LANGUAGES, needed=_l("Choose a language"))


class AddAccountForm(FlaskForm):  # type: ignore[misc]
    """Somebody new."""

    name = TextField(_l("Name"), needed=_l("Enter their name"), most=120)
    email = TextField(
        _l("E-mail address"),
        needed=_l("Enter their e-mail address"),
        most=254,
        hint=_l("They get a link to choose a password."),
    )
    roles = ChoicesField(_l("What they do"), ROLE_NAMES, needed=_l("Choose at least one role"))
    areas = ChoicesField(_l("Areas that they speak for"), [], hint=_l("For ward members only"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.areas.choices = choices_of({area.id: area.name for area in all_areas()})

    def chosen_roles(self) -> list[Role]:
        """The roles that were ticked."""
        return [Role(role) for role in self.roles.data or []]

    def chosen_areas(self) -> list[int]:
        """The ids of the areas that were ticked."""
        return [int(area) for area in self.areas.data or []]

    def role_items(self) -> list[dict[str, Any]]:
        """What each role may do, under its box."""
        return [{"hint": {"text": ROLE_HINTS[role]}} for role in Role]


class AccountForm(AddAccountForm):
    """An account as an administrator sees it; the address stays what it is."""

    email = None  # type: ignore[assignment]  # how WTForms leaves a field out
