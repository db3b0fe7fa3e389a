"""Going down a ranking with the money: ties settled only where they matter, each project given its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pb.core.allocation import ALLOCATIONS, AllocationSettings, Given, Line
from pb.core.election import Instance, Project
from pb.core.outcome import Award, Tie
from pb.core.rules.tiebreak import LOT, TIE_STEPS, Evidence, open_tie
from pb.core.words import N_

SHARES = "equal_shares_of_remainder"


@dataclass(frozen=True)
class Tier:
    """Projects that the rule ranks equal, and the number it ranked them by, as text."""

    projects: tuple[Project, ...]
    measure: str


@dataclass(frozen=True)
class Placed:
    """One project with its rank, the number it was ranked by, what was left when its turn came and what it got."""

    project: Project
    rank: int
    measure: str
    left: int
    given: Given


def rival_of(project: Project, instance: Instance, funded: Mapping[str, Project]) -> Project | None:
    """The first funded project (by id) that this one cannot go ahead together with, or None."""
    for group in instance.exclusive:
        if project.id in group:
            for other in sorted(group):
                if other in funded:
                    return funded[other]
    return None


@dataclass
class Walk:
    """One walk down one ranking. `run` it once."""

    instance: Instance
    settings: AllocationSettings
    steps: tuple[str, ...]
    evidence: Evidence
    line: Line
    placed: list[Placed] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    _funded: dict[str, Project] = field(default_factory=dict)
    _decided: list[str] = field(default_factory=list)
    _measure: str = ""

    def run(self, tiers: Sequence[Tier]) -> None:
        """Give every project of every tier what it gets.

        Raises Refusal `open_tie` for a tie that changes somebody's money and that no step decides.
        """
        for tier in tiers:
            self._measure = tier.measure
            self._decided.clear()
            before = len(self.placed)
            self._settle(list(tier.projects), self.steps)
            if len(tier.projects) > 1:
                self._record(tier, before)

    def take(self, placed: Sequence[Placed]) -> None:
        """Begin after projects that have had their turn already; `line` stands where they left it."""
        self.placed += placed
        self._funded |= {each.project.id: each.project for each in placed if each.given.award is not Award.NONE}

    def _settle(self, tied: list[Project], steps: tuple[str, ...]) -> None:
        able = [project for project in tied if self._rival(project) is None]
        if not self._matters(able):
            self._place_together(tied)
        elif len(able) < len(tied):  # those that a winner shuts out need no lot: they come after
            self._settle(able, steps)
            self._place_together([project for project in tied if project not in able])
        else:
            self._decide(tied, steps)

    def _matters(self, tied: list[Project]) -> bool:
        """Whether the order of these projects, none of them shut out, changes anybody's money."""
        allocation = ALLOCATIONS[self.settings.kind]
        if len(tied) < 2:
            return False
        return allocation.contested(tied, self.line) or self._are_rivals(allocation.takers(tied, self.line))

    def _decide(self, tied: list[Project], steps: tuple[str, ...]) -> None:
        """Let the steps that are left split the tie; what each splits off is settled in its turn."""
        for at, key in enumerate(steps):
            if key == LOT and self._share(tied):
                return
            groups = TIE_STEPS[key].split(tied, self.evidence)
            if len(groups) > 1:
                self._note(key)
                for group in groups:
                    self._settle(group, steps[at + 1 :])
                return
        if not self._share(tied):
            raise open_tie(tied)

    def _place_together(self, tied: list[Project]) -> None:
        rank = len(self.placed) + 1
        for project in sorted(tied, key=lambda each: each.order):
            self._place(project, rank, self._given(project))

    def _are_rivals(self, projects: Sequence[Project]) -> bool:
        ids = {each.id for each in projects}
        return any(len(ids & group) > 1 for group in self.instance.exclusive)

    def _rival(self, project: Project) -> Project | None:
        return rival_of(project, self.instance, self._funded)

    def _given(self, project: Project) -> Given:
        rival = self._rival(project)
        if rival is None:
            return ALLOCATIONS[self.settings.kind].give(project, self.line)
        sentence = N_("Not funded. It cannot go ahead together with “%(other)s”, which came higher.")
        return self.line.nothing("conflict", sentence, project, other=rival.label)

    def _place(self, project: Project, rank: int, given: Given) -> None:
        left = self.line.left + given.amount - given.reserve
        if given.award is not Award.NONE:
            self._funded[project.id] = project
        self.placed.append(Placed(project, rank, self._measure, left, given))

    def _share(self, tied: list[Project]) -> bool:
        """Offer the takers equal shares of what is left, if the settings allow it and each share is enough."""
        takers = ALLOCATIONS[self.settings.kind].takers(tied, self.line)
        if not self.settings.share_ties or len(takers) < 2 or self._are_rivals(takers):
            return False
        share = self.line.left // len(takers)
        shares = {each.id: min(share, each.cost) for each in takers}
        if any(not self._would_take(each, shares[each.id]) for each in takers):
            return False
        self._note(SHARES)
        rank = len(self.placed) + 1
        for project in sorted(tied, key=lambda each: each.order):
            amount = shares.get(project.id)
            given = self._given(project) if amount is None else self._portion(project, amount)
            self._place(project, rank, given)
        return True

    def _would_take(self, project: Project, share: int) -> bool:
        return share > 0 and project.needs <= share and not self.line.refused(project, share)

    def _portion(self, project: Project, amount: int) -> Given:
        return self.line.pay(project) if amount == project.cost else self.line.offer(project, amount)

    def _note(self, step: str) -> None:
        if step not in self._decided:
            self._decided.append(step)

    def _record(self, tier: Tier, before: int) -> None:
        order = tuple(each.project.id for each in self.placed[before:])
        ids = tuple(project.id for project in sorted(tier.projects, key=lambda each: each.order))
        self.ties.append(Tie(ids, tier.measure, tuple(self._decided), order))
