"""The rehearsal of the opening: each pair of key holders opens a test ballot before voting may start."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from pb.core.errors import Refusal
from pb.core.states import RoundState
from pb.models.rounds import KeyMode, Round
from pb.services.key_holders import holders_with_accounts
from pb.services.rehearsals import NEVER_OPENED, may_rehearse, missing_pairs, never_opened, rehearse_opening
from pb.services.rounds import find_round
from pb.web.forms.box import KeyTestForm, PairForm
from pb.web.officers.pairs import offer_holders, show_beside_holder
from pb.web.officers.round_doors import LOOKERS, Answer, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_rehearsals", __name__, url_prefix="/officers/rounds")


@bp.route("/<slug>/rehearsal", methods=["GET", "POST"])
@allow(*LOOKERS)
def index(slug: str) -> Answer:
    """Which pairs have opened the test ballot, and the form on which the next two do."""
    the_round = find_round(slug)
    form = _form(the_round)
    if form.validate_on_submit():
        try:
            passphrases = form.passphrases if isinstance(form, PairForm) else ()
            missing = rehearse_opening(the_round.id, by=actor(), passphrases=passphrases)
        except Refusal as refusal:
            show_beside_holder(form, refusal)
            return _page(find_round(slug), form), refusal.status
        flash(_("It opens. The next pair can try.") if missing else _("Every way opens. Voting can start."), "success")
        return redirect(url_for(".index", slug=slug), 303)
    return _page(the_round, form), status_of(form)


def _form(the_round: Round) -> PairForm | KeyTestForm:
    if the_round.key_mode == KeyMode.SIMPLE:
        return KeyTestForm()
    form = PairForm()
    offer_holders(form, the_round)
    return form


def _page(the_round: Round, form: PairForm | KeyTestForm) -> str:
    names = {account.id: account.name for _holder, account in holders_with_accounts(the_round.id)}
    simple = the_round.key_mode == KeyMode.SIMPLE
    missing = missing_pairs(the_round)
    ids = sorted(names)
    pairs = [(one, other) for at, one in enumerate(ids) for other in ids[at + 1 :]]
    return render_template(
        "officers/keys/rehearsal.html",
        round=the_round,
        form=form,
        simple=simple,
        pairs=[(names[one], names[other], (one, other) not in missing) for one, other in pairs],
        tested=not missing,
        late=never_opened(the_round),
        never_opened=NEVER_OPENED,
        now=the_round.state in (RoundState.LOCKED, RoundState.VOTING),
        takes_part=may_rehearse(the_round, actor()),
    )
