"""Making a .pb file out of an election of ours, with its outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pb.core.ballots import BALLOT_TYPES
from pb.core.election import Group, Instance, Profile
from pb.core.errors import Refusal
from pb.core.outcome import Award, Outcome
from pb.core.pabulib.amounts import written
from pb.core.pabulib.file import PbFile, Table
from pb.core.pabulib.limits import Meta, limits_of
from pb.core.pabulib.naming import notes_of, rule_of
from pb.core.rules.support import Totals, add_up

#: The order in which the format lists what META may say; other keys follow as they came, comments last.
ORDER = (
    "description", "country", "unit", "district", "subunit", "instance", "num_projects", "num_votes", "budget",
    "vote_type", "rule", "date_begin", "date_end", "min_length", "max_length", "min_sum_cost", "max_sum_cost",
    "scoring_fn", "min_points", "max_points", "min_sum_points", "max_sum_points", "default_score",
    "min_project_score_threshold", "fully_funded", "experimental", "edition", "language", "currency",
)  # fmt: skip
LAST = ("acknowledgments", "comment")
_SELECTED = {Award.FULL: "1", Award.RESERVE: "2", Award.PARTIAL: "2", Award.NONE: "0"}


def compose(about: Mapping[str, str], instance: Instance, profile: Profile, outcome: Outcome | None = None) -> PbFile:
    """A file of this election. `about` is what META says beside the numbers: description, country, unit, dates.

    Voters are numbered in the order of the profile, which says nothing of the order in which they voted. Ballots
    that name no project are left out, and counted in a comment. Raises Refusal `id_not_writable` for a project
    whose id holds a comma.
    """
    _refuse_ids(instance)
    kind = BALLOT_TYPES[profile.ballot_type]
    marked = tuple(group for group in profile.groups if not kind.is_empty(group.choices))
    listed = Profile(profile.ballot_type, profile.settings, marked)
    limits = limits_of(profile.settings, instance)
    has_points = limits["vote_type"] in ("cumulative", "scoring")
    meta = {**about, **limits, **_sums(instance, listed), **rule_of(outcome, instance)}
    notes = [] if outcome is None else list(notes_of(outcome, instance))
    comment = _comment(about.get("comment", ""), profile.size - listed.size, notes)
    if comment:
        meta["comment"] = comment
    totals = add_up(instance, listed)
    table = _projects(instance, totals, outcome, with_score=has_points or profile.ballot_type == "ranked")
    return PbFile(_in_order(meta), table, instance, listed, _voters(listed, has_points))


def _refuse_ids(instance: Instance) -> None:
    for project in instance.projects:
        if "," in project.id or not project.id or project.id != project.id.strip():
            sentence = "The id “%(id)s” cannot be written in a .pb file."
            raise Refusal("id_not_writable", sentence, status=422, id=project.id)


def _sums(instance: Instance, profile: Profile) -> Meta:
    return {
        "num_projects": str(len(instance.projects)),
        "num_votes": str(profile.size),
        "budget": written(instance.budget, instance.scale),
        "currency": instance.currency,
    }


def _in_order(meta: Meta) -> Meta:
    other = [key for key in meta if key not in ORDER and key not in LAST]
    return {key: meta[key] for key in (*ORDER, *other, *LAST) if key in meta}


def _comment(given: str, empty: int, told: list[str]) -> str:
    notes = [given] if given else []
    if empty:
        notes.append(f"{empty} ballots name no project and are not listed.")
    notes += told
    if len(notes) == 1 and given:
        return given
    return " ".join(f"#{number}: {note}" for number, note in enumerate(notes, start=1))


def _projects(instance: Instance, totals: Totals, outcome: Outcome | None, *, with_score: bool) -> Table:
    columns: dict[str, Callable[[Any], str]] = {
        "project_id": lambda project: project.id,
        "cost": lambda project: written(project.cost, instance.scale),
        "votes": lambda project: str(totals[project.id].votes),
    }
    if with_score:
        columns["score"] = lambda project: str(totals[project.id].score)
    columns["name"] = lambda project: project.name
    if any(project.category for project in instance.projects):
        columns["category"] = lambda project: project.category
    if outcome is not None:
        columns["selected"] = lambda project: _SELECTED[outcome.by_id[project.id].award]
    rows = tuple(tuple(cell(project) for cell in columns.values()) for project in instance.ordered)
    return Table(tuple(columns), rows)


def _voters(profile: Profile, has_points: bool) -> Table:
    columns = ("voter_id", "vote", "points") if has_points else ("voter_id", "vote")
    rows: list[tuple[str, ...]] = []
    for group in profile.groups:
        cells = _cells(profile, group, has_points)
        rows += [(str(len(rows) + at), *cells) for at in range(1, group.size + 1)]
    return Table(columns, tuple(rows))


def _cells(profile: Profile, group: Group, has_points: bool) -> tuple[str, ...]:
    marks = list(BALLOT_TYPES[profile.ballot_type].marks(group.choices, profile.settings))
    if not has_points:
        return (",".join(mark.project for mark in marks),)
    marks.sort(key=lambda mark: (-mark.score, mark.project))
    return ",".join(mark.project for mark in marks), ",".join(str(mark.score) for mark in marks)
