"""Equal shares: shares raised while the pot can pay, what then becomes of the rest, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from itertools import groupby, pairwise, permutations
from typing import Any

from pb.core.checking.buying import Bought, Market, Run
from pb.core.checking.flowing import Flow
from pb.core.checking.forms import Wrong
from pb.core.checking.ranking import Ranking
from pb.core.checking.sheet import Crowd, Sheet, Undecided, told_short

Data = dict[str, Any]
#: Numbers of so many binary figures are not written out in full, but cut off after forty decimals.
LONG, DECIMALS = 12_000, 40
#: How many counts are tried where nothing decides a tie, to see whether it matters to anybody.
TRIES = 50


def told_exactly(value: Fraction) -> str:
    """An exact number as text, such as 1234/7; one of thousands of figures cut off after its decimals."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) < LONG:
        return str(value)
    whole, rest = divmod(value.numerator * 10**DECIMALS // value.denominator, 10**DECIMALS)
    return f"{whole}.{rest:0{DECIMALS}d}"


@dataclass
class EqualShares(Ranking):
    """A pot divided equally among its ballots; supporters buy projects together."""

    scale: int = 1

    def run(self) -> None:
        """Count. Undecided where nothing decides a tie."""
        options, eligible = self.method["options"], self.eligible()
        market = Market(self, self.crowds(), eligible, options["satisfaction"] == "cost")
        run = self._raised(market, eligible) if options["completion"] in ("add1", "add1u") else self._alone(market)
        self._winners(run)
        self._complete(run, eligible)
        self._rest(eligible)
        self.leave_out()
        if options["comparison"]:
            self._compare(market.crowds)

    # How much each ballot has to spend

    def _alone(self, market: Market) -> Run:
        run = Run(market, Fraction(self.budget, market.ballots or 1) if market.ballots else Fraction(0), self.budget)
        self._endow(run, run.share, 1, "alone")
        self.ties = run.ties
        return run

    def _raised(self, market: Market, eligible: list[Data]) -> Run:
        """Runs with more and more for each ballot, as long as the pot can pay; the last that it can pay stands."""
        options = self.method["options"]
        unit = self.scale if options["unit"] == "currency" else 1
        share = Fraction(self.budget, market.ballots) if market.ballots else Fraction(0)
        if options["whole_start"]:
            share = Fraction(share // unit * unit)
        first, runs, met = share, 1, list[Data]()
        run = Run(market, share, self.budget)
        while not (ended := self._ended(run, eligible)):
            better = Run(market, run.share + options["increment"] * unit, self.budget)
            runs += 1
            met += run.ties
            if better.spent > self.budget:
                met += better.ties
                ended = "overspent"
                break
            run = better
        self._endow(run, first, runs, ended)
        for tie in [*run.ties, *met]:
            if not any(all(tie[name] == one[name] for name in tie if name != "measure") for one in self.ties):
                self.ties.append(tie)
        return run

    def _ended(self, run: Run, eligible: list[Data]) -> str:
        """Why shares are raised no more: nothing else fits, or all that anybody supports is bought."""
        options, market = self.method["options"], run.market
        bought = {market.projects[each.number]["key"] for each in run.bought}
        others = market.projects if options["look_at"] == "supported" else eligible
        left = self.budget - run.spent
        too_large = all(each["key"] in bought or each["cost"] > left for each in others)
        if options["stop_at"] == "exhaustive" and too_large:
            return "exhaustive"
        return "all_bought" if len(bought) == len(market.projects) else ""

    def _endow(self, run: Run, first: Fraction, runs: int, ended: str) -> None:
        market, bought = run.market, run.numbers
        behind = {each["key"]: run.worth(at) for at, each in enumerate(market.projects) if at not in bought}
        self.endowment = {
            "first": told_exactly(first), "final": told_exactly(run.share), "runs": runs, "ended": ended,
            "behind": behind, "compared": "",
        }  # fmt: skip

    # What was bought, and what becomes of the rest

    def _winners(self, run: Run) -> None:
        left = run.share * run.market.ballots
        for each in run.bought:
            project = run.market.projects[each.number]
            left -= project["cost"]
            self._bought(each, project, run.market, left)

    def _bought(self, each: Bought, project: Data, market: Market, left: Fraction) -> None:
        effective = project["cost"] / each.price if each.price else Fraction(market.weights[each.number])
        reason = "bought" if project["cost"] else "bought_for_nothing"
        self.turn(project, self.rank, told_short(effective), reason, funded=True)
        self.step(
            project, "rule", told_exactly(left), price=told_exactly(each.price), effective=told_exactly(effective),
            supporters=market.votes(each.number), in_full=each.in_full, gave_all=each.gave_all,
        )  # fmt: skip

    def _complete(self, run: Run, eligible: list[Data]) -> None:
        """Spend what is left as the method says."""
        behind: dict[str, int] = (self.endowment or {})["behind"]
        how = self.method["options"]["completion"]
        others = [each for each in eligible if each["key"] not in self.money]
        if how in ("add1u", "utilitarian"):
            self.go(others)
            return
        supported = [each for each in others if each["key"] in behind]
        if how == "phragmen":
            ties, self.ties, steps = self.ties, [], list(self.steps)
            spent = [int(run.share * run.unit) - money for money in run.holds]
            Flow(self, supported, "skip", spent, run.unit).run()
            self.ties, self.steps = [*ties, *self.ties], steps
            return
        near = {each["key"]: Fraction(behind[each["key"]], each["cost"] or 1) for each in supported}
        supported.sort(key=lambda each: near[each["key"]], reverse=True)
        for _near, equal in groupby(supported, key=lambda each: near[each["key"]]):
            rank = self.rank
            for each in equal:
                self.turn(each, rank, "", "not_bought")

    def _rest(self, eligible: list[Data]) -> None:
        """Those that nobody supports, and what was bought from the money that was left."""
        placed, won = self.money, {each["project"] for each in self.steps}
        for each in eligible:
            if each["key"] not in placed:
                self.not_ranked(each, "no_support")
        projects = {each["key"]: each for each in eligible}
        for each in self.results:
            if each["amount"] and each["id"] not in won:
                left = each["left"] - (each["amount"] - each["reserve"])
                self.step(projects[each["id"]], "completion", str(left), cost=each["amount"])

    def _compare(self, crowds: list[Crowd]) -> None:
        """Most votes first instead, if strictly more voters have more of their chosen projects funded by it."""
        method = {**self.method, "rule": "greedy", "options": {"measure": "total", "least_scores": 0}}
        plain = Ranking(
            self.projects, self.budget, self.tally, method, self.facts, self.highest, self.crowds,
            lots=self.lots[len(self.facts["lots"]) :],
        )  # fmt: skip
        plain.run()
        here, there = ({each["id"] for each in sheet.results if each["award"] != "none"} for sheet in (self, plain))
        gains = [(times, len(there & given.keys()) - len(here & given.keys())) for times, given in crowds]
        told = self.endowment or {}
        told["compared"] = "kept"
        if sum(times for times, gain in gains if gain > 0) > sum(times for times, gain in gains if gain < 0):
            told.update(compared="greedy", behind={})
            self.results, self.ties, self.steps = plain.results, plain.ties, []


# ---------------------------------------------------------------------------------------------------------------------
# Ties that nothing decides.


def whatever_is_drawn(count: Callable[[list[list[str]]], Sheet]) -> Sheet:
    """Count; where nothing decides a tie, count with every lot that might be drawn: it must not matter to anybody."""
    try:
        return count([])
    except Undecided as tie:
        sheet = _each_lot(count, tie, [], iter(range(TRIES)))
    for each in sheet.ties:
        if not any(len(set(lot) & set(each["projects"])) > 1 for lot in sheet.facts["lots"]):
            each["decided_by"] = [step for step in each["decided_by"] if step != "lot"]
    return sheet


def _each_lot(count: Callable[[list[list[str]]], Sheet], tie: Undecided, drawn: list[list[str]], tries: Any) -> Sheet:
    found: Sheet | None = None
    for lot in permutations(tie.keys):
        lots = [*drawn, list(lot)]
        if not _can_be(lots):
            continue
        if next(tries, None) is None:
            raise tie
        try:
            sheet = count(lots)
        except Undecided as another:
            sheet = _each_lot(count, another, lots, tries)
        if found is not None and sheet.money != found.money:
            raise tie
        found = found or sheet
    if found is None:
        raise Wrong("no order of equal projects agrees with those that were assumed before")
    return found


def _can_be(lots: list[list[str]]) -> bool:
    """Whether one order of all projects could give all of these lots."""
    later = TopologicalSorter[str]()
    for lot in lots:
        for before, after in pairwise(lot):
            later.add(after, before)
    try:
        later.prepare()
    except CycleError:
        return False
    return True
