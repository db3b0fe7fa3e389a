"""What is kept about a count besides its outcome, as pages show it: who got something, near misses, other rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from pb.core.disclosure import NO_SCORES, Level
from pb.core.rules import RULES, AllocationSettings, Method
from pb.models.counts import Count
from pb.models.rounds import Round
from pb.services.counts import read_count
from pb.services.elections import ballot_of
from pb.services.explanations import explanation_of
from pb.web.formats import money, number
from pb.web.order_words import order_words
from pb.web.shares_story import story_of

Data = dict[str, Any]
Titles = Mapping[str, str]


@dataclass(frozen=True)
class Way:
    """One way of counting the same ballots: its name and what it does in words, whom it funds, what it spends."""

    label: str
    help: str
    own: bool
    selected: tuple[str, ...]
    spent: str
    reached: int | None
    assumed: bool

    @property
    def bar(self) -> Data:
        """A row for the bars component: voters with something, in a hundred."""
        kind, note = ("funded", _("the rule of this vote")) if self.own else ("", "")
        return {"label": self.label, "value": self.reached, "note": note, "kind": kind}


@dataclass(frozen=True)
class Explained:
    """One pot of a count, explained. `kept` is what `pb.core.explaining.disclosed.told` gave."""

    key: str
    name: str
    kept: Data
    titles: Titles
    currency: str
    ballot_type: str

    @property
    def is_withheld(self) -> bool:
        """Whether there are too few ballots to tell anything."""
        return self.kept["level"] in NO_SCORES

    @property
    def is_rounded(self) -> bool:
        """Whether numbers are rounded so that no ballot can be seen in them."""
        return bool(self.kept["level"] == Level.HISTOGRAM)

    @property
    def ways(self) -> list[Way]:
        """The ways of counting, the vote's own first."""
        return [self._way(row, own=at == 0) for at, row in enumerate(self.kept.get("methods", []))]

    @property
    def bars(self) -> list[Data]:
        """How many in a hundred voters get something under each way; empty where that may not be told."""
        ways = self.ways
        return [way.bar for way in ways] if all(way.reached is not None for way in ways) else []

    @property
    def rows(self) -> list[list[str]]:
        """The projects that the ways do not agree on, with a cell for each way."""
        differ = set(self.kept.get("differ", []))
        ways = self.ways
        return [
            [title, *(_("funded") if key in way.selected else "–" for way in ways)]
            for key, title in self.titles.items()
            if key in differ
        ]

    @property
    def assumed(self) -> list[str]:
        """The names of the ways in which a tie went by the order on the ballot."""
        return [way.label for way in self.ways if way.assumed]

    @property
    def left_out(self) -> list[str]:
        """The names of the ways that could not work it out in reasonable time."""
        return [str(_(RULES[key].label)) for key in self.kept.get("left_out", []) if key in RULES]

    @property
    def agreed(self) -> list[str]:
        """The titles of the projects that every way funds."""
        chosen = [set(way.selected) for way in self.ways]
        return [title for key, title in self.titles.items() if chosen and all(key in each for each in chosen)]

    @property
    def reached(self) -> str:
        """How many voters got something, in a sentence; empty where that may not be told."""
        share = self.kept.get("voters", {}).get("reached")
        if share is None:
            return ""
        if self.is_rounded and share >= 100:
            return str(_("Nearly all voters who chose something chose a project that gets money."))
        about = _("about %(share)s", share=share) if self.is_rounded else str(share)
        return str(
            _("Of every 100 voters who chose something, %(share)s chose a project that gets money.", share=about)
        )

    @property
    def near_misses(self) -> list[list[str]]:
        """For each project that gets nothing: its title, the cost it could have had, the voters it lacked."""
        return [self._near(each) for each in self.kept.get("margins", [])]

    @property
    def spending(self) -> list[tuple[str, list[Data]]]:
        """Where the money of each loser's supporters went: a title, and rows for bars in hundredths."""
        return [(self.titles[each["id"]], self._spent(each)) for each in self.kept.get("spending", [])]

    @property
    def firm(self) -> str:
        """How often the same projects won when the ballots were drawn again; empty where that was not tried."""
        drawn = self.kept.get("robustness")
        if not drawn or not drawn["draws"]:
            return ""
        return str(
            _(
                "We drew as many ballots again by chance, %(draws)s times, and counted each time. In %(same)s of them "
                "exactly the same projects got money.",
                draws=drawn["draws"],
                same=drawn["same"],
            )
        )

    @property
    def seed(self) -> str:
        """What the draws came from."""
        return str((self.kept.get("robustness") or {}).get("seed", ""))

    @property
    def firm_bars(self) -> list[Data]:
        """In how many of the draws each project got money."""
        drawn = self.kept["robustness"]
        won = set(self.ways[0].selected)
        found = [
            {"label": title, "value": drawn["wins"][key], "kind": "funded" if key in won else "not"}
            for key, title in self.titles.items()
        ]
        return sorted(found, key=lambda row: -row["value"])

    @property
    def draws(self) -> int:
        """How many draws there were."""
        return int(self.kept["robustness"]["draws"])

    def _way(self, row: Data, *, own: bool) -> Way:
        rule = RULES[row["rule"]]
        options = rule.options_type.from_json(row["options"])
        method = Method(rule.key, options, AllocationSettings.from_json(row["allocation"]))
        told = " ".join(text for _heading, text in order_words(method, self.ballot_type))
        spent = money(row["spent"], self.currency)
        reached = row["voters"]["reached"]
        return Way(str(_(rule.label)), told, own, tuple(row["selected"]), spent, reached, row["assumed_tie"])

    def _near(self, margin: Data) -> list[str]:
        about = margin["about"]
        cost, ballots = margin["cost"], margin["ballots"]
        cheaper = _("not at any cost") if cost is None else money(cost, self.currency)
        more = _("not with any number") if ballots is None else number(ballots)
        if about and cost is not None:
            cheaper = _("about %(share)s", share=cheaper)
        if about and ballots is not None:
            more = _("about %(share)s", share=more)
        return [self.titles[margin["id"]], str(cheaper), str(more)]

    def _spent(self, spending: Data) -> list[Data]:
        rows = [
            {"label": self.titles[winner], "value": part, "kind": "funded"}
            for winner, part in spending["spent"].items()
        ]
        return [*rows, {"label": _("Left over"), "value": spending["left"], "kind": "not"}]


def explained_parts(count: Count, the_round: Round) -> dict[str, Any]:
    """What pages about a count show besides its outcome, by pot: what is kept, and the story of equal shares."""
    explained = {pot.key: pot for pot in explained_of(explanation_of(count), the_round)}
    outcomes = read_count(count).outcomes
    stories = {
        key: story_of(outcomes[key], pot.kept["level"], pot.titles, the_round.currency)
        for key, pot in explained.items()
    }
    return {"explained": explained, "stories": stories}


def explained_of(kept: Mapping[str, Data] | None, the_round: Round) -> list[Explained]:
    """What is kept of a round's count, pot by pot in the round's order; nothing where nothing is kept."""
    ballot_type = ballot_of(the_round)[0].key
    return [
        Explained(pot.key, pot.name, kept[pot.key], titles_in(pot.key, the_round), the_round.currency, ballot_type)
        for pot in the_round.pots
        if kept is not None and pot.key in kept
    ]


def titles_in(pot_key: str, the_round: Round) -> Titles:
    """The titles of a pot's projects by their keys, in the order of the ballot."""
    projects = (the_round.frozen or {}).get("projects", [])
    return {each["key"]: each["title"] for each in projects if each["pot"] == pot_key}
