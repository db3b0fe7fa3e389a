"""All that is told about one count: who got something, how near the losers came, how firm it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pb.core.explaining.again import Election
from pb.core.explaining.margins import Margin, losers, margins
from pb.core.explaining.robustness import Robustness, bootstrap
from pb.core.explaining.satisfaction import Satisfaction, satisfaction
from pb.core.explaining.spending import Spending, spendings
from pb.core.outcome import Outcome

#: Told the stage (`margins`, `draws` or `methods`), how much of it is done and how much there is; no ends the stage.
Tick = Callable[[str, int, int], bool]


@dataclass(frozen=True)
class Explanation:
    """What is told about a count; `spending` is empty for rules that give ballots no money.

    `all_margins` says that the search for them was not ended before it was done, `complete` that nothing was.
    """

    satisfaction: Satisfaction
    margins: tuple[Margin, ...]
    spending: tuple[Spending, ...]
    robustness: Robustness | None
    all_margins: bool
    complete: bool

    def to_json(self) -> dict[str, Any]:
        """The explanation as plain JSON data; amounts in minor units."""
        return {
            "voters": self.satisfaction.to_json(),
            "margins": [each.to_json() for each in self.margins],
            "spending": [each.to_json() for each in self.spending],
            "robustness": self.robustness.to_json() if self.robustness else None,
            "complete": self.complete,
        }


def explain(
    election: Election, outcome: Outcome, *, draws: int = 0, seed: str = "", tick: Tick = lambda *_: True
) -> Explanation:
    """Explain what a count of `election` gave; with `draws` of the ballots from `seed` if there are to be any.

    `tick` is asked before each recount of the margins and after each draw; what it ends is told as far as it got.
    """
    lost = len(losers(outcome))
    found: list[Margin] = []
    for margin in margins(election, outcome, lambda: tick("margins", len(found), lost)):
        found.append(margin)
    firm = bootstrap(election, outcome, seed, draws, lambda made: tick("draws", made, draws)) if draws else None
    all_margins = len(found) == lost
    complete = all_margins and (firm is None or firm.draws == draws)
    reached = satisfaction(election.instance, election.profile, outcome.selected)
    spent = spendings(election.instance, election.profile, outcome)
    return Explanation(reached, tuple(found), tuple(spent), firm, all_margins, complete)
