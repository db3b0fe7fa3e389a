"""Fields for what is written in a British way: money, London dates and times, postcodes, years of birth."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from pb.core.clock import from_london, to_london
from pb.core.errors import Refusal
from pb.core.money import LARGEST, format_money, parse_money, plain_money
from pb.core.postcodes import read_postcode
from pb.extensions import present
from pb.web.forms import widgets
from pb.web.forms.fields import Plain, Sentence
from pb.web.forms.summary import sentence

OLDEST = 1900
#: Where a steward asks somebody else.
ASKED_YEAR = "Ask once more for the year in which they were born: four figures, from 1900 until today."
Read = TypeVar("Read")
CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?(am|pm)?")
NAMED_TIMES = {"midday": time(12), "noon": time(12), "midnight": time(0)}


def _in_words(read: Callable[..., Read], *args: Any, **kwargs: Any) -> Read:
    """What a reader of core makes of the text; its refusal as the ValueError that a form takes for a field's error."""
    try:
        return read(*args, **kwargs)
    except Refusal as refusal:
        raise ValueError(sentence(refusal.fault)) from refusal


class _Typed(Plain, wtforms.Field):
    """A field that shows again exactly what was typed when it is refused."""

    def _value(self) -> str:
        if self.raw_data and self.raw_data[0] is not None:
            return str(self.raw_data[0])
        return "" if self.data is None else self.shown()

    def shown(self) -> str:
        """The stored value as text."""
        return str(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed. Raises ValueError with a plain sentence."""
        typed = str(valuelist[0]).strip() if valuelist and valuelist[0] is not None else ""
        self.data = self.read(typed) if typed else None

    def read(self, typed: str) -> Any:
        """The value of what was typed."""
        raise NotImplementedError


class MoneyField(_Typed):
    """Text such as 1,250.50 or £1,250 as int pence, from `least` to `most` pence (attributes that a form may set).

    `least` is 1 penny unless given: an amount of nothing is refused. Another `currency` changes the sign.
    """

    widget = widgets.MoneyInput()

    def __init__(
        self, label: Sentence = "", *, least: int = 1, most: int = LARGEST, currency: str = "GBP", **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.least, self.most, self.currency = least, most, currency

    @property
    def sign(self) -> str:
        """The currency's sign, shown before the input."""
        return re.sub(r"[\d\s.,]", "", format_money(0, self.currency))

    def shown(self) -> str:
        """The amount without its sign: 1250 or 1250.50."""
        return plain_money(self.data, self.currency).removesuffix(".00")

    def read(self, typed: str) -> int:
        """The amount in minor units."""
        return _in_words(parse_money, typed, self.currency, least=self.least, most=self.most)


class PostcodeField(_Typed):
    """A UK postcode however it was typed; data is like "AB1 2CD"."""

    widget = widgets.TextInput()

    def read(self, typed: str) -> str:
        """The postcode in capitals with one blank."""
        return _in_words(read_postcode, typed)


class YearOfBirthField(_Typed):
    """A year of birth in four figures; data is an int. `unlikely` is what is said where nobody was born then."""

    widget = widgets.WholeNumberInput()

    def __init__(
        self,
        label: Sentence = "",
        *,
        unlikely: Sentence = _l("Enter the year you were born in, from 1900 until today"),
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.unlikely = unlikely

    def read(self, typed: str) -> int:
        """The year."""
        if not re.fullmatch(r"[0-9]{4}", typed):
            raise ValueError(_("Enter the year in four figures, like 1984"))
        year = int(typed)
        if not OLDEST <= year <= to_london(present.now()).year:
            raise ValueError(str(self.unlikely))
        return year


class LondonDateField(Plain, wtforms.Field):
    """A day, month and year; data is a date. The three inputs carry the field's name, in that order."""

    widget: Any = widgets.DateParts()

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - the shape that WTForms calls
        """A date that was begun is not an empty one, even if its day is: what is wrong with it stands."""
        if self.process_errors:
            raise StopValidation

    def shown(self) -> list[str]:
        """What stands in the inputs: what was typed, else the stored day."""
        if self.raw_data:
            return [str(part) for part in self.raw_data]
        return [str(self.data.day), str(self.data.month), str(self.data.year)] if self.data else []

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the parts. Raises ValueError with a plain sentence."""
        parts = [str(part).strip() for part in valuelist]
        # A field is empty for `needed` when its first part is; make that mean: when all parts are.
        self.data = None
        if any(parts):
            self.data = self.read(parts)
        else:
            self.raw_data = []

    def read(self, parts: list[str]) -> Any:
        """The date that the parts mean."""
        return _date(parts[:3])


class LondonDateTimeField(LondonDateField):
    """A day and a time of day in London; data is an aware UTC datetime."""

    widget: Any = widgets.DateParts(with_time=True)

    def shown(self) -> list[str]:
        """What stands in the four inputs."""
        if self.raw_data or not self.data:
            return super().shown()
        local = to_london(self.data)
        return [str(local.day), str(local.month), str(local.year), f"{local:%H:%M}"]

    def read(self, parts: list[str]) -> datetime:
        """The moment that the parts mean."""
        wall = datetime.combine(_date(parts[:3]), _time(parts[3] if len(parts) > 3 else ""))
        try:
            return from_london(wall).astimezone(UTC)
        except ValueError:
            raise ValueError(_("The clocks go forward that night and skip this time: choose another")) from None


def _date(parts: list[str]) -> date:
    missing = [
        name for name, part in zip((_("day"), _("month"), _("year")), [*parts, "", "", ""], strict=False) if not part
    ]
    if missing:
        raise ValueError(_("The date must include a %(missing)s", missing=_(" and a ").join(missing)))
    figures = all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts)
    if figures and len(parts[2]) != 4:
        raise ValueError(_("Enter the year with four figures, like 2026"))
    if not figures:
        raise ValueError(_("Enter the date in figures, like 7 12 2026"))
    day, month, year = (int(part) for part in parts)
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(_("That day is not in the calendar")) from None


def _time(typed: str) -> time:
    text = re.sub(r"\s", "", typed.lower())
    if text in NAMED_TIMES:
        return NAMED_TIMES[text]
    found = CLOCK.fullmatch(text)
    if not text or not found or not (found[2] or found[3]):
        raise ValueError(_("Enter the time, like 9am, 5:30pm or 17:30"))
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half and not 1 <= hour <= 12:
        raise ValueError(_("Enter the time, like 9am, 5:30pm or 17:30"))
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    if hour > 23 or minute > 59:
        raise ValueError(_("Enter the time, like 9am, 5:30pm or 17:30"))
    return time(hour, minute)
