"""Elections for tests: small ones written down by hand, and strategies that make any."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from hypothesis import strategies as st

from pb.core.allocation import ALLOCATIONS, AllocationSettings, Response
from pb.core.ballots import BALLOT_TYPES
from pb.core.ballots.approval import BOOST, ApprovalSettings
from pb.core.ballots.knapsack import KnapsackSettings
from pb.core.ballots.points import PointsSettings
from pb.core.ballots.ranked import RankedSettings
from pb.core.ballots.scoring import ScoringSettings
from pb.core.election import Choices, Instance, Profile, Project
from pb.core.rules import RULES, Facts, Method, Thresholds
from pb.core.rules.greedy import GreedyOptions
from pb.core.rules.tiebreak import LOT, TIE_STEPS
from pb.core.settings import Described, Settings

LETTERS = "abcdefgh"


def instance(budget: int, minima: dict[str, int] | None = None, **costs: int) -> Instance:
    """A pot and its projects, in the order of the ballot, amounts in pence: `instance(30, a=10, b=20)`."""
    projects = tuple(
        Project(key, cost, f"Project {key}", minimum=(minima or {}).get(key), number=number)
        for number, (key, cost) in enumerate(costs.items(), start=1)
    )
    return Instance(projects, budget)


def approvals(*ballots: str, settings: ApprovalSettings | None = None) -> Profile:
    """Approval ballots, a letter for each chosen project: `approvals("ab", "a")`."""
    return Profile.of("approval", settings or ApprovalSettings(), [{"approved": sorted(each)} for each in ballots])


def votes(**totals: int) -> Profile:
    """One approval ballot for each vote: `votes(a=3, b=2)`."""
    return approvals(*chain.from_iterable([key] * total for key, total in totals.items()))


def method(allocation: str = "skip", *ties: str, **more: Any) -> Method:
    """Greedy by the total, with this allocation and these tie steps."""
    settings = AllocationSettings(allocation, more.pop("reserve_percent", None), more.pop("share_ties", False))
    return Method("greedy", more.pop("options", GreedyOptions()), settings, Thresholds(**more), ties)


@st.composite
def instances(draw: st.DrawFn, most: int = 5, exclusive: bool = True) -> Instance:
    """Pots of a few pence and few projects, many of the same cost, so that ties and boundaries are common."""
    size = draw(st.integers(1, most))
    numbers = draw(st.permutations(range(1, size + 1)))
    costs = st.sampled_from(draw(st.lists(st.integers(0, 12), min_size=1, max_size=3)))
    projects = tuple(draw(_projects(LETTERS[at], numbers[at], costs)) for at in range(size))
    groups: tuple[frozenset[str], ...] = ()
    if exclusive and size > 1 and draw(st.booleans()):
        groups = (frozenset(draw(st.permutations(LETTERS[:size]))[:2]),)
    return Instance(projects, draw(st.integers(0, 25)), exclusive=groups)


@st.composite
def _projects(draw: st.DrawFn, key: str, number: int, costs: st.SearchStrategy[int]) -> Project:
    cost = draw(costs)
    minimum = draw(st.none() | st.integers(0, cost))
    tags = frozenset({BOOST}) if draw(st.booleans()) else frozenset()
    return Project(key, cost, f"Project {key}", minimum, number, draw(st.sampled_from(["north", "south"])), tags)


@st.composite
def settings_for(draw: st.DrawFn, ballot_type: str, projects: int) -> Settings:
    """Settings of a ballot type that are not silly for so many projects."""
    made = draw(_SETTINGS[ballot_type](projects))
    assert made.faults(projects) == []
    return made


def _limits(projects: int) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(1, projects)


_SETTINGS: dict[str, Any] = {
    "approval": lambda size: st.builds(
        ApprovalSettings, most=_limits(size), per_category=st.none() | st.integers(1, 2), boost=st.booleans()
    ),
    "knapsack": lambda size: st.builds(KnapsackSettings, cap=st.none() | st.integers(1, 25), most=_limits(size)),
    "ranked": lambda size: st.builds(
        RankedSettings, most=st.integers(1, size), points=st.sampled_from(["places", "ranked"])
    ),
    "points": lambda size: st.builds(PointsSettings, total=st.integers(1, 6), most=_limits(size)),
    "scoring": lambda size: st.builds(
        ScoringSettings, lowest=st.integers(-1, 1), highest=st.integers(2, 5), score_all=st.just(False)
    ),
}


@st.composite
def choices_for(draw: st.DrawFn, ballot_type: str, where: Instance, settings: Any) -> Choices:
    """Choices without faults, or none at all."""
    ids = draw(st.lists(st.sampled_from(sorted(where.by_id)), unique=True, max_size=len(where.projects)))
    made: dict[str, Any] = {}
    if ballot_type == "approval":
        made = {"approved": ids}
        marked = [each.id for each in where.ordered if BOOST in each.tags]
        if settings.boost and marked and draw(st.booleans()):
            made["boost"] = draw(st.sampled_from(marked))
    elif ballot_type in ("ranked", "knapsack"):
        made = {BALLOT_TYPES[ballot_type].keys[0]: ids}
    elif ballot_type == "scoring":
        made = {"scores": {each: draw(st.integers(settings.lowest, settings.highest)) for each in ids}}
    elif ballot_type == "points":
        made = {"points": {each: draw(st.integers(1, settings.total)) for each in ids}}
    kind = BALLOT_TYPES[ballot_type]
    while kind.faults(made, where, settings):
        made = _shortened(made)
    return kind.normalised(made)


def _shortened(made: dict[str, Any]) -> dict[str, Any]:
    """The same choices less one: a boost first, then the last project."""
    if "boost" in made:
        return {key: value for key, value in made.items() if key != "boost"}
    return {
        key: dict(list(value.items())[:-1]) if isinstance(value, dict) else value[:-1] for key, value in made.items()
    }


@st.composite
def profiles(draw: st.DrawFn, where: Instance, ballot_type: str | None = None, most: int = 8) -> Profile:
    """A few ballots of one type over these projects, many of them alike."""
    key = ballot_type or draw(st.sampled_from(sorted(BALLOT_TYPES)))
    settings = draw(settings_for(key, len(where.projects)))
    return Profile.of(key, settings, draw(st.lists(choices_for(key, where, settings), max_size=most)))


def rules_for(ballot_type: str) -> list[str]:
    """The rules that can count ballots of this type."""
    return sorted(key for key, rule in RULES.items() if ballot_type in (rule.ballot_types or BALLOT_TYPES))


def options_for(rule: str, ballot_type: str) -> st.SearchStrategy[Settings]:
    """Any options of a rule that are not silly for ballots of this type: small numbers, and every choice."""
    described = RULES[rule].options_type.described()
    made = st.builds(RULES[rule].options_type, **{each.name: _values(each) for each in described})
    return made.filter(lambda options: not RULES[rule].faults(options, ballot_type))


def _values(setting: Described) -> st.SearchStrategy[Any]:
    if setting.kind == "yes_no":
        return st.booleans()
    if setting.kind == "choice":
        return st.sampled_from([value for value, _ in setting.choices])
    most = setting.least + 3 if setting.most is None else min(setting.most, setting.least + 3)
    numbers = st.integers(setting.least, most)
    return st.none() | numbers if setting.optional else numbers


@st.composite
def methods(draw: st.DrawFn, ballot_type: str, decided: bool = True, rules: Sequence[str] = ()) -> Method:
    """Any rule, allocation, thresholds and tie steps; `decided` ends the steps with one that always decides."""
    rule = draw(st.sampled_from(rules or rules_for(ballot_type)))
    options = draw(options_for(rule, ballot_type))
    kind = draw(st.sampled_from(sorted(ALLOCATIONS)))
    reserve = draw(st.none() | st.integers(50, 100)) if kind == "stop" else None
    some = st.builds(
        Thresholds, st.integers(0, 3), st.none() | st.integers(1, 60), cost_divisor=st.none() | st.integers(1, 9)
    )
    thresholds = draw(st.just(Thresholds()) | some)
    steps = draw(st.lists(st.sampled_from(sorted(set(TIE_STEPS) - {"published", LOT})), unique=True, max_size=3))
    ties = (*steps, "published") if decided else ()
    return Method(rule, options, AllocationSettings(kind, reserve, decided and draw(st.booleans())), thresholds, ties)


@st.composite
def facts(draw: st.DrawFn, where: Instance) -> Facts:
    """Some projects withdrawn, some offers answered."""
    ids = sorted(where.by_id)
    withdrawn = draw(st.dictionaries(st.sampled_from(ids), st.just("The group withdrew it."), max_size=1))
    answers = st.builds(Response, st.booleans(), st.integers(0, 25))
    return Facts(withdrawn, (), draw(st.dictionaries(st.sampled_from(ids), answers, max_size=3)))


@st.composite
def elections(
    draw: st.DrawFn, ballot_type: str | None = None, decided: bool = True, rules: Sequence[str] = ()
) -> tuple[Instance, Profile, Method, Facts]:
    """All that a count needs; by any rule, or by one of `rules`."""
    where = draw(instances())
    profile = draw(profiles(where, ballot_type))
    return where, profile, draw(methods(profile.ballot_type, decided, rules)), draw(facts(where))


def elections_for(rule: str, decided: bool = True) -> st.SearchStrategy[tuple[Instance, Profile, Method, Facts]]:
    """All that a count by one rule needs, with ballots that it can count."""
    types = sorted(RULES[rule].ballot_types or BALLOT_TYPES)
    return st.sampled_from(types).flatmap(lambda ballot_type: elections(ballot_type, decided, (rule,)))


def renumbered(where: Instance, order: Sequence[str]) -> Instance:
    """The same projects in another order on the ballot."""
    projects = tuple(
        Project(each.id, each.cost, each.name, each.minimum, order.index(each.id), each.category, each.tags)
        for each in where.projects
    )
    return Instance(projects, where.budget, where.currency, where.scale, where.exclusive)
