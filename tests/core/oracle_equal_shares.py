"""Equal shares as its definition reads: every ballot on its own, every number a fraction, nothing clever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pb.core.ballots import BALLOT_TYPES
from pb.core.election import Instance, Profile, Project
from pb.core.rules.equal_shares import EqualSharesOptions
from pb.core.rules.support import add_up

#: From projects that stand equal, the one that goes first.
First = Callable[[Sequence[Project]], Project]


@dataclass(frozen=True)
class Plain:
    """What a run gave: (project, price) in the order bought, and what each ballot has left."""

    bought: tuple[tuple[str, Fraction], ...]
    left: tuple[Fraction, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(project for project, _ in self.bought)


def utilities(profile: Profile) -> list[dict[str, int]]:
    """What each ballot gives to each project, nothing and less left out."""
    marks_of = BALLOT_TYPES[profile.ballot_type].marks
    found: list[dict[str, int]] = []
    for choices in profile.each():
        ballot: dict[str, int] = {}
        for project, mark, _ in marks_of(choices, profile.settings):
            ballot[project] = max(mark, ballot.get(project, 0))
        found.append({project: mark for project, mark in ballot.items() if mark > 0})
    return found


def price_of(project: Project, ballots: list[dict[str, int]], left: list[Fraction]) -> Fraction | None:
    """The least price of a mark at which the supporters together pay the cost; None if they cannot."""
    supporters = [(left[at], ballot[project.id]) for at, ballot in enumerate(ballots) if project.id in ballot]
    if not supporters or sum(money for money, _ in supporters) < project.cost:
        return None
    if not project.cost:
        return Fraction(0)
    given, marks = Fraction(0), sum(mark for _, mark in supporters)
    for money, mark in sorted(supporters, key=lambda each: each[0] / each[1]):
        price = (project.cost - given) / marks
        if price <= money / mark:
            return price
        given, marks = given + money, marks - mark
    raise AssertionError("somebody pays in full")


def plain_run(
    projects: Sequence[Project], where: Instance, profile: Profile, share: Fraction, per_cost: bool, first: First
) -> Plain:
    """One run of the rule in which each ballot begins with `share`."""
    ballots = utilities(profile)
    left = [share] * len(ballots)
    bought: list[tuple[str, Fraction]] = []
    waiting = list(projects)
    while waiting:
        prices = {each.id: price_of(each, ballots, left) for each in waiting}
        waiting = [each for each in waiting if prices[each.id] is not None]
        rates = {each.id: _rate(each, prices[each.id], per_cost) for each in waiting}
        if not waiting:
            break
        least = min(rates.values())
        chosen = first([each for each in waiting if rates[each.id] == least])
        price = prices[chosen.id] or Fraction(0)
        bought.append((chosen.id, price))
        for at, ballot in enumerate(ballots):
            left[at] -= min(left[at], price * ballot.get(chosen.id, 0))
        rivals = {each for group in where.exclusive if chosen.id in group for each in group}
        waiting = [each for each in waiting if each.id not in rivals | {chosen.id}]
    return Plain(tuple(bought), tuple(left))


def _rate(project: Project, price: Fraction | None, per_cost: bool) -> Fraction:
    if not price:
        return Fraction(0)
    return price / project.cost if per_cost else price


def plain_count(where: Instance, profile: Profile, options: EqualSharesOptions, first: First) -> tuple[str, ...]:
    """The winners in order, of all projects, without thresholds; what is left goes to most votes, passing over."""
    ballots, budget = list(profile.each()), where.budget
    unit = where.scale if options.unit == "currency" else 1
    share = Fraction(budget, len(ballots)) if ballots else Fraction(0)
    raising = options.completion in ("add1", "add1u")
    if raising and options.whole_start:
        share = Fraction(budget // len(ballots) // unit * unit) if ballots else share
    projects = sorted(where.projects, key=lambda each: each.order)
    run = _run(projects, where, profile, options, share, first)
    while raising and not _ended(run, where, profile, options):
        share += options.increment * unit
        better = _run(projects, where, profile, options, share, first)
        if _cost(better, where) > budget:
            break
        run = better
    if options.completion in ("utilitarian", "add1u"):
        return _most_votes(run, where, profile)
    return run


def _run(
    projects: Sequence[Project], where: Instance, profile: Profile, options: EqualSharesOptions, share: Fraction,
    first: First,
) -> tuple[str, ...]:  # fmt: skip
    return plain_run(projects, where, profile, share, options.satisfaction == "cost", first).ids


def _cost(run: tuple[str, ...], where: Instance) -> int:
    return sum(where.by_id[each].cost for each in run)


def _out(run: tuple[str, ...], where: Instance) -> set[str]:
    return set(run).union(*(group for group in where.exclusive if group & set(run)))


def _ended(run: tuple[str, ...], where: Instance, profile: Profile, options: EqualSharesOptions) -> bool:
    supported = {project for ballot in utilities(profile) for project in ballot}
    others = set(where.by_id) - _out(run, where)
    if not others & supported:
        return True
    looked_at = others & supported if options.look_at == "supported" else others
    left = where.budget - _cost(run, where)
    return options.stop_at == "exhaustive" and all(where.by_id[each].cost > left for each in looked_at)


def _most_votes(run: tuple[str, ...], where: Instance, profile: Profile) -> tuple[str, ...]:
    totals = add_up(where, profile)
    for each in sorted(where.projects, key=lambda each: (-totals[each.id].score, each.order)):
        if each.id not in _out(run, where) and each.cost <= where.budget - _cost(run, where):
            run = (*run, each.id)
    return run
