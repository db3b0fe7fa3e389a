"""How the money runs down a ranking: stop, skip or offer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Data = dict[str, Any]


@dataclass
class Got:
    """What a project gets, and the code of the reason."""

    award: str
    amount: int
    reason: str
    reserve: int = 0
    final: bool = True


@dataclass
class Line:
    """What is left of the pot, and what has happened on the way down."""

    left: int
    answers: dict[str, Data] = field(default_factory=dict)
    percent: int | None = None
    stopped: bool = False
    held: int = 0
    waiting: bool = False

    def fits(self, project: Data) -> bool:
        """Whether the whole cost is there."""
        return bool(project["cost"] <= self.left)

    def answer(self, project: Data, amount: int) -> bool | None:
        """Whether the group said yes to so much; None where nobody has answered that."""
        said = self.answers.get(project["key"])
        if said is None:
            return None
        if said["accepted"]:
            return True if amount >= said["amount"] else None
        return False if amount <= said["amount"] else None

    def pay(self, project: Data) -> Got:
        """The whole cost."""
        self.left -= project["cost"]
        return Got("full", project["cost"], "funded")

    def offer(self, project: Data, amount: int) -> Got:
        """A part of the cost, taken, turned down or not answered yet."""
        answer = self.answer(project, amount)
        if answer is False:
            return Got("none", 0, "offer_declined")
        self.left -= amount
        if answer:
            return Got("partial", amount, "offer_accepted")
        self.waiting = True
        self.held += amount
        return Got("partial", amount, "offer_pending", final=False)


def needs(project: Data) -> int:
    """The least with which a project can go ahead."""
    least = project["minimum"]
    return int(project["cost"] if least is None else min(least, project["cost"]))


def rescued(project: Data, line: Line) -> bool:
    """Whether a reserve pays the rest of a project that does not fit."""
    near = line.percent is not None and line.left * 100 >= line.percent * project["cost"]
    return near and not line.fits(project)


def give_stop(project: Data, line: Line) -> Got:
    """Down to the first that does not fit."""
    if line.stopped:
        return Got("none", 0, "after_stop")
    if line.fits(project):
        return line.pay(project)
    line.stopped = True
    if rescued(project, line):
        reserve, line.left = project["cost"] - line.left, 0
        return Got("reserve", project["cost"], "reserve", reserve)
    return Got("none", 0, "stopped")


def give_skip(project: Data, line: Line) -> Got:
    """Passing over what does not fit."""
    return line.pay(project) if line.fits(project) else Got("none", 0, "does_not_fit")


def give_offer(project: Data, line: Line) -> Got:
    """Offering what is left to the next that can go ahead with it."""
    if line.fits(project):
        return line.pay(project)
    if line.left > 0 and needs(project) <= line.left:
        return line.offer(project, line.left)
    if line.waiting and needs(project) <= line.left + line.held:
        return Got("none", 0, "waiting")
    return Got("none", 0, "too_little_left")


def takers(kind: str, tied: list[Data], line: Line) -> list[Data]:
    """Those of some equal projects that would get something if they came first."""
    if kind == "skip":
        return [each for each in tied if line.fits(each)]
    if kind == "stop":
        return [] if line.stopped else [each for each in tied if line.fits(each) or rescued(each, line)]
    return [each for each in tied if line.fits(each) or _offered(each, line)]


def _offered(project: Data, line: Line) -> bool:
    return line.left > 0 and needs(project) <= line.left and line.answer(project, line.left) is not False


def contested(kind: str, tied: list[Data], line: Line) -> bool:
    """Whether the order of equal projects changes what somebody gets."""
    if len(tied) < 2:
        return False
    first = takers(kind, tied, line)
    if kind == "stop":
        return bool(first) and sum(each["cost"] for each in tied) > line.left
    paid = [each for each in first if each["cost"]]
    return len(paid) > 1 and sum(each["cost"] for each in paid) > line.left


GIVE: dict[str, Callable[[Data, Line], Got]] = {"stop": give_stop, "skip": give_skip, "offer": give_offer}
