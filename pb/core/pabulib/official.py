"""The rule that a .pb file names, as a method of ours; and whether an outcome agrees with the file's result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pb.core.errors import Refusal
from pb.core.outcome import Award, Outcome
from pb.core.pabulib.file import PbFile
from pb.core.rules import AllocationSettings, Facts, Method, Thresholds
from pb.core.rules.equal_shares import EqualSharesOptions
from pb.core.rules.greedy import GreedyOptions

#: The city whose `greedy-custom` is: stop at the first misfit, and fund it too from 80 per cent (its files say so).
POZNAN = "Poznań"
POZNAN_PERCENT = 80

SKIP = AllocationSettings("skip")
STOP = AllocationSettings("stop")
_ALLOCATIONS = {
    "greedy": SKIP,
    "greedy-threshold": SKIP,
    "greedy-exclusive": SKIP,
    "greedy-no-skip": STOP,
}

#: What comes after the name of the rule for equal shares, and what it means. Shares begin as whole units of the
#: currency and rise by one until the pot could not pay: so the checker of these files, and Wieliczka in 2023.
EQUAL_SHARES = {
    "": EqualSharesOptions(completion="none"),
    "-comparison": EqualSharesOptions(completion="none", comparison=True),
    "/add1": EqualSharesOptions(completion="add1", stop_at="overspending"),
    "/add1-comparison": EqualSharesOptions(completion="add1", stop_at="overspending", comparison=True),
}


def official_method(file: PbFile) -> Method:
    """The method by which the file says it was counted, ties in the order of the file.

    Raises Refusal `rule_not_known` for a rule that is neither one of the greedy family nor equal shares, or a
    city's own that is not Poznań's.
    """
    ties, thresholds = ("published",), Thresholds(file.threshold)
    family, variant = file.rule[: len("equalshares")], file.rule[len("equalshares") :]
    if family == "equalshares" and variant in EQUAL_SHARES:
        return Method("equal-shares", EQUAL_SHARES[variant], SKIP, thresholds, ties)
    allocation = _ALLOCATIONS.get(file.rule)
    if file.rule == "greedy-custom" and POZNAN in file.meta.get("unit", ""):
        allocation = AllocationSettings("stop", reserve_percent=POZNAN_PERCENT)
    if allocation is None:
        sentence = "The file was counted by the rule “%(rule)s”, which is not known here. Choose a rule to count it by."
        raise Refusal("rule_not_known", sentence, status=422, rule=file.rule)
    return Method("greedy", GreedyOptions(), allocation, thresholds, ties)


def facts_of(file: PbFile, excluded: dict[str, str] | None = None) -> Facts:
    """What the count must know besides the ballots: projects marked as not feasible, and those excluded, with why.

    Raises Refusal `unknown_project` for an excluded project that the file does not have.
    """
    for project in excluded or {}:
        if project not in file.instance.by_id:
            sentence = "There is no project “%(project)s” in this file."
            raise Refusal("unknown_project", sentence, status=422, project=project)
    why = f"Its cost of {file.amount(file.instance.scale * 999_999_999)} says that it was found not feasible."
    return Facts({**dict.fromkeys(file.not_feasible, why), **(excluded or {})})


@dataclass(frozen=True)
class Difference:
    """One project that the file and a count do not agree on; `selected` is the file's value, `award` the count's."""

    id: str
    selected: int
    award: Award


@dataclass(frozen=True)
class Agreement:
    """How a count compares with the file's `selected` column.

    `elsewhere` are projects that the file marks as paid for another reason (2 or 3) and that its rule does not
    award: named, and no difference.
    """

    differences: tuple[Difference, ...]
    elsewhere: tuple[Difference, ...]


def compare(file: PbFile, outcome: Outcome) -> Agreement | None:
    """Compare an outcome with the file's official result; None if the file has none.

    1 says that the rule awards the project, 2 and 3 that it was funded for a special reason; where the rule itself
    has a reserve (Poznań), 2 is what the reserve funds.
    """
    selected = file.published("selected")
    if selected is None:
        return None
    found = [
        Difference(project, said, outcome.by_id[project].award)
        for project, said in selected.items()
        if not _SAME.get(said, _never)(outcome.by_id[project].award)
    ]
    differ = tuple(each for each in found if not _is_elsewhere(each))
    return Agreement(differ, tuple(each for each in found if _is_elsewhere(each)))


def _is_elsewhere(difference: Difference) -> bool:
    return difference.selected > 1 and difference.award is Award.NONE


def _never(_: Award) -> bool:
    return False


_SAME: dict[int, Callable[[Award], bool]] = {
    0: lambda award: award is Award.NONE,
    1: lambda award: award is Award.FULL,
    2: lambda award: award is Award.RESERVE,
}
