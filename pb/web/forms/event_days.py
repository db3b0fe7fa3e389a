"""Forms of an event day: its set-up and order, the steps of the hall, and the check-in desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField

from pb.core.eligibility import Declaration
from pb.core.event_days import LONGEST, NEEDS, SHORTEST
from pb.core.kiosks import HIGHEST_SEQ
from pb.core.reasons import LONGEST_REASON
from pb.models.event_days import AbsentRule
from pb.models.kiosks import Kiosk
from pb.services.event_days import LONGEST_SEED, DayWanted
from pb.web.forms.british import ASKED_YEAR, PostcodeField, YearOfBirthField
from pb.web.forms.declarations import declaration_of
from pb.web.forms.fields import ChoiceField, ChoicesField, ParagraphField, TextField, TickField, WholeNumberField
from pb.web.forms.stations import TwoForm

ABSENT_RULES = {
    AbsentRule.STATEMENT: "Its statement is read, and the bid stays on the ballot",
    AbsentRule.REMOVED: "The bid is taken off the ballot (two people do that, with a public reason)",
}
WHAT = {"card": "A card (for a phone or the kiosk)", "slip": "A paper slip"}


class DayForm(FlaskForm):  # type: ignore[misc]
    """How an event day goes."""

    pitch_seconds = WholeNumberField(
        "Seconds for each presentation", needed="Enter how many seconds a presentation takes",
        least=SHORTEST, most=LONGEST, hint="180 are three minutes.",
    )  # fmt: skip
    question_seconds = WholeNumberField(
        "Seconds for questions", needed="Enter how many seconds there are for questions", least=SHORTEST, most=LONGEST
    )
    scoring_seconds = WholeNumberField(
        "Seconds to give a score", needed="Enter how many seconds there are to score", least=SHORTEST, most=LONGEST
    )
    score_when_heard = TickField(
        "On phones and tablets, a project can be scored once it has been presented, not before"
    )
    late_comers_may_score = TickField("Somebody who comes late may score what they did not hear, by the summaries")
    absent_rule = ChoiceField("What happens to a bid that nobody presents?", ABSENT_RULES, mark_optional=False)

    def wanted(self) -> DayWanted:
        """What the form says."""
        return DayWanted(
            self.pitch_seconds.data,
            self.question_seconds.data,
            self.scoring_seconds.data,
            bool(self.late_comers_may_score.data),
            AbsentRule(self.absent_rule.data),
            bool(self.score_when_heard.data),
        )


class OrderForm(FlaskForm):  # type: ignore[misc]
    """A running order drawn in public."""

    seed = TextField(
        "Words or figures of the draw", most=LONGEST_SEED, mark_optional=False,
        hint="Such as the figures of a lottery that is drawn later today. Leave empty for the order of the ballot.",
    )  # fmt: skip


class StepForm(FlaskForm):  # type: ignore[misc]
    """One press of a button in the hall."""

    do = HiddenField()
    pitch = HiddenField()
    turn = HiddenField()


class HandInForm(FlaskForm):  # type: ignore[misc]
    """The end of the hand-in; `begun` is asked where tablets stand."""

    begun = WholeNumberField(
        "Ballots begun on tablets and not handed in",
        needed="Look at each tablet and enter the number, 0 if there are none",
        hint="Press “Steward” on each tablet: it says how many were begun there and not handed in. Add them up.",
    )
    agreed = TickField(
        "Everybody in the hall was told, and nobody is still filling in a ballot",
        needed="Tick this once everybody was told",
    )

    def made(self) -> dict[int, int | None]:
        """The number that each tablet shows, by its id."""
        start = "kiosk_"
        return {int(each.name[len(start) :]): each.data for each in self if each.name.startswith(start)}


def hand_in_form(tablets: Sequence[Kiosk]) -> Any:
    """The form of the end of the hand-in with a number for each tablet; where none stands, nothing is asked of them."""
    fields: dict[str, Any] = {} if tablets else {"begun": None}
    for each in tablets:
        hint = "Beside “Ballots made here (the closing number)”. Leave it empty if the tablet is dead."
        fields[f"kiosk_{each.id}"] = WholeNumberField(
            f"Number on the tablet “{each.name}”", most=HIGHEST_SEQ, mark_optional=False, hint=hint
        )
    form: Any = type("TabletsForm", (HandInForm,), fields)()
    form.kiosk_names = [f"kiosk_{each.id}" for each in tablets]
    # In the order of the page, so that the summary of errors is read in it too.
    for name in (*form.kiosk_names, "agreed"):
        form._fields[name] = form._fields.pop(name)
    return form


class ReopenForm(TwoForm):
    """Why a hand-in is opened again, and the second person who opens it."""

    reason = ParagraphField(
        "Why is it opened again?", needed="Say why it is opened again", most=LONGEST_REASON, hint="Write no name."
    )


class CheckInForm(FlaskForm):  # type: ignore[misc]
    """Somebody at the door."""

    name = TextField("Full name", most=120, mark_optional=False)
    postcode = PostcodeField("Home postcode", mark_optional=False)
    year_of_birth = YearOfBirthField("Year of birth", unlikely=ASKED_YEAR, mark_optional=False)
    link = ChoiceField("What links them to this area?", mark_optional=False)
    place_postcode = PostcodeField("Postcode of that place", mark_optional=False)
    area = ChoiceField("Which area do they vote in?", mark_optional=False)
    declared = TickField("They say that this is true, and that they have not voted yet")
    what = ChoiceField("What do they get?", WHAT, mark_optional=False)
    needs = ChoicesField("What do they need?", dict(NEEDS), mark_optional=False)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all is well; where there are both cards and slips, one of them is chosen."""
        sound = bool(super().validate(extra_validators))
        if len(list(self.what.choices or ())) > 1 and not self.what.data:
            self.what.errors = ["Say what they get: a card or a slip"]
            return False
        return sound

    def declaration(self) -> Declaration:
        """What they said."""
        return declaration_of(self)
