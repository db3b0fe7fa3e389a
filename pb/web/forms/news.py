"""The form with which somebody asks for news of a round."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from pb.services.mailing import TOPICS
from pb.web.forms.fields import ChoicesField, EmailField, choices_of


class NewsForm(FlaskForm):  # type: ignore[misc]
    """An e-mail address and what to hear of."""

    contact = EmailField(_l("Your e-mail address"), needed=_l("Enter your e-mail address."))
    topics = ChoicesField(_l("What do you want to hear of?"), needed=_l("Choose what you want to hear of."))

    def offer(self) -> None:
        """Offer the topics."""
        self.topics.choices = choices_of({key: _(words) for key, words in TOPICS.items()})


class PressForm(FlaskForm):  # type: ignore[misc]
    """Nothing is asked: the press says yes."""
