"""Money: whole minor units of a currency, written as people write them."""

from __future__ import annotations

from decimal import Decimal

SIGNS = {"GBP": "£", "EUR": "€", "USD": "$", "PLN": "zł\u00a0", "CHF": "CHF\u00a0"}
FIGURES_AFTER_POINT = {"HUF": 0, "JPY": 0, "CLP": 0, "ISK": 0}


def format_money(minor: int, currency: str = "GBP") -> str:
    """Minor units as people write them: £1,250, or £1,250.50 where there are pence."""
    figures = FIGURES_AFTER_POINT.get(currency, 2)
    amount = Decimal(abs(minor)).scaleb(-figures)
    written = f"{amount:,.{figures}f}" if amount % 1 else f"{int(amount):,}"
    return f"{'-' if minor < 0 else ''}{SIGNS.get(currency, currency + chr(0xA0))}{written}"
