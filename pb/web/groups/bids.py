"""A group's bid: starting it, its list of pages, checking the answers, sending it, withdrawing it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.bids import SECTION_OF, SECTIONS, faults_in, gaps_in, section_state
from pb.core.errors import Fault, Refusal, Refusals
from pb.core.states import BID_ARROWS, BidState, told_to_group
from pb.models.bids import Bid
from pb.services.bid_facts import facts_of
from pb.services.bid_lists import bids_of, conditions_of, own_bid, steps_of
from pb.services.bids import start_bid, submit_bid, takes_bids, withdraw_bid
from pb.services.organisations import organisations_of
from pb.services.rounds import public_round
from pb.web.answers import answers_of_bid
from pb.web.forms.bids import StartForm, WithdrawForm
from pb.web.forms.summary import sentence, show_refusal
from pb.web.policy import actor, allow

bp = Blueprint("groups_bids", __name__, url_prefix="/groups")

Answer = str | Response | tuple[str, int]


@bp.route("/rounds/<slug>/bid", methods=["GET", "POST"])
@allow(Role.GROUP_CONTACT)
def start(slug: str) -> Answer:
    """Start a bid in a round, for one of the person's groups that has none there yet."""
    the_round, by = public_round(slug), actor()
    groups = organisations_of(by)
    if not groups:
        return redirect(url_for("groups_organisations.add", next=request.path), 303)
    form = StartForm(the_round, groups)
    if not form.validate_on_submit():
        return _start_page(form, slug), 422 if form.errors else 200
    pot_id = form.pot_id.data if form.pot_id else None
    try:
        bid = start_bid(the_round.id, form.organisation.data, by=by, pot_id=pot_id)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _start_page(form, slug), refusal.status
    return redirect(url_for("groups_bids.show", reference=bid.reference), 303)


def _start_page(form: StartForm, slug: str) -> str:
    the_round, by = public_round(slug), actor()
    theirs = [bid for bid in bids_of(by) if bid.round_id == the_round.id and bid.state != BidState.WITHDRAWN]
    return render_template(
        "groups/start-bid.html", form=form, round=the_round, theirs=theirs, taking=takes_bids(the_round)
    )


@bp.get("/bids/<reference>")
@allow(Role.GROUP_CONTACT)
def show(reference: str) -> str:
    """A draft as its list of pages; a sent bid with where it stands and what was written."""
    bid = own_bid(reference, actor())
    if bid.state != BidState.DRAFT:
        return render_template(
            "groups/sent.html",
            bid=bid,
            round=bid.round,
            state=told_to_group(bid.state, bid.round.state),
            steps=[step for step in steps_of(bid) if told_to_group(step.to, bid.round.state) == step.to],
            cards=answers_of_bid(bid),
            conditions=conditions_of(bid),
            may_withdraw=BidState.WITHDRAWN in BID_ARROWS[bid.state],
        )
    facts = facts_of(bid)
    states = {key: section_state(facts, key) for key in SECTIONS}
    return render_template(
        "groups/tasks.html", bid=bid, round=bid.round, sections=SECTIONS, states=states, taking=takes_bids(bid.round)
    )


@bp.route("/bids/<reference>/check", methods=["GET", "POST"])
@allow(Role.GROUP_CONTACT)
def check(reference: str) -> Answer:
    """Everything on one page, then the button that sends it."""
    by = actor()
    bid = own_bid(reference, by)
    if request.method == "GET":
        if bid.state != BidState.DRAFT:
            return redirect(url_for("groups_bids.show", reference=bid.reference), 303)
        return _check_page(bid)
    try:
        submit_bid(bid.id, by=by)
    except Refusals as refusal:
        return _check_page(bid, refusal.faults), refusal.status
    except Refusal as refusal:
        return _check_page(bid, [refusal.fault]), refusal.status
    return redirect(url_for("groups_bids.done", reference=bid.reference), 303)


def _check_page(bid: Bid, faults: list[Fault] | None = None) -> str:
    """`faults` are shown as errors, each with the way to its page; before sending, what is missing is only marked."""
    facts = facts_of(bid)
    wanting = {SECTION_OF[fault.field]: fault for fault in reversed(faults_in(facts) + gaps_in(facts))}
    return render_template(
        "groups/check.html",
        bid=bid,
        round=bid.round,
        cards=answers_of_bid(bid, change=True),
        wanting=wanting,
        fault_words=sentence,
        faults=[_on_this_page(fault) for fault in faults or []],
        taking=takes_bids(bid.round),
    )


def _on_this_page(fault: Fault) -> Fault:
    """The same fault, leading to the card of its section."""
    section = SECTION_OF.get(fault.field, "")
    return Fault(fault.code, fault.message, fault.params, f"card-{section}" if section else "")


@bp.get("/bids/<reference>/done")
@allow(Role.GROUP_CONTACT)
def done(reference: str) -> Answer:
    """The bid has arrived: its reference, and what happens next."""
    bid = own_bid(reference, actor())
    if bid.submitted_at is None:
        return redirect(url_for("groups_bids.show", reference=bid.reference), 303)
    return render_template("groups/done.html", bid=bid, round=bid.round)


@bp.route("/bids/<reference>/withdraw", methods=["GET", "POST"])
@allow(Role.GROUP_CONTACT)
def withdraw(reference: str) -> Answer:
    """Ask once more, then withdraw the bid."""
    by = actor()
    bid = own_bid(reference, by)
    form = WithdrawForm()
    if not form.validate_on_submit():
        return render_template("groups/withdraw.html", form=form, bid=bid, round=bid.round), 422 if form.errors else 200
    try:
        withdraw_bid(bid.id, by=by)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return render_template("groups/withdraw.html", form=form, bid=bid, round=bid.round), refusal.status
    flash(_("The bid is withdrawn."), "success")
    return redirect(url_for("groups.home"), 303)
