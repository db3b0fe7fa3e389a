"""Forms about support: what a group still needs, and a resident's offer of help."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from pb.core.support import LONGEST_NEED
from pb.services.support import LIMITS
from pb.web.forms.fields import ChoiceField, ParagraphField, TextField

KINDS = {
    "volunteers": _l("Volunteers"),
    "materials": _l("Materials"),
    "venue": _l("A place to meet or work"),
    "other": _l("Something else"),
}


class SupportForm(FlaskForm):  # type: ignore[misc]
    """What a winning group still needs."""

    kind = ChoiceField(_l("What kind of help?"), KINDS, needed=_l("Choose what kind of help is needed."))
    text = TextField(
        _l("What is needed?"),
        needed=_l("Say what is needed, such as “four people on two Saturdays”."),
        most=LONGEST_NEED,
        hint=_l("One sentence, such as “Four people on two Saturdays in October, to paint the hall.”"),
    )


class HelpForm(FlaskForm):  # type: ignore[misc]
    """A resident's offer to help."""

    name = TextField(_l("Your name"), needed=_l("Enter your name."), most=LIMITS["name"])
    contact = TextField(
        _l("E-mail address or telephone number"),
        needed=_l("Enter an e-mail address or telephone number, so that the group can reach you."),
        most=LIMITS["contact"],
        hint=_l("Only the group reads it."),
    )
    message = ParagraphField(
        _l("How would you like to help?"), needed=_l("Say how you would like to help."), most=LIMITS["message"]
    )
