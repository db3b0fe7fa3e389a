"""Forms of members: deciding a bid, agreeing with the rest, declaring an interest, adding support."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from pb.core.decisions import LONGEST_CITATION, LONGEST_TEXT, POWERS, Resolution
from pb.core.money import format_money
from pb.services.decision_desk import Desk
from pb.services.interests import LONGEST_NATURE
from pb.web.forms.british import MoneyField
from pb.web.forms.fields import ChoiceField, ParagraphField, TextField, TickField, choices_of

AGREE, DIFFER, DECLINE = "agree", "differ", "decline"


class PowerForm(FlaskForm):  # type: ignore[misc]
    """The power under which a member decides."""

    power = ChoiceField(_l("Which power do you use?"), needed=_l("Choose the power under which you decide."))
    citation = TextField(
        _l("Minute, scheme or earlier decision that gives it, with its date"),
        most=LONGEST_CITATION,
        mark_optional=False,
        hint=_l("Needed for a delegated power, and where the vote is binding."),
    )

    def offer(self, powers: list[str]) -> None:
        """Offer these powers; where there is one alone it is chosen."""
        self.power.choices = choices_of({key: _(POWERS[key]) for key in powers})
        if not self.is_submitted() and powers:
            self.power.data = powers[0]


class DecideForm(PowerForm):
    """What a member resolves about one bid. The texts are published as they are written."""

    recommended = HiddenField()
    answer = ChoiceField(_l("Your decision"), needed=_l("Choose what you decide."))
    amount = MoneyField(_l("The other amount"), mark_optional=False, hint=_l("Only where you give another amount."))
    reason = ParagraphField(
        _l("Because"),
        most=LONGEST_TEXT,
        mark_optional=False,
        hint=_l("Your reason, in your own words. Needed where you differ from the vote."),
    )
    alternatives = ParagraphField(
        _l("Alternatives you considered"),
        most=LONGEST_TEXT,
        mark_optional=False,
        hint=_l("And why you did not take them. Needed where you differ from the vote."),
    )
    interests = ParagraphField(
        _l("Interests that were declared"),
        most=LONGEST_TEXT,
        mark_optional=False,
        hint=_l("Write “None” where there were none. Needed where you differ from the vote."),
    )

    def fill(self, desk: Desk, powers: list[str], currency: str) -> None:
        """Offer what may be decided about a bid; show again what stands."""
        self.offer(powers)
        self.amount.currency = currency
        recommended = format_money(desk.recommended, currency)
        if desk.recommended:
            choices = {
                AGREE: _("Agree: %(amount)s, as the vote recommends", amount=recommended),
                DIFFER: _("Differ: another amount"),
                DECLINE: _("Differ: nothing"),
            }
        else:
            choices = {AGREE: _("Agree: nothing, as the vote recommends"), DIFFER: _("Differ: give it money")}
        self.answer.choices = choices_of(choices)
        if not self.is_submitted():
            self.recommended.data = str(desk.recommended)
            self._show_again(desk, powers)

    def _show_again(self, desk: Desk, powers: list[str]) -> None:
        before = desk.decision
        if before is None:
            return
        agreed = before.amount == before.recommended
        self.answer.data = AGREE if agreed else DIFFER if before.amount else DECLINE
        self.amount.data = before.amount if self.answer.data == DIFFER else None
        for name in ("reason", "alternatives", "interests", "citation"):
            self[name].data = getattr(before, name)
        if before.power in powers:
            self.power.data = before.power

    def validate(self, extra_validators: object = None) -> bool:
        """Also ask for the amount where another one is given."""
        good = bool(super().validate(extra_validators))
        if self.answer.data == DIFFER and self.amount.data is None and not self.amount.errors:
            self.amount.errors = [_("Enter the amount that you give.")]
            return False
        return good

    def resolution(self) -> Resolution:
        """What the form says, for the service."""
        recommended = _whole(self.recommended.data)
        amounts = {AGREE: recommended, DIFFER: self.amount.data or 0, DECLINE: 0}
        return Resolution(
            recommended=recommended,
            amount=amounts[str(self.answer.data)],
            power=str(self.power.data),
            citation=self.citation.data or "",
            reason=self.reason.data or "",
            alternatives=self.alternatives.data or "",
            interests=self.interests.data or "",
        )


def _whole(text: str | None) -> int:
    """A hidden number that came back; what is no number matches no recommendation."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 15 else -1


class AgreeForm(PowerForm):
    """Agreeing with every recommendation that waits."""


class PublishForm(FlaskForm):  # type: ignore[misc]
    """Publishing one's own decisions."""

    sure = TickField(
        _l("These are my decisions, in my own words"),
        needed=_l("Tick the box to say that these are your decisions."),
    )


class InterestForm(FlaskForm):  # type: ignore[misc]
    """Declaring an interest."""

    nature = ParagraphField(
        _l("What is the interest?"),
        needed=_l("Say what the interest is. It is published with the decision."),
        most=LONGEST_NATURE,
        hint=_l("For example: “I am a trustee of the village hall.” It is published. It cannot be taken back."),
    )
