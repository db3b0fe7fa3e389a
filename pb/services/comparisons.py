"""Trying a round's rule and all others on ballots of the past, of a file or an earlier round; writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from sqlalchemy import select

from pb.core.disclosure import Disclosure, Level, disclosure
from pb.core.errors import NotFound
from pb.core.explaining.again import Election
from pb.core.explaining.comparing import compare_methods, suits, usual_methods
from pb.core.explaining.disclosed import told
from pb.core.explaining.explanation import explain
from pb.core.pabulib import facts_of, read
from pb.core.rules import Method
from pb.core.rules.greedy import GreedyOptions
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.rounds import Round
from pb.services.elections import method_of, pot_counts

PUBLISHED = (RoundState.PUBLISHED, RoundState.AWARDING, RoundState.CLOSED_OUT)


@dataclass(frozen=True)
class Trial:
    """One pot of the past, counted by the round's own method first and then by all others.

    `own` says whether the round's method can count these ballots at all; where it cannot, most votes first stands
    in its place. `told` is what may be shown (`pb.core.explaining.disclosed`), `titles` names the projects by id.
    """

    key: str
    name: str
    own: bool
    told: dict[str, Any]
    titles: dict[str, str]
    currency: str
    ballot_type: str


def trial_of_file(the_round: Round, stream: BinaryIO) -> list[Trial]:
    """Count an election file by the method that a round has now, and by all others. Raises BadFile, Refusal."""
    file = read(stream)
    election = Election(file.instance, file.profile, method_of(the_round), facts_of(file))
    size = file.profile.size
    shown = Disclosure(Level.FULL, size, size, "")
    titles = {project.id: project.label for project in file.instance.ordered}
    return [_trial("file", file.meta.get("description", ""), election, shown, titles)]


def trial_of_round(the_round: Round, earlier_slug: str) -> list[Trial]:
    """Count an earlier round's ballots by the method that a round has now, and by all others.

    Raises NotFound `no_round` for a round whose result is not published.
    """
    earlier = next((each for each in earlier_rounds(the_round) if each.slug == earlier_slug), None)
    if earlier is None:
        raise NotFound("no_round", N_("There is no earlier round of this name whose result is published."))
    return list(_pots(earlier, method_of(the_round)))


def earlier_rounds(the_round: Round) -> list[Round]:
    """The other rounds whose results are published, the newest first."""
    query = select(Round).where(Round.state.in_(PUBLISHED), Round.id != the_round.id, Round.practice.is_(False))
    return list(db.session.scalars(query.order_by(Round.voting_closes_at.desc(), Round.id.desc())))


def _pots(earlier: Round, method: Method) -> Iterator[Trial]:
    names = {pot.key: pot.name for pot in earlier.pots}
    projects = (earlier.frozen or {}).get("projects", [])
    for pot in pot_counts(earlier):
        titles = {each["key"]: each["title"] for each in projects if each["pot"] == pot.key}
        election = Election(pot.instance, pot.profile, method, pot.facts)
        yield _trial(pot.key, names[pot.key], election, disclosure(pot.profile, present.settings.least_ballots), titles)


def _trial(key: str, name: str, election: Election, shown: Disclosure, titles: dict[str, str]) -> Trial:
    ballot_type = election.profile.ballot_type
    own = suits(election.method, ballot_type)
    method = election.method if own else replace(election.method, rule="greedy", options=GreedyOptions())
    comparison = compare_methods(election, usual_methods(method, ballot_type))
    outcome = comparison.rows[0].outcome
    explanation = explain(election, outcome, tick=lambda *_: False)
    shown_data = told(explanation, comparison, outcome, shown)
    return Trial(key, name, own, shown_data, titles, election.instance.currency, ballot_type)
