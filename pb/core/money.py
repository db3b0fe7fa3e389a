"""Money: whole minor units of a currency, shared exactly, written and read as people do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from fractions import Fraction

from pb.core.errors import Refusal
from pb.core.words import N_

#: Figures after the point by ISO 4217; every other currency has two.
_NO_FIGURES = re.compile("BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF")
_THREE_FIGURES = re.compile("BHD|IQD|JOD|KWD|LYD|OMR|TND")
_FOUR_FIGURES = re.compile("CLF|UYW")
_SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$"}
_AMOUNT = re.compile(r"(?P<whole>[0-9]+|[0-9]{1,3}(?:[, ][0-9]{3})+)?(?:\.(?P<part>[0-9]*))?")

#: Ten million pounds: far above any round's money, far below what a slip of the finger makes.
LARGEST = 1_000_000_000


def split(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """`total` minor units in parts proportional to `weights`, to the last unit: the parts add up to `total`.

    Largest remainder (Hamilton): each part is its exact share rounded down, and the units that are left go one
    each to the largest remainders; among equal remainders to the one that stands first. Exact fractions
    throughout. Raises ValueError for a negative total or weight, or when no weight is above zero.
    """
    whole = sum(weights, Fraction(0))
    if total < 0 or whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("a split needs a total of at least 0 and weights of at least 0, not all of them 0")
    shares = [total * Fraction(weight) / whole for weight in weights]
    parts = [int(share) for share in shares]
    by_remainder = sorted(range(len(parts)), key=lambda at: parts[at] - shares[at])
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts


def minor_figures(currency: str) -> int:
    """How many figures stand after the point in amounts of a currency (ISO 4217); two where it is not known."""
    if _NO_FIGURES.fullmatch(currency):
        return 0
    if _THREE_FIGURES.fullmatch(currency):
        return 3
    return 4 if _FOUR_FIGURES.fullmatch(currency) else 2


def format_money(minor: int, currency: str = "GBP") -> str:
    """An amount as pages show it: `£1,500`, `£1,500.05`, `-£3`, `12,000 PLN`; a whole amount without its zeros."""
    figures = minor_figures(currency)
    whole, part = divmod(abs(minor), 10**figures)
    amount = f"{whole:,}" + (f".{part:0{figures}d}" if part else "")
    sign, symbol = "-" if minor < 0 else "", _SYMBOLS.get(currency)
    return f"{sign}{symbol}{amount}" if symbol else f"{sign}{amount} {currency}"


def plain_money(minor: int, currency: str = "GBP") -> str:
    """An amount as a form's field and a file hold it: `1500.05`, `1500.00`, no commas and no sign of the currency."""
    figures = minor_figures(currency)
    whole, part = divmod(abs(minor), 10**figures)
    return f"{'-' if minor < 0 else ''}{whole}" + (f".{part:0{figures}d}" if figures else "")


def parse_money(text: str, currency: str = "GBP", *, field: str = "amount", least: int = 1, most: int = LARGEST) -> int:
    """The minor units of an amount that a person typed: `1500`, `£1,500`, `1 500.50`.

    `least` and `most` are minor units; `least=0` lets nought pass. Raises Refusal, 422, beside `field`:
    `money_missing`, `money_figures`, `money_negative`, `money_part`, `money_small`, `money_large`.
    """
    typed = _without_symbol(unicodedata.normalize("NFKC", text), currency)
    if not typed:
        raise _refusal("money_missing", N_("Enter an amount, such as %(example)s."), field, currency)
    if re.match(r"[-\u2212\u2013(]", typed):
        raise _refusal("money_negative", N_("Enter an amount above nought, without a minus sign."), field, currency)
    minor = _minor(typed, field, currency)
    _refuse_outside(minor, least, most, field, currency)
    return minor


def _minor(typed: str, field: str, currency: str) -> int:
    found = _AMOUNT.fullmatch(typed)
    if not found or not (found["whole"] or found["part"]):
        sentence = N_("Enter the amount in figures, such as %(example)s.")
        raise _refusal("money_figures", sentence, field, currency)
    figures, part = minor_figures(currency), found["part"] or ""
    if len(part) > figures:
        sentence = N_("Enter an amount with at most %(figures)s figures after the point, such as %(example)s.")
        raise _refusal("money_part", sentence, field, currency, figures=figures)
    whole = re.sub("[, ]", "", found["whole"] or "0")
    # A number of thousands of figures is over any limit, and slow to read.
    return int(whole[:20] + part.ljust(figures, "0"))


def _refuse_outside(minor: int, least: int, most: int, field: str, currency: str) -> None:
    if minor < least:
        amount = format_money(least, currency)
        raise _refusal("money_small", N_("Enter an amount of at least %(least)s."), field, currency, least=amount)
    if minor > most:
        amount = format_money(most, currency)
        raise _refusal("money_large", N_("Enter an amount of at most %(most)s."), field, currency, most=amount)


def _without_symbol(text: str, currency: str) -> str:
    """The amount alone: spaces of every kind made plain, the currency's sign or code before or after it gone."""
    typed = " ".join(text.split())
    for sign in (_SYMBOLS.get(currency, currency), currency):
        typed = typed.removeprefix(sign).removesuffix(sign).strip()
    return typed


def _refusal(code: str, sentence: str, field: str, currency: str, **params: object) -> Refusal:
    example = format_money(150_000, currency)
    return Refusal(code, sentence, field=field, status=422, example=example, **params)
