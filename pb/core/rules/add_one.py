"""Add1: the same rule over again, each ballot with a little more, for as long as the pot can pay for what it buys.

Without it equal shares leaves much unspent: money that no group of supporters can put together. Dominik Peters,
Grzegorz Pierczyński and Piotr Skowron, "Proportional Participatory Budgeting with Additive Utilities", NeurIPS 2021,
section 5; the variants are those of equalshares.net.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pb.core.election import Instance, Project
from pb.core.outcome import Tie
from pb.core.rules.buying import Market, Run
from pb.core.rules.steady import Stride


@dataclass(frozen=True)
class Raising:
    """How shares are raised. Amounts in minor units.

    `unit` is what a share is rounded down to at the start (None: it is not rounded), `increment` what is added each
    time. With `until_exhaustive` it ends as soon as nothing more fits into the pot, with `only_supported` nothing
    more that anybody chose.
    """

    unit: int | None
    increment: int
    until_exhaustive: bool
    only_supported: bool


@dataclass(frozen=True)
class Raised:
    """The run that stands, the share of the first run, how many runs there were and why there were no more.

    `ties` are those of the run that stands, then those of other runs that were between other projects.
    """

    run: Run
    first: Fraction
    runs: int
    ended: str
    ties: tuple[Tie, ...]


def alone(market: Market, budget: int) -> Raised:
    """One run, the pot in equal shares."""
    share = equal_share(market, budget, None)
    run = Run(market, share, budget)
    return Raised(run, share, 1, "alone", tuple(run.ties))


def raised(market: Market, where: Instance, eligible: Sequence[Project], how: Raising) -> Raised:
    """Run until a share is too much for the pot; the run before stands. Raises Refusal `open_tie`.

    Runs that are certain to go the same way as one before are counted, and not run.
    """
    first = equal_share(market, where.budget, how.unit)
    run, share, runs, ties = Run(market, first, where.budget), first, 1, list[Tie]()
    stride = Stride(how.increment, sum(len(row.groups) for row in market.electorate.rows))
    while not (ended := _ended(run, where, eligible, how)):
        same = stride.over(run)
        share += same * how.increment
        better = Run(market, share + how.increment, where.budget)
        runs += same + 1
        ties += run.ties
        if better.overspent:
            ended, ties = "overspent", ties + better.ties
            break
        run, share = better, better.share
    run = run if run.share == share else Run(market, share, where.budget)
    return Raised(run, first, runs, ended, tuple(_distinct([*run.ties, *ties])))


def equal_share(market: Market, budget: int, unit: int | None) -> Fraction:
    """The pot divided by the ballots, those that choose nothing included; rounded down to whole units if wished."""
    ballots = market.electorate.ballots
    if not ballots:
        return Fraction(0)
    return Fraction(budget, ballots) if unit is None else Fraction(budget // ballots // unit * unit)


def _ended(run: Run, where: Instance, eligible: Sequence[Project], how: Raising) -> str:
    if how.until_exhaustive and _is_exhaustive(run, where, eligible, how.only_supported):
        return "exhaustive"
    return "all_bought" if run.all_bought else ""


def _is_exhaustive(run: Run, where: Instance, eligible: Sequence[Project], only_supported: bool) -> bool:
    """Whether none of the others, unless a winner shuts it out, fits into what is left."""
    rows = run.market.electorate.rows
    bought = {rows[number].project.id for number in run.bought}
    out = bought.union(*(group for group in where.exclusive if group & bought))
    others = (row.project for row in rows) if only_supported else eligible
    return all(each.id in out or each.cost > where.budget - run.spent for each in others)


def _distinct(ties: Sequence[Tie]) -> Iterator[Tie]:
    seen: set[tuple[object, ...]] = set()
    for tie in ties:
        key = (tie.projects, tie.decided_by, tie.order)
        if key not in seen:
            seen.add(key)
            yield tie
