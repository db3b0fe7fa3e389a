"""Forms about accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from pb.web.forms.fields import PasswordField, TextField


class SignInForm(FlaskForm):  # type: ignore[misc]
    """E-mail address and password; what is wrong with either is not told apart."""

    email = TextField(_l("E-mail address"), needed=_l("Enter your e-mail address"), most=254)
    password = PasswordField(_l("Password"), needed=_l("Enter your password"))
    next = HiddenField()


class FiguresForm(FlaskForm):  # type: ignore[misc]
    """The figures of the second factor, or a recovery code."""

    figures = TextField(_l("Six figures from your phone"), needed=_l("Enter the six figures"), most=40)
    next = HiddenField()


class SetUpForm(FiguresForm):
    """The figures that prove that the phone has the offered secret."""

    offer = HiddenField()
