"""Counting every pot of a package again, by the rule that was fixed before the vote, and comparing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from pb.core.checking.best_set import BestSet
from pb.core.checking.flowing import Phragmen
from pb.core.checking.forms import CannotTell, Wrong, sha256, written
from pb.core.checking.marking import must
from pb.core.checking.overspending import BoundedOverspending
from pb.core.checking.package import Package
from pb.core.checking.pots import count_all
from pb.core.checking.raising import EqualShares, whatever_is_drawn
from pb.core.checking.ranking import Ranking
from pb.core.checking.sheet import Sheet
from pb.core.checking.turn_by_turn import whoever_goes_first

Data = dict[str, Any]


def recount(package: Package) -> None:
    """Wrong unless every pot, counted again, comes out as it was published; CannotTell where too little is."""
    count, fixed = package.manifest["count"], package.ballot
    must(sha256(written(count["outcome"])) == count["sha256"], "the count has another fingerprint")
    claimed = count["outcome"]["pots"]
    levels = {pot["key"]: pot["level"] for pot in package.manifest["pots"]}
    doubts: dict[str, str] = {}

    def again(key: str, budget: int) -> Data:
        try:
            return counted(package, key, budget)
        except CannotTell as reason:
            if fixed["surplus"] == "share" and _reach_depends_on_money(fixed["method"]):
                raise  # nobody knows the count before the money moved
            doubts[key] = str(reason)
            projects = [dict(each) for each in claimed[key]["projects"]]
            return {"budget": budget, "spent": claimed[key]["spent"], "projects": projects}

    outcomes, moves = count_all(package.amounts, fixed["surplus"], again)
    must(moves == count["outcome"]["moves"], "money moves between the pots in another way")
    for key, outcome in outcomes.items():
        must(outcome["budget"] == claimed[key]["budget"], "a pot has other money")
        if key not in doubts:
            compare(outcome, claimed[key], whole=levels[key] == "full")
    for key, reason in doubts.items():
        raise CannotTell(f"{key}: {reason}")


def _reach_depends_on_money(method: Data) -> bool:
    """Whether other projects may be ranked when a pot has other money."""
    return method["thresholds"].get("cost_divisor") is not None or bool(method["options"].get("comparison"))


def counted(package: Package, key: str, budget: int) -> Data:
    """One pot counted again, with so much money, as the count's own data look.

    Wrong if it was counted by another method than the fixed one.
    """
    method = package.ballot["method"]
    facts = package.manifest["count"]["outcome"]["pots"][key]["options"]
    fixed = all(facts[name] == method[name] for name in ("options", "allocation", "thresholds", "ties"))
    must(fixed, "a pot was counted by another method than the one that was fixed")
    if method["rule"] not in COUNTS:
        raise CannotTell(f"this program does not count by the rule “{method['rule']}”; the command pb verify does")
    pot = next(each for each in package.manifest["pots"] if each["key"] == key)
    what = {
        "projects": list(package.projects(key).values()),
        "budget": budget,
        "tally": package.tally(pot),
        "method": method,
        "facts": facts,
        "highest": package.ballot["ballot"]["settings"].get("highest"),
        "crowds": cache(lambda: package.crowds(pot)),
    }
    sheet = COUNTS[method["rule"]](what, package)
    return {
        "budget": budget, "spent": sheet.spent, "projects": sheet.results, "ties": sheet.ties, "steps": sheet.steps,
        "endowment": sheet.endowment,
    }  # fmt: skip


def compare(outcome: Data, claimed: Data, *, whole: bool) -> None:
    """Wrong unless a count comes out as it was published; `whole`: nothing of it may be kept back."""
    projects = [{**each, "reason": each["reason"]["code"]} for each in claimed["projects"]]
    must(len(projects) == len(outcome["projects"]), "counted again, there are other projects")
    for mine, theirs in zip(outcome["projects"], projects, strict=True):
        if _as_told(mine, theirs, whole) != theirs:
            raise Wrong(f"counted again, {mine['id']} comes out differently")
    _same_list(outcome["ties"], claimed["ties"], whole, "ties come out differently")
    must(outcome["spent"] == claimed["spent"], "counted again, other money is spent")
    same = all(claimed[name] == value for name, value in _in_short(outcome).items())
    must(same, "counted again, the count is summed up differently")
    steps, endowment = claimed.get("steps", []), claimed.get("endowment")
    if whole or steps:
        _same_list(outcome["steps"], steps, whole, "what supporters bought comes out differently")
    if whole or endowment:
        _same_list([outcome["endowment"]], [endowment], whole, "what each ballot had to spend comes out differently")


def _in_short(outcome: Data) -> Data:
    """What a count says of its projects in short."""
    projects = outcome["projects"]
    partial = [each for each in projects if each["award"] == "partial"]
    return {
        "left": outcome["budget"] - outcome["spent"],
        "reserve": sum(each["reserve"] for each in projects),
        "selected": [each["id"] for each in projects if each["award"] in ("full", "reserve")],
        "partial": [{name: each[name] for name in ("id", "amount", "final")} for each in partial],
    }


def _same_list(mine: list[Any], theirs: list[Any], whole: bool, otherwise: str) -> None:
    must(len(mine) == len(theirs), f"counted again, {otherwise}")
    for one, other in zip(mine, theirs, strict=True):
        must(one == other or _as_told(one, other, whole) == other, f"counted again, {otherwise}")


#: What the package may have to keep back where the ballots themselves are not public.
KEPT_BACK = ("votes", "score", "measure", "price", "effective", "in_full", "gave_all", "behind")


def _as_told(mine: Data, theirs: Data, whole: bool) -> Data:
    """What was counted again, without the numbers that the package may not tell."""
    if whole:
        return mine
    kept_back = {name for name in KEPT_BACK if name in theirs and theirs[name] in (None, "", {})}
    if theirs.get("reason") == "not_told":
        kept_back.add("reason")
    return {name: theirs[name] if name in kept_back else value for name, value in mine.items()}


def _plainly(what: Data, _package: Package) -> Sheet:
    return _run(Ranking(**what))


def _by_shares(what: Data, package: Package) -> Sheet:
    method = what["method"]
    last = [] if "lot" in method["ties"] else ["lot"]

    def count(lots: list[list[str]]) -> Sheet:
        supposed = {**method, "ties": [*method["ties"], *last]} if lots else method
        scale = package.ballot["round"]["scale"]
        return _run(EqualShares(**{**what, "method": supposed}, lots=lots, scale=scale))

    return whatever_is_drawn(count)


def _by_flow(what: Data, _package: Package) -> Sheet:
    return whoever_goes_first(lambda way: _run(Phragmen(**what, way=way)))


def _by_overspending(what: Data, _package: Package) -> Sheet:
    return whoever_goes_first(lambda way: _run(BoundedOverspending(**what, way=way)))


def _by_set(what: Data, _package: Package) -> Sheet:
    return _run(BestSet(**what))


def _run(sheet: Ranking | Phragmen | BoundedOverspending | BestSet) -> Sheet:
    sheet.run()
    return sheet


#: The rules that this program counts by.
COUNTS: dict[str, Callable[[Data, Package], Sheet]] = {
    "greedy": _plainly,
    "greedy-per-cost": _plainly,
    "equal-shares": _by_shares,
    "bounded-overspending": _by_overspending,
    "phragmen": _by_flow,
    "max-welfare": _by_set,
}
