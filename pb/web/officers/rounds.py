"""A round on the officer's desk: adding one, its own page, its steps."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from pb.core.actors import Role
from pb.core.blockers import Blocked, Blocker
from pb.core.errors import Fault, Refusal
from pb.core.permissions import may_ask_cancellation, may_run
from pb.core.states import BEFORE_PUBLISHED, RoundState
from pb.models.rounds import Round, RoundKind
from pb.services.accounts import account_of
from pb.services.assessments import clashes_of
from pb.services.ledger import events_of_round
from pb.services.lock_blockers import lock_blockers
from pb.services.rehearsals import rehearsal_blockers
from pb.services.round_blockers import blockers
from pb.services.round_lists import standing
from pb.services.round_steps import (
    cancel_round,
    open_bids,
    pause_voting,
    resume_voting,
    start_set_up,
    voting_has_begun,
)
from pb.services.round_tasks import next_state, tasks_of
from pb.services.rounds import add_round, find_round
from pb.services.waiting import Waiting, waiting_for
from pb.web.forms.rounds import AddRoundForm, CancelForm, OpenForm, PauseForm
from pb.web.forms.summary import sentence
from pb.web.officers.cancelling import asking_page
from pb.web.officers.round_doors import LOOKERS, RUNNERS, Answer, back_to, draw, refused, status_of
from pb.web.policy import actor, allow
from pb.web.round_words import timeline_of

bp = Blueprint("officers_rounds", __name__, url_prefix="/officers/rounds")


@bp.route("/add", methods=["GET", "POST"])
@allow(*RUNNERS)
def add() -> Answer:
    """Ask for the name and kind of a new round."""
    form = AddRoundForm()
    if form.validate_on_submit():
        try:
            kind, practice = RoundKind(form.kind.data), bool(form.practice.data)
            the_round = add_round(form.title.data or "", kind=kind, practice=practice, by=actor())
            return back_to(the_round, _("The round is added. Begin with its early assessment."))
        except Refusal as refusal:
            status = refused(form, refusal)
            return render_template("officers/rounds/add.html", form=form), status
    return render_template("officers/rounds/add.html", form=form), status_of(form)


@bp.get("/<slug>")
@allow(*LOOKERS)
def overview(slug: str) -> Answer:
    """Where the round stands, what stops the next step, and everything that belongs to it."""
    return _overview(find_round(slug))


def _overview(the_round: Round, refusal: Refusal | None = None) -> Answer:
    to = next_state(the_round)
    page = draw(
        "overview",
        the_round,
        standing=standing(the_round),
        owner=account_of(the_round.owner_id),
        runs=may_run(actor(), the_round.owner_id),
        tasks=tasks_of(the_round),
        next_state=to,
        blockers=_blockers(the_round, to),
        faults=[refusal.fault] if refusal is not None and not isinstance(refusal, Blocked) else [],
        blocked=isinstance(refusal, Blocked),
        may_cancel=the_round.state in BEFORE_PUBLISHED and _cancels(the_round),
        cancel_asked_by=account_of(the_round.cancel_asked_by) if the_round.cancel_asked_by else None,
        timeline=timeline_of(the_round),
        waits=[each for each in waiting_for(actor()) if each.round.id == the_round.id],
        changes=list(events_of_round(the_round.id, ("round_state", "round_paused", "round_resumed"))),
    )
    return (page, refusal.status) if refusal is not None else page


def _cancels(the_round: Round) -> bool:
    may = may_ask_cancellation if voting_has_begun(the_round) else may_run
    return may(actor(), the_round.owner_id)


def _blockers(the_round: Round, to: RoundState | None) -> list[Blocker]:
    if to is None:
        return []
    if to == RoundState.VOTING:
        return rehearsal_blockers(the_round)
    return lock_blockers(the_round) if to == RoundState.LOCKED else blockers(the_round, to)


@bp.post("/<slug>/start-set-up")
@allow(*RUNNERS)
def start(slug: str) -> Answer:
    """Begin the set-up."""
    the_round = find_round(slug)
    try:
        start_set_up(the_round.id, by=actor())
    except Refusal as refusal:
        return _overview(find_round(slug), refusal)
    return back_to(the_round, _("The set-up has begun. Go through the list below."))


@bp.route("/<slug>/open-bids", methods=["GET", "POST"])
@allow(*RUNNERS)
def open_for_bids(slug: str) -> Answer:
    """Ask once more before the round is public; then open it for bids."""
    the_round = find_round(slug)
    form = OpenForm()
    if form.validate_on_submit():
        try:
            open_bids(the_round.id, clash_reason=form.clash_reason.data or "", by=actor())
        except Refusal as refusal:
            if refusal.field != "clash_reason":
                return _overview(find_round(slug), refusal)
            status = refused(form, refusal)
            return _open_page(the_round, form), status
        return back_to(the_round, _("The round is public and open for bids."))
    if the_round.state != RoundState.SETTING_UP or blockers(the_round, RoundState.BIDDING):
        return redirect(url_for(".overview", slug=slug))
    return _open_page(the_round, form), status_of(form)


def _open_page(the_round: Round, form: OpenForm) -> str:
    return draw("open", the_round, form, clashes=clashes_of(the_round))


@bp.route("/<slug>/cancel", methods=["GET", "POST"])
@allow(*RUNNERS, Role.APPROVER)
def cancel(slug: str) -> Answer:
    """Ask for the reason, then end the round; once voting has opened, two people do it on pages of their own."""
    the_round = find_round(slug)
    begun = voting_has_begun(the_round)
    if begun and request.method == "GET":
        return redirect(url_for("officers_cancelling.index", slug=slug))
    form = CancelForm()
    if form.validate_on_submit():
        try:
            cancel_round(the_round.id, form.reason.data or "", by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return asking_page(the_round, form) if begun else draw("cancel", the_round, form), status
        return back_to(the_round, _("The round is cancelled."))
    return draw("cancel", the_round, form), status_of(form)


@bp.route("/<slug>/pause", methods=["GET", "POST"])
@allow(*RUNNERS)
def pause(slug: str) -> Answer:
    """Ask for reason and end, then take no ballots until then."""
    the_round = find_round(slug)
    form = PauseForm()
    if form.validate_on_submit():
        try:
            pause_voting(the_round.id, form.reason.data or "", form.until.data, by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return draw("pause", the_round, form), status
        return back_to(the_round, _("Voting is paused."))
    return draw("pause", the_round, form), status_of(form)


@bp.post("/<slug>/resume")
@allow(*RUNNERS)
def resume(slug: str) -> Answer:
    """End a pause."""
    the_round = find_round(slug)
    try:
        resume_voting(the_round.id, by=actor())
    except Refusal as refusal:
        return _overview(find_round(slug), refusal)
    return back_to(the_round, _("Voting goes on."))


@bp.app_template_filter("in_words")
def in_words(said: Blocker | Fault | Waiting) -> str:
    """A blocker, a fault or what waits, in the reader's language."""
    return sentence(Fault("", said.message, said.params))
