"""Forms of the early assessment: its questions, a few at a time, and the approver's answer."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from pb.models.rounds import AssessmentOutcome
from pb.web.forms.british import MoneyField
from pb.web.forms.fields import ChoiceField, ParagraphField

LONGEST_TEXT = 4000
PRIORITIES = {"high": _l("High"), "medium": _l("Medium"), "low": _l("Low")}
YES_NO = {"yes": _l("Yes"), "no": _l("No")}
OUTCOMES = {
    AssessmentOutcome.PURSUE: _l("Go ahead"),
    AssessmentOutcome.EXEMPLAR: _l("Go ahead, as an example for others"),
    AssessmentOutcome.DEFER: _l("Not yet: send it back"),
    AssessmentOutcome.MERGE: _l("No: join it with other work"),
    AssessmentOutcome.NOT_PURSUED: _l("No: do not go on with it"),
}


def _question(label: object, hint: object = "") -> ParagraphField:
    return ParagraphField(label, hint=hint, most=LONGEST_TEXT, mark_optional=False)


class WhyForm(FlaskForm):  # type: ignore[misc]
    """The need, and the decision."""

    why = _question(_l("Why do we need this round?"), _l("The need, and who has asked for it."))
    which_decision = _question(
        _l("Which decision will it inform?"), _l("Who decides, when, and what would be decided without it.")
    )


class KnownForm(FlaskForm):  # type: ignore[misc]
    """What is known already."""

    known_already = _question(
        _l("What do we know already?"), _l("Earlier rounds and consultations, surveys, what members and groups say.")
    )
    do_differently = _question(
        _l("What would you do differently, depending on the answer?"),
        _l("If nothing would change, do not ask people."),
    )


class GunningForm(FlaskForm):  # type: ignore[misc]
    """The four questions of fair consultation."""

    formative = _question(
        _l("Is the decision still open?"), _l("For example: no part of the money is promised to anybody.")
    )
    information = _question(
        _l("Will people have enough information to choose well?"),
        _l("For example: every bid is shown with its cost, and how votes become grants is explained."),
    )
    time = _question(_l("Will they have enough time?"), _l("How long to bid, and how long to vote."))
    consideration = _question(
        _l("Will what they say be weighed with an open mind?"), _l("Who will look at the result before they decide.")
    )


class PriorityForm(FlaskForm):  # type: ignore[misc]
    """How much it matters, and what it costs."""

    priority = ChoiceField(_l("How much of a priority is it?"), PRIORITIES, mark_optional=False)
    cost = MoneyField(
        _l("What will it cost to run?"), least=0, mark_optional=False, hint=_l("Not the grants, but everything else.")
    )


class EqualityForm(FlaskForm):  # type: ignore[misc]
    """Whether an equality impact assessment is needed."""

    equality_impact_needed = ChoiceField(_l("Is an equality impact assessment needed?"), YES_NO, mark_optional=False)
    equality_impact_reason = _question(_l("Why, or why not?"), _l("Who might find it harder to take part."))


class DecisionForm(FlaskForm):  # type: ignore[misc]
    """The approver's answer."""

    outcome = ChoiceField(_l("Should the round go ahead?"), OUTCOMES, needed=_l("Choose an answer."))
    clash_reason = ParagraphField(
        _l("Why both rounds may take place"),
        most=LONGEST_TEXT,
        hint=_l("Needed if it goes ahead."),
        mark_optional=False,
    )
    reason = ParagraphField(
        _l("Reason"), most=LONGEST_TEXT, hint=_l("Needed for every answer but “Go ahead”."), mark_optional=False
    )
