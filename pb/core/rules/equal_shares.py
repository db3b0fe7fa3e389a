"""The Method of Equal Shares: every ballot gets the same money, and spends it on what it chose.

Dominik Peters and Piotr Skowron, "Proportionality and the Limits of Welfarism", EC 2020; for costs and points
Dominik Peters, Grzegorz Pierczyński and Piotr Skowron, "Proportional Participatory Budgeting with Additive
Utilities", NeurIPS 2021. What is left to choose, and why the defaults are as they are: docs/counting.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from pb.core.outcome import Outcome
from pb.core.rules.add_one import Raising, alone, raised
from pb.core.rules.buying import Market
from pb.core.rules.completion import compared, completed
from pb.core.rules.electorate import Electorate
from pb.core.rules.lots import whatever_the_lot
from pb.core.rules.rule import Rule, Task, sift
from pb.core.rules.tiebreak import Evidence
from pb.core.settings import Settings, choice, number, yes_no
from pb.core.words import N_

#: Other words for leaving the rest of the pot unspent; what becomes of it is the round's surplus rule.
UNSPENT = ("skip", "save")
RAISES = frozenset({"add1", "add1u"})


@dataclass(frozen=True)
class EqualSharesOptions(Settings):
    """What a ballot's money is worth, and what becomes of money that no group of supporters can put together."""

    satisfaction: str = choice(
        "What a funded bid is worth to those who chose it", "cost",
        (
            ("cost", N_("its cost: a large bid counts for more than a small one")),
            ("cardinality", N_("the same, whatever it costs: many small bids win")),
        ),
        help="Cities use the cost. Where voters give points, the worth is multiplied by the points.",
    )  # fmt: skip
    completion: str = choice(
        "What is done with money that is left", "add1u",
        (
            ("add1u", N_("raise the shares while the pot can pay; fund what then fits, most votes first")),
            ("add1", N_("raise the shares while the pot can pay; leave the rest")),
            ("utilitarian", N_("fund what fits, most votes first")),
            ("phragmen", N_("let money flow to all voters at the same rate until nothing more fits")),
            ("none", N_("leave it unspent")),
        ),
        help="Equal shares alone often spends less than half of a pot.",
    )  # fmt: skip
    whole_start: bool = yes_no(
        "Shares are whole amounts", True,
        help="Only where shares are raised: the first share is rounded down to a whole pound (or penny, see below).",
    )  # fmt: skip
    stop_at: str = choice(
        "Shares are raised until", "exhaustive",
        (
            ("exhaustive", N_("nothing more fits into the pot, or the pot could not pay")),
            ("overspending", N_("the pot could not pay")),
        ),
    )  # fmt: skip
    look_at: str = choice(
        "What might still fit", "all",
        (("all", N_("any bid that may be funded")), ("supported", N_("bids that somebody chose"))),
    )  # fmt: skip
    increment: int = number("Raise each share by", 1, least=1)
    unit: str = choice(
        "Counted in", "currency", (("currency", N_("pounds")), ("minor", N_("pence"))),
        help="The unit of the currency or its hundredth part, for rounding shares and for raising them.",
    )  # fmt: skip
    comparison: bool = yes_no(
        "Give way to “most votes first”", False,
        help="If more voters have more of their bids funded by “most votes first” than have fewer, its result stands.",
    )  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read settings from plain JSON data; `skip` and `save` are other words for the completion `none`."""
        unspent = {"completion": "none"} if data.get("completion") in UNSPENT else {}
        return super().from_json({**data, **unspent})


class EqualShares(Rule):
    """Every ballot gets an equal share; supporters buy bids together, the one that costs them least first.

    A ballot that chooses nothing gets a share too. Marks (points, places, an extra vote) say how much of the price
    a supporter takes on; a mark of nothing or less is no support, and a bid that is named twice is supported once.
    The allocation settings say how money runs down where a completion funds by most votes; otherwise bids are funded
    in full or not at all.
    """

    key = "equal-shares"
    version = "1"
    label = N_("Equal shares of the pot")
    help = N_(
        "Every ballot gets the same share of the pot. The voters who chose a bid pay for it together, the bid that "
        "costs each of them least first, so that every group of voters decides on its part of the money."
    )
    options_type: ClassVar[type[Settings]] = EqualSharesOptions

    def count(self, task: Task) -> Outcome:
        """Count. Raises Refusal `open_tie`."""
        return whatever_the_lot(task, self._count)

    def _count(self, task: Task) -> Outcome:
        eligible, out = sift(task)
        options = task.method.options
        assert isinstance(options, EqualSharesOptions)  # noqa: S101 - for the type checker
        electorate = Electorate.of(task.index, eligible, task.instance)
        evidence = Evidence(task.totals, task.facts.lots)
        market = Market(electorate, options.satisfaction == "cost", task.method.ties, evidence)
        if options.completion in RAISES:
            found = raised(market, task.instance, eligible, _raising(options, task))
        else:
            found = alone(market, task.instance.budget)
        outcome = completed(task, self, found, eligible, _completion(options))
        outcome = replace(outcome, projects=(*outcome.projects, *out))
        return compared(task, self, outcome) if options.comparison else outcome


def _completion(options: EqualSharesOptions) -> str:
    return {"add1u": "utilitarian", "add1": "none"}.get(options.completion, options.completion)


def _raising(options: EqualSharesOptions, task: Task) -> Raising:
    unit = task.instance.scale if options.unit == "currency" else 1
    return Raising(
        unit if options.whole_start else None,
        options.increment * unit,
        options.stop_at == "exhaustive",
        options.look_at == "supported",
    )
