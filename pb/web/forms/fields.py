"""The kinds of fields that forms are made of; each knows how it is drawn and what it refuses, in plain words.

Every field takes `label`, and by name `needed` (the sentence shown when it is empty; without it the field may stay
empty), `hint`, `validators`, and what WTForms takes. A field that is not needed says "(optional)" beside its label;
`mark_optional=False` leaves that out, for drafts that are asked for everything later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Length, Optional, Regexp, StopValidation

from pb.web.forms import widgets

#: One @, and a domain with a point; whether the address exists only a message to it can tell.
ADDRESS = r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$"

Sentence = Any  # a str or a lazy translation of one


def choices_of(choices: Mapping[Any, Sentence] | Iterable[StrEnum]) -> list[SelectChoice]:
    """Choices for a field from {value: label}."""
    pairs = choices.items() if isinstance(choices, Mapping) else ((one, one.value) for one in choices)
    return [SelectChoice(value=str(value), label=label) for value, label in pairs]


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


class Needed:
    """Refuses a field that was left empty, or holds nothing but blanks, and leaves every other fault unsaid."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence

    def __call__(self, _form: Any, field: Any) -> None:
        """Raises StopValidation with the sentence."""
        parts = field.raw_data or []
        if not any(part.strip() if isinstance(part, str) else part for part in parts):
            field.errors = []
            raise StopValidation(self.sentence)


class Plain:
    """Mixed in before a WTForms field: `needed`, `hint`, and "(optional)"."""

    widget: Any
    most: Any = None  # characters, or a number: int where there is a limit

    def __init__(
        self,
        label: Sentence = "",
        *,
        needed: Sentence = None,
        hint: Sentence = "",
        validators: Iterable[Callable[..., Any]] = (),
        mark_optional: bool = True,
        **kwargs: Any,
    ) -> None:
        presence = Needed(needed) if needed else Optional()
        self.mark_optional = mark_optional and not needed
        super().__init__(label, [presence, *validators], description=hint, **kwargs)  # type: ignore[call-arg]


class _Text(Plain):
    """Text without blanks at its ends, at most `most` characters long."""

    def __init__(
        self, label: Sentence = "", *, most: int | None = None, least: int | None = None, **kwargs: Any
    ) -> None:
        self.most = most
        lengths = [] if most is None and least is None else [_length(least, most)]
        validators = [*lengths, *kwargs.pop("validators", ())]
        super().__init__(label, validators=validators, filters=[_trimmed, *kwargs.pop("filters", ())], **kwargs)


class _Sized(Length):
    """A number of characters; the sentence names the field, since it stands in the summary of errors too."""

    def __call__(self, form: Any, field: Any) -> None:
        """Raises ValidationError."""
        label = str(field.label.text).replace("%", "%%")
        Length(self.min, self.max, str(self.message).replace("%(label)s", label))(form, field)


def _length(least: int | None, most: int | None) -> Length:
    if least is not None and most is not None:
        message = _l("“%(label)s” must be between %(min)d and %(max)d characters long.")
    elif most is not None:
        message = _l("“%(label)s” must be %(max)d characters or fewer.")
    else:
        message = _l("“%(label)s” must be %(min)d characters or more.")
    return _Sized(min=-1 if least is None else least, max=-1 if most is None else most, message=message)


class TextField(_Text, wtforms.StringField):
    """One line of text."""

    widget = widgets.TextInput()


class ParagraphField(_Text, wtforms.TextAreaField):
    """Several lines of text; with `most` it counts the characters left."""

    widget = widgets.TextArea()


class CodeField(_Text, wtforms.StringField):
    """A code from a card, as it was typed."""

    widget = widgets.CodeInput()


class EmailField(_Text, wtforms.StringField):
    """An e-mail address."""

    widget = widgets.EmailInput()

    def __init__(self, label: Sentence = "", **kwargs: Any) -> None:
        form = Regexp(ADDRESS, message=_l("Enter an e-mail address in the right form, like name@example.org"))
        super().__init__(label, most=254, validators=[form, *kwargs.pop("validators", ())], **kwargs)


class PhoneField(_Text, wtforms.StringField):
    """A telephone number, as it was typed."""

    widget = widgets.PhoneInput()


class PasswordField(Plain, wtforms.PasswordField):
    """A password; blanks are kept."""

    widget = widgets.PasswordInput()


class _Chosen(Plain):
    """One or several of `choices`: {value: label}, or set in the form's __init__."""

    refused: Sentence = _l("Choose one of the answers")

    def __init__(self, label: Sentence = "", choices: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("invalid_choice_message", self.refused)
        made = choices_of(choices) if isinstance(choices, Mapping) else choices
        # A blank is no answer: whoever may leave the field empty is not asked whether it was offered.
        super().__init__(label, choices=made, filters=[_trimmed, *kwargs.pop("filters", ())], **kwargs)


class ChoiceField(_Chosen, wtforms.RadioField):
    """One of several choices, as radio buttons."""

    widget = widgets.Radios()

    def pre_validate(self, form: Any) -> None:
        """Refuse an answer that was not offered; an empty one is for `needed` to refuse."""
        if self.raw_data and self.raw_data[0]:
            super().pre_validate(form)


class ChoicesField(_Chosen, wtforms.SelectMultipleField):
    """Any of several choices, as boxes to tick."""

    widget = widgets.Checkboxes()
    refused = _l("Choose from the answers that are offered")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the answers; an empty one is none, and hides no other from the check that it was offered."""
        self.raw_data = [each for each in valuelist if each.strip()]
        super().process_formdata(self.raw_data)


class MenuField(_Chosen, wtforms.SelectField):
    """One of many choices, in a menu. Give the empty choice first where nothing is chosen yet."""

    widget = widgets.Select()


class TickField(Plain, wtforms.BooleanField):
    """One box to tick; the label is the statement."""

    widget = widgets.Tick()

    def __init__(self, label: Sentence = "", **kwargs: Any) -> None:
        super().__init__(label, mark_optional=False, **kwargs)


class UploadField(Plain, wtforms.FileField):
    """A file from the person's device; words in its place, which no page of ours sends, are none."""

    widget = widgets.FileInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the file, if there is one."""
        self.raw_data = [each for each in valuelist if isinstance(each, FileStorage)]
        super().process_formdata(self.raw_data)


class WholeNumberField(Plain, wtforms.Field):
    """A whole number from `least` to `most`, both as attributes that a form may set."""

    widget = widgets.WholeNumberInput()

    def __init__(self, label: Sentence = "", *, least: int = 0, most: int = 1_000_000, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.least, self.most = least, most

    def _value(self) -> str:
        typed = self.raw_data[0] if self.raw_data else None
        return str(typed if typed is not None else "" if self.data is None else self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the figures. Raises ValueError with a plain sentence."""
        self.data = None
        text = str(valuelist[0]).strip().replace(",", "") if valuelist else ""
        if not text:
            return
        if not text.isascii() or not text.isdigit() or len(text) > 12:
            raise ValueError(_l("Enter a whole number in figures, like 12"))
        number = int(text)
        if not self.least <= number <= self.most:
            raise ValueError(_l("Enter a number from %(least)s to %(most)s", least=self.least, most=self.most))
        self.data = number


__all__ = [
    "ChoiceField",
    "ChoicesField",
    "CodeField",
    "EmailField",
    "MenuField",
    "ParagraphField",
    "PasswordField",
    "PhoneField",
    "TextField",
    "TickField",
    "UploadField",
    "WholeNumberField",
    "choices_of",
]
