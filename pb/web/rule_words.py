"""How a round votes and counts, in sentences for residents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext, npgettext

from pb.core.rules import TIE_STEPS, Method
from pb.core.settings import Settings
from pb.core.surplus import SURPLUS_RULES
from pb.models.rounds import Round
from pb.services.elections import ballot_of, method_of
from pb.web.formats import money
from pb.web.order_words import order_words


def ballot_words(the_round: Round) -> list[str]:
    """How a ballot of this round is marked, one sentence each."""
    kind, settings = ballot_of(the_round)
    return list(_BALLOTS[kind.key](settings))


def count_words(the_round: Round) -> list[tuple[str, str]]:
    """How the round is counted: a short heading and a few sentences, for each part of the method."""
    return list(_count(method_of(the_round), the_round))


def _count(method: Method, the_round: Round) -> Iterator[tuple[str, str]]:
    yield from order_words(method, ballot_of(the_round)[0].key)
    support = list(_support(method))
    if support:
        yield _("Least support"), " ".join(support)
    yield _("If projects stand equal"), _ties(method)
    yield _("Money that is left"), _(SURPLUS_RULES[the_round.surplus])


def _ties(method: Method) -> str:
    steps = [_(TIE_STEPS[key].label) for key in method.ties]
    if len(steps) == 1:
        return str(_("It is decided by %(step)s.", step=steps[0]))
    return str(_("It is decided by, in this order: %(steps)s.", steps="; ".join(steps)))


def _support(method: Method) -> Iterator[str]:
    thresholds = method.thresholds
    if thresholds.least_score:
        yield _("A project needs a total of at least %(least)s.", least=thresholds.least_score)
    if thresholds.ballots_percent:
        yield _(
            "A project must be chosen on at least %(share)s of the ballots.", share=f"{thresholds.ballots_percent}%"
        )
    if thresholds.average_percent:
        share = f"{thresholds.average_percent}%"
        yield _("A project needs an average of at least %(share)s of the highest score.", share=share)
    if thresholds.cost_divisor:
        yield _(
            "The more of the money a project asks for, the more ballots must choose it: its share of the money, "
            "divided by %(divisor)s, is the least share of the ballots.",
            divisor=thresholds.cost_divisor,
        )


def _approval(settings: Any) -> Iterator[str]:
    if settings.most is None:
        yield _("Choose as many projects as you like.")
    elif settings.use_all:
        yield npgettext("exactly", "Choose one project.", "Choose exactly %(num)s projects.", settings.most)
    else:
        yield npgettext(
            "up to",
            "Choose one project.",
            "Choose up to %(num)s projects. You need not use them all.",
            settings.most,
        )
    if settings.per_category is not None:
        yield ngettext(
            "Choose no more than one in each category.",
            "Choose no more than %(num)s in each category.",
            settings.per_category,
        )
    if settings.boost:
        yield _("You have one extra vote for a project with a star. It may go to one that you chose already.")


def _scoring(settings: Any) -> Iterator[str]:
    scale = {"lowest": settings.lowest, "highest": settings.highest, "most": settings.most}
    if settings.score_all:
        yield _("Give every project a score from %(lowest)s to %(highest)s.", **scale)
    elif settings.most and settings.use_all:
        yield _("Pick %(most)s projects and give each a score from %(lowest)s to %(highest)s.", **scale)
    elif settings.most:
        yield _("Pick up to %(most)s projects and give each a score from %(lowest)s to %(highest)s.", **scale)
    else:
        yield _("Give as many projects as you like a score from %(lowest)s to %(highest)s.", **scale)
    yield _("%(highest)s is the best score.", highest=settings.highest)


def _knapsack(settings: Any) -> Iterator[str]:
    if settings.cap is None:
        yield _("Spend the pot: choose projects whose costs together fit into it. You need not spend it all.")
    else:
        yield _("Choose projects whose costs together are no more than %(cap)s.", cap=money(settings.cap))
    if settings.most is not None:
        yield npgettext("also", "Choose one project.", "Choose up to %(num)s projects.", settings.most)


def _ranked(settings: Any) -> Iterator[str]:
    if settings.use_all:
        yield _("Put your %(most)s favourite projects in order, the best first.", most=settings.most)
    else:
        yield _("Put up to %(most)s projects in order, the best first.", most=settings.most)
    yield _("A higher place is worth more points.")


def _points(settings: Any) -> Iterator[str]:
    yield _("You have %(total)s points to share out among the projects.", total=settings.total)
    if settings.most_each is not None:
        yield ngettext("No project may get more than one.", "No project may get more than %(num)s.", settings.most_each)
    if settings.use_all:
        yield _("Use all of them.")


_BALLOTS: dict[str, Callable[[Settings], Iterator[str]]] = {
    "approval": _approval,
    "scoring": _scoring,
    "knapsack": _knapsack,
    "ranked": _ranked,
    "points": _points,
}
