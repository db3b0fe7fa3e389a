"""Rules side by side on the same ballots: on those of the past before the lock, on the round's own after the count."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext as _

from pb.core.errors import Refusal
from pb.models.rounds import Round
from pb.services.comparisons import Trial, earlier_rounds, trial_of_file, trial_of_round
from pb.services.counts import last_count
from pb.services.explanations import explanation_of
from pb.services.rounds import find_round
from pb.web.explained import Explained, explained_of
from pb.web.forms.comparisons import TrialForm
from pb.web.officers.round_doors import LOOKERS, UNPROCESSABLE, Answer, refused, status_of
from pb.web.policy import allow
from pb.web.rule_words import count_words

bp = Blueprint("officers_comparisons", __name__, url_prefix="/officers/rounds/<slug>/rules-compared")


@bp.route("", methods=["GET", "POST"])
@allow(*LOOKERS)
def index(slug: str) -> Answer:
    """What the round's own ballots give by other rules, once counted; and a form to try ballots of the past."""
    the_round = find_round(slug)
    form = TrialForm()
    form.offer(earlier_rounds(the_round))
    if form.validate_on_submit():
        if not form.file.data and not form.earlier.data:
            form.file.errors = [_("Choose a file, or an earlier round.")]
            return _page(the_round, form), UNPROCESSABLE
        try:
            trials = _trials(the_round, form)
        except Refusal as refusal:
            status = refused(form, refusal)
            return _page(the_round, form), status
        return _page(the_round, form, trials)
    return _page(the_round, form), status_of(form)


def _trials(the_round: Round, form: TrialForm) -> list[Trial]:
    if form.file.data:
        return trial_of_file(the_round, form.file.data.stream)
    return trial_of_round(the_round, form.earlier.data)


def _page(the_round: Round, form: TrialForm, trials: list[Trial] | None = None) -> str:
    count = last_count(the_round.id)
    return render_template(
        "officers/counts/compare.html",
        round=the_round,
        form=form,
        rules=count_words(the_round),
        tried=[(trial, _shown(trial)) for trial in trials or []],
        pots=explained_of(explanation_of(count), the_round) if count else [],
        waits=count is not None and explanation_of(count) is None,
    )


def _shown(trial: Trial) -> Explained:
    return Explained(trial.key, trial.name, trial.told, trial.titles, trial.currency, trial.ballot_type)
