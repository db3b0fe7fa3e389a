"""Ballot types: the ways in which a ballot can be marked. A new type is one file and one line here."""

from __future__ import annotations

from typing import Any

from pb.core.ballots.approval import Approval
from pb.core.ballots.ballot import BallotType, Mark
from pb.core.ballots.knapsack import Knapsack
from pb.core.ballots.points import Points
from pb.core.ballots.ranked import Ranked
from pb.core.ballots.scoring import Scoring

BALLOT_TYPES: dict[str, BallotType[Any]] = {
    each.key: each for each in (Scoring(), Approval(), Knapsack(), Ranked(), Points())
}

__all__ = ["BALLOT_TYPES", "BallotType", "Mark"]
