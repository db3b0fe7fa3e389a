"""The settings of a ballot as the limits that META states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pb.core.ballots.approval import ApprovalSettings
from pb.core.ballots.knapsack import KnapsackSettings
from pb.core.ballots.points import PointsSettings
from pb.core.ballots.ranked import RankedSettings
from pb.core.ballots.scoring import ScoringSettings
from pb.core.election import Instance
from pb.core.pabulib.amounts import written
from pb.core.settings import Settings

Meta = dict[str, str]


def limits_of(settings: Settings, instance: Instance) -> Meta:
    """The vote type and the limits of a ballot, by the keys of META."""
    return _WRITERS[type(settings)](settings, instance)


def _length(most: int | None, least: int, instance: Instance) -> Meta:
    """Bounds on the ballot's length; the format lets the upper one be no more than the number of projects."""
    meta = {"min_length": str(least)}
    return meta if most is None else {**meta, "max_length": str(min(most, len(instance.projects)))}


def _approval(settings: ApprovalSettings, instance: Instance) -> Meta:
    if settings.boost:
        # The format has no extra votes: each vote is written as a point.
        most = (settings.most or len(instance.projects)) + 1
        return {"vote_type": "cumulative", "max_points": "2", "max_sum_points": str(most)}
    least = settings.most if settings.use_all and settings.most else settings.least
    return {"vote_type": "approval", **_length(settings.most, least, instance)}


def _knapsack(settings: KnapsackSettings, instance: Instance) -> Meta:
    cap = instance.budget if settings.cap is None else settings.cap
    meta = {"vote_type": "approval", **_length(settings.most, settings.least, instance)}
    if settings.floor:
        meta["min_sum_cost"] = written(settings.floor, instance.scale)
    return {**meta, "max_sum_cost": written(cap, instance.scale)}


def _scoring(settings: ScoringSettings, instance: Instance) -> Meta:
    least = len(instance.projects) if settings.score_all else settings.least
    points = {"min_points": str(settings.lowest), "max_points": str(settings.highest)}
    default = {"default_score": str(settings.default)} if settings.default else {}
    return {"vote_type": "scoring", **_length(settings.most, least, instance), **points, **default}


def _ranked(settings: RankedSettings, instance: Instance) -> Meta:
    if settings.points == "ranked":
        return {"vote_type": "ordinal", "min_length": str(settings.least)}
    least = settings.most if settings.use_all else settings.least
    return {"vote_type": "ordinal", **_length(settings.most, least, instance)}


def _points(settings: PointsSettings, instance: Instance) -> Meta:
    meta = {"vote_type": "cumulative", **_length(settings.most, settings.least, instance)}
    if settings.most_each is not None:
        meta["max_points"] = str(settings.most_each)
    sums = (settings.total if settings.use_all else settings.least_total, settings.total)
    meta["min_points"] = str(settings.least_each)
    return {**meta, "min_sum_points": str(sums[0]), "max_sum_points": str(sums[1])}


_WRITERS: dict[type, Callable[[Any, Instance], Meta]] = {
    ApprovalSettings: _approval,
    KnapsackSettings: _knapsack,
    ScoringSettings: _scoring,
    RankedSettings: _ranked,
    PointsSettings: _points,
}
