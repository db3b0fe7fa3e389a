"""What a ballot asks for, in one sentence, and what was chosen, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext, npgettext

from pb.core.election import Choices
from pb.services.voting import Paper, ProjectOnPaper, Section
from pb.web.formats import money


def instruction(paper: Paper, sections: tuple[Section, ...]) -> str:
    """The one sentence that says how to mark the ballot."""
    if paper.kind.key == "knapsack":
        return _knapsack(paper.settings, sections, paper.currency)
    return str(_INSTRUCTIONS[paper.kind.key](paper.settings))


def _approval(settings: Any) -> str:
    if settings.most is None:
        told = _("Choose as many projects as you like.")
    elif settings.use_all:
        told = npgettext("exactly", "Choose %(num)s project.", "Choose exactly %(num)s projects.", settings.most)
    else:
        told = npgettext("up to", "Choose %(num)s project.", "Choose up to %(num)s projects.", settings.most)
    if settings.per_category is not None:
        told += " " + _("Choose no more than %(most)s of each kind.", most=settings.per_category)
    if settings.boost:
        told += " " + _("You have one extra vote for a marked project.")
    return str(told)


def _scoring(settings: Any) -> str:
    scale = {"lowest": settings.lowest, "highest": settings.highest}
    if settings.score_all:
        return str(_("Give every project a score from %(lowest)s (lowest) to %(highest)s (highest).", **scale))
    if settings.most is None:
        return str(_("Give projects a score from %(lowest)s (lowest) to %(highest)s (highest).", **scale))
    chosen = _("Choose %(most)s projects.") if settings.use_all else _("Choose up to %(most)s projects.")
    scored = _("Give each a score from %(lowest)s (lowest) to %(highest)s (highest).", **scale)
    return f"{chosen % {'most': settings.most}} {scored}"


def _ranked(settings: Any) -> str:
    chosen = _("Choose %(most)s projects.") if settings.use_all else _("Choose up to %(most)s projects.")
    order = _("Put them in order: 1 for the one you want most, then 2, and so on.")
    return f"{chosen % {'most': settings.most}} {order}"


def _points(settings: Any) -> str:
    told = _("You have %(total)s points. Share them among the projects.", total=settings.total)
    if settings.use_all:
        told = _("You have %(total)s points. Share all of them among the projects.", total=settings.total)
    if settings.most_each is not None:
        told += " " + _("Give no project more than %(most)s.", most=settings.most_each)
    return str(told)


def _knapsack(settings: Any, sections: tuple[Section, ...], currency: str) -> str:
    if settings.cap is None and len(sections) > 1:
        return str(_("Spend the money yourself: choose projects that together cost no more than each pot holds."))
    cap = money(sections[0].amount if settings.cap is None else settings.cap, currency)
    told = _("Spend the money yourself: choose projects that together cost up to %(cap)s.", cap=cap)
    if settings.most is not None:
        told += " " + _("Choose up to %(most)s projects.", most=settings.most)
    return str(told)


_INSTRUCTIONS = {
    "approval": _approval,
    "scoring": _scoring,
    "ranked": _ranked,
    "points": _points,
}


@dataclass(frozen=True)
class Line:
    """One project that was chosen, and how."""

    project: ProjectOnPaper
    how: str


def in_words(paper: Paper, section: Section, choices: Choices) -> list[Line]:
    """What was chosen in one section, in words: the most wanted first, and what is alike in the ballot's order."""
    lines = {key: Line(section.by_key[key], how) for key, how in _WORDS[paper.kind.key](choices)}
    if paper.kind.key in _ALIKE:
        return [lines[project.key] for project in section.projects if project.key in lines]
    return list(lines.values())


def _approval_words(choices: Choices) -> Iterator[tuple[str, str]]:
    boost, approved = choices.get("boost"), choices.get("approved", [])
    for key in approved:
        yield key, _("Chosen, and your extra vote") if key == boost else _("Chosen")
    if boost and boost not in approved:
        yield boost, _("Your extra vote")


def _knapsack_words(choices: Choices) -> Iterator[tuple[str, str]]:
    for key in choices.get("chosen", []):
        yield key, _("Chosen")


def _score_words(choices: Choices) -> Iterator[tuple[str, str]]:
    for key, score in sorted(choices.get("scores", {}).items(), key=lambda pair: -pair[1]):
        yield key, _("Score %(score)s", score=score)


def _point_words(choices: Choices) -> Iterator[tuple[str, str]]:
    for key, points in sorted(choices.get("points", {}).items(), key=lambda pair: -pair[1]):
        yield key, ngettext("%(num)s point", "%(num)s points", points)


def _ranked_words(choices: Choices) -> Iterator[tuple[str, str]]:
    for place, key in enumerate(choices.get("ranking", []), 1):
        yield key, _("Place %(place)s", place=place)


_WORDS = {
    "approval": _approval_words,
    "knapsack": _knapsack_words,
    "scoring": _score_words,
    "points": _point_words,
    "ranked": _ranked_words,
}
#: Ballot types that say of each project only whether it was chosen.
_ALIKE = ("approval", "knapsack")
