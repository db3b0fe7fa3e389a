"""The rounds that everybody sees, sorted by what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from pb.core.errors import NotFound
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.ballots import Project
from pb.models.rounds import Round
from pb.services.elections import projects_of
from pb.services.pages import Page, page_of
from pb.services.round_states import round_phase
from pb.services.rounds import public_rounds

S = RoundState


class Chance(StrEnum):
    """What a person can do in a round right now."""

    VOTE = "vote"
    BID = "bid"
    WAIT = "wait"
    RESULT = "result"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Standing:
    """Where a round stands by the clock, and what a person can do; `paused` while no ballots are taken."""

    round: Round
    phase: RoundState
    chance: Chance
    paused: bool


OVER = frozenset({S.PUBLISHED, S.AWARDING, S.CLOSED_OUT, S.CANCELLED, S.NO_VALID_BALLOTS})
WITH_RESULT = frozenset({S.PUBLISHED, S.AWARDING, S.CLOSED_OUT})


def standing(the_round: Round) -> Standing:
    """Where a round stands now and what a person can do in it."""
    phase, now = round_phase(the_round), present.now()
    paused = phase == S.VOTING and the_round.paused_until is not None and now < the_round.paused_until
    return Standing(the_round, phase, _chance(the_round, phase, paused), paused)


def _chance(the_round: Round, phase: RoundState, paused: bool) -> Chance:
    if phase in WITH_RESULT:
        return Chance.RESULT
    if phase in OVER:
        return Chance.NOTHING
    if phase == S.VOTING:
        return Chance.WAIT if paused else Chance.VOTE
    opens = the_round.bids_open_at
    if phase == S.BIDDING and opens is not None and opens <= present.now():
        return Chance.BID
    return Chance.WAIT


def current_rounds() -> list[Standing]:
    """The public rounds that are not over: those with something to do first, then by what comes soonest."""
    query = public_rounds().where(Round.state.not_in(OVER))
    found = [standing(each) for each in db.session.scalars(query)]
    order = list(Chance)
    return sorted(found, key=lambda each: (order.index(each.chance), _comes_next(each), each.round.id))


def past_rounds(number: int = 1) -> Page[Round]:
    """A page of the public rounds that are over, the latest first."""
    return page_of(public_rounds().where(Round.state.in_(OVER)).order_by(Round.state_since.desc(), Round.id), number)


def _comes_next(found: Standing) -> float:
    """The next moment of a round as a number to sort by; none comes last."""
    the_round, now = found.round, present.now()
    moments = (
        the_round.bids_open_at, the_round.bids_close_at, the_round.voting_opens_at,
        the_round.voting_closes_at, the_round.decision_by,
    )  # fmt: skip
    return min((moment.timestamp() for moment in moments if moment is not None and moment > now), default=float("inf"))


def find_project(the_round: Round, key: str) -> Project:
    """A project on the ballot of a round. Raises NotFound `no_project`."""
    query = select(Project).where(Project.round_id == the_round.id, Project.key == key)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("no_project", N_("There is no such project in this round."))
    return found


def neighbours(project: Project) -> tuple[Project | None, Project | None]:
    """The projects before and after one on the ballot; None at its ends."""
    projects = projects_of(project.round_id)
    at = next(index for index, each in enumerate(projects) if each.id == project.id)
    return (projects[at - 1] if at else None, projects[at + 1] if at + 1 < len(projects) else None)
