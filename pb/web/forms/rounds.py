"""Forms about a round: adding one, the sections of its set-up, its steps."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from pb.models.areas import Area
from pb.models.rounds import KeyMode, Level, Policy, RoundKind
from pb.web.forms.british import LondonDateTimeField, MoneyField
from pb.web.forms.fields import (
    ChoiceField,
    ChoicesField,
    ParagraphField,
    TextField,
    TickField,
    WholeNumberField,
    choices_of,
)

LONGEST_TEXT = 4000

KINDS = {
    RoundKind.MEMBER_GRANT: _l("Members’ community grants"),
    RoundKind.OPEN_GRANT: _l("Open grants"),
    RoundKind.SERVICE_OPTION: _l("Options for a service"),
}
LEVELS = {
    Level.INFORM: _l("Inform: people are told what is decided"),
    Level.CONSULT: _l("Consult: people say what they think of it"),
    Level.INVOLVE: _l("Involve: the vote gives a recommendation, and members decide"),
    Level.DECIDE: _l("Decide: the council has decided beforehand to follow the vote"),
}
POLICIES = {
    Policy.DECLARED: _l("They say who they are"),
    Policy.CONTACT: _l("They say who they are, and enter a code that we send them"),
    Policy.CODE: _l("They have a code on a card or letter"),
    Policy.INVITED: _l("They are on a list, and have a code of their own"),
}
LINK_LABELS = {
    "live": _l("live in the area"),
    "work": _l("work in the area"),
    "study": _l("study in the area"),
    "volunteer": _l("volunteer in the area"),
}
KEY_MODES = {
    KeyMode.HOLDERS: _l("Any two of three key holders"),
    KeyMode.SIMPLE: _l("Simple mode: the server, once two officers approve"),
}


def values_of(form: FlaskForm) -> dict[str, Any]:
    """What a form holds, without its CSRF field; empty texts as such."""
    return {
        field.name: "" if field.data is None and isinstance(field, ParagraphField | TextField) else field.data
        for field in form
        if field.name != "csrf_token"
    }


class AddRoundForm(FlaskForm):  # type: ignore[misc]
    """A round begins with a name and what kind of money it gives out."""

    title = TextField(
        _l("What is the round called?"),
        needed=_l("Enter a name for the round."),
        hint=_l("People will see it everywhere. For example, “You Decide: Abbey Ward 2027”."),
    )
    kind = ChoiceField(_l("What does it give out?"), KINDS, needed=_l("Choose what the round gives out."))
    practice = TickField(_l("This is a rehearsal: to try a whole round out, where nothing counts"))


class AboutForm(FlaskForm):  # type: ignore[misc]
    """What the round is called, what it is and whom it is for."""

    title = TextField(_l("Name"), needed=_l("Enter a name for the round."))
    summary = ParagraphField(
        _l("Summary"),
        most=300,
        mark_optional=False,
        hint=_l("One or two sentences that stand at the top of the public page."),
    )
    kind = ChoiceField(_l("What does it give out?"), KINDS, needed=_l("Choose what the round gives out."))
    level = ChoiceField(_l("How much say do people have?"), LEVELS, needed=_l("Choose how much say people have."))
    audience = TextField(
        _l("Who is it for?"),
        needed=_l("Say who the round is for. “Everyone” will do."),
        hint=_l("For example: everyone, young people, over-60s."),
    )
    themes = ParagraphField(
        _l("Themes"), mark_optional=True, hint=_l("One on each line. Leave it empty where any idea is welcome.")
    )


class PurposeForm(FlaskForm):  # type: ignore[misc]
    """Why, which decision, and how the result is used."""

    purpose = ParagraphField(
        _l("Why does this round take place?"),
        most=LONGEST_TEXT,
        mark_optional=False,
        hint=_l("The need, in plain words."),
    )
    decision_informed = ParagraphField(
        _l("Which decision does it inform?"),
        most=LONGEST_TEXT,
        mark_optional=False,
        hint=_l("Who decides what, and when. For example: the Abbey members decide on the ward grant in June."),
    )
    result_use = ParagraphField(
        _l("How will the result be used?"),
        most=LONGEST_TEXT,
        mark_optional=False,
        hint=_l("What happens between the count and the money, and where people will read about it."),
    )


class PromiseForm(FlaskForm):  # type: ignore[misc]
    """The promise that stands on the public page."""

    promise_up = ParagraphField(_l("What is up for decision?"), most=LONGEST_TEXT, mark_optional=False)
    promise_not = ParagraphField(_l("What is not up for decision?"), most=LONGEST_TEXT, mark_optional=False)
    promise_last_word = ParagraphField(
        _l("Who has the last word?"),
        most=LONGEST_TEXT,
        mark_optional=False,
        hint=_l("Who decides in the end, under which power, and when they may differ from the vote."),
    )


class MoneyForm(FlaskForm):  # type: ignore[misc]
    """How much there is, what it costs to run, and the size of bids."""

    total = MoneyField(_l("How much money is there to give out?"), needed=_l("Enter how much money there is."))
    least_grant = MoneyField(_l("Smallest bid"))
    most_grant = MoneyField(_l("Largest bid"))
    running_cost = MoneyField(
        _l("What will it cost to run the round?"),
        least=0,
        hint=_l("Printing, venues, postage: not staff time. It is published with the result."),
    )


class VotersForm(FlaskForm):  # type: ignore[misc]
    """Who may vote."""

    links = ChoicesField(
        _l("Who may vote? People who…"), LINK_LABELS, needed=_l("Choose at least one link to the area.")
    )
    least_age = WholeNumberField(
        _l("From which age?"),
        most=25,
        needed=_l("Enter an age. 0 means everyone."),
        hint=_l("Rounds elsewhere start at 8, 11 or 16. Somebody who turns this age in the year of the vote may vote."),
    )
    policy = ChoiceField(_l("How do people show that they may vote?"), POLICIES, needed=_l("Choose one."))
    allow_change = TickField(_l("People may change their ballot until voting closes (needs a code)"))


class KeysForm(FlaskForm):  # type: ignore[misc]
    """Who can open the box of ballots."""

    key_mode = ChoiceField(_l("Who can open the box of ballots?"), KEY_MODES, needed=_l("Choose who can open it."))


class AreasForm(FlaskForm):  # type: ignore[misc]
    """In which areas the round takes place."""

    areas = ChoicesField(_l("Areas"), mark_optional=False)

    def offer(self, areas: list[Area]) -> None:
        """Set what can be chosen."""
        self.areas.choices = choices_of({area.id: area.name for area in areas})


class DatesForm(FlaskForm):  # type: ignore[misc]
    """The calendar, by the clock on the wall."""

    bids_open_at = LondonDateTimeField(_l("Bids open"), mark_optional=False)
    bids_close_at = LondonDateTimeField(_l("Bids close"), mark_optional=False)
    voting_opens_at = LondonDateTimeField(_l("Voting opens"), mark_optional=False)
    voting_closes_at = LondonDateTimeField(_l("Voting closes"), mark_optional=False)
    decision_by = LondonDateTimeField(_l("Decided by"), mark_optional=False)
    few_days_reason = TextField(_l("Why voting is open for less than a week"), most=300)


class OpenForm(FlaskForm):  # type: ignore[misc]
    """The step that makes a round public."""

    clash_reason = ParagraphField(
        _l("Why does this round go ahead all the same?"), most=LONGEST_TEXT, mark_optional=False
    )


class CancelForm(FlaskForm):  # type: ignore[misc]
    """Ending a round early."""

    reason = ParagraphField(
        _l("Why is it cancelled?"),
        needed=_l("Give the reason. It is shown to everybody."),
        most=LONGEST_TEXT,
        hint=_l("It stands on the public page, in your words."),
    )


class ConfirmCancelForm(FlaskForm):  # type: ignore[misc]
    """The second person agrees that a vote ends, for the reason whose digest they read."""

    sha256 = HiddenField()
    agreed = TickField(
        _l("I have read the reason, and the round must be cancelled for it"),
        needed=_l("Read the reason first, then tick the box."),
    )


class PauseForm(FlaskForm):  # type: ignore[misc]
    """Taking no ballots for a while."""

    reason = ParagraphField(
        _l("Why is voting paused?"),
        needed=_l("Give the reason. It is shown to everybody."),
        most=LONGEST_TEXT,
        hint=_l("It stands on the public page, in your words."),
    )
    until = LondonDateTimeField(_l("When does it go on?"), needed=_l("Enter when voting goes on again."))
