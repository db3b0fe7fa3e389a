"""Two key holders at one screen: whom the form offers, and where a wrong passphrase is told."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_wtf import FlaskForm

from pb.core.errors import Refusal
from pb.models.rounds import Round
from pb.services.key_holders import holders_with_accounts
from pb.web.forms.box import PairForm
from pb.web.forms.fields import choices_of
from pb.web.forms.summary import show_refusal


def offer_holders(form: PairForm, the_round: Round) -> None:
    """Let the two be chosen among the round's key holders."""
    people = {str(account.id): account.name for _holder, account in holders_with_accounts(the_round.id)}
    form.first_holder.choices = choices_of({"": _("Choose a person")} | people)
    form.second_holder.choices = choices_of({"": _("Choose a person")} | people)


def show_beside_holder(form: FlaskForm, refusal: Refusal) -> None:
    """A wrong passphrase stands beside the person who typed it; everything else at the top."""
    if isinstance(form, PairForm) and refusal.code == "wrong_passphrase":
        first = refusal.fault.params.get("holder") == form.first_holder.data
        field = form.first_passphrase if first else form.second_passphrase
        field.errors = [*field.errors, _(refusal.fault.message)]
        return
    show_refusal(form, refusal)
