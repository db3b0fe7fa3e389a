"""Tie steps: what decides, in a published order, between projects that stand equal. Nothing is ever drawn here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pb.core.election import Project
from pb.core.errors import Refusal
from pb.core.rules.support import Totals
from pb.core.words import N_

LOT = "lot"


@dataclass(frozen=True)
class Evidence:
    """What tie steps may look at: the support of each project, and the lots that were drawn and recorded.

    A lot is a tuple of project ids in the order drawn.
    """

    totals: Totals
    lots: tuple[tuple[str, ...], ...] = ()


#: Given the tied projects and the evidence: a value for each project, the least first; equal values stay tied.
Values = Callable[[Sequence[Project], Evidence], dict[str, Any]]


@dataclass(frozen=True)
class TieStep:
    """One step: a key, what officers and residents read, and the values it sorts by."""

    key: str
    label: str
    values: Values

    def split(self, tied: Sequence[Project], evidence: Evidence) -> list[list[Project]]:
        """The tied projects in groups, the first to go first; one group if the step cannot tell them apart."""
        values = self.values(tied, evidence)
        groups: dict[Any, list[Project]] = {}
        for project in sorted(tied, key=lambda each: values[each.id]):
            groups.setdefault(values[project.id], []).append(project)
        return list(groups.values())


def open_tie(tied: Iterable[Project]) -> Refusal:
    """The refusal for a tie that matters and that no step decides; `params["ids"]` lists the projects."""
    projects = sorted(tied, key=lambda each: each.order)
    names = ", ".join(f"“{project.label}”" for project in projects)
    sentence = N_(
        "%(names)s stand equal, there is not enough money for all of them, and nothing is left to decide between "
        "them. Draw a lot in public and record it."
    )
    return Refusal("open_tie", sentence, names=names, ids=tuple(project.id for project in projects))


def _top_scores(tied: Sequence[Project], evidence: Evidence) -> dict[str, Any]:
    marks = _scale(tied, evidence)
    counted = evidence.totals.support
    return {each.id: tuple(-counted[each.id].marks[mark] for mark in reversed(marks)) for each in tied}


def _fewest_lowest(tied: Sequence[Project], evidence: Evidence) -> dict[str, Any]:
    marks = _scale(tied, evidence)
    counted = evidence.totals.support
    return {each.id: tuple(counted[each.id].marks[mark] for mark in marks) for each in tied}


def _scale(tied: Sequence[Project], evidence: Evidence) -> list[int]:
    return sorted({mark for each in tied for mark in evidence.totals[each.id].marks})


def _ordinary(tied: Sequence[Project], evidence: Evidence) -> dict[str, Any]:
    return {each.id: -evidence.totals[each.id].ordinary for each in tied}


def _more_votes(tied: Sequence[Project], evidence: Evidence) -> dict[str, Any]:
    return {each.id: -evidence.totals[each.id].votes for each in tied}


def _cheaper(tied: Sequence[Project], _: Evidence) -> dict[str, Any]:
    return {each.id: each.cost for each in tied}


def _dearer(tied: Sequence[Project], _: Evidence) -> dict[str, Any]:
    return {each.id: -each.cost for each in tied}


def _published(tied: Sequence[Project], _: Evidence) -> dict[str, Any]:
    return {each.id: (each.number is None, each.number or 0) for each in tied}


def _drawn(tied: Sequence[Project], evidence: Evidence) -> dict[str, Any]:
    ids = {each.id for each in tied}
    for lot in evidence.lots:
        if ids <= set(lot):
            return {each: lot.index(each) for each in ids}
    return dict.fromkeys(ids, 0)


TIE_STEPS: dict[str, TieStep] = {
    step.key: step
    for step in (
        TieStep("top_scores", N_("more of the highest score, then of the next, down the scale"), _top_scores),
        TieStep("fewest_lowest", N_("fewer of the lowest score, then of the next, up the scale"), _fewest_lowest),
        TieStep("ordinary_votes", N_("more ordinary votes, extra votes left out"), _ordinary),
        TieStep("more_votes", N_("named on more ballots"), _more_votes),
        TieStep("cheaper", N_("the lower cost"), _cheaper),
        TieStep("dearer", N_("the higher cost"), _dearer),
        TieStep("published", N_("the order on the ballot"), _published),
        TieStep(LOT, N_("a lot drawn in public"), _drawn),
    )
}
