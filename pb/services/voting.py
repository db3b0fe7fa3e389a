"""What a voter sees of a round: when it takes ballots, and the paper with its sections and projects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, reduce
from textwrap import shorten
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Text, bindparam, cast, func, literal_column, select

from pb.core.admission import Doors
from pb.core.ballots import BallotType
from pb.core.election import Instance
from pb.core.errors import NotFound
from pb.core.papers import PaperRules
from pb.core.settings import Settings
from pb.core.states import RoundState, phase
from pb.core.words import N_
from pb.extensions import db
from pb.models.areas import Area
from pb.models.ballots import BallotVersion, Project
from pb.models.bids import Bid
from pb.models.rounds import KeyMode, Policy, Pot, Round
from pb.services.box import JUDGED, doors_of
from pb.services.elections import rules_of, withdrawn_from
from pb.services.prepared import Prepared
from pb.services.transactions import reading

#: How much of a bid's own words stands on the ballot; the project's page has all of them.
LONGEST_ABOUT = 400
#: States in which a round is nobody's business but the council's.
PRIVATE = (RoundState.IDEA, RoundState.ASSESSED, RoundState.SETTING_UP)


@dataclass(frozen=True)
class VotingRound:
    """What the voting pages and the box need to know of a round. Moments are aware UTC.

    `mark` tells its row from the same row after any change of what a ballot is judged and sealed by.
    """

    id: int
    slug: str
    title: str
    summary: str
    state: RoundState
    voting_opens_at: datetime | None
    voting_closes_at: datetime | None
    rehearsed_at: datetime | None
    decision_by: datetime | None
    promise_last_word: str
    policy: Policy
    least_age: int
    links: tuple[str, ...]
    allow_change: bool
    grace_minutes: int
    currency: str
    key_mode: KeyMode
    round_public_key: str | None
    envelope_size: int | None
    ballot_version: int | None
    paused_reason: str | None
    paused_until: datetime | None
    practice: bool
    mark: str

    @property
    def doors(self) -> Doors:
        """What decides whether the box takes a ballot."""
        return doors_of(self)

    def phase(self, now: datetime) -> RoundState:
        """Where voting stands at a moment, whatever has been recorded so far."""
        rehearsed = self.rehearsed_at is not None
        return phase(self.state, self.voting_opens_at, self.voting_closes_at, now, rehearsed=rehearsed)


def _mark() -> Any:
    """What a ballot is judged and sealed by, one after another as text, each of which ends where the next begins."""
    judged = [getattr(Round, name) for name in JUDGED if name != "paused_reason"]  # a reason may hold any mark
    sealed = [Round.policy, Round.allow_change, Round.key_mode, Round.round_public_key, Round.envelope_size]
    said = [*judged, Round.paused_reason.is_not(None), *sealed]
    texts: list[Any] = [func.coalesce(cast(column, Text), literal_column("'-'", Text)) for column in said]
    return reduce(lambda before, text: before + literal_column("'|'", Text) + text, texts)


#: The mark of a round's row as SQL.
MARK = _mark()
_READ = select(*(getattr(Round, name) for name in VotingRound.__dataclass_fields__ if name != "mark"), MARK)
_AT_ADDRESS = Prepared(_READ.where(Round.slug == bindparam("of_slug")))
_OF_ID = Prepared(_READ.where(Round.id == bindparam("of_id")))


def voting_round(slug: str) -> VotingRound:
    """The round at an address, from the moment it takes bids. Raises NotFound."""
    with reading() as connection:
        the_round = _found(_AT_ADDRESS.first(connection, of_slug=slug))
    if the_round.state in PRIVATE:
        raise _no_round()
    return the_round


#: How old what a process knows of a round may be for whoever casts: their transaction looks at the round again.
LATELY_SECONDS = 2.0
_MOST_ROUNDS = 64
_lately: WeakKeyDictionary[Engine, dict[str, tuple[float, VotingRound]]] = WeakKeyDictionary()


def voting_round_lately(slug: str) -> VotingRound:
    """The round as it was a moment ago, for `cast`, which sees to it that it is still so. Raises NotFound."""
    known = _lately.setdefault(db.engine, {})
    read_at, the_round = known.get(slug) or (0.0, None)
    if the_round is None or monotonic() - read_at > LATELY_SECONDS:
        if len(known) >= _MOST_ROUNDS:
            known.clear()
        the_round = voting_round(slug)
        known[slug] = monotonic(), the_round
    return the_round


def voting_round_of(round_id: int) -> VotingRound:
    """The round of an id. Raises NotFound."""
    with reading() as connection:
        return _found(_OF_ID.first(connection, of_id=round_id))


def _found(row: tuple[Any, ...] | None) -> VotingRound:
    if row is None:
        raise _no_round()
    fields = dict(zip(VotingRound.__dataclass_fields__, row, strict=True))
    return VotingRound(**{**fields, "links": tuple(fields["links"])})


def _no_round() -> NotFound:
    return NotFound("no_such_round", N_("There is no round at this address."))


@dataclass(frozen=True)
class ProjectOnPaper:
    """A project as the ballot shows it. `number` is its drawn place; amounts in minor units.

    `about` is the beginning of what the group says it will do, for those who want more than the summary.
    """

    key: str
    number: int
    title: str
    summary: str
    organisation: str
    cost: int
    category: str
    boost: bool
    about: str


@dataclass(frozen=True)
class Section:
    """One pot's part of the paper. `area_id` is None for a pot that everybody votes on."""

    pot_id: int
    key: str
    name: str
    amount: int
    area_id: int | None
    area: str
    projects: tuple[ProjectOnPaper, ...]
    instance: Instance

    @cached_property
    def by_number(self) -> dict[int, ProjectOnPaper]:
        """The projects by their drawn places."""
        return {each.number: each for each in self.projects}

    @cached_property
    def by_key(self) -> dict[str, ProjectOnPaper]:
        """The projects by the keys that ballots hold."""
        return {each.key: each for each in self.projects}


@dataclass(frozen=True)
class Gone:
    """A project that was taken off the ballot since it was locked, and why."""

    title: str
    reason: str


@dataclass(frozen=True)
class Paper:
    """The frozen ballot of a round: how it is marked, and a section for each pot that has projects.

    `public_key`, with the version, tells it from any other paper. `withdrawn` stood on an earlier version.
    """

    round_id: int
    slug: str
    version: int
    public_key: str
    currency: str
    rules: PaperRules
    sections: tuple[Section, ...]
    withdrawn: tuple[Gone, ...] = ()

    @property
    def kind(self) -> BallotType[Any]:
        """The ballot type that every section is marked by."""
        return self.rules.kind

    @property
    def settings(self) -> Settings:
        """The settings of the ballot type."""
        return self.rules.settings

    def sections_for(self, area_id: int | None) -> tuple[Section, ...]:
        """The sections that a voter of an area gets: its own pots, and those that belong to no area."""
        return tuple(each for each in self.sections if each.area_id is None or each.area_id == area_id)

    @cached_property
    def wards(self) -> Mapping[int, str]:
        """The areas that have a section of their own, by id, in the paper's order."""
        return {each.area_id: each.area for each in self.sections if each.area_id is not None}


#: Papers are frozen, so each version is read once. A round's key is its own, in every database.
_papers: dict[tuple[int, int, str], Paper] = {}
_MOST_PAPERS = 64


def paper_of(the_round: VotingRound) -> Paper:
    """The paper of a locked round. Raises NotFound `no_ballot` where the ballot is not locked yet."""
    if the_round.ballot_version is None or the_round.round_public_key is None:
        raise NotFound("no_ballot", N_("The ballot of this round is not ready yet."))
    key = (the_round.id, the_round.ballot_version, the_round.round_public_key)
    paper = _papers.get(key)
    if paper is None:
        if len(_papers) >= _MOST_PAPERS:
            _papers.clear()
        paper = _papers[key] = _read_paper(the_round, the_round.ballot_version)
    return paper


def _read_paper(the_round: VotingRound, version: int) -> Paper:
    query = select(BallotVersion.content).where(BallotVersion.round_id == the_round.id)
    frozen = db.session.scalars(query.where(BallotVersion.version == version)).one()
    rules = rules_of(frozen)
    titles = {each["key"]: each["title"] for each in frozen["projects"]}
    return Paper(
        the_round.id,
        the_round.slug,
        version,
        the_round.round_public_key or "",
        the_round.currency,
        rules,
        tuple(_sections(the_round.id, rules)),
        tuple(Gone(titles[key], reason) for key, reason in withdrawn_from(frozen).items()),
    )


def _sections(round_id: int, rules: PaperRules) -> Iterator[Section]:
    pots = select(Pot, Area.name).outerjoin(Area, Pot.area_id == Area.id)
    projects = select(Project, Bid.what).outerjoin(Bid, Project.bid_id == Bid.id)
    standing = {each.id for instance in rules.instances.values() for each in instance.projects}
    rows = db.session.execute(projects.where(Project.round_id == round_id).order_by(Project.number)).all()
    for pot, area in db.session.execute(pots.where(Pot.round_id == round_id).order_by(Pot.position)).all():
        own = tuple(_on_paper(row, what or "") for row, what in rows if row.pot_id == pot.id and row.key in standing)
        if own:
            instance = rules.instances[pot.key]
            yield Section(pot.id, pot.key, pot.name, pot.amount, pot.area_id, area or "", own, instance)


def _on_paper(row: Project, what: str) -> ProjectOnPaper:
    return ProjectOnPaper(
        row.key,
        row.number,
        row.title,
        row.summary,
        row.organisation,
        row.cost,
        row.category,
        row.boost,
        shorten(what, LONGEST_ABOUT, placeholder=" …"),
    )
