"""The money line: how a pot runs down a ranking - stop, skip or offer - one project at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from pb.core.election import Instance, Project
from pb.core.outcome import Award, Reason
from pb.core.settings import Settings, choice, limit, yes_no
from pb.core.words import N_


@dataclass(frozen=True)
class Response:
    """A group's answer to an offer of part of its cost.

    A yes holds for that `amount` (minor units) or more, a no for that amount or less; another offer is asked anew.
    """

    accepted: bool
    amount: int

    def settles(self, amount: int) -> bool:
        """Whether the answer also answers an offer of `amount`."""
        return amount >= self.amount if self.accepted else amount <= self.amount


@dataclass(frozen=True)
class Given:
    """What one project gets when its turn comes. Amounts in minor units; `reserve` is the part from outside the pot."""

    award: Award
    amount: int
    reason: Reason
    reserve: int = 0
    final: bool = True


@dataclass
class Line:
    """Where the money has got to: what is `left` of the pot, and what has happened on the way down.

    `stopped_by` is the project at which a stopping line stopped; `waiting_for` the one whose answer about the
    `held` money is awaited.
    """

    instance: Instance
    left: int
    responses: Mapping[str, Response] = field(default_factory=dict)
    reserve_percent: int | None = None
    stopped_by: Project | None = None
    waiting_for: Project | None = None
    held: int = 0

    def fits(self, project: Project) -> bool:
        """Whether the whole cost is still there."""
        return project.cost <= self.left

    def refused(self, project: Project, amount: int) -> bool:
        """Whether the group has already said no to so much, or more."""
        response = self.responses.get(project.id)
        return response is not None and not response.accepted and response.settles(amount)

    def pay(self, project: Project) -> Given:
        """Give a project its whole cost."""
        sentence = N_("Funded in full. It asked for %(cost)s, and %(left)s was left when its turn came.")
        given = Given(Award.FULL, project.cost, self.reason("funded", sentence, project))
        self.left -= project.cost
        return given

    def offer(self, project: Project, amount: int) -> Given:
        """Offer a project part of its cost; the answer may be known already."""
        response = self.responses.get(project.id)
        settled = response is not None and response.settles(amount)
        if response is not None and settled and not response.accepted:
            sentence = N_("Not funded. It asked for %(cost)s, was offered %(amount)s, and said no.")
            return Given(Award.NONE, 0, self.reason("offer_declined", sentence, project, amount=amount))
        if settled:
            sentence = N_("Part funded. It asked for %(cost)s, was offered %(amount)s, and said yes.")
            given = Given(Award.PARTIAL, amount, self.reason("offer_accepted", sentence, project, amount=amount))
        else:
            sentence = N_(
                "Offered %(amount)s of the %(cost)s it asked for. It could go ahead with %(minimum)s. "
                "Its answer is awaited."
            )
            reason = self.reason("offer_pending", sentence, project, amount=amount)
            given = Given(Award.PARTIAL, amount, reason, final=False)
            self.waiting_for = self.waiting_for or project
            self.held += amount
        self.left -= amount
        return given

    def nothing(self, code: str, sentence: str, project: Project, **more: str | int) -> Given:
        """Give a project nothing, and say why."""
        return Given(Award.NONE, 0, self.reason(code, sentence, project, **more))

    def reason(self, code: str, sentence: str, project: Project, **more: str | int) -> Reason:
        """A reason with the amounts that every sentence about the line may use."""
        standing = {"cost": project.cost, "left": self.left, "minimum": project.needs, **more}
        used = {key: value for key, value in standing.items() if f"%({key})s" in sentence}
        money = self.instance.money
        return Reason(
            code, sentence, {key: money(each) if isinstance(each, int) else each for key, each in used.items()}
        )


class Allocation(ABC):
    """One way for the money to run down. Add one: a subclass, and a line in ALLOCATIONS."""

    key: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]

    @abstractmethod
    def give(self, project: Project, line: Line) -> Given:
        """What the next project in the ranking gets; moves the line."""

    @abstractmethod
    def takers(self, tied: Sequence[Project], line: Line) -> list[Project]:
        """Those of some equally ranked projects that could get something from here if they came first."""

    def contested(self, tied: Sequence[Project], line: Line) -> bool:
        """Whether the order of these equally ranked projects changes anybody's money.

        It does not where all who could get something fit together, or only one of them could get anything (what
        costs nothing takes nothing from the others).
        """
        takers = [project for project in self.takers(tied, line) if project.cost]
        return len(takers) > 1 and sum(project.cost for project in takers) > line.left


class Stop(Allocation):
    """Fund down the ranking until one does not fit; then stop (Wrocław, Gdynia).

    With a reserve (Poznań: 80 %), that one is funded too, the rest of its cost from outside the pot, if what is
    left is at least that share of its cost.
    """

    key = "stop"
    label = N_("Stop")
    help = N_("Stop at the first bid that does not fit.")

    def give(self, project: Project, line: Line) -> Given:
        """Its cost, or the end of the line."""
        if line.stopped_by is not None:
            sentence = N_("Not funded. The money stopped at “%(stopper)s”, which came higher and did not fit.")
            return line.nothing("after_stop", sentence, project, stopper=line.stopped_by.label)
        if line.fits(project):
            return line.pay(project)
        line.stopped_by = project
        if self._reserve_helps(project, line):
            return self._rescue(project, line)
        sentence = N_("Not funded. It asked for %(cost)s and %(left)s was left, so the money stops here.")
        return line.nothing("stopped", sentence, project)

    def takers(self, tied: Sequence[Project], line: Line) -> list[Project]:
        """Nobody once the line has stopped; else who fits, or is near enough for the reserve."""
        if line.stopped_by is not None:
            return []
        return [project for project in tied if line.fits(project) or self._reserve_helps(project, line)]

    def contested(self, tied: Sequence[Project], line: Line) -> bool:
        """One that does not fit stops the line for the others, so it must all fit or nobody may get anything."""
        return bool(self.takers(tied, line)) and sum(project.cost for project in tied) > line.left

    def _reserve_helps(self, project: Project, line: Line) -> bool:
        percent = line.reserve_percent
        return percent is not None and not line.fits(project) and line.left * 100 >= percent * project.cost

    def _rescue(self, project: Project, line: Line) -> Given:
        sentence = N_(
            "Funded with help from the reserve. It asked for %(cost)s and %(left)s was left, which is at least "
            "%(percent)s%% of it, so the reserve adds %(reserve)s. The money stops here."
        )
        reserve, percent = project.cost - line.left, str(line.reserve_percent)
        reason = line.reason("reserve", sentence, project, reserve=reserve, percent=percent)
        line.left = 0
        return Given(Award.RESERVE, project.cost, reason, reserve)


class Skip(Allocation):
    """Fund down the ranking, passing over what does not fit (Warsaw, Łódź, Kraków)."""

    key = "skip"
    label = N_("Skip")
    help = N_("Pass over a bid that does not fit, and fund the next one that fits in full.")

    def give(self, project: Project, line: Line) -> Given:
        """Its cost, or nothing."""
        if line.fits(project):
            return line.pay(project)
        sentence = N_("Not funded. It asked for %(cost)s and %(left)s was left when its turn came.")
        return line.nothing("does_not_fit", sentence, project)

    def takers(self, tied: Sequence[Project], line: Line) -> list[Project]:
        """Those that fit."""
        return [project for project in tied if line.fits(project)]


class Offer(Allocation):
    """Fund down the ranking; offer what is left to one that does not fit, if it could go ahead with so much.

    If it says no, or needs more, the money goes on down (Folkestone and Hythe, Argyll and Bute, Rastrick).
    """

    key = "offer"
    label = N_("Offer")
    help = N_("Offer what is left to the next bid in line, if it could go ahead with that; else go on down.")

    def give(self, project: Project, line: Line) -> Given:
        """Its cost, an offer of all that is left, or nothing."""
        if line.fits(project):
            return line.pay(project)
        if self._may_be_offered(project, line):
            return line.offer(project, line.left)
        if line.waiting_for is not None and project.needs <= line.left + line.held:
            sentence = N_("Waiting. An offer to “%(other)s” is open; if it says no, the money goes on down.")
            return line.nothing("waiting", sentence, project, other=line.waiting_for.label)
        sentence = N_(
            "Not funded. It asked for %(cost)s and needs at least %(minimum)s to go ahead, "
            "and %(left)s was left when its turn came."
        )
        return line.nothing("too_little_left", sentence, project)

    def takers(self, tied: Sequence[Project], line: Line) -> list[Project]:
        """Those that fit, or could be offered what is left and have not said no to it."""
        may = self._may_be_offered
        return [each for each in tied if line.fits(each) or (may(each, line) and not line.refused(each, line.left))]

    def _may_be_offered(self, project: Project, line: Line) -> bool:
        return line.left > 0 and project.needs <= line.left


ALLOCATIONS: dict[str, Allocation] = {each.key: each for each in (Offer(), Skip(), Stop())}


@dataclass(frozen=True)
class AllocationSettings(Settings):
    """How the money runs down the ranking."""

    kind: str = choice(
        "When a bid does not fit", "offer", tuple((each.key, each.help) for each in ALLOCATIONS.values())
    )
    reserve_percent: int | None = limit(
        "Reserve helps from this percentage", least=1, most=100,
        help="Only with stop: the first bid that does not fit is funded from a reserve if this much of it is left.",
    )  # fmt: skip
    share_ties: bool = yes_no(
        "Tied bids may share what is left", False,
        help="Before lots are drawn, equal shares are offered if each is enough to go ahead.",
    )  # fmt: skip
