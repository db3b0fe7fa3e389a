"""One bid on an officer's desk: every question on one page, passing it, refusing it by two people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.errors import Refusal
from pb.core.permissions import may_check, may_confirm_refusal
from pb.core.states import BidState, RoundState
from pb.models.bids import Bid
from pb.services import boosts, checks
from pb.services.accounts import account_of
from pb.services.bid_lists import next_to_check, sent_bid, steps_of
from pb.web.answers import answers_of_bid
from pb.web.forms.checks import ReasonForm, answers_sent, faults_of, rows_of
from pb.web.forms.summary import show_refusal
from pb.web.officers.bids import READERS
from pb.web.policy import actor, allow

bp = Blueprint("officers_checks", __name__, url_prefix="/officers/bids")

CHECKERS = (Role.OFFICER, Role.ADMINISTRATOR)
#: The states of a round in which its bids are checked and marked.
CHECKED_IN = (RoundState.BIDDING, RoundState.CHECKING)
Answer = str | Response | tuple[str, int]


@bp.get("/<reference>")
@allow(*READERS)
def show(reference: str) -> str:
    """What the group wrote beside every question about it."""
    return _page(sent_bid(reference, actor()))


@bp.post("/<reference>/answers")
@allow(*CHECKERS)
def answer(reference: str) -> Answer:
    """Keep the answers; with the button "pass", pass the bid too and go on to the next."""
    by = actor()
    bid = sent_bid(reference, by)
    then = request.form.get("then", "")
    answers = answers_sent(bid, request.form, rest=then in ("rest", "pass"))
    try:
        if then == "pass":
            checks.pass_bid(bid.id, answers, by=by)
        else:
            checks.answer_checks(bid.id, answers, by=by)
    except Refusal as refusal:
        return _page(sent_bid(reference, by), refusal, keep=True), refusal.status
    if then != "pass":
        flash(_("The answers are saved."), "success")
        return redirect(url_for(".show", reference=reference), 303)
    flash(_("“%(title)s” is passed.", title=bid.title), "success")
    return _onward(bid)


def _onward(bid: Bid) -> Response:
    """To the next bid that waits, else to the list."""
    following = next_to_check(bid.round_id, after=bid)
    if following is not None:
        return redirect(url_for(".show", reference=following.reference), 303)
    return redirect(url_for("officers_bids.index", slug=bid.round.slug), 303)


@bp.route("/<reference>/refuse", methods=["GET", "POST"])
@allow(*CHECKERS)
def refuse(reference: str) -> Answer:
    """Ask for the reason, then lay the refusal before a second person."""
    return _with_reason(
        reference,
        "refuse",
        lambda bid, reason: checks.refuse_bid(bid.id, reason, by=actor()),
        _("A second person must confirm the refusal before it counts."),
    )


@bp.route("/<reference>/return", methods=["GET", "POST"])
@allow(*READERS)
def give_back(reference: str) -> Answer:
    """Ask the second person why they disagree, then give the bid back to be checked again."""
    return _with_reason(
        reference,
        "return",
        lambda bid, reason: checks.return_refusal(bid.id, reason, by=actor()),
        _("The bid is back with the officers who check."),
    )


@bp.route("/<reference>/reopen", methods=["GET", "POST"])
@allow(*CHECKERS)
def reopen(reference: str) -> Answer:
    """Ask why a bid that was passed must be looked at again, then take it back into review."""
    return _with_reason(
        reference,
        "reopen",
        lambda bid, reason: checks.reopen_bid(bid.id, reason, by=actor()),
        _("The bid is being checked again."),
    )


@bp.route("/<reference>/mark", methods=["GET", "POST"])
@allow(*CHECKERS)
def mark(reference: str) -> Answer:
    """Ask why this bid may have a voter's extra vote, then mark it."""
    return _with_reason(
        reference,
        "mark",
        lambda bid, reason: boosts.mark_bid(bid.id, reason, by=actor()),
        _("Voters may give this bid their extra vote."),
    )


@bp.route("/<reference>/unmark", methods=["GET", "POST"])
@allow(*CHECKERS)
def unmark(reference: str) -> Answer:
    """Ask why the mark goes, then take it away."""
    return _with_reason(
        reference,
        "unmark",
        lambda bid, reason: boosts.unmark_bid(bid.id, reason, by=actor()),
        _("The mark is taken away."),
    )


def _with_reason(reference: str, deed: str, do: Callable[[Bid, str], None], done: str) -> Answer:
    bid = sent_bid(reference, actor())
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            do(bid, form.reason.data or "")
        except Refusal as refusal:
            show_refusal(form, refusal)
            return _reason_page(bid, deed, form), refusal.status
        flash(done, "success")
        return redirect(url_for(".show", reference=reference), 303)
    return _reason_page(bid, deed, form), 422 if form.errors else 200


def _reason_page(bid: Bid, deed: str, form: ReasonForm) -> str:
    return render_template("officers/bids/reason.html", bid=bid, round=bid.round, deed=deed, form=form)


@bp.post("/<reference>/confirm")
@allow(*READERS)
def confirm(reference: str) -> Answer:
    """Confirm a refusal as the second person."""
    return _do(reference, checks.confirm_refusal, _("The bid is refused, and the group is told why."))


@bp.post("/<reference>/run-checks")
@allow(*CHECKERS)
def run(reference: str) -> Answer:
    """Let the system answer its questions again."""
    return _do(reference, checks.run_automatic_checks, _("The system has answered its questions again."))


def _do(reference: str, deed: Callable[..., None], done: str) -> Answer:
    by = actor()
    bid = sent_bid(reference, by)
    try:
        deed(bid.id, by=by)
    except Refusal as refusal:
        return _page(sent_bid(reference, by), refusal), refusal.status
    flash(done, "success")
    return redirect(url_for(".show", reference=reference), 303)


def _page(bid: Bid, refusal: Refusal | None = None, *, keep: bool = False) -> str:
    by = actor()
    asked_by = bid.refusal_asked_by
    context: dict[str, Any] = {
        "rows": rows_of(bid, request.form if keep else None, refusal),
        "faults": faults_of(refusal),
        "cards": answers_of_bid(bid),
        "steps": steps_of(bid),
        "following": next_to_check(bid.round_id, after=bid),
        "waits": asked_by is not None and bid.state in checks.OPEN_TO_CHECKS,
        "asked_by": account_of(asked_by).name if asked_by is not None else "",
        "may_answer": may_check(by, bid.organisation_id) and bid.state in checks.OPEN_TO_CHECKS and asked_by is None,
        "may_confirm": may_confirm_refusal(by, bid.organisation_id, asked_by),
        "may_mark": may_check(by, bid.organisation_id) and bid.round.state in CHECKED_IN and boosts.may_be_marked(bid),
        "marked_because": boosts.marked_because(bid),
        "may_reopen": may_check(by, bid.organisation_id) and bid.state == BidState.ELIGIBLE,
    }
    return render_template("officers/bids/show.html", bid=bid, round=bid.round, **context)
