"""The page that asks for a one-time code, once it has been sent."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import get_locale

from pb.core.contacts import read_contact
from pb.extensions import present
from pb.services.contacts import LASTS, send_code
from pb.services.voting import VotingRound
from pb.web.forms.voting import OneTimeForm
from pb.web.voting.carried import Carried, seal_carried


def one_time_page(the_round: VotingRound, carried: Carried) -> str:
    """Send the code of a form whose contact is to be proven, and ask for it. Raises the refusals of `send_code`."""
    send_code(
        the_round,
        carried.claim,
        carried.nonce,
        address=request.remote_addr or "",
        language=str(get_locale() or "en_GB"),
    )
    return ask_again(the_round, carried, OneTimeForm(formdata=None))


def ask_again(the_round: VotingRound, carried: Carried, form: OneTimeForm) -> str:
    """The page, with nothing sent; the code that was sent for this form works as long as it did."""
    form.carried.data = seal_carried(carried)
    contact = read_contact(carried.claim.contact, texts=present.settings.sends_texts)
    minutes = int(LASTS.total_seconds() // 60)
    return render_template("voting/one-time.html", round=the_round, form=form, contact=contact, minutes=minutes)
