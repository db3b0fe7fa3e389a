"""An officer's list of bids, its counts and its export."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request

from pb.core.actors import Role
from pb.core.checks import CheckResult, unanswered_in
from pb.core.states import BidState
from pb.models.bids import Bid
from pb.models.rounds import Round
from pb.services.bid_facts import facts_of
from pb.services.bid_lists import (
    answers_of,
    bids_page,
    counts_by_state,
    each_bid,
    next_to_check,
    refusals_waiting,
    unanswered,
)
from pb.services.rounds import find_round
from pb.web.downloads import Cell, csv_response, minor_as_cell
from pb.web.policy import allow

bp = Blueprint("officers_bids", __name__, url_prefix="/officers/rounds")

READERS = (Role.OFFICER, Role.ADMINISTRATOR, Role.APPROVER)
NO_DRAFTS = [state for state in BidState if state != BidState.DRAFT]


@bp.get("/<slug>/bids")
@allow(*READERS)
def index(slug: str) -> str:
    """The bids that were sent, filtered by state and pot, with what still waits."""
    the_round = find_round(slug)
    state, pot_id = request.args.get("state", ""), _pot_asked_for(the_round)
    page = bids_page(the_round.id, request.args.get("page", 1, type=int), state=state, pot_id=pot_id)
    counts = counts_by_state(the_round.id)
    return render_template(
        "officers/bids/index.html",
        round=the_round,
        page=page,
        open_questions={bid.id: _standing(bid) for bid in page.rows},
        counts={each: counts[each] for each in NO_DRAFTS if counts.get(each)},
        drafts=counts.get(BidState.DRAFT, 0),
        waiting=refusals_waiting(the_round.id),
        unanswered=unanswered(the_round.id),
        first=next_to_check(the_round.id),
        state=state,
        pot_id=pot_id,
    )


def _pot_asked_for(the_round: Round) -> int | None:
    """The number of the pot that the address names, if the round has it."""
    asked = request.args.get("pot", type=int)
    return asked if asked in {pot.id for pot in the_round.pots} else None


def _standing(bid: Bid) -> tuple[int, int]:
    """How many questions about a bid have no answer, and how many are not met."""
    answers = answers_of(bid)
    not_met = sum(result == CheckResult.NOT_MET for result in answers.values())
    return len(unanswered_in(facts_of(bid), answers)), not_met


@bp.get("/<slug>/bids/to-confirm")
@allow(*READERS)
def to_confirm(slug: str) -> str:
    """Refusals that wait for a second person."""
    the_round = find_round(slug)
    return render_template("officers/bids/to-confirm.html", round=the_round, waiting=refusals_waiting(the_round.id))


HEAD = (
    "Reference",
    "Group",
    "Kind of group",
    "Registration number",
    "Active in",
    "Pot",
    "Title",
    "Summary",
    "Themes",
    "Starts",
    "Ends",
    "People",
    "Total cost",
    "Amount asked",
    "Smallest workable amount",
    "State",
    "Sent",
    "Checks not met",
    "Checks unanswered",
)


@bp.get("/<slug>/bids.csv")
@allow(*READERS)
def export(slug: str) -> Response:
    """The same bids as a table; no contact details are in it."""
    the_round = find_round(slug)
    bids = each_bid(the_round.id, state=request.args.get("state", ""), pot_id=_pot_asked_for(the_round))
    return csv_response(f"{the_round.slug}-bids", HEAD, _rows(bids))


def _rows(bids: Iterator[Bid]) -> Iterator[list[Cell]]:
    for bid in bids:
        group, (unanswered_count, not_met) = bid.organisation, _standing(bid)
        yield [
            bid.reference,
            group.name,
            group.kind.value,
            group.registration,
            group.active_in,
            bid.pot.name if bid.pot else "",
            bid.title,
            bid.summary,
            ", ".join(bid.themes),
            bid.starts_on.isoformat() if bid.starts_on else "",
            bid.ends_on.isoformat() if bid.ends_on else "",
            bid.people,
            minor_as_cell(bid.total_cost),
            minor_as_cell(bid.asked),
            minor_as_cell(bid.workable_minimum),
            bid.state.value,
            bid.submitted_at.isoformat(timespec="minutes") if bid.submitted_at else "",
            not_met,
            unanswered_count,
        ]
