"""The second page: the ballot, section by section, in plain HTML."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import render_template, request
from flask_babel import get_locale
from markupsafe import Markup

from pb.core.canonical import keyed
from pb.core.errors import Fault
from pb.extensions import present
from pb.services.box import ballot_changed
from pb.services.rights import Right, right_of
from pb.services.voting import Paper, Section, VotingRound, paper_of
from pb.web.hall_words import phone_words
from pb.web.instructions import instruction
from pb.web.voting.carried import Carried, open_carried, seal_carried
from pb.web.voting.drawn import page
from pb.web.voting.marks import Shown, shown_of
from pb.web.voting.receipt import receipt_again

EMPTY = Shown()


def ballot_page(
    the_round: VotingRound,
    paper: Paper,
    right: Right,
    carried: Carried,
    *,
    shown: dict[str, Shown] | None = None,
    faults: list[Fault] | None = None,
) -> str:
    """The ballot with the sections of a right, marked as `shown`."""
    changing, own = bool(right.replaces), {"carried": seal_carried(carried), "browser_part": carried.browser_part}
    station = right.code.station_id if right.code else None
    if station is not None:
        own["draft_tag"] = draft_tag(right)

    def context() -> dict[str, Any]:
        shown_in = ((section, (shown or {}).get(section.key, EMPTY)) for section in right.sections)
        return {
            "round": the_round,
            "paper": paper,
            "sections": [_section(paper, section, marks, right) for section, marks in shown_in],
            "several": len(right.sections) > 1,
            "instruction": instruction(paper, right.sections),
            "changing": changing,
            "station": station,
            "hall_words": phone_words() if station is not None else "",
            "faults": links_of(right, shown or {}) + (faults or []),
        }

    if shown or faults:
        return render_template("voting/ballot.html", **context(), **own)
    sections = tuple(section.key for section in right.sections)
    return page("voting/ballot.html", (the_round, paper.version, sections, changing, station), own, context)


def draft_tag(right: Right) -> str:
    """What tells the ballot of one card from that of another, so that a phone gives its marks to nobody else."""
    return keyed(present.secrets.retry_key, "draft", right.code.slot.hex() if right.code else "")[:8].hex()


#: Sections without a mark are the same for everybody, so they are drawn once for each language.
_drawn: dict[tuple[object, ...], Markup] = {}
_MOST_DRAWN = 256


def _section(paper: Paper, section: Section, shown: Shown, right: Right) -> Markup:
    """One section as HTML."""
    several = len(right.sections) > 1
    if shown != EMPTY:
        return _draw(paper, section, shown, several=several)
    key = (paper.public_key, paper.version, section.key, several, str(get_locale()))
    if key not in _drawn:
        if len(_drawn) >= _MOST_DRAWN:
            _drawn.clear()
        _drawn[key] = _draw(paper, section, shown, several=several)
    return _drawn[key]


def _draw(paper: Paper, section: Section, shown: Shown, *, several: bool) -> Markup:
    template = f"ballots/{paper.kind.key}.html"
    html = render_template(template, slug=paper.slug, paper=paper, section=section, shown=shown, several=several)
    return Markup(html)  # noqa: S704 - the template escapes


def links_of(right: Right, shown: dict[str, Shown]) -> list[Fault]:
    """The faults of a ballot, each with the id of the field that it is about."""
    found = []
    for section in right.sections:
        marks = shown.get(section.key, EMPTY)
        for fault in marks.whole:
            found.append(Fault(fault.code, fault.message, fault.params, f"p{section.projects[0].number}"))
        for key, fault in marks.faults.items():
            project = section.by_key.get(key)
            found.append(Fault(fault.code, fault.message, fault.params, f"p{project.number}" if project else ""))
    return found


def new_ballot(the_round: VotingRound, carried: Carried, shown: dict[str, Shown]) -> tuple[str, int]:
    """The ballot as it is now, for somebody who has an earlier version open; what they chose is marked where it can be.

    Raises the refusals of `paper_of` and `right_of`.
    """
    paper = paper_of(the_round)
    right = right_of(the_round, paper, carried.claim)
    told = ballot_changed()
    again = replace(carried, version=paper.version, sections={})
    return ballot_page(the_round, paper, right, again, shown=shown, faults=[told.fault]), told.status


def show_carried(the_round: VotingRound) -> str:
    """The ballot again, with the choices that the form carries; the receipt where they are in the box already.

    Raises the refusals of `open_carried`, `right_of`.
    """
    carried = open_carried(the_round.id, request.form["carried"])
    kept = receipt_again(the_round, carried)
    if kept is not None:
        return kept
    paper = paper_of(the_round)
    right = right_of(the_round, paper, carried.claim)
    shown = carried_marks(carried, paper)
    if carried.version != paper.version:
        return new_ballot(the_round, carried, shown)[0]
    return ballot_page(the_round, paper, right, carried, shown=shown)


def carried_marks(carried: Carried, paper: Paper) -> dict[str, Shown]:
    """What the choices that a form carries look like in its fields."""
    return {key: shown_of(choices, paper.kind.key) for key, choices in carried.sections.items()}
