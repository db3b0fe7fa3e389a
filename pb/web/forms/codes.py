"""Forms of the officers' pages about codes and the duplicates desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from pb.services.codes import LONGEST_NAME, MOST_AT_ONCE
from pb.services.duplicates import LONGEST_REASON
from pb.web.forms.british import LondonDateTimeField
from pb.web.forms.fields import ChoiceField, MenuField, ParagraphField, TextField, WholeNumberField


class BatchForm(FlaskForm):  # type: ignore[misc]
    """A batch of codes."""

    name = TextField(
        _l("Name of the batch"),
        needed=_l("Give the batch a name"),
        most=LONGEST_NAME,
        hint=_l("Such as the place or event it is for: Central Library."),
    )
    count = WholeNumberField(
        _l("How many codes"), needed=_l("Enter how many codes you need"), least=1, most=MOST_AT_ONCE
    )
    area = MenuField(_l("Area that the codes vote in"))
    window_from = LondonDateTimeField(
        _l("The codes start working"), hint=_l("Leave empty for the opening of the vote.")
    )
    window_to = LondonDateTimeField(_l("The codes stop working"), hint=_l("Leave empty for the close of the vote."))


class SettleForm(FlaskForm):  # type: ignore[misc]
    """How a claim at the duplicates desk is settled."""

    decision = ChoiceField(
        _l("What do you decide?"),
        {
            "accept": _l("Two people: put the ballot into the box"),
            "reject": _l("One person: reject the ballot, which is never opened"),
        },
        needed=_l("Choose what you decide"),
    )
    reason = ParagraphField(
        _l("Reason"),
        needed=_l("Give the reason"),
        most=LONGEST_REASON,
        hint=_l("It is published with the number of claims. Write no name and no address."),
    )
