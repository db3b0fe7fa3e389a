"""Thresholds: the least support that a project needs before any money is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pb.core.election import Profile
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


def below(support: Support, totals: Totals, thresholds: Thresholds, highest: int | None) -> Reason | None:
    """The threshold that a project misses, as a reason, or None.

    `highest` is the highest mark that one ballot can give, None where the ballot type has none.
    """
    if support.score < thresholds.least_score:
        sentence = N_("Not funded. It needed a total of at least %(needed)s and got %(got)s.")
        return Reason("below_threshold", sentence, {"needed": thresholds.least_score, "got": support.score})
    percent = thresholds.ballots_percent
    if percent is not None and support.votes * 100 < percent * totals.marked:
        sentence = N_(
            "Not funded. It needed to be chosen on %(percent)s%% of the %(ballots)s ballots, "
            "so on at least %(needed)s, and was chosen on %(got)s."
        )
        needed = -(-percent * totals.marked // 100)
        params = {"percent": percent, "ballots": totals.marked, "needed": needed, "got": support.votes}
        return Reason("below_share", sentence, params)
    percent = thresholds.average_percent
    if percent is not None and highest is not None and support.average * 100 < percent * highest:
        sentence = N_("Not funded. It needed an average score of at least %(needed)s and got %(got)s.")
        needed_average = Fraction(percent * highest, 100)
        return Reason("below_average", sentence, {"needed": decimal(needed_average), "got": decimal(support.average)})
    return None


def decimal(value: Fraction) -> str:
    """A share as people write it: at most three decimals, cut off rather than rounded up."""
    thousandths = value.numerator * 1000 // value.denominator
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def highest_mark(profile: Profile) -> int | None:
    """The highest mark that a ballot of this profile may give to one project, where its settings name one."""
    highest = getattr(profile.settings, "highest", None)
    return highest if isinstance(highest, int) else None
