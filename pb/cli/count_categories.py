"""`pb count --by-category`: a budget for each category, and every category counted on its own."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation

from pb.cli.count_words import Told, as_json, as_text
from pb.core.categories import count_by_category
from pb.core.errors import Refusal
from pb.core.explaining.again import Election
from pb.core.pabulib import PbFile


def counted_by_category(file: PbFile, election: Election, asked: str, *, as_data: bool) -> str:
    """The outcome of each category, as text or as JSON data by category; `asked` is `CATEGORY=AMOUNT,...`.

    Raises Refusal `budgets_unreadable` and those of `count_by_category`.
    """
    budgets = _budgets(asked, election.instance.scale)
    counted = count_by_category(election.instance, election.profile, election.method, budgets, facts=election.facts)
    told = {key: Told(file, outcome) for key, outcome in counted.outcomes.items()}
    if as_data:
        return json.dumps({key: json.loads(as_json(each)) for key, each in told.items()}, ensure_ascii=False, indent=2)
    return "\n\n".join(f"== {key or 'no category'}\n{as_text(each)}" for key, each in told.items())


def _budgets(asked: str, scale: int) -> dict[str, int]:
    """Minor units by category, from amounts in the file's own units."""
    budgets: dict[str, int] = {}
    for part in asked.split(","):
        category, sign, amount = part.rpartition("=")
        try:
            minor = Decimal(amount.strip()) * scale
        except InvalidOperation:
            minor = Decimal(-1)
        if not sign or not minor.is_finite() or minor < 0 or minor != int(minor):
            raise Refusal("budgets_unreadable", "--by-category takes CATEGORY=AMOUNT,CATEGORY=AMOUNT.")
        budgets[category.strip()] = int(minor)
    return budgets
