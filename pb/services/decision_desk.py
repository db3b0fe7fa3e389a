"""What members see when they decide: each pot's money, and each project with rank, recommendation and decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pb.core.actors import Actor, Role
from pb.core.decisions import powers_of
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.next_in_line import PotMoney
from pb.core.outcome import ProjectResult
from pb.core.permissions import may_decide, may_read_decisions
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db
from pb.models.accounts import AccountArea
from pb.models.ballots import Project
from pb.models.counts import Count
from pb.models.decisions import Decision, Interest
from pb.models.rounds import Pot, Round
from pb.services.counts import Counted, certified_count, read_count
from pb.services.elections import instances_of, method_of, projects_of

S = RoundState
DECIDING = (S.DECIDING,)
#: States in which a published result may still be corrected.
PUBLISHED = (S.PUBLISHED, S.AWARDING, S.CLOSED_OUT)


@dataclass(frozen=True)
class Desk:
    """One project as members see it.

    `recommended` is what is recommended now, in minor units; `in_line` says that released money reaches it.
    `decision` is the one that stands. `speakers` are the accounts of the ward's members; `referred`: one of them
    declared an interest, so the cabinet decides.
    """

    project: Project
    pot: Pot
    result: ProjectResult
    recommended: int
    in_line: bool
    decision: Decision | None
    interests: tuple[Interest, ...]
    speakers: frozenset[int]

    @property
    def referred(self) -> bool:
        """Whether an interest of a ward member leaves it to the cabinet."""
        return any(each.account_id in self.speakers for each in self.interests)

    @property
    def waits(self) -> bool:
        """Whether it needs a decision and has none."""
        return self.decision is None and self.recommended > 0

    def may_be_decided(self, by: Actor) -> bool:
        """Whether this person may decide it, interests and referral considered."""
        interested = any(each.account_id == by.account_id for each in self.interests)
        if self.referred and not by.has(Role.CABINET):
            return False
        return may_decide(by, self.pot.area_id, interested=interested)

    def may_be_agreed(self, by: Actor) -> bool:
        """Whether it waits, as the vote recommends, for this person first; a ward's members come before the cabinet."""
        spoken_for = self.speakers and not self.referred and by.account_id not in self.speakers
        return self.waits and not self.in_line and not spoken_for and self.may_be_decided(by)

    def powers(self, by: Actor) -> list[str]:
        """The powers under which this person may decide it."""
        return powers_of(by, None if self.referred else self.pot.area_id)


@dataclass(frozen=True)
class PotDesk:
    """One pot as members see it: its money as things stand, its projects in the order of the count."""

    pot: Pot
    money: PotMoney
    projects: tuple[Desk, ...]


def rounds_to_decide(by: Actor) -> list[Round]:
    """The rounds that are being decided or have been, the newest first: those in which this person has a say.

    Cabinet members and scrutiny see every one of them. Raises NotAllowed `not_a_member`.
    """
    refuse_reader(by)
    query = select(Round).where(Round.state.in_([*DECIDING, *PUBLISHED])).order_by(Round.state_since.desc(), Round.id)
    if not by.has(Role.CABINET, Role.SCRUTINY):
        query = query.where(Round.pots.any(Pot.area_id.in_(by.areas)))
    return [each for each in db.session.scalars(query) if certified_count(each.id) is not None]


def refuse_reader(by: Actor) -> None:
    """Raise NotAllowed `not_a_member` unless this person may see what members decide on."""
    if not may_read_decisions(by):
        raise NotAllowed("not_a_member", N_("Only members, the cabinet and scrutiny see this."))


def certified(round_id: int) -> Count:
    """The certified count of a round. Refuses `not_certified` where there is none: members decide on no other."""
    count = certified_count(round_id)
    if count is None:
        raise Refusal("not_certified", N_("Nothing can be decided before the count is certified."))
    return count


def desk_of(the_round: Round) -> list[PotDesk]:
    """Every pot of a round with its projects as they stand. Refuses `not_certified`."""
    counted = read_count(certified(the_round.id))
    projects = projects_of(the_round.id)
    decisions = {each.project_id: each for each in standing_decisions(the_round.id)}
    interests = interests_of(the_round.id)
    money = pot_money(the_round, counted, projects, decisions.values())
    return [
        _pot_desk(pot, money[pot.key], projects, decisions, interests)
        for pot in the_round.pots
        if pot.key in counted.outcomes
    ]


def pot_money(
    the_round: Round, counted: Counted, projects: Iterable[Project], decisions: Iterable[Decision]
) -> dict[str, PotMoney]:
    """The money of each pot as things stand, by the pot's key."""
    instances, method = instances_of(the_round), method_of(the_round)
    amounts = {each.project_id: each.amount for each in decisions}
    projects = list(projects)
    return {
        key: PotMoney(
            replace(instances[key], budget=outcome.budget),
            outcome,
            method.allocation,
            {each.key: amounts[each.id] for each in projects if each.pot.key == key and each.id in amounts},
            frozenset(each.key for each in projects if each.pot.key == key and each.withdrawn_at is not None),
        )
        for key, outcome in counted.outcomes.items()
    }


def desk_for(project_id: int) -> tuple[Desk, PotDesk]:
    """One project and its pot. Raises NotFound `no_project`; Refusal `not_certified`."""
    project = db.session.get(Project, project_id)
    if project is None:
        raise no_project()
    the_round = db.session.get_one(Round, project.round_id)
    return find_desk(desk_of(the_round), project.key)


def find_desk(pots: list[PotDesk], key: str) -> tuple[Desk, PotDesk]:
    """The project with this key among the pots. Raises NotFound `no_project`."""
    for pot in pots:
        for desk in pot.projects:
            if desk.project.key == key:
                return desk, pot
    raise no_project()


def no_project() -> NotFound:
    """The refusal for a project that is not there."""
    return NotFound("no_project", N_("There is no such project in this round."))


def standing_decisions(round_id: int) -> list[Decision]:
    """The decisions of a round that stand, one for each decided project at most."""
    query = select(Decision).where(Decision.round_id == round_id, Decision.superseded.is_(False))
    return list(db.session.scalars(query.options(joinedload(Decision.decider), joinedload(Decision.project))))


def earlier_decisions(round_id: int) -> list[Decision]:
    """The decisions of a round that another one has taken the place of, the oldest first."""
    query = select(Decision).where(Decision.round_id == round_id, Decision.superseded.is_(True)).order_by(Decision.id)
    return list(db.session.scalars(query.options(joinedload(Decision.decider))))


def interests_of(round_id: int) -> dict[int, tuple[Interest, ...]]:
    """The interests that members declared in a round's projects, by project."""
    query = select(Interest).join(Project, Interest.project_id == Project.id).where(Project.round_id == round_id)
    found: dict[int, tuple[Interest, ...]] = {}
    for each in db.session.scalars(query.order_by(Interest.id).options(joinedload(Interest.account))):
        found[each.project_id] = (*found.get(each.project_id, ()), each)
    return found


def _pot_desk(
    pot: Pot,
    money: PotMoney,
    projects: list[Project],
    decisions: dict[int, Decision],
    interests: dict[int, tuple[Interest, ...]],
) -> PotDesk:
    by_key = {each.key: each for each in projects}
    in_line = {each.id for each in money.line}
    speakers = _speakers(pot)
    rows = []
    for result in money.outcome.projects:
        project = by_key[result.id]
        decision = decisions.get(project.id)
        declared = interests.get(project.id, ())
        rows.append(
            Desk(
                project=project,
                pot=pot,
                result=result,
                recommended=decision.recommended if decision else money.recommended(result.id),
                in_line=result.id in in_line,
                decision=decision,
                interests=declared,
                speakers=speakers,
            )
        )
    return PotDesk(pot, money, tuple(rows))


def _speakers(pot: Pot) -> frozenset[int]:
    """The accounts that speak for a pot's area."""
    if pot.area_id is None:
        return frozenset()
    return frozenset(db.session.scalars(select(AccountArea.account_id).where(AccountArea.area_id == pot.area_id)))
