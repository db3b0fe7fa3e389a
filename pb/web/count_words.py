"""A stored count as pages show it, to officers and to everybody: pot by pot, step by step, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _

from pb.core.ballots import BALLOT_TYPES
from pb.core.outcome import Award, Outcome, ProjectResult, Tie
from pb.core.rules.thresholds import decimal
from pb.core.rules.tiebreak import TIE_STEPS
from pb.core.rules.walk import SHARES
from pb.models.counts import Count, Lot
from pb.models.rounds import Round
from pb.services.counts import read_count
from pb.services.lots import lots_of
from pb.web.formats import money, number

#: Awards -> the kind of bar that shows them.
BARS = {Award.FULL: "funded", Award.RESERVE: "funded", Award.PARTIAL: "part", Award.NONE: "not"}


@dataclass(frozen=True)
class Line:
    """One project in a count. `project` is as it was frozen, `got` and `measure` are already words."""

    project: Mapping[str, Any]
    result: ProjectResult
    measure: str
    got: str


@dataclass(frozen=True)
class PotPage:
    """One pot of a count. `averaged` says that the ranking looked at something other than the total."""

    key: str
    name: str
    outcome: Outcome
    lines: list[Line]
    ties: list[str]
    averaged: bool

    @property
    def is_told(self) -> bool:
        """Whether any number of the vote may be told."""
        return self.outcome.marked is not None

    @property
    def bars(self) -> list[dict[str, Any]]:
        """The projects for the bars component, the most wanted first; none where votes may not be told."""
        ranked = sorted(self.lines, key=lambda line: -(line.result.score or 0))
        return [
            {
                "label": line.project["title"],
                "value": line.result.score,
                "note": line.got,
                "kind": BARS[line.result.award],
            }
            for line in ranked
        ]


def pots_of(count: Count, the_round: Round) -> list[PotPage]:
    """The pots of a count in the round's order."""
    outcomes = read_count(count).outcomes
    return [_pot(pot.key, pot.name, outcomes[pot.key], the_round) for pot in the_round.pots if pot.key in outcomes]


def moves_of(count: Count, the_round: Round) -> list[str]:
    """Where what was left went, one sentence for each move."""
    names = {pot.key: pot.name for pot in the_round.pots}
    return [
        _move(names[move.source], names.get(move.target), move.target, money(move.amount, the_round.currency))
        for move in read_count(count).moves
    ]


def lots_by_pot(the_round: Round) -> dict[int, list[Lot]]:
    """The lots that were drawn, by the pot's id."""
    found: dict[int, list[Lot]] = {}
    for lot in lots_of(the_round.id):
        found.setdefault(lot.pot_id, []).append(lot)
    return found


def titles_of(the_round: Round) -> dict[str, str]:
    """The projects' titles by their keys, as they were frozen."""
    return {each["key"]: each["title"] for each in (the_round.frozen or {}).get("projects", [])}


def unit_of(the_round: Round) -> str:
    """What ballots give: votes or points, as a heading."""
    unit = BALLOT_TYPES[(the_round.frozen or {})["ballot"]["type"]].unit
    return str(_("Votes") if unit == "votes" else _("Points"))


def _pot(key: str, name: str, outcome: Outcome, the_round: Round) -> PotPage:
    projects = {each["key"]: each for each in (the_round.frozen or {})["projects"]}
    lines = [Line(projects[each.id], each, _measure(each), _got(each, the_round.currency)) for each in outcome.projects]
    ties = [_tie(each, titles_of(the_round)) for each in outcome.ties]
    return PotPage(key, name, outcome, lines, ties, any(line.measure != _score(line.result) for line in lines))


def _measure(result: ProjectResult) -> str:
    """The number that a project was ranked by; its score where it was not ranked."""
    try:
        exact = Fraction(result.measure)
    except ValueError:
        return _score(result)
    return number(exact.numerator) if exact.denominator == 1 else decimal(exact)


def _score(result: ProjectResult) -> str:
    return "" if result.score is None else number(result.score)


def _got(result: ProjectResult, currency: str) -> str:
    amount = money(result.amount + result.top_up, currency)
    if result.award is Award.NONE:
        return str(_("nothing"))
    if result.award is Award.PARTIAL:
        given = _("%(amount)s, a part", amount=amount) if result.final else _("%(amount)s offered", amount=amount)
        return str(given)
    return amount


def _tie(tie: Tie, titles: Mapping[str, str]) -> str:
    names = _(" and ").join(f"“{titles[key]}”" for key in tie.projects)
    if not tie.decided_by:
        return str(_("%(names)s stood equal. It made no difference to anybody’s money.", names=names))
    steps = "; ".join(_step(key) for key in tie.decided_by)
    order = ", ".join(f"“{titles[key]}”" for key in tie.order)
    told = _("%(names)s stood equal. Decided by: %(steps)s. Order: %(order)s.", names=names, steps=steps, order=order)
    return str(told)


def _step(key: str) -> str:
    return str(_("equal shares of what was left") if key == SHARES else _(TIE_STEPS[key].label))


def _move(source: str, target: str | None, key: str, amount: str) -> str:
    if target is not None:
        told = _("%(amount)s went from “%(source)s” to “%(target)s”.", amount=amount, source=source, target=target)
    elif key == "carry_forward":
        told = _("%(amount)s of “%(source)s” is carried forward to the next round.", amount=amount, source=source)
    else:
        told = _("%(amount)s of “%(source)s” goes back to the council.", amount=amount, source=source)
    return str(told)
