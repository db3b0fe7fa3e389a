"""Rounds whose bids are decided and published, to test with, made through the services."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import current_app

from pb.core.actors import Actor, Role
from pb.core.decisions import Resolution
from pb.models.ballots import Project
from pb.models.publications import Publication
from pb.models.rounds import Policy, Round
from pb.services.counts import certify, record_count
from pb.services.decision_desk import Desk, PotDesk, desk_of, find_desk
from pb.services.decisions import agree_with_the_rest, decide, publish_decisions
from pb.services.elections import projects_of
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.pots import PotEntry
from pb.services.publication import ask_release, release
from tests.factories import (
    a_certified_round,
    an_area,
    an_open_round,
    cast_ballots,
    owner_of,
    someone,
    turn_to,
)
from tests.keeping import kept

DIFFERENCE: dict[str, str] = {
    "reason": "The hall already has a grant from the county this year.",
    "alternatives": "Half of the amount, which would not have been enough for the roof.",
    "interests": "None.",
}


@kept
def a_ward_round(**wanted: Any) -> tuple[Round, Actor]:
    """A certified round of one ward's pot (Hall £6,000, Bench £3,000, Pond in reserve), and the ward's member."""
    area = an_area()
    pots = [PotEntry("Northfield", 1_000_000, area_id=area.id)]
    the_round = a_certified_round(**{"areas": [area], "pots": pots, **wanted})
    return the_round, a_member(area.id)


def a_member(*areas: int, name: str = "") -> Actor:
    """A councillor for these areas."""
    return someone(Role.MEMBER, areas=areas, name=name)


def a_cabinet_member(name: str = "") -> Actor:
    """A member of the cabinet."""
    return someone(Role.CABINET, name=name)


def project_called(the_round: Round, title: str) -> Project:
    """The project with this title."""
    return next(each for each in projects_of(the_round.id) if each.title == title)


def seen(the_round: Round, title: str) -> Desk:
    """A project as members see it now."""
    return seen_in_pot(the_round, title)[0]


def seen_in_pot(the_round: Round, title: str) -> tuple[Desk, PotDesk]:
    """A project as members see it now, and its pot."""
    return find_desk(desk_of(the_round), project_called(the_round, title).key)


def resolution(the_round: Round, title: str, amount: int | None = None, **words: str) -> Resolution:
    """A decision about a project: what is recommended now unless an amount is given; by the ward's member."""
    recommended = seen(the_round, title).recommended
    said = {"power": "ward_member", **(DIFFERENCE if amount not in (None, recommended) else {}), **words}
    return Resolution(recommended, recommended if amount is None else amount, **said)


def decided(the_round: Round, title: str, by: Actor, amount: int | None = None, **words: str) -> None:
    """Decide a project as `resolution` says."""
    decide(project_called(the_round, title).id, resolution(the_round, title, amount, **words), by=by)


@kept
def a_decided_round(**wanted: Any) -> tuple[Round, Actor]:
    """A ward's round whose member agreed with every recommendation and published all decisions."""
    the_round, member = a_ward_round(**wanted)
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    publish_decisions(the_round.id, by=member)
    return the_round, member


def released(the_round: Round, reason: str = "") -> Publication:
    """Ask for the release as the owner, release as an approver."""
    sha256 = ask_release(the_round.id, by=owner_of(the_round), reason=reason)
    return release(the_round.id, sha256=sha256, by=someone(Role.APPROVER))


@kept
def a_published_round(**wanted: Any) -> Round:
    """A ward's round whose result is published as the vote recommended."""
    the_round, _member = a_decided_round(**wanted)
    released(the_round)
    return the_round


@kept
def a_ward_round_by_channels(
    channels: Mapping[str, Sequence[Sequence[str]]], *, tamper: Callable[[Round], None] | None = None, **wanted: Any
) -> tuple[Round, Actor]:
    """A certified round of one ward's pot, with these ballots cast through each channel, and the ward's member.

    `tamper` may do something to the box before it is frozen.
    """
    area = an_area()
    pots = [PotEntry("Northfield", 1_000_000, area_id=area.id)]
    the_round = an_open_round(**{"areas": [area], "pots": pots, "policy": Policy.CODE, **wanted})
    for channel, ballots in channels.items():
        cast_ballots(the_round, ballots, channel)
    if tamper is not None:
        tamper(the_round)
    turn_to(the_round.voting_closes_at)
    current_app.extensions["test_clock"].turn(minutes=the_round.grace_minutes)
    lead = someone(Role.COUNT_LEAD)
    freeze_box(the_round.id, by=lead)
    for _ in range(2):
        approve_opening(the_round.id, by=someone(Role.OFFICER))
    open_box(the_round.id, by=lead)
    record_count(the_round.id, by=lead)
    certify(the_round.id, 1, by=someone(Role.SECOND_TELLER))
    return the_round, a_member(area.id)


def agreed_and_published(the_round: Round, member: Actor) -> Publication:
    """The member agrees with everything and publishes it; the result is released."""
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    publish_decisions(the_round.id, by=member)
    return released(the_round)


#: Ballots that could all be published; and with some among them by which somebody could be told.
ALIKE = [("Hall", "Bench")] * 9 + [("Hall",)] * 6
EACH_ALONE = [*ALIKE, ("Pond",), ("Bench", "Pond"), ("Hall", "Pond")]


def a_published_round_of(ballots: list[tuple[str, ...]]) -> Round:
    """A published round in which these ballots were cast."""
    the_round, member = a_ward_round_by_channels({"online": ballots})
    agreed_and_published(the_round, member)
    return the_round
