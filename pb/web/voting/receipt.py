"""The receipt of a ballot that is in the box: after the casting, and for whoever goes back to its form."""

from __future__ import annotations

from flask import render_template

from pb.services.casting import Cast, cast_before
from pb.services.voting import VotingRound
from pb.web.formats import in_fours
from pb.web.voting.carried import Carried
from pb.web.voting.drawn import page


def receipt_page(the_round: VotingRound, answer: Cast) -> str:
    """The page that says what came of a casting."""
    if answer.turned_down:
        return render_template("voting/turned-down.html", round=the_round)
    held, changed, may_change = answer.held, answer.changed, bool(answer.change_code)
    return page(
        "voting/done.html",
        (the_round, held, changed, may_change),
        {"receipt_code": in_fours(answer.receipt), "change_code": in_fours(answer.change_code)},
        lambda: {"round": the_round, "held": held, "changed": changed, "may_change": may_change},
    )


def receipt_again(the_round: VotingRound, carried: Carried) -> str | None:
    """The receipt of a form whose choices are in the box already; None where they are not.

    Nothing shows such choices again: whoever goes back on a shared phone would read what somebody else cast.
    """
    kept = cast_before(the_round, carried.marked(), carried.claim)
    return receipt_page(the_round, kept) if kept else None
