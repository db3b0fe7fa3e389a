"""Equal shares with bounded overspending: supporters may buy a project for which they hold only a part of the cost.

Exact fractions grow too long to write here, so amounts have 2,048 binary places, and two of them that agree in the
first 1,024 are taken to be equal.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from pb.core.checking.sheet import Sheet
from pb.core.checking.turn_by_turn import TurnByTurn

Data = dict[str, Any]
PLACES = 2048
CLOSE = 1 << 1024


def told_decimal(value: int) -> str:
    """An amount as text: as many as nine decimals, rounded; none where they are noughts."""
    whole, rest = divmod((value * 10**9 + (1 << PLACES - 1) + CLOSE) >> PLACES, 10**9)
    return f"{whole}.{rest:09d}".rstrip("0").rstrip(".")


@dataclass
class Asked:
    """What supporters give when asked for at most `limit` for each mark, and how dear that makes a project."""

    rate: int
    limit: int
    given: int


class Overspending(TurnByTurn):
    """Buying until nobody holds anything; the number is the least rate."""

    close = CLOSE

    def __init__(self, sheet: Sheet, projects: list[Data], share: int, per_cost: bool, way: list[str] | None) -> None:
        super().__init__(sheet, projects, "skip", way)
        self.per_cost = per_cost
        self.holds = [share] * len(self.crowds)
        self.left = share * sheet.tally.ballots
        self.best: dict[str, Asked] = {each["key"]: Asked(0, 0, 0) for each in projects}

    def numbers(self) -> dict[str, int]:
        """The least rates. None falls while others are bought, so that those known to be greater can wait."""
        found: dict[str, int] = {}
        for each in sorted(self.waiting, key=lambda each: self.best[each["key"]].rate):
            key = each["key"]
            if found and self.best[key].rate > min(found.values()) + CLOSE:
                break
            asked = self._asked(each) if each["cost"] else self.best[key]
            if asked is not None:
                self.best[key], found[key] = asked, asked.rate
        return found

    def _asked(self, project: Data) -> Asked | None:
        """The limit with the least rate, of equal ones that which brings in more; None where nobody holds anything."""
        marks: Counter[int] = Counter()
        for at, mark in self.supporters[project["key"]]:
            if self.holds[at]:
                marks[self.holds[at] // mark] += mark * self.crowds[at][0]
        cost, money, able = project["cost"] << PLACES, 0, marks.total()
        found: list[Asked] = []
        for limit in sorted(marks):
            given = money + limit * able
            if given > cost + CLOSE:
                found.append(self._judged(project, (cost - money) // able, cost))
                break
            found.append(self._judged(project, limit, cost if given > cost - CLOSE else given))
            if given > cost - CLOSE:
                break
            money, able = money + limit * marks[limit], able - marks[limit]
        least = min((each.rate for each in found), default=0)
        near = [each for each in found if each.rate <= least + CLOSE]
        return max(near, key=lambda each: each.given, default=None)

    def _judged(self, project: Data, limit: int, given: int) -> Asked:
        worth = project["cost"] if self.per_cost else project["cost"] ** 2
        return Asked((limit * worth << 2 * PLACES) // given**2, limit, given)

    def shown(self, project: Data, number: int) -> str:
        """How many votes (or points) that pay in full would have been as good."""
        del number
        asked = self.best[project["key"]]
        return told_decimal(asked.given**2 // (asked.limit * project["cost"])) if project["cost"] else "0"

    def strangers(self, projects: list[Data]) -> bool:
        """Whether no ballot supports two of them, or there is nothing to pay."""
        return not any(each["cost"] for each in projects) or super().strangers(projects)

    def buy(self, project: Data, rank: int, number: int) -> None:
        """Supporters pay the limit, divided by the part of the cost that it brought in, or all they have."""
        effective = self.shown(project, number)
        self.place(project, rank, effective, "bought" if project["cost"] else "bought_for_nothing", funded=True)
        if not project["cost"]:
            return
        asked, key = self.best[project["key"]], project["key"]
        price = asked.limit * (project["cost"] << PLACES) // asked.given
        in_full = gave_all = 0
        for at, mark in self.supporters[key]:
            times, money = self.crowds[at][0], self.holds[at]
            if money >= mark * price - CLOSE:
                in_full += times if money else 0
            elif money:
                gave_all += times
            paid = min(money, mark * price)
            self.left -= paid * times
            self.holds[at] = money - paid if money - paid > CLOSE else 0
        self.sheet.step(
            project, "rule", told_decimal(self.left), price=told_decimal(price), effective=effective,
            supporters=self.votes[key], in_full=in_full, gave_all=gave_all,
        )  # fmt: skip


@dataclass
class BoundedOverspending(Sheet):
    """A pot divided equally among its ballots, who may buy with less than the cost; whole projects only."""

    way: list[str] | None = None

    def run(self) -> None:
        """Count. Undecided where nothing decides a tie and `way` does not say."""
        eligible, ballots = self.eligible(), max(self.tally.ballots, 1)
        supported = {key for _times, given in self.crowds() for key in given}
        chosen = [each for each in eligible if each["key"] in supported]
        share, per_cost = (self.budget << PLACES) // ballots, self.method["options"]["satisfaction"] == "cost"
        buying = Overspending(self, chosen, share, per_cost, self.way)
        buying.run()
        rank = self.rank
        weights = {
            key: sum(self.crowds()[at][0] * mark for at, mark in each) for key, each in buying.supporters.items()
        }
        for each in sorted(buying.waiting, key=lambda each: -weights[each["key"]]):
            self.turn(each, rank, "0", "no_money_left")
        for each in eligible:
            if each["key"] not in supported:
                self.not_ranked(each, "no_support")
        self.leave_out()
