"""Forms of the officers' pages about codes, cards and the duplicates desk."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from pb.core.reasons import LONGEST_REASON
from pb.services.codes import LONGEST_NAME, MOST_AT_ONCE, MOST_CODES, BatchWanted
from pb.web.forms.british import LondonDateTimeField
from pb.web.forms.corrections import CorrectableForm
from pb.web.forms.fields import (
    ChoiceField,
    CodeField,
    MenuField,
    ParagraphField,
    TextField,
    TickField,
    WholeNumberField,
)


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
    declarer = ChoiceField(
        _l("Who declares that somebody may vote?"),
        {
            "voter": _l("The voter, when they use the code"),
            "steward": _l("A steward, when they hand the card out"),
        },
        default="voter",
        mark_optional=False,
        hint=_l(
            "The voter: nothing is recorded when a card is given, so it works without a network. A steward: they put "
            "the person on the roll with a connection, and the code then asks nothing more."
        ),
    )
    window_from = LondonDateTimeField(
        _l("The codes start working"), hint=_l("Leave empty for the opening of the vote.")
    )
    window_to = LondonDateTimeField(_l("The codes stop working"), hint=_l("Leave empty for the close of the vote."))

    def wanted(self) -> BatchWanted:
        """The batch that is asked for."""
        return BatchWanted(
            count=self.count.data or 0,
            name=self.name.data or "",
            area_id=int(self.area.data) if self.area.data else None,
            window_from=self.window_from.data,
            window_to=self.window_to.data,
            by_steward=self.declarer is not None and self.declarer.data == "steward",
        )


class CardsForm(BatchForm):
    """A batch of printed cards."""

    count = WholeNumberField(_l("How many cards"), needed=_l("Enter how many cards you need"), least=1, most=MOST_CODES)
    #: It stands where the number of codes stands, so that the summary of errors goes down the page.
    count.creation_counter = BatchForm.count.creation_counter  # type: ignore[attr-defined]


class PassphraseForm(FlaskForm):  # type: ignore[misc]
    """The passphrase of a file of cards."""

    code = CodeField(
        _l("Passphrase of the file"),
        needed=_l("Enter the passphrase that you wrote down"),
        most=200,
        hint=_l("Six groups of four. Capitals and spaces do not matter."),
    )


class CountsForm(CorrectableForm):
    """The cards of a batch, counted by hand."""

    printed = WholeNumberField(_l("Printed"), most=MOST_CODES, mark_optional=False)
    handed_out = WholeNumberField(
        _l("Handed out"), most=MOST_CODES, mark_optional=False, hint=_l("To begin with and in place of others.")
    )
    returned_unused = WholeNumberField(
        _l("Returned unused"),
        most=MOST_CODES,
        mark_optional=False,
        hint=_l("Brought back from the stall, never given out."),
    )
    missing = WholeNumberField(
        _l("Missing"), most=MOST_CODES, mark_optional=False, hint=_l("Neither handed out nor brought back.")
    )
    not_returned = WholeNumberField(
        _l("Not returned"),
        most=MOST_CODES,
        mark_optional=False,
        hint=_l("Handed out, and no ballot was cast with them."),
    )


class RevokeForm(FlaskForm):  # type: ignore[misc]
    """Why a batch is cancelled."""

    reason = ParagraphField(
        _l("Reason"),
        needed=_l("Give the reason, which is published"),
        most=LONGEST_REASON,
        hint=_l("Such as: a box of cards was stolen from the car. Write no name and no address."),
    )


class TakeBackForm(FlaskForm):  # type: ignore[misc]
    """Why a note that a lost card was replaced is taken back."""

    reason = ParagraphField(
        _l("Why was it noted by mistake?"),
        needed=_l("Say why. The reason is kept"),
        most=LONGEST_REASON,
        hint=_l("Such as: the card was found before another was given. Write no name and no address."),
    )


class SpoilForm(FlaskForm):  # type: ignore[misc]
    """A card that came back, and the one that takes its place."""

    code = CodeField("Card that came back", needed="Scan or type the card that came back", most=200)
    replacement = CodeField("New card", most=200, mark_optional=False)
    none_wanted = TickField("They do not want another card")

    def told(self) -> dict[str, Any]:
        """What the form says, as `spoil` takes it."""
        return {
            "returned": self.code.data or "",
            "replacement": self.replacement.data or "",
            "none_wanted": bool(self.none_wanted.data),
        }


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


class SettleAloneForm(SettleForm):
    """How a claim is settled that has no first claim beside it."""

    decision = ChoiceField(
        _l("What do you decide?"),
        {
            "accept": _l("A person of their own: put the ballot into the box"),
            "reject": _l("Made up: reject the ballot, which is never opened"),
        },
        needed=_l("Choose what you decide"),
    )


class SettleDomainForm(SettleAloneForm):
    """How a claim is settled that waits for its mail domain, or every claim that does."""

    whole_domain = TickField(
        _l("Settle every claim that waits for this domain in the same way"),
        hint=_l("With the one reason. Those that come later wait again."),
    )
    #: How many waited when the page was shown.
    waiting = HiddenField()
