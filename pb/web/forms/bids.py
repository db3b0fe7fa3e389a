"""Forms of a bid: one for each page, and those around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField
from wtforms.validators import ValidationError

from pb.core.bids import (
    BANK_ACCOUNTS,
    DECLARATIONS,
    GOVERNING_DOCUMENTS,
    ITEM_LIMIT,
    LONG_TEXT,
    MOST_COST_LINES,
    MOST_PEOPLE,
    SUMMARY_LIMIT,
    TITLE_LIMIT,
    WORD_LIMIT,
    count_words,
)
from pb.models.organisations import Organisation
from pb.models.rounds import Pot, Round
from pb.web.formats import money
from pb.web.forms.british import LondonDateField, MoneyField
from pb.web.forms.fields import (
    ChoiceField,
    ChoicesField,
    ParagraphField,
    TextField,
    TickField,
    WholeNumberField,
    choices_of,
)

#: A draft is asked for everything before it is sent, so that no page says "(optional)".
LATER: dict[str, Any] = {"mark_optional": False}


def _yes(value: object) -> bool:
    if value not in (True, False, "yes", "no"):
        raise ValueError
    return value in (True, "yes")


class YesNoField(ChoiceField):
    """Yes or no; nothing while nobody has answered."""

    def __init__(self, label: Any = "", **kwargs: Any) -> None:
        super().__init__(label, {"yes": _l("Yes"), "no": _l("No")}, coerce=_yes, **kwargs)


def _lazy(sentences: Mapping[str, str]) -> dict[str, Any]:
    """Sentences of the core, each translated when it is shown."""
    return {key: _l(sentence) for key, sentence in sentences.items()}


class PapersForm(FlaskForm):  # type: ignore[misc]
    """The group's bank account and rules."""

    bank_account = ChoiceField(
        _l("Does the group have a bank account in its own name?"),
        _lazy(BANK_ACCOUNTS),
        hint=_l("We ask for the account number only if you win, and never by e-mail."),
        **LATER,
    )
    governing_document = ChoiceField(
        _l("Does the group have written rules?"),
        _lazy(GOVERNING_DOCUMENTS),
        hint=_l("A constitution, terms of reference or articles. One page is enough for a small group."),
        **LATER,
    )


class TitleForm(FlaskForm):  # type: ignore[misc]
    """What stands on the ballot."""

    title = TextField(
        _l("Title"), most=TITLE_LIMIT, hint=_l("At most 60 characters, such as “Benches along the brook”."), **LATER
    )
    summary = ParagraphField(
        _l("Summary in one sentence"),
        most=SUMMARY_LIMIT,
        hint=_l("Voters read this on the ballot. Say what people will see, hear or be able to do."),
        **LATER,
    )


def _at_most_words(_form: Form, field: Any) -> None:
    words = count_words(field.data or "")
    if words > WORD_LIMIT:
        raise ValidationError(_("This is %(words)s words long: the most is %(limit)s", words=words, limit=WORD_LIMIT))


class PlanForm(FlaskForm):  # type: ignore[misc]
    """What and why."""

    what = ParagraphField(
        _l("What will you do?"),
        hint=_l("At most 200 words. Plain words are best."),
        validators=[_at_most_words],
        **LATER,
    )
    why = ParagraphField(
        _l("Why is it needed?"),
        hint=_l("How do you know? For example, whom did you ask, and what did they say?"),
        **LATER,
    )


class PeopleForm(FlaskForm):  # type: ignore[misc]
    """Who benefits."""

    who = ParagraphField(
        _l("Who will benefit?"),
        hint=_l("Ages, communities, streets; also who may find it hard to join in."),
        **LATER,
    )
    people = WholeNumberField(
        _l("About how many people?"), hint=_l("A fair guess is enough."), least=1, most=MOST_PEOPLE, **LATER
    )
    outcome = ParagraphField(
        _l("How will you know that it worked?"), hint=_l("And what will be left afterwards?"), **LATER
    )


class PlaceAndDatesForm(FlaskForm):  # type: ignore[misc]
    """Where, which themes, from when to when."""

    where = TextField(_l("Where will it happen?"), most=200, hint=_l("A street, a hall, a park, or online."), **LATER)
    themes = ChoicesField(_l("Which themes does it serve?"), **LATER)
    starts_on = LondonDateField(_l("When does it start?"), **LATER)
    ends_on = LondonDateField(_l("When does it end?"), **LATER)


class PotForm(FlaskForm):  # type: ignore[misc]
    """Which pot."""

    pot_id = ChoiceField(_l("Which pot are you bidding for?"), coerce=int, **LATER)


class AmountForm(FlaskForm):  # type: ignore[misc]
    """How much."""

    asked = MoneyField(_l("How much are you asking for?"), **LATER)
    workable_minimum = MoneyField(
        _l("What is the smallest amount that you could go ahead with?"),
        hint=_l(
            "If the pot has a little left but not all you ask for, you may be offered part of it. "
            "Write the full amount if you could not do with less."
        ),
        **LATER,
    )


class OtherMoneyForm(FlaskForm):  # type: ignore[misc]
    """What others and the group itself pay, and that nothing has begun."""

    other_funding = MoneyField(
        _l("How much comes from other funders?"), least=0, hint=_l("Write 0 if there are none."), **LATER
    )
    own_money = MoneyField(
        _l("How much does the group pay itself?"), least=0, hint=_l("Write 0 if it pays nothing."), **LATER
    )
    nothing_started = YesNoField(
        _l("Is it true that nothing has been bought, ordered or started yet?"),
        hint=_l("The money cannot pay for what is already under way."),
        **LATER,
    )


class InterestsForm(FlaskForm):  # type: ignore[misc]
    """Links with councillors and council officers."""

    has_interest = YesNoField(
        _l("Is a councillor or council officer on your committee, or related to somebody who is?"),
        hint=_l("This does not stop your bid. The person must not take part in deciding it."),
        **LATER,
    )
    interests = ParagraphField(
        _l("If so, who is it, and how are they linked?"),
        most=LONG_TEXT,
        hint=_l("Only those who check and decide see this."),
        **LATER,
    )


class DeclarationsForm(FlaskForm):  # type: ignore[misc]
    """What the group promises, and who promises it."""

    declarations = ChoicesField(_l("Your group agrees that"), _lazy(DECLARATIONS), **LATER)
    declared_name = TextField(_l("Your name"), most=120, **LATER)
    declared_role = TextField(_l("Your role in the group"), most=80, hint=_l("Such as chair or treasurer."), **LATER)


class CostLineForm(Form):
    """One thing and what it costs; both or neither."""

    item = TextField(_l("What it is"), most=ITEM_LIMIT, **LATER)
    amount = MoneyField(_l("Amount"), **LATER)

    def validate(self, extra_validators: Any = None) -> bool:
        """A line with only one half is not finished."""
        good: bool = super().validate(extra_validators)
        if good and bool(self.item.data) != (self.amount.data is not None):
            empty, sentence = (
                (self.amount, _("Enter an amount for this line"))
                if self.item.data
                else (self.item, _("Say what this amount is for"))
            )
            empty.errors = [*empty.errors, sentence]
            return False
        return good


class CostsForm(FlaskForm):  # type: ignore[misc]
    """The total and the lines that it is made of."""

    total_cost = MoneyField(_l("Total cost of the project"), **LATER)
    cost_lines = FieldList(FormField(CostLineForm), max_entries=MOST_COST_LINES)


def pot_choices(the_round: Round) -> Any:
    """The pots of a round, each with its money."""
    return choices_of({pot.id: _pot_label(pot, the_round.currency) for pot in the_round.pots})


def _pot_label(pot: Pot, currency: str) -> str:
    return str(_("%(pot)s: %(amount)s to give out", pot=pot.name, amount=money(pot.amount, currency)))


class StartForm(FlaskForm):  # type: ignore[misc]
    """For which group, and for which pot, a bid is started."""

    organisation = ChoiceField(_l("Which group is bidding?"), coerce=int, needed=_l("Choose a group"))
    pot_id = ChoiceField(
        _l("Which pot are you bidding for?"), coerce=int, hint=_l("You can change this later."), **LATER
    )

    def __init__(self, the_round: Round, groups: list[Organisation]) -> None:
        super().__init__(data={"organisation": groups[0].id if len(groups) == 1 else None})
        self.organisation.choices = choices_of({group.id: group.name for group in groups})
        self.pot_id.choices = pot_choices(the_round)
        if len(the_round.pots) < 2:
            del self.pot_id


class WithdrawForm(FlaskForm):  # type: ignore[misc]
    """That the group really means it."""

    sure = TickField(_l("Yes, withdraw this bid"), needed=_l("Tick the box if you want to withdraw the bid"))
