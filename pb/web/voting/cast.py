"""The third page, on which the choices are checked, and the receipt after the casting."""

from __future__ import annotations

from dataclasses import replace

from flask import render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from pb.core.errors import Refusal
from pb.core.receipts import read_browser_part
from pb.services.casting import Invalid, cast, check_paper
from pb.services.rights import Right, right_of
from pb.services.voting import Paper, VotingRound, paper_of, voting_round, voting_round_lately
from pb.web.instructions import in_words
from pb.web.policy import EVERYONE, allow
from pb.web.voting.ballot import ballot_page, carried_marks, new_ballot
from pb.web.voting.carried import Carried, open_carried, seal_carried
from pb.web.voting.door import bp
from pb.web.voting.drawn import page
from pb.web.voting.identity import begin_again
from pb.web.voting.marks import Reading, Shown, read_form
from pb.web.voting.receipt import receipt_again, receipt_page

Answer = str | Response | tuple[str, int]


@bp.post("/rounds/<slug>/vote/check")
@allow(door=EVERYONE)
def check(slug: str) -> Answer:
    """Read the marks; show them in words, or the ballot again with what is wrong beside each."""
    the_round = voting_round(slug)
    try:
        carried = _with_browser_part(open_carried(the_round.id, request.form.get("carried", "")))
        paper = paper_of(the_round)
    except Refusal as refusal:
        return begin_again(the_round, refusal)
    readings = read_form(request.form, paper, paper.sections_for(carried.claim.area_id))
    if carried.version != paper.version:
        return _marked_anew(the_round, carried, {key: reading.shown for key, reading in readings.items()})
    kept = _cast_already(the_round, paper, carried, readings)
    if kept is not None:
        return kept
    try:
        right = right_of(the_round, paper, carried.claim)
    except Refusal as refusal:
        return begin_again(the_round, refusal)
    try:
        sections = _checked(paper, right, readings)
    except Invalid as invalid:
        return _marked_wrong(the_round, paper, right, carried, readings, invalid)
    return _check_page(the_round, paper, right, replace(carried, sections=sections))


def _cast_already(the_round: VotingRound, paper: Paper, carried: Carried, readings: dict[str, Reading]) -> str | None:
    """The receipt, for somebody who went back and sends the choices once more that are in the box already."""
    choices = {key: reading.choices for key, reading in readings.items()}
    if paper.rules.faults(choices):
        return None
    return receipt_again(the_round, replace(carried, sections=paper.rules.normalised(choices)))


def _marked_anew(the_round: VotingRound, carried: Carried, shown: dict[str, Shown]) -> Answer:
    """The ballot as it is now, with what was chosen; or the beginning, where the right behind it is gone since."""
    try:
        return new_ballot(the_round, carried, shown)
    except Refusal as refusal:
        return begin_again(the_round, refusal)


def _with_browser_part(carried: Carried) -> Carried:
    return replace(carried, browser_part=read_browser_part(request.form.get("browser_part", "")))


def _checked(paper: Paper, right: Right, readings: dict[str, Reading]) -> dict[str, object]:
    unread = {key: reading.faults for key, reading in readings.items() if reading.faults}
    if unread:
        raise Invalid(unread)
    return dict(check_paper(paper, right, {key: reading.choices for key, reading in readings.items()}))


def _marked_wrong(
    the_round: VotingRound,
    paper: Paper,
    right: Right,
    carried: Carried,
    readings: dict[str, Reading],
    invalid: Invalid,
) -> Answer:
    shown = {key: reading.shown.with_faults(invalid.sections.get(key, [])) for key, reading in readings.items()}
    whole = [replace(fault, field=f"p{right.sections[0].projects[0].number}") for fault in invalid.sections.get("", [])]
    return ballot_page(the_round, paper, right, carried, shown=shown, faults=whole), invalid.status


def _check_page(the_round: VotingRound, paper: Paper, right: Right, carried: Carried) -> str:
    lines = [(section, in_words(paper, section, carried.sections[section.key])) for section in right.sections]
    read_back = render_template("voting/read-back.html", paper=paper, read_back=lines)
    changing = bool(right.replaces)
    own = {"carried": seal_carried(carried), "read_back": Markup(read_back)}  # noqa: S704 - the template escapes
    return page("voting/check.html", (the_round, changing), own, lambda: {"round": the_round, "changing": changing})


@bp.post("/rounds/<slug>/vote/done")
@allow(door=EVERYONE)
def done(slug: str) -> Answer:
    """Cast the ballot and show its receipt; the same form sent again shows the same receipt."""
    the_round = voting_round_lately(slug)
    form = request.form
    try:
        carried = open_carried(the_round.id, form.get("carried", ""))
    except Refusal as refusal:
        return begin_again(voting_round(slug), refusal)
    try:
        answer = cast(carried.marked(), carried.claim, ask_check=form.get("ask_check") == "yes", the_round=the_round)
    except Refusal as refusal:
        return _not_cast(voting_round(slug), carried, refusal)
    return receipt_page(the_round, answer)


def _not_cast(the_round: VotingRound, carried: Carried, refusal: Refusal) -> Answer:
    if refusal.code == "already_voted":
        return render_template("voting/already.html", round=the_round, carried=request.form["carried"]), 409
    if refusal.code == "ballot_changed":
        return _marked_anew(the_round, carried, carried_marks(carried, paper_of(the_round)))
    return begin_again(the_round, refusal)
