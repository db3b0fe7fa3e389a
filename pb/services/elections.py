"""The only bridge from the tables to the core: a round's rules, instances and ballots; read-only."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from itertools import chain
from typing import Any

from sqlalchemy import cast, select
from sqlalchemy.types import Text

from pb.core.ballots import BALLOT_TYPES, BallotType
from pb.core.election import Group, Instance, Profile
from pb.core.errors import Refusal
from pb.core.frozen import instances_from
from pb.core.papers import PaperRules
from pb.core.rules import Facts, Method, Response, method_from_json
from pb.core.rules.tiebreak import LOT
from pb.core.settings import Settings
from pb.core.surplus import PotCount
from pb.core.words import N_
from pb.extensions import db
from pb.models.ballots import BallotVersion, Project
from pb.models.counts import Lot, Offer, OfferState
from pb.models.envelopes import OpenedBallot
from pb.models.rounds import Pot, Round

ANSWERED = (OfferState.ACCEPTED, OfferState.DECLINED)
#: Why a project that was withdrawn is left out of the count.
WITHDRAWN = N_("The group withdrew it.")


def projects_of(round_id: int) -> list[Project]:
    """The projects on a round's ballot in their drawn order; none before the lock."""
    return list(db.session.scalars(select(Project).where(Project.round_id == round_id).order_by(Project.number)))


def ballot_of(the_round: Round) -> tuple[BallotType[Any], Settings]:
    """A round's ballot type and its settings: the frozen ones once there are.

    Raises Refusal `ballot_type_unknown`, or Refusals for settings that cannot be.
    """
    frozen = (the_round.frozen or {}).get("ballot")
    key, data = (frozen["type"], frozen["settings"]) if frozen else (the_round.ballot_type, the_round.ballot_settings)
    return _ballot(key, data)


def _ballot(key: str, data: Mapping[str, Any]) -> tuple[BallotType[Any], Settings]:
    kind = BALLOT_TYPES.get(key)
    if kind is None:
        raise Refusal("ballot_type_unknown", N_("There is no ballot type called “%(key)s”."), status=422, key=key)
    return kind, kind.settings_type.from_json(data)


def method_of(the_round: Round) -> Method:
    """How a round is counted: the frozen method once there is one.

    A lot drawn in public is always the last tie step, since nothing else is sure to decide. Raises Refusal
    `rule_unknown`, or Refusals for settings that cannot be.
    """
    if the_round.frozen:
        return method_from_json(the_round.frozen["method"])
    ties = [step for step in the_round.tie_steps if step != LOT]
    data = {
        "rule": the_round.rule,
        "options": the_round.rule_options,
        "allocation": {"kind": the_round.allocation, **the_round.allocation_options},
        "thresholds": the_round.threshold,
        "ties": [*ties, LOT],
    }
    return method_from_json(data)


def instance_of(pot: Pot) -> Instance:
    """One pot of a locked round with its projects, as they were frozen.

    Raises Refusal `not_locked` before the lock.
    """
    return instances_of(db.session.get_one(Round, pot.round_id))[pot.key]


def instances_of(the_round: Round) -> dict[str, Instance]:
    """The instances of a locked round's pots, by the pot's key. Raises Refusal `not_locked` before the lock."""
    if the_round.frozen is None:
        raise Refusal("not_locked", N_("The ballot of this round is not locked yet."))
    return instances_from(the_round.frozen)


def paper_rules(the_round: Round) -> PaperRules:
    """How a paper of a locked round is marked now. Raises Refusal `not_locked` before the lock."""
    if the_round.frozen is None:
        raise Refusal("not_locked", N_("The ballot of this round is not locked yet."))
    return rules_of(the_round.frozen)


def rules_of(frozen: Mapping[str, Any]) -> PaperRules:
    """How a paper of a version of the ballot is marked: without the projects that had been withdrawn by then."""
    gone = withdrawn_from(frozen)
    instances = instances_from({**frozen, "projects": [each for each in frozen["projects"] if each["key"] not in gone]})
    return PaperRules(*_ballot(frozen["ballot"]["type"], frozen["ballot"]["settings"]), instances)


def rules_by_version(round_id: int) -> dict[int, PaperRules]:
    """How a paper of each version of a round's ballot is marked: one that was cast stays valid by its own version."""
    query = select(BallotVersion.version, BallotVersion.content).where(BallotVersion.round_id == round_id)
    return {version: rules_of(content) for version, content in db.session.execute(query)}


def withdrawn_from(frozen: Mapping[str, Any]) -> dict[str, str]:
    """The projects that a version of the ballot leaves out, by key, with the reason that everybody reads."""
    return {each["key"]: each["reason"] for each in frozen.get("withdrawn", ())}


def profile_of(pot: Pot) -> Profile:
    """All opened ballots of one pot; none before the opening.

    Reads the choices as text through the driver's own cursor: equal ballots are parsed once.
    """
    kind, settings = ballot_of(db.session.get_one(Round, pot.round_id))
    groups = [Group(json.loads(text), count) for text, count in _counted(pot.id).items()]
    return Profile.of(kind.key, settings, groups)


def facts_of(the_round: Round) -> dict[str, Facts]:
    """What happened since the lock that a count must know, by the pot's key: withdrawals, lots, answers to offers."""
    withdrawn, responses = _withdrawn(the_round.id), _responses(the_round.id)
    return {
        pot.key: Facts(withdrawn.get(pot.id, {}), _lots(pot.id), responses.get(pot.id, {})) for pot in the_round.pots
    }


def pot_counts(the_round: Round) -> list[PotCount]:
    """Everything that the count of each pot needs, in the order of the pots; pots without projects are left out."""
    method, instances, facts = method_of(the_round), instances_of(the_round), facts_of(the_round)
    return [
        PotCount(pot.key, instances[pot.key], profile_of(pot), method, facts[pot.key])
        for pot in the_round.pots
        if instances[pot.key].projects
    ]


def _withdrawn(round_id: int) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for project in projects_of(round_id):
        if project.withdrawn_at is not None:
            found.setdefault(project.pot_id, {})[project.key] = project.withdrawn_reason or WITHDRAWN
    return found


def _lots(pot_id: int) -> tuple[tuple[str, ...], ...]:
    query = select(Lot.order).where(Lot.pot_id == pot_id).order_by(Lot.id)
    return tuple(tuple(order) for order in db.session.scalars(query))


def _responses(round_id: int) -> dict[int, dict[str, Response]]:
    """The newest answer of each group that was offered a part, by pot and project."""
    query = select(Offer.amount, Offer.state, Project.key, Project.pot_id).join(Project, Offer.project_id == Project.id)
    query = query.where(Offer.round_id == round_id, Offer.state.in_(ANSWERED)).order_by(Offer.id)
    found: dict[int, dict[str, Response]] = {}
    for amount, state, key, pot_id in db.session.execute(query):
        found.setdefault(pot_id, {})[key] = Response(state == OfferState.ACCEPTED, amount)
    return found


def _counted(pot_id: int) -> Counter[str]:
    """How often each choice is there, written as the driver gives it: a million are never all in memory at once."""
    query = select(cast(OpenedBallot.choices, Text)).where(OpenedBallot.pot_id == pot_id)
    with closing(db.session.connection().execute(query)) as found:
        rows: Any = found.cursor
        return Counter(chain.from_iterable(rows))
