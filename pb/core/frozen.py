"""A frozen ballot, as it is published, read as an election."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pb.core.ballots.approval import BOOST
from pb.core.election import Instance, Project


def instances_from(frozen: Mapping[str, Any]) -> dict[str, Instance]:
    """The instances that a frozen ballot (or the draft of one) describes, by the pot's key."""
    currency, scale = frozen["round"]["currency"], frozen["round"]["scale"]
    return {
        pot["key"]: Instance(
            tuple(_project(each) for each in frozen["projects"] if each["pot"] == pot["key"]),
            pot["amount"],
            currency,
            scale,
        )
        for pot in frozen["pots"]
    }


def _project(frozen: Mapping[str, Any]) -> Project:
    return Project(
        id=frozen["key"],
        cost=frozen["cost"],
        name=frozen["title"],
        minimum=frozen["minimum"],
        number=frozen.get("number"),
        category=frozen["category"],
        tags=frozenset({BOOST}) if frozen["boost"] else frozenset(),
    )
