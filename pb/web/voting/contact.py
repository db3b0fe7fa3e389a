"""Proving a contact: the code that was sent is entered, or another one asked for."""

from __future__ import annotations

from flask import request

from pb.core.errors import Refusal
from pb.services.contacts import prove
from pb.services.rights import right_of
from pb.services.voting import VotingRound, paper_of, voting_round
from pb.web.forms.summary import show_refusal
from pb.web.forms.voting import OneTimeForm
from pb.web.policy import EVERYONE, allow
from pb.web.voting.ballot import ballot_page
from pb.web.voting.carried import Carried, carry, open_carried
from pb.web.voting.door import bp
from pb.web.voting.identity import Answer, begin_again, shut
from pb.web.voting.one_time import ask_again, one_time_page


@bp.post("/rounds/<slug>/vote/contact")
@allow(door=EVERYONE)
def contact(slug: str) -> Answer:
    """The ballot of somebody who entered the right code; the page again for anybody else."""
    the_round = voting_round(slug)
    stopped = shut(the_round)
    if stopped:
        return stopped
    try:
        carried = open_carried(the_round.id, request.form.get("carried", ""))
        if "again" in request.form:
            return one_time_page(the_round, _afresh(carried))
    except Refusal as refusal:
        return begin_again(the_round, refusal)
    return _entered(the_round, carried)


def _afresh(carried: Carried) -> Carried:
    """A form of its own, so that the code is another one and has its own ten minutes."""
    return carry(carried.round_id, carried.version, carried.claim, assisted=carried.assisted)


def _entered(the_round: VotingRound, carried: Carried) -> Answer:
    form = OneTimeForm()
    sound = form.validate_on_submit()
    address = request.remote_addr or ""
    try:
        claim = prove(
            the_round, carried.claim, carried.nonce, carried.formed_at, form.one_time.data or "", address=address
        )
    except Refusal as refusal:
        if sound:
            show_refusal(form, refusal)
        return ask_again(the_round, carried, form), refusal.status
    paper = paper_of(the_round)
    try:
        right = right_of(the_round, paper, claim)
    except Refusal as refusal:
        return begin_again(the_round, refusal)
    return ballot_page(
        the_round, paper, right, carry(the_round.id, paper.version, claim, right, assisted=carried.assisted)
    )
