"""The first page: who you are, by a code or a declaration."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.core.admission import refuse_moment
from pb.core.errors import Fault, Refusal
from pb.extensions import present
from pb.services.codes import wrong_code
from pb.services.rights import right_of
from pb.services.voting import VotingRound, paper_of, voting_round
from pb.web.forms.summary import show_refusal
from pb.web.forms.voting import CodeForm, DeclarationForm, form_for
from pb.web.policy import EVERYONE, allow
from pb.web.voting.ballot import ballot_page, show_carried
from pb.web.voting.carried import carry
from pb.web.voting.door import bp

Answer = str | Response | tuple[str, int]
IdentityForm = CodeForm | DeclarationForm


@bp.get("/rounds/<slug>/vote")
@allow(door=EVERYONE)
def start(slug: str) -> Answer:
    """Ask who the voter is, or say when voting opens."""
    the_round = voting_round(slug)
    return shut(the_round) or who_are_you(the_round, form_for(the_round, {}))


@bp.get("/rounds/<slug>/vote/ballot")
@bp.get("/rounds/<slug>/vote/check")
@bp.get("/rounds/<slug>/vote/done")
@allow(door=EVERYONE)
def start_again(slug: str) -> Answer:
    """These pages stand on what a form carries; without one there is only the beginning."""
    told = _("That page cannot be opened again, so here is the beginning. A ballot that was cast is safe in the box.")
    flash(told)
    return redirect(url_for("voting_online.start", slug=voting_round(slug).slug), 303)


@bp.post("/rounds/<slug>/vote/ballot")
@allow(door=EVERYONE)
def mark(slug: str) -> Answer:
    """The ballot of somebody whose right is found good; or of somebody who comes back to it from the check."""
    the_round = voting_round(slug)
    if "carried" not in request.form:
        return identified(the_round)
    try:
        return show_carried(the_round)
    except Refusal as refusal:
        return begin_again(the_round, refusal)


def identified(the_round: VotingRound) -> Answer:
    """Look at the right behind what was filled in; then the ballot, or the same page with what is wrong."""
    stopped = shut(the_round)
    if stopped:
        return stopped
    paper = paper_of(the_round)
    form = form_for(the_round, paper.wards)
    sound = form.validate_on_submit()
    claim = form.claim()
    try:
        right = right_of(the_round, paper, claim)
    except Refusal as refusal:
        return _refused(the_round, form, refusal)
    if not sound:
        return who_are_you(the_round, form), 422
    return ballot_page(the_round, paper, right, carry(the_round.id, paper.version, claim, right))


def _refused(the_round: VotingRound, form: IdentityForm, refusal: Refusal) -> Answer:
    if refusal.code == "ward_needed" and not form.errors:
        # Not a mistake of theirs: the card leaves the ward open, so the page asks one thing more.
        return who_are_you(the_round, form, ask_ward=True)
    told = wrong_code(request.remote_addr or "") if refusal.code == "code_unknown" else None
    show_refusal(form, told or refusal)
    return who_are_you(the_round, form, ask_ward=form.area.data is not None), (told or refusal).status


def who_are_you(
    the_round: VotingRound, form: IdentityForm, *, ask_ward: bool = False, faults: list[Fault] | None = None
) -> str:
    """The page that asks who the voter is."""
    template = "voting/code.html" if isinstance(form, CodeForm) else "voting/declaration.html"
    return render_template(template, round=the_round, form=form, ask_ward=ask_ward, faults=faults or [])


def begin_again(the_round: VotingRound, refusal: Refusal) -> Answer:
    """The first page with the reason why nothing was recorded."""
    stopped = shut(the_round)
    if stopped:
        return stopped
    told = Fault(refusal.code, refusal.fault.message, refusal.fault.params)
    return who_are_you(the_round, form_for(the_round, {}), faults=[told]), refusal.status


def shut(the_round: VotingRound) -> Answer | None:
    """A page that says when voting opens or that it is over; None while ballots are taken."""
    try:
        refuse_moment(the_round.doors, None, present.now())
    except Refusal as refusal:
        return render_template("voting/shut.html", round=the_round, why=refusal.code), _STATUS.get(request.method, 200)
    return None


_STATUS = {"POST": 409}
