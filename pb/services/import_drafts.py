"""An election file as a round, its pot and its projects: what is written down when it is imported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from pb.core.ballots import BALLOT_TYPES
from pb.core.election import Choices
from pb.core.errors import Refusal
from pb.core.money import minor_figures
from pb.core.pabulib import PbFile, official_method
from pb.core.rules import AllocationSettings, Method, Thresholds
from pb.core.rules.greedy import GreedyOptions
from pb.core.words import N_
from pb.extensions import present
from pb.models.ballots import Project
from pb.models.rounds import AssessmentOutcome, KeyMode, Policy, Pot, Round, RoundKind
from pb.services.round_ballots import with_lot_last
from pb.services.rounds import LONGEST_TITLE

#: The key of the one pot of an imported round.
POT = "all"
LONGEST_NAME = 300
LONGEST_CATEGORY = 100
#: A currency that is none (ISO 4217), for files that name none.
NO_CURRENCY = "XXX"
_PLAIN = re.compile(r"[A-Za-z0-9._~-]{1,60}")


@dataclass(frozen=True)
class Draft:
    """A round to be: the columns of its row, its money in minor units, its projects in the order of the file."""

    title: str
    columns: Mapping[str, Any]
    pot_name: str
    amount: int
    projects: tuple[Mapping[str, Any], ...]


def draft_of(file: PbFile, source: str, title: str = "") -> Draft:
    """What a file says, as a round; nothing is written.

    Raises Refusal `amounts_too_fine`, `no_projects` and what `official_method` raises.
    """
    if not file.instance.projects:
        raise Refusal("no_projects", N_("There is no project in this file, so nothing to vote on."), status=422)
    shrink = _shrink(file)
    description = " ".join(file.meta.get("description", "").split()) or source
    return Draft(
        title=title or description[:LONGEST_TITLE].strip(),
        columns={**_words(file, source, description), **_voting(file), "total": file.instance.budget // shrink},
        pot_name=(file.meta.get("subunit") or file.meta.get("district") or file.meta.get("unit") or description)[:100],
        amount=file.instance.budget // shrink,
        projects=tuple(_projects(file, shrink)),
    )


def write_draft(session: Session, the_round: Round, draft: Draft) -> None:
    """Write a draft on a new round, inside the caller's transaction: an assessment that says so, one pot, projects."""
    for name, value in draft.columns.items():
        setattr(the_round, name, value)
    assessment, now = the_round.assessment, present.now()
    if assessment is not None:
        assessment.why = assessment.reason = _IMPORTED
        assessment.sent_at = assessment.decided_at = now
        assessment.outcome = AssessmentOutcome.PURSUE
    pot = Pot(round_id=the_round.id, key=POT, name=draft.pot_name, amount=draft.amount, position=1)
    the_round.pots.append(pot)
    session.flush()
    session.add_all(Project(round_id=the_round.id, pot_id=pot.id, **columns) for columns in draft.projects)
    session.flush()


def project_keys(ids: Iterable[str]) -> dict[str, str]:
    """For each id of the file the key in pages and ballots: the id itself unless it cannot stand in an address."""
    keys: dict[str, str] = {}
    for number, each in enumerate(ids, start=1):
        plain = re.sub(r"[^A-Za-z0-9._~-]+", "-", each)
        usable = _PLAIN.fullmatch(plain) and plain.strip("-.") and plain not in keys.values()
        keys[each] = plain if usable else f"project-{number}"
    return keys


def with_keys(choices: Choices, keys: Mapping[str, str]) -> dict[str, Any]:
    """Choices of a file with the projects' keys in place of the file's ids."""
    return {name: _renamed(value, keys) for name, value in choices.items()}


def _renamed(value: Any, keys: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {keys[each]: points for each, points in value.items()}
    return [keys[each] for each in value]


_IMPORTED = N_("The election has taken place; its file was imported.")


def _words(file: PbFile, source: str, description: str) -> dict[str, Any]:
    """What the public pages of the round say about it."""
    meta = file.meta
    when = " – ".join(filter(None, (meta.get("date_begin"), meta.get("date_end")))) or meta.get("instance", "")
    return {
        "imported_from": source[:200],
        "kind": RoundKind.OPEN_GRANT,
        "summary": f"{description}{f' ({when})' if when else ''}. Imported from a file, to be opened and counted here.",
        "purpose": "A real election that has taken place, counted again so that anybody can follow how it is done.",
        "decision_informed": "The city decided by this vote which projects it pays for.",
        "result_use": "The count here is compared with the official result of the city.",
        "promise_up": "Which of the projects get money.",
        "promise_not": "How much money there is.",
        "promise_last_word": "The city, which published the official result.",
    }


def _voting(file: PbFile) -> dict[str, Any]:
    method = _method(file)
    allocation = method.allocation.to_json()
    return {
        "currency": _currency(file),
        "policy": Policy.CODE,
        "least_age": 0,
        "links": ["live"],
        "ballot_type": file.profile.ballot_type,
        "ballot_settings": _settings(file),
        "rule": method.rule,
        "rule_options": method.options.to_json(),
        "allocation": allocation.pop("kind"),
        "allocation_options": allocation,
        "threshold": method.thresholds.to_json(),
        "tie_steps": with_lot_last(method.ties),
        "surplus": "return",
        "key_mode": KeyMode.SIMPLE,
    }


def _settings(file: PbFile) -> dict[str, Any]:
    """The limits of a ballot; a file may allow more choices than it has projects, which says nothing."""
    settings: Any = file.profile.settings
    projects = len(file.instance.projects)
    if (getattr(settings, "most", None) or 0) > projects:
        settings = replace(settings, most=projects)
    scale = _shrink(file)
    data: dict[str, Any] = settings.to_json()
    described = BALLOT_TYPES[file.profile.ballot_type].settings_type.described()
    money = {each.name for each in described if each.kind == "money"}
    return {name: value // scale if name in money and value else value for name, value in data.items()}


def _method(file: PbFile) -> Method:
    """The file's own rule; greedy with skipping, ties in the order of the file, where it does not know its rule."""
    if file.rule == "unknown":
        return Method("greedy", GreedyOptions(), AllocationSettings("skip"), Thresholds(file.threshold), ("published",))
    return official_method(file)


def _currency(file: PbFile) -> str:
    named = file.meta.get("currency", "").strip().upper()
    return named if re.fullmatch("[A-Z]{3}", named) else NO_CURRENCY


def _shrink(file: PbFile) -> int:
    """By how much the file's amounts, kept finer where one of them is finer, are divided to be minor units.

    Raises Refusal `amounts_too_fine` where that would not be exact.
    """
    scale, ours = file.instance.scale, int(f"1{'0' * minor_figures(_currency(file))}")
    shrink = scale // ours
    amounts = (file.instance.budget, *(project.cost for project in file.instance.projects))
    if scale % ours or any(amount % shrink for amount in amounts):
        sentence = N_("An amount in this file is finer than the smallest coin of its currency, %(currency)s.")
        raise Refusal("amounts_too_fine", sentence, status=422, currency=_currency(file))
    return shrink


def _projects(file: PbFile, shrink: int) -> Iterator[dict[str, Any]]:
    keys = project_keys(file.ids)
    for number, project in enumerate(file.instance.projects, start=1):
        yield {
            "key": keys[project.id],
            "number": number,
            "title": project.label[:LONGEST_NAME],
            "cost": project.cost // shrink,
            "category": project.category[:LONGEST_CATEGORY],
            "themes": [each.strip() for each in project.category.split(",") if each.strip()],
        }
