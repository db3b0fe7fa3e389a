"""The form with which a resident questions a decision."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from pb.core.questions import LIMITS, WAYS
from pb.web.forms.fields import ChoiceField, MenuField, ParagraphField, TextField, choices_of


class QuestionForm(FlaskForm):  # type: ignore[misc]
    """A question, appeal, complaint, petition or call for scrutiny."""

    route = ChoiceField(_l("What do you want to do?"), needed=_l("Choose what you want to do."))
    project = MenuField(_l("Which decision is it about?"), mark_optional=False)
    words = ParagraphField(
        _l("What do you want to ask or say?"), needed=_l("Write what you want to ask or say."), most=LIMITS["words"]
    )
    name = TextField(_l("Your name"), needed=_l("Enter your name."), most=LIMITS["name"])
    contact = TextField(
        _l("How do we reach you?"),
        needed=_l("Enter an e-mail address, a telephone number or a postal address for the answer."),
        most=LIMITS["contact"],
        hint=_l("An e-mail address, a telephone number or a postal address. Only officers read it."),
    )

    def offer(self, projects: dict[str, str], chosen: str) -> None:
        """Offer the ways that this form takes, and the projects (key: title); one may be chosen already."""
        self.route.choices = choices_of({way.key: _(way.label) for way in WAYS if way.ours})
        self.project.choices = choices_of({"": _("The result as a whole"), **projects})
        if not self.is_submitted():
            self.project.data = chosen if chosen in projects else ""
