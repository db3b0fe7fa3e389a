"""The first page: who you are, by a code or a declaration."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.core.admission import refuse_moment
from pb.core.errors import Fault, Refusal
from pb.core.permissions import may_help
from pb.extensions import present
from pb.services.codes import wrong_code
from pb.services.rights import DECLARING, WardWanted, right_of
from pb.services.voting import VotingRound, paper_of, voting_round
from pb.web.forms.fields import choices_of
from pb.web.forms.people import begun, refuse_programs_here
from pb.web.forms.summary import show_refusal
from pb.web.forms.voting import CodeForm, DeclarationForm, form_for
from pb.web.policy import EVERYONE, actor, allow
from pb.web.voting.ballot import ballot_page, show_carried
from pb.web.voting.carried import Carried, carry
from pb.web.voting.door import bp
from pb.web.voting.drawn import page
from pb.web.voting.one_time import one_time_page

Answer = str | Response | tuple[str, int]
IdentityForm = CodeForm | DeclarationForm


@bp.get("/rounds/<slug>/vote")
@allow(door=EVERYONE)
def start(slug: str) -> Answer:
    """Ask who the voter is, or say when voting opens."""
    the_round = voting_round(slug)
    return shut(the_round) or beginning(the_round)


@bp.get("/rounds/<slug>/vote/contact")
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
        return shut(the_round) or _by_a_program(the_round) or identified(the_round)
    try:
        return show_carried(the_round)
    except Refusal as refusal:
        return begin_again(the_round, refusal)


def _by_a_program(the_round: VotingRound) -> Answer | None:
    """The page again, with all that was filled in, where a program seems to have filled in who somebody is."""
    if the_round.policy not in DECLARING:
        return None
    try:
        refuse_programs_here()
    except Refusal as refusal:
        form = form_for(the_round, paper_of(the_round).wards, helper=may_help(actor()))
        return _refused(the_round, form, refusal)
    return None


def identified(the_round: VotingRound) -> Answer:
    """Look at the right behind what was filled in; then the ballot, or the same page with what is wrong."""
    stopped = shut(the_round)
    if stopped:
        return stopped
    paper = paper_of(the_round)
    form = form_for(the_round, paper.wards, helper=may_help(actor()))
    sound = form.validate_on_submit()
    claim, assisted = form.claim(), "assisted" in form and bool(form.assisted.data)
    try:
        right = right_of(the_round, paper, claim)
    except Refusal as refusal:
        if refusal.code != "contact_not_proven":
            return _refused(the_round, form, refusal)
        right = None
    if not sound:
        return who_are_you(the_round, form), 422
    carried = carry(the_round.id, paper.version, claim, right, assisted=assisted)
    return ballot_page(the_round, paper, right, carried) if right else _ask_one_time(the_round, form, carried)


def _ask_one_time(the_round: VotingRound, form: IdentityForm, carried: Carried) -> Answer:
    """The code goes out, and the page asks for it; the same whether anybody has voted with this contact or not."""
    try:
        return one_time_page(the_round, carried)
    except Refusal as refusal:
        return _refused(the_round, form, refusal)


def blank_form(the_round: VotingRound) -> IdentityForm:
    """The first page's form as whoever looks at it may fill it in."""
    return form_for(the_round, {}, helper=may_help(actor()))


def _refused(the_round: VotingRound, form: IdentityForm, refusal: Refusal) -> Answer:
    if refusal.code == "ward_needed" and not form.errors:
        # Not a mistake of theirs: the card leaves the ward open or two fit, so the page asks one thing more.
        _offer_wards(the_round, form, refusal)
        return who_are_you(the_round, form, ask_ward=True)
    told = wrong_code(request.remote_addr or "") if refusal.code == "code_unknown" else None
    show_refusal(form, told or refusal)
    _offer_wards(the_round, form, refusal)
    return who_are_you(the_round, form, ask_ward=form.area.data is not None), (told or refusal).status


def _offer_wards(the_round: VotingRound, form: IdentityForm, refusal: Refusal) -> None:
    """Leave the wards to choose from that fit the person, where it is two of them."""
    if isinstance(refusal, WardWanted) and refusal.wards:
        names = paper_of(the_round).wards
        form.area.choices = choices_of({str(ward): names[ward] for ward in refusal.wards if ward in names})


def who_are_you(
    the_round: VotingRound, form: IdentityForm, *, ask_ward: bool = False, faults: list[Fault] | None = None
) -> str:
    """The page that asks who the voter is."""
    template = "voting/code.html" if isinstance(form, CodeForm) else "voting/declaration.html"
    return render_template(template, round=the_round, form=form, ask_ward=ask_ward, faults=faults or [], begun=begun())


def beginning(the_round: VotingRound) -> str:
    """The page that asks who the voter is; where a card's code was sent it stands there, so nothing of it is kept."""
    if request.form:
        return who_are_you(the_round, blank_form(the_round))
    template = "voting/declaration.html" if the_round.policy in DECLARING else "voting/code.html"
    own = {"begun": begun()}
    return page(template, (the_round,), own, lambda: {"round": the_round, "form": blank_form(the_round)})


def begin_again(the_round: VotingRound, refusal: Refusal) -> Answer:
    """The first page with the reason why nothing was recorded."""
    stopped = shut(the_round)
    if stopped:
        return stopped
    told = Fault(refusal.code, refusal.fault.message, refusal.fault.params)
    return who_are_you(the_round, blank_form(the_round), faults=[told]), refusal.status


def shut(the_round: VotingRound) -> Answer | None:
    """A page that says when voting opens or that it is over; None while ballots are taken."""
    try:
        refuse_moment(the_round.doors, None, present.now())
    except Refusal as refusal:
        return render_template("voting/shut.html", round=the_round, why=refusal.code), _STATUS.get(request.method, 200)
    return None


_STATUS = {"POST": 409}
