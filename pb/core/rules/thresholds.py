"""Thresholds: the least support that a project needs before any money is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pb.core.election import Profile, Project
from pb.core.outcome import Reason
from pb.core.rules.support import Support, Totals
from pb.core.settings import Settings, limit, number
from pb.core.words import N_


@dataclass(frozen=True)
class Thresholds(Settings):
    """Least support, as numbers and as shares (whole percentages). Empty or 0: no such threshold."""

    least_score: int = number("Least votes (or points)", 0, help="A bid with fewer is not funded.")
    ballots_percent: int | None = limit(
        "Least share of the ballots, in per cent", least=1, most=100,
        help="A bid must be chosen on this share of the ballots that choose anything (Falkirk: 10).",
    )  # fmt: skip
    average_percent: int | None = limit(
        "Least average score, in per cent of the highest score", least=1, most=100,
        help="Only where ballots give scores (Sunderland: 40).",
    )  # fmt: skip
    cost_divisor: int | None = limit(
        "Least share of the ballots for a share of the pot: one divided by", least=1, most=100,
        help="With 3, a bid that asks for half of the pot must be chosen on a sixth of the ballots (Świecie: 3).",
    )  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """What the support of a project is measured against.

    `highest` is the highest mark that one ballot can give, None where the ballot type has none; `budget` and the
    projects' costs are in minor units.
    """

    totals: Totals
    highest: int | None
    budget: int


def below(project: Project, thresholds: Thresholds, scale: Scale) -> Reason | None:
    """The first threshold that a project misses, as a reason, or None."""
    support = scale.totals[project.id]
    for missed in (_score, _share, _average, _for_its_cost):
        reason = missed(project, support, thresholds, scale)
        if reason is not None:
            return reason
    return None


def _score(project: Project, support: Support, thresholds: Thresholds, scale: Scale) -> Reason | None:
    del project, scale
    if support.score < thresholds.least_score:
        sentence = N_("Not funded. It needed a total of at least %(needed)s and got %(got)s.")
        return Reason("below_threshold", sentence, {"needed": thresholds.least_score, "got": support.score})
    return None


def _share(project: Project, support: Support, thresholds: Thresholds, scale: Scale) -> Reason | None:
    del project
    percent, marked = thresholds.ballots_percent, scale.totals.marked
    if percent is None or support.votes * 100 >= percent * marked:
        return None
    sentence = N_(
        "Not funded. It needed to be chosen on %(percent)s%% of the %(ballots)s ballots, "
        "so on at least %(needed)s, and was chosen on %(got)s."
    )
    params = {"percent": percent, "ballots": marked, "needed": -(-percent * marked // 100), "got": support.votes}
    return Reason("below_share", sentence, params)


def _average(project: Project, support: Support, thresholds: Thresholds, scale: Scale) -> Reason | None:
    del project
    percent, highest = thresholds.average_percent, scale.highest
    if percent is None or highest is None or support.average * 100 >= percent * highest:
        return None
    sentence = N_("Not funded. It needed an average score of at least %(needed)s and got %(got)s.")
    needed = decimal(Fraction(percent * highest, 100))
    return Reason("below_average", sentence, {"needed": needed, "got": decimal(support.average)})


def _for_its_cost(project: Project, support: Support, thresholds: Thresholds, scale: Scale) -> Reason | None:
    """The larger the part of the pot that it asks for, the more ballots must choose it."""
    divisor, marked = thresholds.cost_divisor, scale.totals.marked
    if divisor is None or support.votes * divisor * scale.budget >= project.cost * marked:
        return None
    if not scale.budget:
        return Reason("below_for_cost", N_("Not funded. There is no money in the pot."))
    sentence = N_(
        "Not funded. For what it costs it needed to be chosen on at least %(needed)s of the %(ballots)s ballots, and "
        "was chosen on %(got)s."
    )
    needed = -(-project.cost * marked // (divisor * scale.budget))
    return Reason("below_for_cost", sentence, {"needed": needed, "ballots": marked, "got": support.votes})


def decimal(value: Fraction) -> str:
    """A share as people write it: at most three decimals, cut off rather than rounded up."""
    thousandths = value.numerator * 1000 // value.denominator
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def highest_mark(profile: Profile) -> int | None:
    """The highest mark that a ballot of this profile may give to one project, where its settings name one."""
    highest = getattr(profile.settings, "highest", None)
    return highest if isinstance(highest, int) else None
