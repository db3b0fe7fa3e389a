"""How money, numbers, days and text are written on pages, in the language of the page."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from flask_babel import format_date, format_decimal, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from pb.core.clock import to_london
from pb.core.money import format_money
from pb.extensions import present


def money(minor: int | None, currency: str = "GBP") -> str:
    """Minor units as people write them: £1,250, or £1,250.50 where there are pence. None shows a dash."""
    return "–" if minor is None else format_money(minor, currency)


def number(value: int | Decimal | Fraction | None) -> str:
    """A number with its thousands apart: 12,345."""
    if value is None:
        return "–"
    return str(format_decimal(Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else value))


def percent(part: float | Fraction, whole: float | Fraction = 1, places: int = 0) -> str:
    """A share in per cent: `{{ 3|percent(8) }}` is 38%. Nothing of nothing is 0%."""
    share = Fraction(part) / Fraction(whole) * 100 if whole else Fraction(0)
    return f"{_rounded(share, places)}%"


def _rounded(share: Fraction, places: int) -> str:
    """Half away from zero, as people round; never "100" or "0" for what only comes near."""
    scaled = int(share * 10**places + Fraction(1, 2))
    return f"{Decimal(scaled).scaleb(-places):,.{places}f}"


def day(moment: date | datetime | None, weekday: bool = False) -> str:
    """A day as London reads it: 7 December 2026, or Monday 7 December 2026."""
    if moment is None:
        return "–"
    local = to_london(moment) if isinstance(moment, datetime) else moment
    written = str(format_date(local, "EEEE d MMMM y" if weekday else "d MMMM y", rebase=False))
    # Babel begins a Welsh day with a capital (Dydd Llun); within a sentence it has none.
    return written.replace("Dydd ", "dydd ", 1)


def clock(moment: datetime | None) -> str:
    """The time of day as London reads it: 9am, 5:30pm, midday, midnight."""
    if moment is None:
        return "–"
    local = to_london(moment)
    if (local.hour, local.minute) == (0, 0):
        return str(_("midnight"))
    if (local.hour, local.minute) == (12, 0):
        return str(_("midday"))
    figures = f"{(local.hour - 1) % 12 + 1}" + (f":{local.minute:02}" if local.minute else "")
    return str(_("%(time)sam", time=figures) if local.hour < 12 else _("%(time)spm", time=figures))


def moment(value: datetime | None, weekday: bool = True) -> str:
    """A day and time: Monday 7 December 2026 at 5pm."""
    if value is None:
        return "–"
    return str(_("%(day)s at %(time)s", day=day(value, weekday), time=clock(value)))


def machine_time(value: date | datetime) -> str:
    """The value of a `<time datetime="">` attribute."""
    return to_london(value).isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()


def time_left(until: datetime) -> str:
    """How long until a moment, in the largest whole unit: 3 days, 5 hours, 20 minutes; "no time" when it is past."""
    minutes = int((until - present.now()).total_seconds() // 60)
    if minutes >= 2 * 24 * 60:
        days = minutes // (24 * 60)
        return str(ngettext("%(num)s day", "%(num)s days", days))
    if minutes >= 120:
        return str(ngettext("%(num)s hour", "%(num)s hours", minutes // 60))
    if minutes >= 1:
        return str(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    return str(_("less than a minute") if until > present.now() else _("no time"))


def paragraphs(text: str | None) -> Markup:
    """Plain text that somebody typed, with its paragraphs and line ends; never as HTML of theirs."""
    blocks = [block for block in re.split(r"\n\s*\n", (text or "").replace("\r\n", "\n").strip()) if block]
    lines = (Markup("<br>").join(escape(line) for line in block.split("\n")) for block in blocks)
    return Markup("\n").join(Markup('<p class="govuk-body">{}</p>').format(line) for line in lines)


def in_fours(code: str) -> str:
    """A code in groups of four, as it is printed: K7QF 2M9X."""
    bare = re.sub(r"[\s-]", "", code)
    return " ".join(bare[at : at + 4] for at in range(0, len(bare), 4))
