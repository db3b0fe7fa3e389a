"""The address on printed cards: the code comes in the part of the address that no server sees, or is typed."""

from __future__ import annotations

from flask import render_template, request
from werkzeug.wrappers import Response

from pb.core.codes import read_code
from pb.core.errors import Refusal
from pb.core.words import N_
from pb.services.codes import find_code, round_of_code, wrong_code
from pb.services.rights import DECLARING, asks_nothing_more
from pb.services.voting import voting_round
from pb.web.forms.summary import show_refusal
from pb.web.forms.voting import CardForm
from pb.web.policy import EVERYONE, allow
from pb.web.voting.door import bp
from pb.web.voting.identity import beginning, identified, shut

Answer = str | Response | tuple[str, int]


@bp.get("/c")
@allow(door=EVERYONE)
def card() -> Answer:
    """Ask for the code; a script fills it in from the address of a scanned card."""
    return render_template("voting/card.html", form=CardForm())


@bp.post("/c")
@allow(door=EVERYONE)
def card_read() -> Answer:
    """Find the round that the code belongs to, and go on there."""
    form = CardForm()
    form.validate()
    try:
        code = read_code(form.code.data or "")
        slug = round_of_code(code)
        if slug is None:
            raise wrong_code(request.remote_addr or "") or _unknown()
        the_round = voting_round(slug)
        found = find_code(the_round.id, code)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return render_template("voting/card.html", form=form), refusal.status
    if the_round.policy not in DECLARING or asks_nothing_more(found):
        return identified(the_round)
    return shut(the_round) or beginning(the_round)


def _unknown() -> Refusal:
    sentence = N_("We do not know this code. Look at your card again and check each group of four.")
    return Refusal("code_unknown", sentence, field="code", status=422)
